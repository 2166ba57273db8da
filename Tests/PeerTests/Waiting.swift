import Foundation
import Synchronization

/// A value behind a lock, for what a thread and a test share.
final class Locked<Value: Sendable>: Sendable {
    private let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
    func withLock<R: Sendable>(_ body: (inout Value) throws -> R) rethrows -> R {
        try value.withLock { value in try body(&value) }
    }
}

/// Something that a test waited for did not come.
struct DidNotHappen: Error, CustomStringConvertible {
    let what: String
    let after: Duration
    /// What the test knows besides.
    let words: String
    var description: String { "Within \(after) it did not happen that \(what). \(words)" }
}

/// Waits until something holds. The deadline is for a machine that hangs, not a measure of anything.
func until(
    _ what: String, within deadline: Duration = .seconds(60), telling words: () -> String = { "" },
    _ holds: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + deadline
    while try await !holds() {
        guard .now < end else { throw DidNotHappen(what: what, after: deadline, words: words()) }
        try await Task.sleep(for: .milliseconds(50))
    }
}
