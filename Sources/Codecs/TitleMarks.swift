internal import Audio

/// Titles that wait for their frames in a stream.
struct TitleMarks {
    /// Titles that may wait; one more replaces the last of them.
    private static let most = 16

    private var waiting: [(title: Title, at: FrameTime)] = []
    /// The title of the frames that come next.
    private(set) var current: Title?

    /// Notes that from a position in the mix on the title is another; in the order of the positions.
    mutating func mark(_ title: Title, at position: FrameTime) {
        if waiting.count == Self.most { waiting.removeLast() }
        waiting.append((title, position))
    }

    /// Makes the newest title whose first frame lies before a position the current one.
    mutating func pass(before position: FrameTime) {
        while let mark = waiting.first, mark.at < position {
            current = mark.title
            waiting.removeFirst()
        }
    }
}
