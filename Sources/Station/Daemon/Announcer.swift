internal import Codecs
internal import History
internal import Playout
internal import Programme
internal import Server
internal import Synchronization
internal import Threads

/// Tells the front door what is on air, what was, and what comes, whenever the journal gets something to write.
///
/// It has a thread of its own, because it asks the playout and the journal and waits for both; whoever wakes it does
/// not wait.
final class Announcer: Sendable {
    /// What the door keeps for those who look back and ahead.
    private static let lastCount = 10
    private static let nextCount = 5
    /// Plans change by themselves too, when a file was measured: a look at them now and then.
    private static let pause: Duration = .seconds(20)

    private struct State {
        /// When the newest item's first frame was on air.
        var edge: Instant?
        var isStopping = false
    }

    private let state = Mutex(State())
    private let due = Signal()
    private let thread = OwnedThread(name: "fh-announcer")

    /// - Parameters:
    ///   - report: what the playout says; nil when nothing is on air.
    ///   - aired: the newest items of the journal, oldest first; nil when it cannot be read.
    ///   - station: the station's name.
    ///   - show: the show that is on at an instant.
    ///   - tell: gets each running order that differs from the one before.
    func start(
        report: @escaping @Sendable () -> MasterControl.Report?, aired: @escaping @Sendable () -> [Aired]?,
        station: @escaping @Sendable () -> String, show: @escaping @Sendable (Instant) -> GuideEntry?,
        now: @escaping @Sendable () -> Instant, tell: @escaping @Sendable (RunningOrder) -> Void
    ) {
        thread.start { [self] in
            var told: RunningOrder?
            while !state.withLock({ $0.isStopping }) {
                // Before the report: what it tells is on air has then begun no later.
                let edge = state.withLock { $0.edge }
                if let report = report(), let onAir = report.onAir {
                    let words = EntryWords(station: station())
                    var order = words.order(
                        report, onAir: onAir, edge: edge, now: now())
                    order.show = show(report.now)
                    order.last = aired().map { words.last($0, before: order.edge) } ?? told?.last ?? []
                    if order.differs(from: told) {
                        tell(order)
                        told = order
                    }
                }
                due.wait(told == nil ? .milliseconds(200) : Self.pause)
            }
        }
    }

    func stop() {
        state.withLock { $0.isStopping = true }
        due.wake()
        thread.join()
    }

    /// Something may have changed. Any thread; returns at once.
    func look() { due.wake() }

    /// An item's first frame was on air at `instant`. Any thread; returns at once.
    func began(at instant: Instant) {
        state.withLock { $0.edge = instant }
        due.wake()
    }

    /// Puts items into the door's vocabulary.
    private struct EntryWords {
        let station: String

        func order(
            _ report: MasterControl.Report, onAir: Item, edge: Instant?, now: Instant
        ) -> RunningOrder {
            // Once one is provisional, so is the start of all behind it.
            var isProvisional = onAir.isProvisional
            let next = report.next.map { item in
                defer { isProvisional = isProvisional || item.isProvisional }
                return entry(item, isProvisional: isProvisional || item.isProvisional)
            }
            var current = entry(onAir, isProvisional: onAir.isProvisional)
            current.title = report.shownTitle ?? current.title
            return RunningOrder(
                now: current,
                edge: max(edge ?? onAir.start, onAir.start).milliseconds,
                next: Array(next.filter { Self.isMusic($0.kind) }.prefix(Announcer.nextCount)),
                ahead: report.now.milliseconds - now.milliseconds)
        }

        func last(_ aired: [Aired], before edge: Int64) -> [RunningOrder.Entry] {
            let entries = aired.reversed().filter { $0.start.milliseconds < edge }.map { aired in
                let track = Track(
                    file: aired.file, key: "", artist: aired.artist, title: aired.title, album: aired.album)
                return RunningOrder.Entry(
                    kind: aired.kind.rawValue, title: track.shownTitle, start: aired.start.milliseconds,
                    duration: aired.length?.milliseconds)
            }
            return Array(entries.filter { Self.isMusic($0.kind) }.prefix(Announcer.lastCount))
        }

        private func entry(_ item: Item, isProvisional: Bool) -> RunningOrder.Entry {
            RunningOrder.Entry(
                kind: item.kind.rawValue, title: title(of: item), start: item.start.milliseconds,
                duration: item.length?.milliseconds, isProvisional: isProvisional)
        }

        /// What has no title of its own is the station.
        private func title(of item: Item) -> Title {
            switch item.kind {
            case .emergency, .tone, .bed: Title(title: station)
            case .identification where item.track.title == nil: Title(title: station)
            case .track, .queued, .identification, .live: item.track.shownTitle
            }
        }

        private static func isMusic(_ kind: String) -> Bool {
            [Item.Kind.track, .queued, .live].contains { $0.rawValue == kind }
        }
    }
}

extension RunningOrder {
    /// Whether it tells something new. The station's clock is read anew each time, to the block.
    fileprivate func differs(from other: RunningOrder?) -> Bool {
        guard var other, abs(other.ahead - ahead) < 100 else { return true }
        other.ahead = ahead
        return self != other
    }
}

extension Length {
    fileprivate var milliseconds: Int64 { Int64((seconds * 1_000).rounded()) }
}
