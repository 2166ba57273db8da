internal import CShims
public import Foundation
public import Logging
internal import Synchronization
internal import Threads

/// Calls people when something is wrong on air, and when it is over: once each.
///
/// Each way to call has a thread of its own, so that one that hangs holds up no other. A call has `deadline` to be made
/// and is tried three times. At most `most` calls wait on each way: when one more comes, the oldest is left out, and the
/// log says so. What a call says goes to the log, too, on every station; how it is made, and every secret, does not.
public final class Alarm: Sendable {
    /// Calls that wait on one way.
    static let most = 32
    /// From the start of a try to its end.
    static let deadline = Duration.seconds(30)
    /// Before the second and the third try.
    static let pauses: [Duration] = [.seconds(10), .seconds(60)]

    public struct Settings: Sendable {
        /// The station's name.
        public var station: String
        /// In which calls tell the time.
        public var zone: TimeZone
        public var ways: [AlarmWay]

        public init(station: String, zone: TimeZone, ways: [AlarmWay]) {
            self.station = station
            self.zone = zone
            self.ways = ways
        }
    }

    private struct State {
        var station = ""
        var zone = TimeZone.gmt
        var lines: [AlarmLine] = []
    }

    private let state = Mutex(State())
    private let logger: Logger

    public init(logger: Logger) { self.logger = logger }

    /// Calls in these ways from now on; what waits on others is left out.
    public func follow(_ settings: Settings) {
        let (old, new) = state.withLock { state in
            let old = state.lines
            (state.station, state.zone) = (settings.station, settings.zone)
            state.lines = settings.ways.map { way in
                old.first { $0.way == way } ?? AlarmLine(way, logger: logger)
            }
            return (old, state.lines)
        }
        for line in old where !new.contains(where: { $0 === line }) { line.stop() }
        for line in new where !old.contains(where: { $0 === line }) { line.start() }
    }

    /// Makes a call in every way. Any thread; returns at once.
    ///
    /// - Parameter wall: when, in nanoseconds since 1970.
    public func call(_ news: ListeningRoom.News, at wall: Int64) {
        let (station, zone, lines) = state.withLock { ($0.station, $0.zone, $0.lines) }
        let call = AlarmCall(
            news, station: station, date: Date(timeIntervalSince1970: Double(wall) / 1e9), zone: zone)
        let place: Logger.Metadata = ["place": "\(call.place)", "kind": "\(call.kind)"]
        if call.isOver {
            logger.notice("\(call.words)", metadata: place)
        } else {
            logger.error("\(call.words)", metadata: place)
        }
        for line in lines { line.add(call) }
    }

    /// Ends all calling; a call that is being made is broken off.
    public func stop() {
        let lines = state.withLock { state in
            defer { state.lines = [] }
            return state.lines
        }
        for line in lines { line.stop() }
    }
}

/// One way to call: its queue and its thread.
final class AlarmLine: Sendable {
    private struct State {
        var waiting: [AlarmCall] = []
        var leftOut = 0
        var isStopping = false
    }

    let way: AlarmWay
    private let logger: Logger
    private let state = Mutex(State())
    private let wake = Signal()
    private let thread = OwnedThread(name: "fh-alarm")

    init(_ way: AlarmWay, logger: Logger) {
        self.way = way
        self.logger = logger
    }

    func start() { thread.start { [self] in run() } }

    func stop() {
        state.withLock { $0.isStopping = true }
        wake.wake()
        // A name that is being looked up cannot be broken off.
        thread.join(within: .seconds(2))
    }

    func add(_ call: AlarmCall) {
        state.withLock { state in
            if state.waiting.count >= Alarm.most {
                state.waiting.removeFirst()
                state.leftOut += 1
            }
            state.waiting.append(call)
        }
        wake.wake()
    }

    /// Calls that wait, and that were left out since the last one was made.
    var waiting: Int { state.withLock { $0.waiting.count } }
    var leftOut: Int { state.withLock { $0.leftOut } }

    private var isStopping: Bool { state.withLock { $0.isStopping } }

    private func run() {
        while !isStopping {
            let (call, leftOut) = state.withLock { state in
                defer { state.leftOut = 0 }
                return (state.waiting.isEmpty ? nil : state.waiting.removeFirst(), state.leftOut)
            }
            if leftOut > 0 {
                logger.error(
                    "alarms were left out: too many waited",
                    metadata: ["by": "\(way.name)", "count": "\(leftOut)"])
            }
            if let call { make(call) } else { wake.wait() }
        }
    }

    private func make(_ call: AlarmCall) {
        for pause in Alarm.pauses.map(Optional.some) + [nil] {
            do throws(AlarmFailure) {
                return try way.make(call, within: Alarm.deadline) { [self] in isStopping }
            } catch {
                if isStopping { return }
                logger.error(
                    "the alarm did not get through",
                    metadata: [
                        "by": "\(way.name)", "why": "\(error)",
                        "again": "\(pause.map { "in \($0)" } ?? "no")",
                    ])
            }
            guard let pause else { return }
            let end = cshims_monotonic_now() + pause.components.seconds * 1_000_000_000
            while !isStopping, case let left = end - cshims_monotonic_now(), left > 0 {
                wake.wait(.nanoseconds(left))
            }
        }
    }
}
