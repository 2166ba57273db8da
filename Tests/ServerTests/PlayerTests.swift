import Audio
import Broadcast
import Codecs
import Foundation
import TestKit
import Testing

@testable import Server

/// Real Vorbis, real players, over a real socket.
@Suite struct PlayerTests {
    /// A mount with real audio: 2 s under its first title, and then, when it is told to, 5 s more and two more titles.
    private final class Station {
        static let frames = 7 * EngineFormat.sampleRate
        let mount = Mount(
            MountDescription(
                path: "/stream.ogg", contentType: "application/ogg", subtype: "Vorbis", bitrate: 160_000,
                quality: 5,
                name: "Radio", description: "", genre: "", url: ""))
        private let stream: VorbisStream
        private var position = 0

        init() throws {
            stream = try VorbisStream(quality: 5, station: "Radio", serial: 7, start: FrameTime(frames: 0))
            mount.open(plainHeaders: stream.plainHeaders)
            for (number, second) in [0, 3, 5].enumerated() {
                stream.mark(
                    title: Title(artist: "Artist", title: "Title \(number + 1)"),
                    at: FrameTime(frames: Int64(second * EngineFormat.sampleRate)))
            }
            play(untilSecond: 2)
        }

        func play(untilSecond second: Int) {
            var block = AudioBlock()
            while position < second * EngineFormat.sampleRate {
                block.withChannels { left, right in
                    for frame in 0..<left.count {
                        let time = Float(position + frame) / Float(EngineFormat.sampleRate)
                        left[frame] = 0.3 * sin(time * (1000 + 100 * time))
                        right[frame] = 0.2 * sin(time * 3000)
                    }
                }
                position += block.capacity
                stream.encode(block) { mount.append($0) }
            }
        }

        func end() {
            play(untilSecond: 7)
            stream.finish { mount.append($0) }
        }
    }

    /// Runs a program on the stream while the station plays to its end and closes.
    private func listen(
        _ program: String, _ arguments: (String) -> [String], query: String = ""
    ) async throws -> Tool.Result {
        let station = try Station()
        let door = FrontDoor(
            configuration: FrontDoorConfiguration(
                listen: [ListenAddress(host: "127.0.0.1", port: 0)],
                station: StationTexts(name: "Radio", description: ""),
                limits: patient), mounts: [station.mount], logger: silent, now: { testInstant })
        let port = try await door.start()[0]
        let words = arguments("http://127.0.0.1:\(port)/stream.ogg\(query)")
        async let result = withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: Result { try Tool.run(program, words) }) }
        }
        try await eventually { door.listeners["/stream.ogg"]?.now == 1 }
        station.end()
        await door.shutdown()
        return try await result.get()
    }

    private func capture(_ query: String, _ fields: [String] = []) async throws -> [UInt8] {
        try await listen(
            "curl", { ["-sS", "--max-time", "50", $0] + fields.flatMap { ["-H", $0] } }, query: query
        )
        .output
    }

    private func decode(_ ogg: [UInt8]) throws -> [UInt8] {
        let folder = try TemporaryDirectory()
        try Data(ogg).write(to: URL(fileURLWithPath: folder.path + "/in.ogg"))
        let result = try Tool.run(
            "oggdec", ["-Q", "-R", "-o", folder.path + "/out", folder.path + "/in.ogg"])
        #expect(result.status == 0, "\(result.errors)")
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.path + "/out")))
    }

    @Test(.peers("curl", "oggdec", "ogginfo"))
    func plainAndChainedDecodeToTheSameSamples() async throws {
        let plain = try decode(try await capture(""))
        #expect(plain.count >= Station.frames * 4)
        let chained = try await capture("?titles=chained")
        #expect(try decode(chained) == plain)

        let folder = try TemporaryDirectory()
        try Data(chained).write(to: URL(fileURLWithPath: folder.path + "/in.ogg"))
        let info = try Tool.run("ogginfo", [folder.path + "/in.ogg"])
        let report = String(decoding: info.output, as: UTF8.self)
        #expect(!report.contains("WARNING"), "\(report)")
        for number in 1...3 { #expect(report.lowercased().contains("title=title \(number)")) }
    }

    @Test(.peers("ffmpeg"))
    func ffmpegAsksForBlocksShowsTheTitlesAndLosesNoSample() async throws {
        let result = try await listen(
            "ffmpeg", { ["-v", "verbose", "-nostdin", "-i", $0, "-f", "s16le", "-ac", "2", "-"] })
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.count >= Station.frames * 4)
        for number in 2...3 {
            #expect(result.errors.contains("Metadata update for StreamTitle: Artist - Title \(number)"))
        }
    }

    @Test(.peers("mpv"))
    func mpvPlaysToTheEndAndShowsTheTitles() async throws {
        let result = try await listen(
            "mpv",
            {
                [
                    "--no-config", "--no-video", "--ao=null", "--cache=no",
                    "--msg-level=all=info", $0,
                ]
            })
        let words = String(decoding: result.output, as: UTF8.self) + result.errors
        #expect(result.status == 0, "\(words)")
        #expect(words.contains("Artist - Title 3"), "\(words)")
    }

    @Test(.peers("ogg123"))
    func ogg123IsGivenLinks() async throws {
        let result = try await listen("ogg123", { ["-d", "null", $0] })
        #expect(result.status == 0, "\(result.errors)")
        for number in 1...3 { #expect(result.errors.contains("Title \(number)"), "\(result.errors)") }
    }
}
