internal import Broadcast
internal import Hummingbird

/// What the front door is told of the rest of the house, for `/health` and `/metrics`. Called on Swift's cooperative
/// threads: nothing in it may wait.
public protocol Vitals: Sendable {
    /// All that is wrong on air, a sentence each, for whoever keeps the station; empty while what is heard is right.
    var troubles: [String] { get }
    /// What is known yet: false while nothing was listened to.
    var isHeard: Bool { get }
    /// Figures for machines.
    var figures: [Figure] { get }
}

/// A figure as Prometheus takes it, with a value for each set of labels.
public struct Figure: Sendable {
    public enum Kind: String, Sendable {
        /// It goes up and down.
        case gauge
        /// It only grows.
        case counter
    }

    public typealias Sample = (labels: [(name: String, value: String)], value: Double)

    /// Letters and `_`; a counter's ends in `_total`.
    public var name: String
    /// What it is, with its unit, in a line.
    public var help: String
    public var kind: Kind
    public var samples: [Sample]

    public init(_ name: String, _ help: String, kind: Kind = .gauge, samples: [Sample]) {
        self.name = name
        self.help = help
        self.kind = kind
        self.samples = samples
    }

    /// A figure without labels; none where it is not known.
    public init(_ name: String, _ help: String, kind: Kind = .gauge, value: Double?) {
        self.init(name, help, kind: kind, samples: value.map { [(labels: [], value: $0)] } ?? [])
    }

    /// The figure in Prometheus' text format 0.0.4.
    var text: String {
        guard !samples.isEmpty else { return "" }
        var text = "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        for sample in samples {
            let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
            text += name + (labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}")
            text += " \(Self.number(sample.value))\n"
        }
        return text
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        guard value.isFinite else { return value < 0 ? "-Inf" : "+Inf" }
        return Int(exactly: value).map(String.init) ?? "\(value)"
    }
}

extension FrontDesk {
    /// `/health`: 200 while what is on air is right, 503 and a sentence a trouble while it is not. It says nothing of
    /// the process: that answers, or not.
    var health: Response {
        let troubles = vitals?.troubles ?? []
        guard troubles.isEmpty else {
            return Response(
                status: .serviceUnavailable, text: troubles.joined(separator: "\n") + "\n",
                type: "text/plain; charset=utf-8")
        }
        let isHeard = vitals?.isHeard ?? false
        return Response(
            text: isHeard
                ? "The programme is heard at every address.\n"
                : "The station is on air and about to listen to itself.\n",
            type: "text/plain; charset=utf-8")
    }

    /// `/metrics`: counts and levels, no address and no name of a listener.
    var metrics: Response {
        let audiences = mounts.map { (path: $0.mount.path, count: $0.audience) }
        let own = [
            Figure(
                "funkhaus_listeners", "Listeners now.",
                samples: audiences.map { (labels: [("mount", $0.path)], value: Double($0.count.now)) }),
            Figure(
                "funkhaus_listeners_peak", "The most listeners at one time since the start.",
                samples: audiences.map { (labels: [("mount", $0.path)], value: Double($0.count.peak)) }),
            Figure(
                "funkhaus_listeners_gone_total", "Listeners that are gone, by the reason.", kind: .counter,
                samples: audiences.flatMap { audience in
                    Departure.allCases.map { departure in
                        (
                            labels: [("mount", audience.path), ("reason", departure.rawValue)],
                            value: Double(audience.count.departures[departure] ?? 0)
                        )
                    }
                }),
            Figure(
                "funkhaus_connections", "Open connections, listeners included.",
                value: Double(turnstile.connectionsNow)),
        ]
        let text = ((vitals?.figures ?? []) + own).map(\.text).joined()
        return Response(text: text, type: "text/plain; version=0.0.4; charset=utf-8")
    }
}
