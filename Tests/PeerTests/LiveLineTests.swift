import Foundation
import TestKit
import Testing

/// What becomes of a DJ's line, times what the DJ sends: what waits is heard to its end, then there is the bed and then
/// the programme, whoever comes back is faded in, and nothing is ever heard twice or not at all.
@Suite(.timeLimit(.minutes(isProof ? 60 : 8))) struct LiveLineTests {
    enum Accident: Sendable, Hashable, CustomStringConvertible {
        /// The client's connection ends, as with a goodbye.
        case closed
        case reset
        /// Everything is dropped, and the client's program starts anew beside its dead connection.
        case halfOpen
        /// Nothing comes for some seconds, and then all at once.
        case stalled(Int)
        /// Loss and jitter, as they look behind TCP.
        case shaken

        var description: String {
            if case .stalled(let seconds) = self { "stalled for \(seconds) s" } else { "\(self.name)" }
        }
        private var name: String {
            switch self {
            case .closed: "closed"
            case .reset: "reset"
            case .halfOpen: "half-open"
            default: "shaken"
            }
        }

        static let all: [Accident] =
            [.closed, .reset, .halfOpen, .shaken] + [1, 3, 8, 30].map { .stalled($0) }
    }

    enum Codec: String, Sendable, CaseIterable {
        case vorbis, opus, flac, mp3, aac

        var options: [String] {
            switch self {
            case .vorbis: ["-c:a", "libvorbis", "-q:a", "6"] + ogg
            case .opus: ["-c:a", "libopus", "-b:a", "160k"] + ogg
            case .flac: ["-c:a", "flac"] + ogg
            case .mp3: ["-c:a", "libmp3lame", "-b:a", "192k", "-flush_packets", "1", "-f", "mp3"]
            case .aac:
                ["-c:a", "aac", "-b:a", "192k", "-flush_packets", "1", "-content_type", "audio/aac"] + [
                    "-f", "adts",
                ]
            }
        }
        private var ogg: [String] {
            ["-content_type", "audio/ogg", "-page_duration", "100000", "-flush_packets", "1", "-f", "ogg"]
        }
    }

    struct Case: Sendable, Hashable, CustomTestStringConvertible {
        let accident: Accident
        let codec: Codec
        var testDescription: String { "\(accident), \(codec)" }
    }

    /// The bed covers for 5 s.
    static let cases =
        isProof
        ? Accident.all.flatMap { accident in Codec.allCases.map { Case(accident: accident, codec: $0) } }
        : [
            Case(accident: .closed, codec: .mp3), Case(accident: .reset, codec: .flac),
            Case(accident: .halfOpen, codec: .vorbis), Case(accident: .stalled(1), codec: .aac),
            Case(accident: .stalled(3), codec: .opus), Case(accident: .shaken, codec: .mp3),
        ]

    @Test(.peers("ffmpeg", "curl", "oggdec"), arguments: cases)
    func `a line fails, and what is heard follows the rules`(on line: Case) async throws {
        try await LiveStation.onAir(rules: "bridge: { bed: bed.wav, for: 5s }") {
            live, listener in
            let proxy = StallingProxy(to: live.station.port)
            let connect = { @Sendable (count: Int) in
                try RunningProgram(
                    "ffmpeg",
                    ["-v", "error", "-re", "-i", live.count(from: count)] + line.codec.options
                        + [live.address(port: proxy.port)])
            }
            let first = try connect(0)
            try await live.airs("live")
            try await Task.sleep(for: .seconds(2))
            let (order, given) = try await befall(line.accident, live, proxy, first, connect)
            // What was on air last is heard within the next second.
            try await Task.sleep(for: .seconds(1))
            #expect(listener.isConnected)
            let signal = try await listener.hangUp().signal
            first.signal(SIGKILL)
            let heard = try await aside { HeardAir(signal) }
            print("\(line.testDescription): \(heard)")
            #expect(heard.order.wholeMatch(of: try Regex(order)) != nil, "not \(order): \(heard)")
            #expect(heard.gaps.isEmpty, "\(heard)")
            // Each count goes on behind the one before, never in front of its end.
            let counts = heard.counts
            #expect(
                zip(counts, counts.dropFirst()).allSatisfy { $1.lowerBound >= $0.upperBound - 64 },
                "\(heard)")
            guard let given else { return }
            let last = try await aside { try Self.lastCount(of: given) }
            let unheard = last - (try #require(counts.first)).upperBound
            print("\(line.testDescription): \(unheard) frames of what came were not heard whole")
            // A fade of 1,323 frames, a window that lies in it, and a packet that waits for the one behind it.
            #expect((-1_024..<8_192).contains(unheard), "\(unheard)")
        }
    }

    /// Lets the accident happen and be over.
    ///
    /// - Returns: who is to be heard, one after the other, and what the station had been given when the line failed; nil
    ///   when nothing of the failure is to be heard.
    private func befall(
        _ accident: Accident, _ live: LiveStation, _ proxy: StallingProxy, _ first: RunningProgram,
        _ connect: @Sendable (Int) throws -> RunningProgram
    ) async throws -> (order: String, given: [UInt8]?) {
        var second: RunningProgram?
        let order: String
        switch accident {
        case .closed: proxy.hangUp()
        case .reset: proxy.reset()
        case .halfOpen, .stalled: proxy.hold()
        case .shaken: proxy.shake(seed: 4, upTo: 600)
        }
        try await Task.sleep(for: .milliseconds(20))
        let given = proxy.carried(0)
        switch accident {
        case .closed:
            try await live.airs("track")
            second = try connect(30)
            order = "pdpd"
        case .reset:
            try await live.airs("bed")
            second = try connect(30)
            order = "pdbd"
        case .halfOpen:
            try await live.airs("bed")
            first.signal(SIGKILL)
            second = try connect(30)
            order = "pdbd"
        case .stalled(let seconds):
            try await Task.sleep(for: .seconds(seconds))
            // The door has given a connection up on which nothing came for ten seconds.
            if seconds < 10 { proxy.release() } else { second = try connect(30) }
            order = seconds < 2 ? "pd" : seconds < 6 ? "pdbd" : "pdbpd"
        case .shaken:
            try await Task.sleep(for: .seconds(8))
            order = "pd"
        }
        try await live.airs("live")
        try await Task.sleep(for: .seconds(3))
        #expect(second.map { $0.status == nil } ?? true, "\(second?.errors ?? "")")
        return (order, order == "pd" ? nil : given)
    }

    /// The count behind the last frame of what a client has sent. Blocks the calling thread.
    private static func lastCount(of request: [UInt8]) throws -> Int {
        let body = Data(request).range(of: Data("\r\n\r\n".utf8)).map { request[$0.upperBound...] } ?? []
        let decoded = try Tool.run(
            "ffmpeg", ["-v", "quiet", "-i", "pipe:0", "-f", "wav", "-ar", "44100", "pipe:1"],
            input: Array(body))
        let run = TestSignal(wav: decoded.output)?.counterRuns(tolerance: 2).last
        return run.map { $0.frames.upperBound + $0.offset } ?? 0
    }
}
