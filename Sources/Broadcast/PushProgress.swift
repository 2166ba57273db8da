internal import Audio

/// How much of what was handed to one connection the target has taken, in bytes and in audio.
struct PushProgress: Sendable {
    /// Bytes handed on, and those of them that the target has taken.
    private(set) var handed = 0
    private(set) var taken = 0
    /// The end of each piece that is not wholly taken, oldest first: bounded by what may be handed on ahead.
    private var marks: [(bytes: Int, end: FrameTime)] = []
    private var takenEnd: FrameTime?
    private var handedEnd: FrameTime?

    /// Notes a piece that was handed on, and the position in the mix behind it.
    mutating func hand(_ bytes: Int, end: FrameTime) {
        handed += bytes
        marks.append((handed, end))
        handedEnd = end
    }

    /// Notes what the target still has to take of it; tells whether it took any since the last time.
    mutating func settle(owed: Int) -> Bool {
        // TLS and the login add bytes of their own to what is owed: it never goes back.
        let now = max(taken, handed - owed)
        let moved = now > taken
        taken = now
        let whole = marks.prefix { $0.bytes <= taken }
        takenEnd = whole.last?.end ?? takenEnd
        marks.removeFirst(whole.count)
        return moved
    }

    /// Audio that was handed on and not taken.
    var ahead: FrameCount {
        guard let handedEnd, let first = marks.first else { return .zero }
        return handedEnd - (takenEnd ?? first.end)
    }

    /// How far the target is behind a position in the mix; zero before it has taken anything.
    func behind(_ edge: FrameTime) -> FrameCount { takenEnd.map { edge - $0 } ?? .zero }
}
