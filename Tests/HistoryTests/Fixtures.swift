import Foundation
import GRDB
import Programme
import Synchronization
import TestKit

@testable import History

/// 2026-07-01T00:00:00Z, in the station's time.
let midnight = Instant(wallNanoseconds: 1_782_864_000_000_000_000)

func minutes(_ count: Int) -> Length { Length(seconds: Double(count * 60)) }

func fact(_ number: Int, kind: Fact.Kind = .skip, at: Instant? = nil) -> Fact {
    Fact(
        kind: kind, at: at ?? midnight + minutes(number), file: "/music/\(number).ogg",
        words: "Fact \(number).")
}

/// A state that can be told from others.
func state(_ number: Int) -> Timeline.State {
    var state = Timeline.State()
    state.nextQueueID = number
    return state
}

func item(_ number: Int, at start: Instant, length: Length? = nil) -> Aired {
    Aired(
        kind: .track, file: "/music/\(number).ogg", key: "\(number).ogg", artist: "Artist \(number)",
        title: "Title \(number)", start: start, length: length)
}

func entry(_ number: Int) -> LibraryEntry {
    LibraryEntry(
        path: "/music/folder with a longer name/\(number).flac", size: 30_000_000,
        modified: 1_700_000_000_123_456_789,
        measured: midnight, length: Length(frames: 8_000_000 + Int64(number)), loudness: -14.25,
        truePeak: -0.5,
        cueIn: Length(frames: 441), cueOut: Length(frames: 7_999_000), artist: "Künstlerin \(number)",
        title: "Ein Stück mit Namen \(number)", album: "Platte", codec: "flac", container: "flac",
        sampleRate: 48_000, channels: 2)
}

/// Sentences that a history reports.
final class Reports: Sendable {
    private let sentences = Mutex<[String]>([])

    var all: [String] { sentences.withLock { $0 } }

    func add(_ sentence: String) { sentences.withLock { $0.append(sentence) } }
}

extension History {
    /// A history for tests: it tries again soon.
    convenience init(
        _ folder: String, access: Access = .writing, now: Instant = midnight, capacity: Int = 4_096,
        patience: Duration = .milliseconds(20), reports: Reports = Reports()
    ) {
        self.init(
            folder: folder, access: access, now: now, capacity: capacity, patience: patience,
            report: { reports.add($0) })
    }

    /// All facts in their order, asked with a patience that a loaded machine needs.
    func facts() throws -> [Fact] {
        try lines(from: .last(1_000_000), limit: 1_000_000, deadline: .seconds(60)).compactMap {
            if case .fact(let fact) = $0.content { fact } else { nil }
        }
    }

    func items() throws -> [Aired] { try aired(last: 1_000_000, deadline: .seconds(60)) }

    /// Waits until the writer has done what a condition asks for.
    func reaches(_ condition: (HistoryStatus) -> Bool) -> Bool {
        for _ in 0..<6_000 {
            if condition(status) { return true }
            usleep(5_000)
        }
        return false
    }
}

/// Another program's look into the file.
func inspect<Value>(_ folder: String, _ body: (Database) throws -> Value) throws -> Value {
    let queue = try DatabaseQueue(path: "\(folder)/station.db")
    defer { try? queue.close() }
    return try queue.writeWithoutTransaction(body)
}
