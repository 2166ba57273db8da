internal import CShims
internal import Glibc

/// A program of the system's, run by a test: oggdec, ogginfo, ffmpeg and their like.
///
/// Its three streams are files, not pipes: however much is written, neither side waits for the other.
public enum Tool {
    /// What a program left behind.
    public struct Result: Sendable {
        /// The exit code; 128 and the signal's number when a signal ended the program, as shells have it.
        public let status: Int32
        /// All of standard output.
        public let output: [UInt8]
        /// All of standard error.
        public let errors: String
    }

    public enum Failure: Error, CustomStringConvertible {
        case notFound(String)
        case notStarted(String, code: Int32)
        /// It, and every process that it started, was killed.
        case overdue(String, errors: String)

        public var description: String {
            switch self {
            case .notFound(let name): "\(name) is not in PATH: install the Debian package that has it."
            case .notStarted(let name, let code):
                "\(name) could not be started: \(String(cString: strerror(code)))."
            case .overdue(let name, let errors): "\(name) was killed at its deadline. It had said: \(errors)"
            }
        }
    }

    /// The path of a program in PATH; nil when it is not installed. For a visible skip:
    /// `@Test(.enabled(if: Tool.find("oggdec") != nil, "vorbis-tools is not installed"))`. A path is taken as it is.
    public static func find(_ name: String) -> String? {
        guard !name.contains("/") else { return access(name, X_OK) == 0 ? name : nil }
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        return path.split(separator: ":").lazy.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }

    /// Runs a program to its end with `input` as its standard input. Blocks the calling thread.
    ///
    /// The program gets a process group of its own; at the deadline the whole group is killed.
    public static func run(
        _ name: String, _ arguments: [String], input: [UInt8] = [], deadline: Duration = .seconds(60)
    ) throws(Failure) -> Result {
        guard let program = find(name) else { throw .notFound(name) }
        let streams = [Scratch(), Scratch(), Scratch()]
        streams[0].fill(input)
        let process = try start(program, [name] + arguments, streams)
        let end = cshims_monotonic_now() + nanoseconds(deadline)
        var status: Int32 = 0
        while waitpid(process, &status, WNOHANG) == 0 {
            guard cshims_monotonic_now() < end else {
                kill(-process, SIGKILL)
                waitpid(process, &status, 0)
                throw .overdue(name, errors: streams[2].text)
            }
            usleep(2_000)
        }
        let signal = status & 0x7f
        return Result(
            status: signal == 0 ? (status >> 8) & 0xff : 128 + signal, output: streams[1].contents,
            errors: streams[2].text)
    }

    private static func start(
        _ program: String, _ words: [String], _ streams: [Scratch]
    ) throws(Failure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, stream) in streams.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, stream.descriptor, Int32(number))
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, program, &actions, &attributes, &arguments, environ)
        guard code == 0 else { throw .notStarted(words[0], code: code) }
        return process
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}

/// A nameless temporary file.
private final class Scratch {
    private let file: UnsafeMutablePointer<FILE>
    var descriptor: Int32 { fileno(file) }

    init() {
        guard let file = tmpfile() else {
            fatalError("No temporary file: \(String(cString: strerror(errno))).")
        }
        self.file = file
        // Programs that other tests start at the same time shall not inherit it.
        _ = fcntl(fileno(file), F_SETFD, FD_CLOEXEC)
    }

    deinit { fclose(file) }

    func fill(_ bytes: [UInt8]) {
        let written = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
        precondition(
            written == bytes.count && fflush(file) == 0, "The temporary file took not all of the input.")
        rewind(file)
    }

    var contents: [UInt8] {
        fseek(file, 0, SEEK_END)
        let size = ftell(file)
        rewind(file)
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = fread(buffer.baseAddress, 1, size, file)
        }
    }

    var text: String { String(decoding: contents, as: UTF8.self) }
}
