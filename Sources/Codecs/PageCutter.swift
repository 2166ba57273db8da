internal import Audio

/// Where the pages of a stream without links end: a page holds as many packets as fit into `StreamPage.interval`, fewer
/// where the title changes.
struct PageCutter {
    var marks = TitleMarks()
    /// The title of the page that is being filled, or has just been.
    private(set) var title: Title?
    private var begin = FrameTime(frames: 0)
    private var isFresh = true

    /// Whether the page ends behind a packet that is put into it. Packet by packet the output of the next one is known
    /// in advance, so nothing is held back.
    ///
    /// - Parameters:
    ///   - output: what a decoder puts out for the packet.
    ///   - next: the end of what it puts out for the packet after it.
    mutating func ends(behind output: Range<FrameTime>, next: FrameTime) -> Bool {
        if isFresh {
            marks.pass(before: output.upperBound)
            (begin, title) = (output.lowerBound, marks.current)
        }
        marks.pass(before: next)
        isFresh = marks.current != title || next - begin > StreamPage.interval
        return isFresh
    }
}
