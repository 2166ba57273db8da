import Foundation
import TestKit

/// A program that runs beside the test until the test ends it: the station itself, a player, a browser.
///
/// Its two streams are files, so that it never waits for the test. It has a process group of its own, which is killed
/// when the last reference goes. Any thread may call it.
final class RunningProgram: Sendable {
    enum Failure: Error, CustomStringConvertible {
        case notStarted(String, String)
        case stillRunning(String, String)

        var description: String {
            switch self {
            case .notStarted(let name, let why): "\(name) could not be started: \(why)."
            case .stillRunning(let name, let words):
                "\(name) runs on past its deadline. It had said:\n\(words)"
            }
        }
    }

    /// What a command line begins with that root gives away to `nobody`.
    static let asNobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]

    let name: String
    let process: pid_t
    private let folder = Result { try TemporaryDirectory() }
    private let reaped = Locked<Int32?>(nil)

    /// Starts a program in PATH, or at a path.
    ///
    /// - Parameters:
    ///   - environment: is put on top of the test's own.
    ///   - unprivileged: as `nobody`, where the test is root: some players refuse root.
    ///   - merged: standard error goes to `output` too, each word in its place.
    init(
        _ program: String, _ arguments: [String], environment: [String: String] = [:],
        unprivileged: Bool = false, merged: Bool = false
    ) throws {
        let humbly = unprivileged && getuid() == 0
        let words = (humbly ? Self.asNobody : []) + [program] + arguments
        name = (program as NSString).lastPathComponent
        guard let path = words[0].contains("/") ? words[0] : Tool.find(words[0]) else {
            throw Tool.Failure.notFound(words[0])
        }
        let folder = try folder.get()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for (descriptor, file) in [(Int32(1), "output"), (2, merged ? "output" : "errors")] {
            posix_spawn_file_actions_addopen(
                &actions, descriptor, folder.path + "/" + file, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The threads of the test runner hold signals back, and a program would inherit that.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        var argumentList = words.map { strdup($0) } + [nil]
        var variableList = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { for word in argumentList + variableList { free(word) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, path, &actions, &attributes, &argumentList, &variableList)
        guard code == 0 else { throw Failure.notStarted(name, String(cString: strerror(code))) }
        self.process = process
    }

    deinit {
        signal(SIGKILL)
        while status == nil { usleep(2_000) }
    }

    /// All that it wrote so far.
    var output: String { said("output") }
    var errors: String { said("errors") }

    private func said(_ file: String) -> String {
        let bytes = (try? folder.get()).flatMap { FileManager.default.contents(atPath: $0.path + "/" + file) }
        return String(decoding: bytes ?? Data(), as: UTF8.self)
    }

    /// How it ended: the exit code, or 128 and the signal's number; nil while it runs.
    var status: Int32? {
        reaped.withLock { reaped in
            if let reaped { return reaped }
            var word: Int32 = 0
            guard waitpid(process, &word, WNOHANG) == process else { return nil }
            let signal = word & 0x7f
            reaped = signal == 0 ? (word >> 8) & 0xff : 128 + signal
            return reaped
        }
    }

    /// Sends a signal to it and to what it started in its group.
    func signal(_ number: Int32) {
        guard status == nil else { return }
        kill(-process, number)
    }

    /// Sends a signal to it alone.
    func signalAlone(_ number: Int32) {
        guard status == nil else { return }
        kill(process, number)
    }

    /// Waits for its end.
    ///
    /// - Returns: its status.
    /// - Throws: `Failure.stillRunning` at the deadline; then it is killed.
    @discardableResult func wait(_ deadline: Duration) async throws -> Int32 {
        let end = ContinuousClock.now + deadline
        while true {
            if let status { return status }
            guard .now < end else {
                let words = output + errors
                signal(SIGKILL)
                throw Failure.stillRunning(name, words)
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
