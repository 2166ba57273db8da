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

    /// Fills both channels with digital silence.
    public mutating func clear() {
        unsafe storage.update(repeating: 0, count: capacity * EngineFormat.channels)
    }
}
