import Audio
import Broadcast
import Codecs
import Foundation
import Synchronization
import TestKit

@testable import Server

/// A numbered case of what happens when streams come, go, stall or are too full, as icecast2 2.4.4 plays it and as ours
/// does. The one-answer cases stand in `ConformanceCase`; the numbers go on where those of a section end.
struct Scene: Sendable {
    let number: Int
    let name: String
    /// What is set for the mounts, by letter.
    var rules: [Character: SceneRules] = [:]
    let icecast: [String]
    let ours: [String]
    /// Why ours differs; nil where it does not.
    let reason: String?
    /// Gives what was seen, in words that stand in `icecast` and `ours`.
    let play: @Sendable (ScenePlayer) async throws -> [String]

    static func same(
        _ number: Int, _ name: String, rules: [Character: SceneRules] = [:], _ both: [String],
        play: @escaping @Sendable (ScenePlayer) async throws -> [String]
    ) -> Self {
        Self(
            number: number, name: name, rules: rules, icecast: both, ours: both, reason: nil, play: play)
    }

    static func other(
        _ number: Int, _ name: String, rules: [Character: SceneRules] = [:], icecast: [String],
        ours: [String], because reason: String,
        play: @escaping @Sendable (ScenePlayer) async throws -> [String]
    ) -> Self {
        Self(
            number: number, name: name, rules: rules, icecast: icecast, ours: ours, reason: reason,
            play: play)
    }

    func path(_ letter: Character) -> String { "/\(number)\(letter).mp3" }
}

/// What is set for a mount; a fallback is another one's letter, or a file's name.
struct SceneRules: Sendable {
    var fallback: String?
    var overrides = false
    var whenFull = false
    var most: Int?
    var seconds: Int?
    /// How long a source may be silent, in seconds.
    var silence: Int?
    /// In kbit/s.
    var bitrate = 128
}

/// A server whose streams a scene feeds and ends by hand.
protocol SceneServer: Sendable {
    var port: Int { get }
    /// Gives a stream a letter so many times; it begins with the first.
    func feed(_ path: String, _ letter: UInt8, _ bytes: Int) async throws
    func end(_ path: String) async throws
    /// Comes in as a source of a stream, with its first audio in the same write as its head.
    func comeIn(_ path: String, _ bytes: [UInt8]) async throws -> RawClient
    /// The first bytes that are heard of the last source of a stream.
    func heard(of path: String, _ count: Int) async throws -> [UInt8]
    /// A request of the operator's that changes something.
    func order(_ command: String) -> String
}

/// One scene at one server.
struct ScenePlayer: Sendable {
    let scene: Scene
    let server: any SceneServer

    /// Gives a mount audio, which is the mount's letter again and again, or another.
    func feed(_ letter: Character, _ bytes: Int = 20_000, as other: Character? = nil) async throws {
        try await server.feed(scene.path(letter), (other ?? letter).asciiValue ?? 0, bytes)
    }

