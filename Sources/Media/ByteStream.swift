internal import CAV
internal import Glibc

/// Gives libav the bytes of the one open file, or those that come from the daemon, and nothing else: no name, no
/// protocol, no second file.
@safe
final class ByteStream {
    // Unsafe: allocated in `init`, freed in `deinit` and nowhere else. Its opaque pointer is this object, unretained:
    // libav calls back only from within calls of `Container`, which holds this object.
    private var io: UnsafeMutablePointer<AVIOContext>?
    /// Nil for a stream from the daemon.
    private let file: InputFile?
    private var place: Int64 = 0
    /// The system's error of the last read that failed; 0 when none has.
    private(set) var failure: Int32 = 0

    /// - Parameter file: nil for what comes on descriptor 0, in which nothing can be sought.
    init(_ file: InputFile?) {
        self.file = file
        let size: Int32 = 32_768
        guard let buffer = unsafe av_malloc(Int(size)) else { return }
        unsafe io = avio_alloc_context(
            buffer.assumingMemoryBound(to: UInt8.self), size, 0, Unmanaged.passUnretained(self).toOpaque(),
            { stream, to, count in
                // Unsafe: see `io`; libav gives room for `count` bytes at `to`.
                guard let stream = unsafe stream, let to = unsafe to else { return cav_error(EINVAL) }
                return unsafe Unmanaged<ByteStream>.fromOpaque(stream).takeUnretainedValue().read(
                    UnsafeMutableRawBufferPointer(start: to, count: Int(count)))
            }, nil,
            file == nil
                ? nil
                : { stream, offset, whence in
                    guard let stream = unsafe stream else { return Int64(cav_error(EINVAL)) }
                    return unsafe Unmanaged<ByteStream>.fromOpaque(stream).takeUnretainedValue().seek(
                        offset, whence)
                })
    }

    deinit {
        // libav may have replaced the buffer by one of its own.
        if let io = unsafe io { unsafe av_freep(&io.pointee.buffer) }
        unsafe avio_context_free(&io)
    }

    /// Lends libav's handle of this stream; nil when memory was short.
    var handle: UnsafeMutablePointer<AVIOContext>? { unsafe io }

    private func read(_ to: UnsafeMutableRawBufferPointer) -> Int32 {
        let count =
            if let file {
                unsafe pread(file.descriptor, to.baseAddress, to.count, off_t(place))
            } else {
                unsafe Glibc.read(0, to.baseAddress, to.count)
            }
        if count == 0 { return CAV_END }
        if count < 0 {
            failure = errno
            return cav_error(errno)
        }
        place += Int64(count)
        return Int32(count)
    }

    private func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
        guard let file else { return Int64(cav_error(ESPIPE)) }
        switch whence & ~AVSEEK_FORCE {
        case AVSEEK_SIZE: return file.size
        case SEEK_SET: place = offset
        case SEEK_CUR: place += offset
        case SEEK_END: place = file.size + offset
        default: return Int64(cav_error(EINVAL))
        }
        guard place >= 0 else {
            place = 0
            return Int64(cav_error(EINVAL))
        }
        return place
    }
}
