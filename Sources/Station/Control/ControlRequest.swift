internal import Foundation

/// What a command asks of the daemon. On the wire one JSON object in one line, `{"count":5,"request":"next",
/// "version":1}`; a connection carries one request and its answer.
enum ControlRequest: Hashable, Sendable {
    case status
    case now
    case next(count: Int)
    case skip
    case reload
    case queue
    case add(files: [String])
    case remove(id: Int)
    case history(from: HistoryStart)
    case direct(dj: String, act: DJAct)
    case schedule(from: StationTime, seconds: Int)
    case scheduleDiff

    /// The version of the language. Both sides refuse another one.
    static let version = 1
    /// The longest line of a request, its end included, in bytes.
    static let mostBytes = 64 << 10
    /// The longest answer, its end included, in bytes.
    static let mostAnswerBytes = 1 << 20
    /// The most items that `next` tells.
    static let mostItems = 100
}

/// Where a reader of the history begins. Every page goes on to newer lines.
public enum HistoryStart: Hashable, Sendable {
    /// So many lines before the newest.
    case last(Int)
    /// The first line whose item was on air at this instant or began after it.
    case since(StationTime)
    /// The line behind this one: the next page.
    case after(id: Int64)
}

/// What an operator wants of a DJ who is connected.
public enum DJAct: String, Sendable, Hashable {
    /// The air, as soon as there is something to hear.
    case takeover
    /// Back to the green room.
    case hold
    /// Away.
    case kick
}

extension ControlRequest: Codable {
    private enum CodingKeys: String, CodingKey {
        case version
        case request
        case count
        case files
        case id
        case last
        case since
        case after
        case dj
        case from
        case seconds
    }

    private enum Name: String, Codable {
        case status
        case now
        case next
        case skip
        case reload
        case queue
        case add = "queue add"
        case remove = "queue remove"
        case history
        case takeover
        case hold
        case kick
        case schedule
        case scheduleDiff = "schedule diff"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let version = try container.decode(Int.self, forKey: .version)
        guard version == Self.version else {
            throw ControlRefusal.version(daemon: Self.version, asked: version)
        }
        switch try container.decode(Name.self, forKey: .request) {
        case .status: self = .status
        case .now: self = .now
        case .next: self = .next(count: try container.decode(Int.self, forKey: .count))
        case .skip: self = .skip
        case .reload: self = .reload
        case .queue: self = .queue
        case .add: self = .add(files: try container.decode([String].self, forKey: .files))
        case .takeover: self = .direct(dj: try container.decode(String.self, forKey: .dj), act: .takeover)
        case .hold: self = .direct(dj: try container.decode(String.self, forKey: .dj), act: .hold)
        case .kick: self = .direct(dj: try container.decode(String.self, forKey: .dj), act: .kick)
        case .schedule:
            self = .schedule(
                from: try container.decode(StationTime.self, forKey: .from),
                seconds: try container.decode(Int.self, forKey: .seconds))
        case .scheduleDiff: self = .scheduleDiff
        case .remove: self = .remove(id: try container.decode(Int.self, forKey: .id))
        case .history:
            if let time = try container.decodeIfPresent(StationTime.self, forKey: .since) {
                self = .history(from: .since(time))
            } else if let id = try container.decodeIfPresent(Int64.self, forKey: .after) {
                self = .history(from: .after(id: id))
            } else {
                self = .history(from: .last(try container.decode(Int.self, forKey: .last)))
            }
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.version, forKey: .version)
        let name: Name
        switch self {
        case .status: name = .status
        case .now: name = .now
        case .next(let count):
            name = .next
            try container.encode(count, forKey: .count)
        case .skip: name = .skip
        case .reload: name = .reload
        case .queue: name = .queue
        case .add(let files):
            name = .add
            try container.encode(files, forKey: .files)
        case .remove(let id):
            name = .remove
            try container.encode(id, forKey: .id)
        case .direct(let dj, let act):
            switch act {
            case .takeover: name = .takeover
            case .hold: name = .hold
            case .kick: name = .kick
            }
            try container.encode(dj, forKey: .dj)
        case .schedule(let from, let seconds):
            name = .schedule
            try container.encode(from, forKey: .from)
            try container.encode(seconds, forKey: .seconds)
        case .scheduleDiff: name = .scheduleDiff
        case .history(let start):
            name = .history
            switch start {
            case .last(let count): try container.encode(count, forKey: .last)
            case .since(let time): try container.encode(time, forKey: .since)
            case .after(let id): try container.encode(id, forKey: .after)
            }
        }
        try container.encode(name, forKey: .request)
    }
}

/// The daemon's answer on the wire: one of the two.
struct ControlReply<Answer: Codable & Sendable>: Codable, Sendable {
    var answer: Answer?
    var refusal: ControlRefusal?
}

/// One line of JSON, its keys in order and its end included; nil for what JSON cannot say (a number that is none).
func controlLine(_ value: some Encodable) -> [UInt8]? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Only a number without a value could not be encoded; nil is told as a broken answer.
    return (try? encoder.encode(value)).map { Array($0) + [UInt8(ascii: "\n")] }
}

extension ControlRefusal {
    /// The answer that it is on the wire.
    var line: [UInt8] { controlLine(ControlReply<Bool>(refusal: self)) ?? [] }
}