    /// Feeds for as long as something takes.
    func feed<R: Sendable>(_ letters: String, while body: @escaping @Sendable () async throws -> R)
        async throws -> R
    {
        try await withThrowingTaskGroup(of: R?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                while !Task.isCancelled {
                    for letter in letters { try await feed(letter, 10_000) }
                    try? await Task.sleep(for: .milliseconds(20))
                }
                return nil
            }
            var result: R?
            while let next = try await group.next() {
                if let next { result = next }
                group.cancelAll()
            }
            guard let result else { throw CancellationError() }
            return result
        }
    }

    func end(_ letter: Character) async throws { try await server.end(scene.path(letter)) }

    /// Asks for a mount, as a listener.
    func listen(_ letter: Character, receiveBuffer: Int32? = nil) throws -> RawClient {
        let client = try RawClient(port: server.port, receiveBuffer: receiveBuffer)
        client.send("GET \(scene.path(letter)) HTTP/1.0\r\n\r\n")
        return client
    }

    /// The status of a listener's answer.
    func status(_ client: RawClient) async throws -> String {
        String(try await client.readHead().dropFirst("HTTP/1.x ".count).prefix(3))
    }

    /// Which letters a listener hears in so many bytes, each told once in a row, and whether the server closed the line.
    func hear(_ client: RawClient, _ bytes: Int = 100_000) async throws -> String {
        var (heard, isOver) = ([UInt8](), false)
        do {
            heard = try await client.read(bytes)
        } catch RawClient.Failure.ended(let received) {
            (heard, isOver) = (received, true)
        }
        return Self.letters(heard) + (isOver ? " and closed" : "")
    }

    private static func letters(_ bytes: [UInt8]) -> String {
        var letters: [UInt8] = []
        for byte in bytes where byte != letters.last { letters.append(byte) }
        return String(decoding: letters, as: UTF8.self)
    }

    /// Comes in as a source whose first 20,000 bytes, a letter again and again, are in the same write as its head.
    func comeIn(_ letter: Character, saying first: Character) async throws -> RawClient {
        let bytes = [UInt8](repeating: first.asciiValue ?? 0, count: 20_000)
        return try await server.comeIn(scene.path(letter), bytes)
    }

    /// Which letters are heard in a source's first bytes.
    func hear(of letter: Character, _ bytes: Int) async throws -> String {
        Self.letters(try await server.heard(of: scene.path(letter), bytes))
    }

    /// How much a listener hears before it hears a letter.
    func kilobytes(_ client: RawClient, before letter: Character) async throws -> Int {
        var count = 0
        while try await !client.read(1_000).contains(letter.asciiValue ?? 0) { count += 1 }
        return count
    }

    /// What everybody reads.
    func status() async throws -> String { try await ask("GET /status-json.xsl HTTP/1.0\r\n\r\n") }

    /// What the operator reads.
    func read(_ command: String) async throws -> String {
        try await ask("GET /admin/\(command) HTTP/1.0\r\n\(Self.login)\r\n\r\n")
    }

    func order(_ command: String) async throws -> String { try await ask(server.order(command)) }

    private func ask(_ request: String) async throws -> String {
        let client = try RawClient(port: server.port)
        client.send(request)
        return String(decoding: try await client.readToEnd(), as: UTF8.self)
    }

    static let login = basic("admin:\(IcecastServer.password)")
}

// MARK: The two of them

/// icecast2: each stream is a source's connection.
final class IcecastScene: SceneServer {
    private let sources = Mutex<[String: RawClient]>([:])
    let port: Int

    init(port: Int) { self.port = port }

    func feed(_ path: String, _ letter: UInt8, _ bytes: Int) async throws {
        try await source(path).send([UInt8](repeating: letter, count: bytes))
    }

    private func source(_ path: String) async throws -> RawClient {
        if let source = sources.withLock({ $0[path] }) { return source }
        return try await comeIn(path, [])
    }

    func comeIn(_ path: String, _ bytes: [UInt8]) async throws -> RawClient {
        let source = try RawClient(port: port)
        let head =
            "SOURCE \(path) HTTP/1.0\r\n\(basic("source:\(IcecastServer.password)"))\r\n"
            + "Content-Type: audio/mpeg\r\nice-name: \(path)\r\n\r\n"
        source.send(Array(head.utf8) + bytes)
        _ = try await source.readHead()
        sources.withLock { $0[path] = source }
        return source
    }

    func heard(of path: String, _ count: Int) async throws -> [UInt8] {
        let listener = try RawClient(port: port)
        listener.send("GET \(path) HTTP/1.0\r\n\r\n")
        _ = try await listener.readHead()
        return try await listener.read(count)
    }

    func end(_ path: String) async throws { sources.withLock { $0.removeValue(forKey: path) }?.hangUp() }

    func order(_ command: String) -> String {
        "GET /admin/\(command) HTTP/1.0\r\n\(ScenePlayer.login)\r\n\r\n"
    }

    static func configuration(_ port: UInt16, _ folder: String, _ scenes: [Scene]) throws -> String {
        try Data([UInt8](repeating: UInt8(ascii: "f"), count: 20_000)).write(
            to: URL(fileURLWithPath: folder + "/file.mp3"))
        for path in [folder, folder + "/file.mp3"] { chmod(path, 0o755) }
        for page in ["status-json.xsl", "xml2json.xslt"] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/\(page)", withDestinationPath: "/usr/share/icecast2/web/\(page)")
        }
        let mounts = scenes.flatMap { scene in
            scene.rules.map { letter, rules in
                var settings = "<mount-name>\(scene.path(letter))</mount-name>"
                if let fallback = rules.fallback {
                    let path = fallback.count == 1 ? scene.path(Character(fallback)) : "/" + fallback
                    settings += "<fallback-mount>\(path)</fallback-mount>"
                }
                if rules.overrides { settings += "<fallback-override>1</fallback-override>" }
                if rules.whenFull { settings += "<fallback-when-full>1</fallback-when-full>" }
                if let most = rules.most { settings += "<max-listeners>\(most)</max-listeners>" }
                if let seconds = rules.seconds {
                    settings += "<max-listener-duration>\(seconds)</max-listener-duration>"
                }
                if let silence = rules.silence {
                    settings += "<source-timeout>\(silence)</source-timeout>"
                }
                return "<mount type=\"normal\">\(settings)</mount>\n"
            }
        }
        return """
            <icecast>
              <limits><clients>100</clients><sources>60</sources><source-timeout>60</source-timeout>\
            <queue-size>262144</queue-size><burst-size>65536</burst-size></limits>
              <authentication><source-password>\(IcecastServer.password)</source-password>
                <admin-user>admin</admin-user><admin-password>\(IcecastServer.password)</admin-password>
              </authentication>
              <hostname>localhost</hostname>
              <listen-socket><port>\(port)</port><bind-address>127.0.0.1</bind-address></listen-socket>
              \(mounts.joined())
              <paths><logdir>\(folder)</logdir><webroot>\(folder)</webroot>
                <adminroot>/usr/share/icecast2/admin</adminroot></paths>
              <logging><errorlog>-</errorlog><accesslog>-</accesslog><loglevel>3</loglevel></logging>
              \(IcecastServer.leavingRoot)
            </icecast>
            """
    }
}

