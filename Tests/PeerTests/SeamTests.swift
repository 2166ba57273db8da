import Foundation
import TestKit
import Testing

/// One long signal, cut into files of all formats, comes out of the station as one long signal.
@Suite(.timeLimit(.minutes(10))) struct SeamTests {
    /// A whole minute of UTC: there the cycle of a minute's length begins.
    private static let start = "2026-03-01T12:00:00Z"

    @Test(.peers("ffmpeg")) func noFrameIsLostDoubledOrSilentAtASeam() async throws {
        let station = try StationUnderTest()
        try await aside { try CounterMusic.fill(station.music) }
        let file = station.folder.appendingPathComponent("mix.wav")
        let items = try await station.ask(
            "render", "--from", Self.start, "--for", "60s", "--output", file.path, as: [StationItem].self,
            deadline: .seconds(300))
        #expect(items.map(\.shown) == CounterMusic.pieces.map(\.words))
        let mix = try #require(TestSignal(wav: [UInt8](try Data(contentsOf: file))))
        try #require(mix.count == CounterMusic.period)

        // Each length is exact, or the count would jump.
        #expect(try HeardCount(mix, settling: 0).offset == 0)
        let count = TestSignal.counter(frames: CounterMusic.period)
        let rest = mix.residual(against: count)
        for (before, piece) in zip(CounterMusic.pieces, CounterMusic.pieces.dropFirst()) {
            let seam = piece.frames.lowerBound
            let most = ((seam - 1_024)..<(seam + 1_024)).map { abs(rest.left[$0]) }.max() ?? 0
            // The signal's peaks are at 0.48. A codec is off by its noise, a change of rate by its filter's edge.
            let allowed: Float = before.isLossless && piece.isLossless ? 0.004 : 0.1
            #expect(most < allowed, "From \(before.file) to \(piece.file): off by \(most)")
        }

        // What needs no change of rate goes through bit for bit, over its seams too.
        let exact = CounterMusic.pieces.prefix { $0.isLossless && $0.rate == 44_100 }
        let end = try #require(exact.last).frames.upperBound
        #expect(exact.count == 3)
        let wrong = (0..<end).first { mix.left[$0] != (count.left[$0] * 32_767).rounded() / 32_768 }
        #expect(wrong == nil, "Frame \(wrong ?? 0) is not the file's.")
    }
}
