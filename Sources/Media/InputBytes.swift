internal import Glibc

/// Where libav's bytes come from.
protocol InputBytes: AnyObject {
    /// How many there are; nil for a line, whose end nobody knows and on which nothing can be sought.
    var size: Int64? { get }
    /// Reads bytes from a place on: at least one, 0 at the end, less with `errno` set when the system refuses.
    func read(_ to: UnsafeMutableRawBufferPointer, at place: Int64) -> Int
}

/// A live source: the bytes that the daemon sends behind its request, until it closes its sending half.
///
/// libav's Ogg demuxer has one decoder for a stream's whole life. So where a chain goes on in another codec, this line ends,
/// and a new container is opened on what follows.
final class InputLine: InputBytes {
    let size: Int64? = nil
    /// What has come and was not given yet.
    private var kept: ArraySlice<UInt8>
    private var codecs = OggCodecWatch()
    private var isAtNewCodec = false

    /// - Parameter kept: what came together with the request.
    init(_ kept: ArraySlice<UInt8>) { self.kept = kept }

    func read(_ to: UnsafeMutableRawBufferPointer, at place: Int64) -> Int {
        var isOver = false
        while true {
            guard !isAtNewCodec else { return 0 }
            let count = isOver ? kept.count : codecs.before(newCodecIn: kept)
            if count > 0 {
                // Unsafe: `first` holds at most `to.count` bytes.
                let first = kept.prefix(min(count, to.count))
                unsafe to.copyBytes(from: first)
                kept.removeFirst(first.count)
                return first.count
            }
            isAtNewCodec = codecs.hasFoundAnother
            guard !isAtNewCodec, !isOver else { continue }
            var bytes = [UInt8](repeating: 0, count: to.count)
            let came = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(0, $0.baseAddress, $0.count) }
            guard came >= 0 else { return came }
            guard came > 0 || !kept.isEmpty else { return 0 }
            isOver = came == 0
            kept += bytes[..<came]
        }
    }

    /// Whether the line ended where another codec begins: then it gives from there on.
    func goesOn() -> Bool {
        guard isAtNewCodec else { return false }
        isAtNewCodec = false
        codecs = OggCodecWatch()
        return true
    }
}
