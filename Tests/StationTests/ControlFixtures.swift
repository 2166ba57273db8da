internal import Dispatch
internal import Glibc
internal import Synchronization

@testable import Station

/// A daemon that answers from a script and remembers what it was told.
final class ScriptedStation: ControlHandler {
    /// A disk that does not answer until it is revived.
    final class DeadDisk: Sendable {
        private let asked = DispatchSemaphore(value: 0)
        private let alive = DispatchSemaphore(value: 0)

        func access() {
            asked.signal()
            alive.wait()
            alive.signal()
        }

        /// Waits until somebody waits for the disk.
        func waitForRequest() { asked.wait() }

        func revive() { alive.signal() }
    }

    private let disk: DeadDisk?
    /// Signs of life that `add` gives before it answers, and how long it takes for each.
    private let signs: (count: Int, pause: Duration)
    private let added = Mutex<[String]>([])
    let historyLength: Int64

    init(
        historyLength: Int64 = 0, disk: DeadDisk? = nil, signs: (count: Int, pause: Duration) = (0, .zero)
    ) {
        self.historyLength = historyLength
        self.disk = disk
        self.signs = signs
    }

    func status() throws(ControlRefusal) -> StatusReport { .sample }

    func now() throws(ControlRefusal) -> OnAirItem { .sinnerman }

    func next(count: Int) throws(ControlRefusal) -> [OnAirItem] {
        Array(repeating: .sinnerman, count: count)
    }

    func skip() throws(ControlRefusal) -> Acknowledgement {
        throw ControlRefusal("There is nothing to skip to.", remedy: "Put audio into a playlist.")
    }

    func reload() throws(ControlRefusal) -> Acknowledgement {
        Acknowledgement(done: String(repeating: "x", count: ControlRequest.mostAnswerBytes))
    }

    func queue() throws(ControlRefusal) -> [QueueEntry] {
        added.withLock { $0.indices.map { QueueEntry(id: $0 + 1, item: .sinnerman) } }
    }

    func add(files: [String], while isWanted: () -> Bool) throws(ControlRefusal) -> Acknowledgement {
        disk?.access()
        for _ in 0..<signs.count {
            usleep(UInt32(signs.pause / .microseconds(1)))
            guard isWanted() else { throw .givenUp }
        }
        added.withLock { $0 += files }
        return Acknowledgement(done: "Queued.", entries: try queue())
    }

    func remove(id: Int) throws(ControlRefusal) -> Acknowledgement { Acknowledgement(done: "Removed \(id).") }

    func direct(_ dj: String, _ act: DJAct) throws(ControlRefusal) -> Acknowledgement {
        Acknowledgement(done: "\(act.rawValue) \(dj)")
    }

    func schedule(from: StationTime, seconds: Int) throws(ControlRefusal) -> ScheduleReport {
        ScheduleReport(from: from, until: from, shows: [])
    }

    func scheduleDiff() throws(ControlRefusal) -> ScheduleDiff {
        disk?.access()
        return ScheduleDiff(changes: ["Tuesday 1 Dec: Küchenradio is new, 20:00 to 22:00"])
    }

    func history(from start: HistoryStart) throws(ControlRefusal) -> HistoryPage {
        let first: Int64
        switch start {
        case .last(let count): first = max(1, historyLength - Int64(count) + 1)
        case .since: first = 1
        case .after(let id): first = id + 1
        }
        let end = min(historyLength, first + Int64(HistoryPage.mostEntries) - 1)
        return HistoryPage(
            entries: first > end ? [] : (first...end).map { HistoryEntry(id: $0, item: .sinnerman) },
            more: end < historyLength)
    }
}

extension StationTime {
    /// Made from the text of RFC 3339.
    init(_ text: String) { self.init(rfc3339: text)! }
}

extension OnAirItem {
    static let sinnerman = OnAirItem(
        kind: .track, start: StationTime("2026-07-01T14:03:12.250+02:00"), duration: 619.4321,
        ends: StationTime("2026-07-01T14:13:31.682+02:00"), position: 200, artist: "Nina Simone",
        title: "Sinnerman", album: "Pastel Blues", file: "/music/sinnerman.flac", show: "Nachtschicht")
}

extension StatusReport {
    static let sample = StatusReport(
        station: "Radio Beispiel", version: "0.1.0",
        onAirSince: StationTime("2026-06-29T10:00:00.000+02:00"), uptime: 187_592.25, now: .sinnerman,
        next: OnAirItem(
            kind: .identification, start: StationTime("2026-07-01T14:13:31.682+02:00"), provisional: true),
        mounts: [
            MountReport(
                path: "/stream.ogg", url: "http://localhost:8000/stream.ogg", listeners: 3, peak: 17,
                bitrate: 160_000)
        ],
        icecast: [
            PushReport(
                url: "http://source:geheim@icecast.example:8000/radio.ogg", connected: false,
                state: "refused: wrong password; next try in 5 s")
        ],
        library: LibraryReport(
            files: 412, measured: 400, measuring: 10, problems: ["/music/leer.mp3 is empty: remove it."]),
        journal: "written up to now", clock: ClockReport(blocksLate: 2, resets: 0),
        air: AirReport(
            troubles: [
                AirReport.Trouble(
                    place: "http://zwei.example/r.ogg", kind: "silent",
                    words: "Who listens to http://zwei.example/r.ogg hears silence instead of the programme.")
            ],
            ears: [
                AirReport.Ear(address: "http://127.0.0.1:8000/stream.ogg", heard: true, behind: 0.7),
                AirReport.Ear(address: "http://zwei.example/r.ogg", heard: false, behind: nil),
            ], loudness: -16.04))
}
