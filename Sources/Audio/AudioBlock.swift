/// Planar stereo PCM of fixed capacity that one owner holds: 2 channels × `capacity` frames, −1…1.
///
/// ```
///   left   [ 0 1 2 … capacity−1 ]
///   right  [ 0 1 2 … capacity−1 ]
/// ```
///
/// It never grows. It is made before the engine starts and moved, not copied, after that.
///
/// ## Realtime safety
/// `init` and `deinit` allocate and free; everything else neither allocates nor locks.
@safe
public struct AudioBlock: ~Copyable, @unchecked Sendable {
    // Unsafe: one allocation, owned by this value alone (it cannot be copied), freed in `deinit`. It leaves this
    // type only through closures whose spans cannot escape. Sendable, because the owner may hand it to another
    // thread by moving it and then no longer has it.
    private let storage: UnsafeMutablePointer<Float>
    /// Frames for each channel.
    public let capacity: Int

    /// Makes a block of digital silence.
    public init(capacity: Int = EngineFormat.blockFrames) {
        precondition(capacity > 0)
        unsafe storage = .allocate(capacity: capacity * EngineFormat.channels)
        unsafe storage.initialize(repeating: 0, count: capacity * EngineFormat.channels)
        self.capacity = capacity
    }

    deinit { unsafe storage.deallocate() }

    /// Gives both channels, `capacity` frames each, to be read and written.
    public mutating func withChannels<R: ~Copyable, E: Error>(
        _ body: (inout MutableSpan<Float>, inout MutableSpan<Float>) throws(E) -> R
    ) throws(E) -> R {
        var left = unsafe MutableSpan(_unsafeStart: storage, count: capacity)
        var right = unsafe MutableSpan(_unsafeStart: storage + capacity, count: capacity)
        return try body(&left, &right)
    }

    /// Gives both channels, `capacity` frames each, to be read.
    public borrowing func withChannels<R: ~Copyable, E: Error>(
        reading body: (Span<Float>, Span<Float>) throws(E) -> R
    ) throws(E) -> R {
        let left = unsafe Span(_unsafeStart: UnsafePointer(storage), count: capacity)
        let right = unsafe Span(_unsafeStart: UnsafePointer(storage + capacity), count: capacity)
        return try body(left, right)
    }

    /// A block of its own with the first `count` frames of this one. Allocates.
    public borrowing func prefix(_ count: Int) -> AudioBlock {
        precondition(count > 0 && count <= capacity)
        let part = AudioBlock(capacity: count)
        unsafe part.storage.update(from: storage, count: count)
        unsafe (part.storage + count).update(from: storage + capacity, count: count)
        return part
    }

    /// Fills `count` frames of both channels with digital silence, from the frame `offset` on.
    public mutating func clear(from offset: Int, count: Int) {
        precondition(offset >= 0 && count >= 0 && offset + count <= capacity)
        unsafe (storage + offset).update(repeating: 0, count: count)
        unsafe (storage + capacity + offset).update(repeating: 0, count: count)
    }
}
