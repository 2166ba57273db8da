import Audio
import Codecs
import Foundation
import TestKit
import Testing

@testable import Monitor

/// The demo station's music through the codecs and the worker: never a false alarm, and no other music taken for it.
@Suite(.peers("ffmpeg"), .timeLimit(.minutes(5))) struct MusicTests {
    private static let folder = (0..<3).reduce(URL(fileURLWithPath: #filePath)) { path, _ in
        path.deletingLastPathComponent()
    }.appendingPathComponent("Playlists/rotation")
    private static let names = ["fruehlicht.flac", "strassenbahn.mp3", "vecherny-dvor.ogg", "spieldose.m4a"]
    private static let formats: [StreamFormat] = [
        .vorbis(quality: -1), .mp3(bitrate: 32_000), .opus(bitrate: 16_000), .vorbis(quality: 5),
    ]
    /// Seconds of each piece.
    private static let length = 14

    @Test(arguments: zip(names.indices, formats))
    func `music is found through a codec, all the time and nowhere else`(
        piece: Int, format: StreamFormat
    ) throws {
        let music = try Self.mix(Self.names[piece])
        let other = try Self.mix(Self.names[(piece + 1) % Self.names.count])
        let heard = try Self.heard(music, format)
        let mix = Self.contours(of: music)
        let others = Self.contours(of: other)
        #expect(heard.count > mix.count - 60)
        var ear = Trace()
        var (own, foreign) = (Trace(), Trace())
        var last: Int?
        for number in heard.indices {
            ear.append(heard[number])
            own.append(mix[min(number, mix.count - 1)])
            foreign.append(others[min(number, others.count - 1)])
            guard number % 40 == 0, number > Comparison.window + 4 else { continue }
            last = Comparison.lag(of: ear, in: own, last: last)
            #expect(last.map { $0 <= Comparison.lines(0.5) } == true, "\(Self.names[piece]) at \(number)")
            #expect(!Comparison.isLooping(ear, own, lag: last))
            #expect(Comparison.lag(of: ear, in: foreign, last: nil) == nil)
        }
    }

    /// Frames of a piece, left and right.
    private static func mix(_ name: String) throws -> [AudioSlice] {
        let file = folder.appendingPathComponent(name).path
        let words = ["-v", "error", "-nostdin", "-i", file, "-t", "\(length)", "-ac", "2", "-ar", "44100"]
        let result = try Tool.run("ffmpeg", words + ["-f", "f32le", "-"])
        let samples = result.output.withUnsafeBytes { bytes in
            (0..<(bytes.count / 4)).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
        return stride(from: 0, to: samples.count - 2_047, by: 2_048).map { start in
            AudioSlice(
                left: stride(from: start, to: start + 2_048, by: 2).map { samples[$0] },
                right: stride(from: start + 1, to: start + 2_048, by: 2).map { samples[$0] })
        }
    }

    private static func contours(of music: [AudioSlice]) -> [Contour] {
        var meter = ContourMeter()
        var contours: [Contour] = []
        for slice in music {
            meter.take(left: slice.left.span, right: slice.right.span) { contours.append($0) }
        }
        return contours
    }

    /// What a listener's player makes of it.
    private static func heard(_ music: [AudioSlice], _ format: StreamFormat) throws -> [Contour] {
        let stream = try format.stream(station: "Radio", serial: 1, start: FrameTime(frames: 0))
        let decoder = try StreamDecoder(program: worker)
        try decoder.feed(stream.plainHeaders)
        var pages: [[UInt8]] = []
        for slice in music {
            var block = AudioBlock()
            block.withChannels { left, right in
                for frame in 0..<1_024 {
                    (left[frame], right[frame]) = (slice.left[frame], slice.right[frame])
                }
            }
            stream.encode(block) { pages.append($0.plain) }
        }
        stream.finish { pages.append($0.plain) }
        var contours: [Contour] = []
        for page in pages {
            try decoder.feed(page)
            contours += try decoder.contours()
        }
        let end = ContinuousClock.now + .seconds(60)
        while contours.count < music.count - 60, .now < end {
            usleep(2_000)
            contours += try decoder.contours()
        }
        return contours
    }

    static let worker: String = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("funkhaus-media")
            .path
    }()
}

private struct AudioSlice {
    var left: [Float]
    var right: [Float]
}
