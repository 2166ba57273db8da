internal import Foundation

/// Runs what blocks on a thread of its own: the threads of the test runner are as few as the cores.
public func aside<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}
