extension Timeline {
    /// Everything that is on air in a span if nobody does anything, in its order: what `preview` prints and `simulate`
    /// looks through. Played for real, or rendered, it is the same.
    public func walk(from: Instant, to: Instant) -> Walk { Walk(timeline: self, place: from, end: to) }

    /// Goes from item to item. Where nothing is on, and behind an item whose end nobody knows, it goes on with the next
    /// slot.
    public struct Walk: Sequence, IteratorProtocol {
        /// An item, and when it is on air first: a file that goes on behind an interruption began before that.
        public typealias Element = (item: Item, start: Instant)

        private let timeline: Timeline
        /// Where the next item begins, or anything later.
        private var place: Instant
        private let end: Instant
        /// The item that ends there.
        private var last: Item?

        fileprivate init(timeline: Timeline, place: Instant, end: Instant) {
            (self.timeline, self.place, self.end) = (timeline, place, end)
        }

        public mutating func next() -> Element? {
            while place < end {
                guard let item = last.flatMap({ timeline.item(after: $0) }) ?? timeline.item(at: place) else {
                    (place, last) = (timeline.programming.slot(at: place).end, nil)
                    continue
                }
                let start = last == nil ? item.begins : Swift.max(item.start, place)
                guard start < end else { break }
                if let itemEnd = item.end {
                    (place, last) = (itemEnd, item)
                } else {
                    (place, last) = (timeline.programming.slot(at: Swift.max(place, start)).end, nil)
                }
                return (item, start)
            }
            return nil
        }
    }
}
