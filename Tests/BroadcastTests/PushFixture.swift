import Audio
import Broadcast
import Codecs
import Foundation
import Synchronization
import TestKit

/// Pages of noise, made by the station's own encoder: a link to each title.
struct PushFixture: Sendable {
    let plainHeaders: [UInt8]
    let pages: [StreamPage]

    /// Encodes `seconds` of noise for each title.
    init(titles: [Title], seconds: Double, format: StreamFormat = .vorbis(quality: 5)) throws {
        let stream = try format.stream(station: "Radio Beispiel", serial: 7, start: FrameTime(frames: 0))
        plainHeaders = stream.plainHeaders
        var pages: [StreamPage] = []
        var noise = SeededGenerator(seed: 1)
        var block = AudioBlock()
        let length = FrameCount(seconds: seconds * Double(titles.count)).frames
        for start in stride(from: Int64(0), to: length, by: EngineFormat.blockFrames) {
            // Noise that is different in each of the first blocks only: debug builds take their time for a sample.
            if start < 16 * EngineFormat.blockFrames {
                block.withChannels { left, right in
                    for frame in 0..<left.count {
                        left[frame] = Float.random(in: -0.3...0.3, using: &noise)
                        right[frame] = left[frame] * 0.5
                    }
                }
            }
            let number = Int(Double(start) / 44_100 / seconds)
            stream.mark(title: titles[number], at: FrameTime(frames: start))
            stream.encode(block) { pages.append($0) }
        }
        self.pages = pages
    }

    /// Thirty titles in links of two seconds, encoded once for all tests that do not look at more.
    static let shared = Result {
        try PushFixture(
            titles: (1...30).map { Title(artist: "Künstler \($0)", title: "Stück \($0)") }, seconds: 2)
    }

    /// The same titles in another format, and its mount. The third has no artist.
    static func other(_ format: StreamFormat) throws -> (PushFixture, Mount) {
        let fixture = try PushFixture(
            titles: (1...10).map { Title(artist: $0 == 3 ? nil : "Künstler \($0)", title: "Stück \($0)") },
            seconds: 2,
            format: format)
        let mount = Mount(
            MountDescription(
                path: "/stream", format: format, name: "Radio Beispiel", description: "Aus dem Hinterhof",
                genre: "community", url: "https://radio.example"))
        mount.open(plainHeaders: fixture.plainHeaders)
        return (fixture, mount)
    }

    /// A mount with texts, without a page.
    static func mount() -> Mount {
        let mount = Mount(
            MountDescription(
                path: "/stream.ogg", contentType: "application/ogg", subtype: "Vorbis", bitrate: 160_000,
                quality: 5,
                name: "Radio Beispiel", description: "Aus dem Hinterhof", genre: "community",
                url: "https://radio.example"))
        mount.open(plainHeaders: Array("plain headers".utf8))
        return mount
    }
}

/// One Ogg page (RFC 3533, section 6).
struct OggPage {
    let bytes: [UInt8]

    var granule: Int64 { bytes[6..<14].reversed().reduce(0) { $0 << 8 | Int64($1) } }
    var serial: UInt32 { bytes[14..<18].reversed().reduce(0) { $0 << 8 | UInt32($1) } }
    var beginsStream: Bool { bytes[5] & 2 != 0 }
    var endsStream: Bool { bytes[5] & 4 != 0 }

    /// Cuts a whole stream into its pages.
    static func cut(_ stream: [UInt8]) -> [OggPage] {
        var pages: [OggPage] = []
        var rest = stream[...]
        while rest.count >= 27, rest.starts(with: "OggS".utf8) {
            let start = rest.startIndex
            let segments = Int(rest[start + 26])
            guard rest.count >= 27 + segments else { break }
            let body = rest[(start + 27)..<(start + 27 + segments)].reduce(0) { $0 + Int($1) }
            guard rest.count >= 27 + segments + body else { break }
            let end = start + 27 + segments + body
            pages.append(OggPage(bytes: Array(rest[start..<end])))
            rest = rest[end...]
        }
        return pages
    }
}

/// Appends a fixture's pages in real time, as an encoder does; what lies before `preroll` at once.
final class PushFeeder: Sendable {
    private struct State {
        var next = 0
        var isStopped = false
        var appends: [Duration] = []
    }
    private let state = Mutex(State())

    init(_ fixture: PushFixture, into mount: Mount, preroll: Double = 1) {
        let begin = ContinuousClock.now - .seconds(preroll)
        Thread.detachNewThread { [self] in
            for page in fixture.pages {
                let due = begin + .seconds((page.end - FrameTime(frames: 0)).seconds)
                if due > .now { Thread.sleep(forTimeInterval: (due - .now) / .seconds(1)) }
                if state.withLock({ $0.isStopped }) { return }
                let time = ContinuousClock().measure { mount.append(page) }
                state.withLock { $0.appends.append(time) }
            }
        }
    }

    func stop() { state.withLock { $0.isStopped = true } }

    /// How many appends held the encoder's thread for so long or longer.
    func slowAppends(from time: Duration) -> Int { state.withLock { $0.appends.count { $0 >= time } } }
}

/// Looks every few milliseconds until it is so; false when the time is over.
func eventually(within time: Duration, _ isSo: () -> Bool) async -> Bool {
    let end = ContinuousClock.now + time
    while !isSo() {
        guard ContinuousClock.now < end else { return false }
        try? await Task.sleep(for: .milliseconds(20))
    }
    return true
}

extension PushTarget {
    /// A target on this machine.
    static func local(
        _ port: UInt16, mount: String = "/radio.ogg", password: String = IcecastServer.password,
        titles: PushTarget.Titles = .chained
    ) throws -> PushTarget {
        try PushTarget(
            host: "127.0.0.1", port: port, mount: mount, password: PushPassword(password), titles: titles,
            texts: Texts(
                name: "Radio Beispiel", description: "Aus dem Hinterhof", genre: "community",
                url: "https://radio.example", isPublic: false))
    }
}

/// Runs a push around a test's body, and stops it whatever happens.
func withPush(of mount: Mount, to target: PushTarget, _ body: (Push) async throws -> Void) async throws {
    let push = Push(of: mount, to: target)
    push.start()
    defer { push.stop() }
    try await body(push)
}
