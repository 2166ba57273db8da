internal import Codecs
internal import NIOCore

/// The pages that a turn brings, in one piece: copied together once for all listeners whose turn it is. A write of one
/// piece costs a tenth less than one of five.
///
/// Only whole turns are made parcels of, one a page: what slow listeners hold of them is bounded as the ring is.
final class Parcel {
    private let sheets: ArraySlice<Sheet>
    private lazy var plain = joined { [$0.plain] }
    private lazy var chained = joined { $0.page.startsLink ? [$0.link, $0.chained] : [$0.chained] }
    private lazy var hasOneTitle = sheets.allSatisfy { [title] in $0.page.title == title }

    init(_ sheets: ArraySlice<Sheet>) { self.sheets = sheets }

    /// Whether it is just these pages.
    func holds(_ others: ArraySlice<Sheet>) -> Bool {
        sheets.count == others.count && sheets.last === others.last
    }

    var title: Title? { sheets.first?.page.title }

    /// The bytes for a framing; nil where blocks between them need more than one title.
    func bytes(_ framing: TitleFraming) -> ByteBuffer? {
        switch framing {
        case .plain: plain
        case .icy: hasOneTitle ? plain : nil
        case .chained: chained
        }
    }

    private func joined(_ pieces: (Sheet) -> [ByteBuffer]) -> ByteBuffer {
        let pieces = sheets.flatMap(pieces)
        var whole = ByteBuffer()
        whole.reserveCapacity(pieces.reduce(0) { $0 + $1.readableBytes })
        for piece in pieces { whole.writeImmutableBuffer(piece) }
        return whole
    }
}
