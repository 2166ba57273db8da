import Audio
import Broadcast
import Codecs
import Foundation
import TestKit
import Testing

/// `make proof` runs the long versions.
private let isProof = ProcessInfo.processInfo.environment["FUNKHAUS_PROOF"] == "1"

/// The push against Debian's icecast2.
@Suite(.peers("icecast2"))
struct PushIcecastTests {
    private let mount = PushFixture.mount()
    private let fixture: PushFixture
    private let server: IcecastServer

    init() throws {
        fixture = try PushFixture.shared.get()
        server = try IcecastServer()
    }

    private func source() -> IcecastServer.Source? { server.source("/radio.ogg") }

    @Test func `each title, artist apart, is in the server's status in time`() async throws {
        let feeder = PushFeeder(fixture, into: mount)
        defer { feeder.stop() }
        try await withPush(of: mount, to: .local(server.port)) { push in
            for number in 2...4 {
                #expect(await eventually(within: .seconds(5)) { source()?.title == "Stück \(number)" })
                #expect(source()?.artist == "Künstler \(number)")
            }
            #expect(source()?.name == "Radio Beispiel")
            #expect(source()?.genre == "community")
            #expect(push.status.isConnected)
            #expect(push.status.behind < FrameCount(seconds: 2))
        }
    }

