internal import Foundation
internal import Glibc

/// Debian's icecast2 on a free loopback port: a real peer that a test starts, stops, freezes and kills.
///
/// One thread at a time. It ends with the object.
public final class IcecastServer {
    /// The password of sources.
    public static let password = "geheim"

    /// What the server's status says of one mount.
    public struct Source: Sendable, Equatable {
        public let artist: String?
        public let title: String?
        public let name: String?
        public let genre: String?
        /// When its source came.
        public let start: String?
    }

    public let port: UInt16
    private let folder: TemporaryDirectory
    private var process: pid_t?

    /// Starts a server, and waits until it listens.
    ///
    /// `sourceTimeout`: seconds after which it gives a silent source up.
    public convenience init(sources: Int = 10, sourceTimeout: Int = 10) throws {
        try self.init { port, folder in
            """
            <icecast>
              <limits><clients>50</clients><sources>\(sources)</sources><source-timeout>\(sourceTimeout)\
            </source-timeout><queue-size>1048576</queue-size><burst-size>65536</burst-size></limits>
              <authentication><source-password>\(Self.password)</source-password>
                <admin-user>admin</admin-user><admin-password>\(Self.password)</admin-password></authentication>
              <hostname>localhost</hostname>
              <listen-socket><port>\(port)</port><bind-address>127.0.0.1</bind-address></listen-socket>
              <paths><logdir>\(folder)</logdir><webroot>/usr/share/icecast2/web</webroot>
                <adminroot>/usr/share/icecast2/admin</adminroot></paths>
              <logging><errorlog>-</errorlog><accesslog>-</accesslog><loglevel>3</loglevel></logging>
              \(Self.leavingRoot)
            </icecast>
            """
        }
    }

    /// Starts a server with a configuration of the test's own, and waits until it listens. It gets the port and the
    /// folder that the server is to have; its logs must go to `-`, which is standard output.
    public init(_ configuration: (_ port: UInt16, _ folder: String) throws -> String) throws {
        folder = try TemporaryDirectory()
        port = IcecastLoopback.freePort()
        try configuration(port, folder.path).write(
            toFile: folder.path + "/icecast.xml", atomically: false, encoding: .utf8)
        try start()
    }

    deinit { kill() }

    /// icecast2 refuses to serve as root: what a configuration says then.
    public static let leavingRoot =
        getuid() == 0
        ? "<security><changeowner><user>nobody</user><group>nogroup</group></changeowner></security>" : ""

    /// Starts it, again on the same port, and waits until it listens.
    public func start() throws {
        let program = Tool.find("icecast2") ?? "/usr/bin/icecast2"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        let log = folder.path + "/log"
        let began = self.log.components(separatedBy: "server started").count
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var words: [UnsafeMutablePointer<CChar>?] = [
            strdup(program), strdup("-c"), strdup(folder.path + "/icecast.xml"), nil,
        ]
        defer { for word in words { free(word) } }
        var identity: pid_t = 0
        guard posix_spawn(&identity, program, &actions, nil, &words, environ) == 0 else {
            throw Tool.Failure.notFound("icecast2")
        }
        self.process = identity
        for _ in 0..<500 {
            usleep(10_000)
            guard self.log.components(separatedBy: "server started").count > began else { continue }
            // Now and then icecast2 2.4.4 dies of a connection in the first moments in which it listens.
            usleep(200_000)
            if IcecastLoopback.takesConnections(port) { return }
        }
        throw Tool.Failure.overdue("icecast2", errors: self.log)
    }

    /// Ends it as its init script does, and waits for that.
    public func stop() { end(SIGTERM) }

    /// Ends it without a last word.
    public func kill() { end(SIGKILL) }

    /// Freezes it: its kernel goes on taking connections and bytes, it does not.
    public func freeze() { signal(SIGSTOP) }

    public func thaw() { signal(SIGCONT) }

    /// What it has logged.
    public var log: String { (try? String(contentsOfFile: folder.path + "/log", encoding: .utf8)) ?? "" }

    /// The mount's source as the status page tells it; nil when it has none, or the server does not answer.
    public func source(_ mount: String) -> Source? {
        guard
            let reply = try? Tool.run("curl", ["-s", "-m", "2", "http://127.0.0.1:\(port)/status-json.xsl"]),
            let page = try? JSONSerialization.jsonObject(with: Data(reply.output)) as? [String: Any],
            let status = page["icestats"] as? [String: Any]
        else { return nil }
        let sources =
            status["source"] as? [[String: Any]] ?? (status["source"] as? [String: Any]).map { [$0] } ?? []
        let found = sources.first { ($0["listenurl"] as? String)?.hasSuffix(mount) == true }
        guard let found, found["stream_start"] != nil else { return nil }
        func text(_ key: String) -> String? { found[key].map { "\($0)" } }
        return Source(
            artist: text("artist"), title: text("title"), name: text("server_name"), genre: text("genre"),
            start: text("stream_start"))
    }

    /// Ends the mount's source.
    public func dropSource(_ mount: String) throws {
        let url = "http://admin:\(Self.password)@127.0.0.1:\(port)/admin/killsource?mount=\(mount)"
        _ = try Tool.run("curl", ["-s", "-m", "5", url])
    }

    /// What a listener gets of a mount of the server at a port within some seconds. Blocks for as long.
    public static func listen(_ port: UInt16, _ mount: String, seconds: Double) throws -> [UInt8] {
        try Tool.run("curl", ["-s", "-m", "\(seconds)", "http://127.0.0.1:\(port)\(mount)"]).output
    }

    private func signal(_ number: Int32) {
        if let process { Glibc.kill(process, number) }
    }

    private func end(_ number: Int32) {
        guard let process else { return }
        Glibc.kill(process, number)
        if number != SIGKILL { Glibc.kill(process, SIGCONT) }
        var status: Int32 = 0
        for _ in 0..<1_000 {
            if waitpid(process, &status, WNOHANG) != 0 {
                self.process = nil
                return
            }
            usleep(10_000)
        }
        Glibc.kill(process, SIGKILL)
        waitpid(process, &status, 0)
        self.process = nil
    }
}
