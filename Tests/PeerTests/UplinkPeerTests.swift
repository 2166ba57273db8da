import Foundation
import Studio
import TestKit
import Testing

/// A DJ's line is cut, and no listener hears it: a counting signal goes through a proxy to a station, and what a listener
/// decodes is compared, sample by sample, with what one heard of the same bytes over a line that was not cut.
///
/// Both stations send MP3 at 320 kbit/s, which adds to these tones noise 76 dB below them: Vorbis and Opus add as much as the
/// residual that is asked for. A slip by a single sample would leave a residual 14 dB down.
@Suite(.serialized, .timeLimit(.minutes(10))) struct UplinkPeerTests {
    struct Loss: Sendable, CustomTestStringConvertible {
        let seconds: Double
        let buffer: Double
        let how: CuttingProxy.Cut
        var testDescription: String { "\(seconds) s, buffer \(buffer) s, \(how)" }
    }

    /// One for every change; all of them as proof.
    static let losses: [Loss] =
        isProof
        ? [(1.0, 1.5), (3, 5), (8, 10)].flatMap { seconds, buffer in
            CuttingProxy.Cut.allCases.map { Loss(seconds: seconds, buffer: buffer, how: $0) }
        } : [Loss(seconds: 1, buffer: 1.5, how: .blackHole)]

    @Test(.peers("ffmpeg", "curl"), arguments: losses)
    func `a loss shorter than the buffer is not heard`(loss: Loss) async throws {
        let pages = try await Self.show(seconds: loss.buffer + loss.seconds + 5.5)
        async let whole = heard(pages, loss.buffer, loss: nil)
        async let cut = heard(pages, loss.buffer, loss: loss)
        let residual = try Self.residual(of: try await cut, against: try await whole, loss)
        #expect(residual < -50, "\(loss)")
    }

    /// The loudest 50 ms of what is left of one run when the other is taken away, in dB below the signal.
    private static func residual(of cut: Heard, against whole: Heard, _ loss: Loss) throws -> Double {
        let (one, other) = (try whole.run(), try cut.run())
        // The same frames of the show, without those that a fade has changed.
        let from = max(one.first, other.first) + 2 * 44_100
        let to = min(one.last, other.last) - 4_096
        try #require(to - from > Int((loss.seconds + 2) * 44_100), "\(one) \(other)")
        let mine = cut.signal[(from - other.offset)..<(to - other.offset)]
        let reference = whole.signal[(from - one.offset)..<(to - one.offset)]
        #expect(mine.silences(below: 0.001, atLeast: 44).isEmpty)
        return mine.residual(against: reference).loudest(length: 2_205).decibels
            - reference.decibels(0..<(to - from))
    }

    /// Pages of a tenth of a second that carry the count, and what each plays.
    static func show(seconds: Double) async throws -> [(bytes: [UInt8], seconds: Double)] {
        try await aside {
            let folder = try TemporaryDirectory()
            let wav = folder.path + "/show.wav"
            try Data(TestSignal.counter(frames: Int(seconds * 44_100)).wav()).write(
                to: URL(fileURLWithPath: wav))
            let ogg = try Tool.run(
                "ffmpeg",
                [
                    "-v", "error", "-i", wav, "-c:a", "libvorbis", "-q:a", "8", "-page_duration", "100000",
                    "-f", "ogg", "-",
                ])
            var last: Int64 = 0
            return try OggPage.pages(in: ogg.output).map { page in
                defer { last = max(last, page.granule) }
                return (page.bytes, Double(max(0, page.granule - last)) / 44_100)
            }
        }
    }

    /// What a listener heard of a show, and which of its frames.
    struct Heard {
        let signal: TestSignal
        let log: String

        /// The one stretch of the count: its first and last frame, and the count less the place.
        func run() throws -> (first: Int, last: Int, offset: Int) {
            // A converter that is late by a fraction of a frame is read as one or the other.
            let runs = signal.counterRuns(tolerance: 2).filter { $0.frames.count > 8_192 }
            guard let run = runs.first, runs.count == 1 else {
                throw StationTrouble("Heard is not one stretch of the count: \(runs). \(log)")
            }
            return (
                run.frames.lowerBound + run.offset, run.frames.upperBound + run.offset, run.offset
            )
        }
    }

    /// Sends a show at the pace of time over a line that is cut in the middle of it.
    private func heard(_ pages: [(bytes: [UInt8], seconds: Double)], _ buffer: Double, loss: Loss?)
        async throws
        -> Heard
    {
        let station = try StationUnderTest(
            mounts: "  - { path: /stream.mp3, codec: mp3, bitrate: 320 kbit/s }",
            sections: "live: { mounts: [ /live ], fade: 100ms }")
        let tone = (0..<(20 * 44_100)).map { Float(0.2 * sin(Double($0) / 7)) }
        try Data(TestSignal(left: tone, right: tone).wav()).write(
            to: station.music.appendingPathComponent("tone.wav"))
        let added = try await station.run(["dj", "add", "anna"])
        let secret = String(decoding: added.output, as: UTF8.self).split(separator: " ").last ?? ""
        return try await station.onAir {
            let proxy = CuttingProxy(to: station.port)
            let told = Locked<[UplinkEvent]>([])
            let uplink = Uplink(
                UplinkTarget(
                    host: "127.0.0.1", port: proxy.port, user: "anna",
                    secret: secret.trimmingCharacters(in: .newlines), buffer: buffer)
            ) { event in told.withLock { $0.append(event) } }
            let listener = try await ResilienceListener(to: station.url("/stream.mp3"))
            try await until("it connects") { told.withLock { !$0.isEmpty } }
            let begun = ContinuousClock.now
            var played = 0.0
            let cutAt = buffer + 3
            uplink.send(headers: pages.prefix { $0.seconds == 0 }.flatMap(\.bytes))
            for page in pages.drop(while: { $0.seconds == 0 }) {
                uplink.send(page: page.bytes, seconds: page.seconds)
                played += page.seconds
                if let loss {
                    if played >= cutAt, played - page.seconds < cutAt { proxy.cut(loss.how) }
                    let end = cutAt + loss.seconds
                    if played >= end, played - page.seconds < end { proxy.mend() }
                }
                try await Task.sleep(until: begun + .seconds(played), clock: .continuous)
            }
            await uplink.end()
            let events = told.withLock { $0 }
            let losses = events.count { if case .lost = $0 { true } else { false } }
            #expect(losses == (loss == nil ? 0 : 1), "\(events)")
            #expect(events.contains(.state(.onAir)) && !events.contains(.state(.bridged)), "\(events)")
            try await until("the show is over", telling: { station.log }) {
                try await station.now().kind != "live"
            }
            try await Task.sleep(for: .seconds(1))
            #expect(listener.isConnected)
            return Heard(signal: try await listener.hangUp().signal, log: "\(events) \(station.log)")
        }
    }
}