    @Test func `what a listener of the server hears decodes whole and without a fault`() async throws {
        let feeder = PushFeeder(fixture, into: mount)
        defer { feeder.stop() }
        let heard = try await withListening(seconds: 7)
        let folder = try TemporaryDirectory()
        let path = folder.path + "/heard.ogg"
        try Data(heard).write(to: URL(fileURLWithPath: path))
        let info = String(decoding: try Tool.run("ogginfo", [path]).output, as: UTF8.self)
        let links = info.components(separatedBy: "New logical stream").count - 1
        #expect(links >= 3, "\(info)")
        // A listener's own join is one gap, and its end cuts the last link off.
        let faults = info.split(separator: "\n").filter { $0.contains("WARNING") || $0.contains("Warning") }
        #expect(
            faults.allSatisfy { $0.contains("EOS not set") || $0.contains("sequence number gap") },
            "\(faults)")
        let decoded = try Tool.run("oggdec", ["-Q", "-R", "-o", "-", path])
        let seconds = Double(decoded.output.count) / 4 / 44_100
        #expect(seconds > 5 && seconds < 10, "\(seconds) s")
        #expect(Self.longestSilence(decoded.output) < 0.05)
    }

    @Test(.peers("ffmpeg")) func `MP3 is pushed with each title by the metadata page`() async throws {
        let (fixture, mount) = try PushFixture.other(.mp3(bitrate: 128_000))
        let feeder = PushFeeder(fixture, into: mount)
        defer { feeder.stop() }
        try await withPush(of: mount, to: .local(server.port, mount: "/radio.mp3", titles: .admin)) { push in
            for title in ["Künstler 2 - Stück 2", "Stück 3", "Künstler 4 - Stück 4"] {
                #expect(await eventually(within: .seconds(5)) { server.source("/radio.mp3")?.title == title })
            }
            #expect(push.status.connections == 1)
            try await expectSound("/radio.mp3")
        }
    }

    @Test(.peers("ffmpeg")) func `Opus is pushed without titles`() async throws {
        let (fixture, mount) = try PushFixture.other(.opus(bitrate: 96_000))
        let feeder = PushFeeder(fixture, into: mount)
        defer { feeder.stop() }
        try await withPush(of: mount, to: .local(server.port, mount: "/radio.opus", titles: .none)) { push in
            #expect(await eventually(within: .seconds(5)) { server.source("/radio.opus") != nil })
            try await expectSound("/radio.opus")
            #expect(push.status.connections == 1)
            #expect(server.source("/radio.opus")?.title == nil)
        }
    }

    /// What a listener of the server gets in 3 s is sound that ffmpeg decodes.
    private func expectSound(_ path: String) async throws {
        let heard = try await aside { [port = server.port] in
            try IcecastServer.listen(port, path, seconds: 3)
        }
        let decoded = try Tool.run(
            "ffmpeg", ["-nostdin", "-v", "error", "-i", "pipe:0", "-f", "s16le", "-ar", "44100", "pipe:1"],
            input: heard)
        let seconds = Double(decoded.output.count) / 4 / 44_100
        #expect(seconds > 2 && seconds < 8, "\(seconds) s: \(decoded.errors)")
        #expect(Self.longestSilence(Array(decoded.output.dropFirst(4 * 4_410))) < 0.05)
    }

    private func withListening(seconds: Double) async throws -> [UInt8] {
        var heard: [UInt8] = []
        try await withPush(of: mount, to: .local(server.port)) { _ in
            #expect(await eventually(within: .seconds(5)) { source()?.title != nil })
            heard = try await aside { [port = server.port] in
                try IcecastServer.listen(port, "/radio.ogg", seconds: seconds)
            }
        }
        return heard
    }

    /// Seconds of the longest run of near silence in 16-bit stereo.
    private static func longestSilence(_ samples: [UInt8]) -> Double {
        var longest = 0
        var run = 0
        for frame in stride(from: 0, to: samples.count - 3, by: 4) {
            let left = Int16(bitPattern: UInt16(samples[frame]) | UInt16(samples[frame + 1]) << 8)
            run = abs(Int(left)) < 8 ? run + 1 : 0
            longest = max(longest, run)
        }
        return Double(longest) / 44_100
    }

    @Test(arguments: [isProof ? 10.0 : 2.0])
    func `a server that was away is back on the stream within a second, with the title of now`(away: Double)
        async throws
    {
        let feeder = PushFeeder(fixture, into: mount)
        defer { feeder.stop() }
        try await withPush(of: mount, to: .local(server.port)) { push in
            #expect(await eventually(within: .seconds(5)) { source() != nil })
            server.stop()
            #expect(await eventually(within: .seconds(2)) { push.status.state == .waiting })
            try await Task.sleep(for: .seconds(away))
            #expect(push.status.words().contains("trying again every second"))
            try server.start()
            let time = await ContinuousClock().measure {
                _ = await eventually(within: .seconds(5)) { push.status.isConnected }
            }
            #expect(time < .milliseconds(1_500), "\(time)")
            #expect(await eventually(within: .seconds(2)) { source()?.title == mount.newest?.title?.title })
            #expect(push.status.connections == 2)
        }
    }

    @Test func `a server that freezes for a moment loses nothing`() async throws {
        let feeder = PushFeeder(fixture, into: mount)
        defer { feeder.stop() }
        try await withPush(of: mount, to: .local(server.port)) { push in
            #expect(await eventually(within: .seconds(5)) { source() != nil })
            server.freeze()
            try await Task.sleep(for: .seconds(2.5))
            server.thaw()
            #expect(await eventually(within: .seconds(3)) { push.status.behind < FrameCount(seconds: 1) })
            #expect(push.status.connections == 1 && push.status.drops == 0)
        }
    }

    @Test(.enabled(if: isProof, "make proof"), arguments: [30.0])
    func `a server that freezes for long is left, and found again when it goes on`(seconds: Double)
        async throws
    {
        let feeder = PushFeeder(fixture, into: mount)
        defer { feeder.stop() }
        try await withPush(of: mount, to: .local(server.port)) { push in
            #expect(await eventually(within: .seconds(5)) { source() != nil })
            let frozen = ContinuousClock.now
            server.freeze()
            #expect(await eventually(within: .seconds(15)) { push.status.failure == .stalled })
            try await Task.sleep(
                for: .seconds(max(0, seconds - (ContinuousClock.now - frozen) / .seconds(1))))
            server.thaw()
            let time = await ContinuousClock().measure {
                _ = await eventually(within: .seconds(15)) { push.status.isConnected }
            }
            #expect(time < .milliseconds(2_500), "\(time)")
            #expect(await eventually(within: .seconds(2)) { source()?.title == mount.newest?.title?.title })
        }
    }

    @Test func `a taken mount is named, and had as soon as it is free`() async throws {
        let feeder = PushFeeder(fixture, into: mount)
        defer { feeder.stop() }
        let other = Push(of: mount, to: try .local(server.port))
        other.start()
        #expect(await eventually(within: .seconds(5)) { other.status.isConnected })
        try await withPush(of: mount, to: .local(server.port)) { push in
            #expect(await eventually(within: .seconds(3)) { push.status.failure == .mountTaken })
            #expect(
                push.status.words().hasPrefix(
                    "the mount /radio.ogg of 127.0.0.1:\(server.port) is taken by another source; trying again every second"
                ))
            other.stop()
            #expect(await eventually(within: .seconds(3)) { push.status.isConnected })
        }
    }

    @Test
    func `our own mount, held by the server after a cut line, is had as soon as the server lets go of it`()
        async throws
    {
        // Longer than a push needs to see that its line is dead: it comes back while its old connection holds the mount.
        let server = try IcecastServer(sourceTimeout: 12)
        let proxy = StallingProxy(to: Int(server.port))
        let feeder = PushFeeder(fixture, into: mount)
        defer { feeder.stop() }
        try await withPush(of: mount, to: .local(UInt16(proxy.port))) { push in
            #expect(await eventually(within: .seconds(5)) { server.source("/radio.ogg") != nil })
            // No byte more, and no end of the connection, on this line; the next one is carried.
            proxy.hold()
            #expect(await eventually(within: .seconds(15)) { push.status.failure == .stalled })
            #expect(await eventually(within: .seconds(5)) { push.status.failure == .mountTaken })
            #expect(push.status.words().contains("is taken by another source; trying again every second"))
            #expect(await eventually(within: .seconds(15)) { server.log.contains("socket timeout") })
            let time = await ContinuousClock().measure {
                _ = await eventually(within: .seconds(10)) { push.status.isConnected }
            }
            #expect(time < .milliseconds(1_500), "\(time)")
            #expect(push.status.connections == 2)
            #expect(
                await eventually(within: .seconds(3)) {
                    server.source("/radio.ogg")?.title == mount.newest?.title?.title
                })
        }
    }

    @Test func `a wrong password is named at the first try, and never shown`() async throws {
        let feeder = PushFeeder(fixture, into: mount)
        defer { feeder.stop() }
        try await withPush(of: mount, to: .local(server.port, password: "falsch-geraten")) { push in
            #expect(await eventually(within: .seconds(3)) { push.status.failure == .passwordRefused })
            let words = push.status.words()
            #expect(
                words.contains("refuses the password of source for /radio.ogg: check it in password_file"))
            #expect(!"\(words) \(push.status) \(push.target)".contains("falsch-geraten"))
            var dumped = ""
            dump(push.target, to: &dumped)
            #expect(!dumped.contains("falsch-geraten"))
        }
    }

    @Test func `a server that is full is named`() async throws {
        let full = try IcecastServer(sources: 1)
        let feeder = PushFeeder(fixture, into: mount)
        defer { feeder.stop() }
        try await withPush(of: mount, to: .local(full.port, mount: "/other.ogg")) { other in
            #expect(await eventually(within: .seconds(5)) { other.status.isConnected })
            try await withPush(of: mount, to: .local(full.port)) { push in
                #expect(await eventually(within: .seconds(3)) { push.status.failure == .full })
            }
        }
    }

    @Test func `a source that the server drops comes back at once`() async throws {
        let feeder = PushFeeder(fixture, into: mount, preroll: 2)
        defer { feeder.stop() }
        try await withPush(of: mount, to: .local(server.port)) { push in
            #expect(await eventually(within: .seconds(5)) { source() != nil })
            try server.dropSource("/radio.ogg")
            #expect(await eventually(within: .seconds(3)) { push.status.connections == 2 })
        }
    }

    @Test func `titles by request reach a stream that is never chained`() async throws {
        let titles = [Title(artist: "Björk", title: "Jóga=1"), Title(title: "Ohne Künstler & mehr")]
        let fixture = try PushFixture(titles: titles, seconds: 5)
        mount.open(plainHeaders: fixture.plainHeaders)
        let feeder = PushFeeder(fixture, into: mount)
        defer { feeder.stop() }
        try await withPush(of: mount, to: .local(server.port, titles: .admin)) { _ in
            #expect(await eventually(within: .seconds(5)) { source()?.title == "Jóga=1" })
            #expect(source()?.artist == "Björk")
            #expect(await eventually(within: .seconds(8)) { source()?.title == "Ohne Künstler & mehr" })
            #expect(source()?.artist != "Björk")
        }
    }
}