/// Our front door, whose mounts are there from the beginning, and run from their first page on. Its sources are DJs, who
/// come in elsewhere.
final class OwnScene: SceneServer {
    private struct State {
        var mounts: [Mount]
        var fed: [String: Int] = [:]
        /// What DJs had sent before the last one came.
        var before = 0
    }

    /// Bytes of a page.
    private static let page = 1_000
    private let door: FrontDoor
    private let rules: [String: MountRules]
    private let stage: SourceTests.FakeStage
    private let state: Mutex<State>
    let port: Int

    init(
        _ house: House, _ mounts: [Mount], _ rules: [String: MountRules], _ stage: SourceTests.FakeStage
    ) {
        (door, port, self.rules, self.stage) = (house.door, house.port, rules, stage)
        state = Mutex(State(mounts: mounts))
    }

    /// The mounts of the scenes, and their rules.
    static func house(_ scenes: [Scene]) -> (mounts: [FakeMount], rules: [String: MountRules]) {
        var mounts: [FakeMount] = []
        var rules: [String: MountRules] = [:]
        for scene in scenes {
            for letter in "abc" {
                let path = scene.path(letter)
                let wanted = scene.rules[letter] ?? SceneRules()
                let isMount = wanted.fallback?.count == 1
                mounts.append(FakeMount(path, name: path, format: .mp3(bitrate: wanted.bitrate * 1_000)))
                rules[path] = MountRules(
                    maxListeners: wanted.most, maxTime: wanted.seconds.map { .seconds($0) },
                    fallback: isMount ? wanted.fallback.map { scene.path(Character($0)) } : nil)
            }
        }
        return (mounts, rules)
    }

    func feed(_ path: String, _ letter: UInt8, _ bytes: Int) async throws {
        state.withLock { state in
            guard let mount = state.mounts.first(where: { $0.path == path }) else { return }
            let audio = [UInt8](repeating: letter, count: Self.page)
            for _ in 0..<(bytes / Self.page) {
                state.fed[path, default: 0] += Self.page
                let end = FrameTime(
                    frames: Int64((state.fed[path] ?? 0) * 8 * 44_100 / mount.description.bitrate))
                mount.append(
                    StreamPage(
                        plain: audio, chained: [], link: LinkHeaders(bytes: []), startsLink: false, end: end,
                        title: nil))
            }
        }
    }

    /// A mount of ours ends when a reload takes it away.
    func end(_ path: String) async throws {
        let left = state.withLock { state in
            state.mounts.removeAll { $0.path == path }
            return state.mounts
        }
        await door.setMounts(left, rules: rules)
    }

    private var sent: [UInt8] { stage.line.kept.withLock { $0.bytes } }

    func comeIn(_ path: String, _ bytes: [UInt8]) async throws -> RawClient {
        state.withLock { $0.before = sent.count }
        let source = try RawClient(port: port)
        let head = "SOURCE /live HTTP/1.0\r\n\(basic("anna:geheim:nis"))\r\nContent-Type: audio/mpeg\r\n\r\n"
        source.send(Array(head.utf8) + bytes)
        _ = try await source.readHead()
        return source
    }

    func heard(of path: String, _ count: Int) async throws -> [UInt8] {
        let before = state.withLock { $0.before }
        try await eventually { sent.count >= before + count }
        return Array(sent.dropFirst(before).prefix(count))
    }

    func order(_ command: String) -> String {
        "POST /admin/\(command) HTTP/1.0\r\n\(ScenePlayer.login)\r\n\r\n"
    }
}
