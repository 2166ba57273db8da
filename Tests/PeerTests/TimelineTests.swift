import Foundation
import TestKit
import Testing

/// One timeline: what was planned before the daemon ever ran is what it airs, and no crash changes it.
@Suite(
    .peers("ffmpeg", "oggdec", "curl"), .timeLimit(.minutes(10)))
struct TimelineTests {
    private let music = ResilienceMusic()

    @Test func `a span that was rendered before the daemon ran is aired, in journal, titles and samples`()
        async throws
    {
        let station = try StationUnderTest(order: "shuffle")
        try await music.fill(station.music, with: [1, 2, 3, 4, 5, 6])
        try await ResilienceMusic(form: "mp3").fill(station.music, with: [8, 9])
        try await ResilienceMusic(form: "opus").fill(station.music, with: [11, 12])
        // The daemon comes sooner or later, and five tracks of the span are enough.
        let (begin, length) = (Self.soon(5), 60)
        var seconds = 0
        let plan = try await render(station, from: begin, seconds: length, to: "before.wav")
        #expect(plan.count > 5)
        #expect(abs(plan.reduce(0) { $0 + ($1.duration ?? 0) } - Double(length)) < 0.01)

        try await station.onAir {
            let listener = try await ResilienceListener(to: station.url())
            try await until("five tracks of the span have been aired", telling: { station.log }) {
                let aired = try await station.history().filter { $0.kind == "track" && $0.offset == nil }
                return aired.count { line in plan.contains { $0.isSame(as: line) } } > 5
            }
            // Partly aired, partly still to come.
            let both = try await render(station, from: begin, seconds: length, to: "during.wav")
            #expect(both.map(\.file) == plan.map(\.file))
            #expect(listener.isConnected)
            let heard = try await listener.hangUp()
            let aired = try await station.history().filter { $0.kind == "track" }

            let (first, last) = (try #require(aired.first), try #require(aired.last))
            let span = first.instant..<last.instant
            for item in plan.dropFirst().dropLast() where span.contains(item.instant) {
                let line = try #require(aired.first { $0.isSame(as: item) }, "\(item) was not aired")
                #expect(line.title == item.title && line.artist == item.artist && line.offset == nil)
                #expect(abs((line.duration ?? 0) - (item.duration ?? 0)) < 0.0015)
            }
            try compare(heard, with: plan, in: station, begin: begin)
            seconds = min(length, Int(last.instant - begin.timeIntervalSince1970))
        }

        let past = try await render(station, from: begin, seconds: seconds, to: "after.wav")
        #expect(past.map(\.file) == plan.prefix(past.count).map(\.file))
        let before = try samples(station, "before.wav")
        #expect(before.count == length * 44_100 * 8 && seconds > 12)
        for (name, seconds) in [("during.wav", length), ("after.wav", seconds)] {
            let other = try samples(station, name)
            #expect(other.count == seconds * 44_100 * 8)
            #expect(
                before.prefix(other.count) == other,
                "\(name) is another mix than the one before the daemon ran")
        }
    }

    /// What stands behind the header of a WAV file.
    private func samples(_ station: StationUnderTest, _ name: String) throws -> Data {
        try Data(contentsOf: station.folder.appendingPathComponent(name)).dropFirst(44)
    }

    /// Each whole track of the stream is the mix that was rendered, but for what Vorbis leaves out.
    private func compare(
        _ heard: ResilienceCapture, with plan: [StationItem], in station: StationUnderTest, begin: Date
    ) throws {
        let file = station.folder.appendingPathComponent("before.wav")
        let mix = try #require(TestSignal(wav: [UInt8](try Data(contentsOf: file))))
        let stretches = heard.stretches(of: music)
        #expect(stretches.areSeamless(music), "\(stretches)")
        var compared = 0
        for item in plan.dropFirst().dropLast() {
            let piece = try #require(ResilienceMusic.piece(of: item.file))
            guard let stretch = stretches.first(where: { $0.piece == piece && $0.isWhole }) else { continue }
            // The printed start is rounded to milliseconds, and the count tells the place to the frame.
            let start = Int(((item.instant - begin.timeIntervalSince1970) * 44_100).rounded())
            let inner = 4_410..<(music.frames - 4_410)
            let wanted = mix[(start + inner.lowerBound)..<(start + inner.upperBound)]
            let place = stretch.zero + inner.lowerBound
            let offset = try #require(
                heard.signal.place(of: wanted[0..<2_048], within: (place - 50)..<(place + 51)))
            let residual = heard.signal.residual(against: wanted, at: offset)
            #expect(residual.loudest(length: 4_410).decibels < -45, "\(item)")
            #expect(wanted.loudest(length: 4_410).decibels > -25)
            compared += 1
        }
        #expect(compared >= 3)
    }

    @Test func `a daemon that is killed at any instant goes on where the plan is`() async throws {
        let station = try StationUnderTest(order: "shuffle")
        let port = Int(IcecastLoopback.freePort())
        try station.reconfigure(("127.0.0.1:0", "127.0.0.1:\(port)"))
        try await music.fill(station.music)
        let plan = try await render(station, from: Self.soon(-5), seconds: isProof ? 240 : 90, to: "plan.wav")
        var instants = SeededGenerator(seed: 2)
        try await station.start()
        for _ in 0..<(isProof ? 10 : 3) {
            try await Task.sleep(for: .milliseconds(Int.random(in: 500...6_000, using: &instants)))
            let workers = station.workers
            station.daemon?.signalAlone(SIGKILL)
            try await station.daemon?.wait(.seconds(10))
            try await until("the workers end with the daemon") { !workers.contains { kill($0, 0) == 0 } }

            let began = ContinuousClock.now
            async let sound: Void = Self.firstSound(port)
            try await station.start()
            try await sound
            let time = ContinuousClock.now - began
            print("killed, and heard again after \(time)")
            #expect(time < .seconds(30))
            // A start begins with what was on a burst ago, and has made up for it within a few seconds.
            var now = try await station.now()
            try await until("now tells of now", telling: { station.log }) {
                #expect(plan.contains { $0.isSame(as: now) }, "\(now) is not in the plan")
                let asked = Date.now.timeIntervalSince1970
                now = try await station.now()
                let instant = now.planned + (now.position ?? 0)
                return instant > asked - 1 && instant < Date.now.timeIntervalSince1970 + 1
            }
        }
        // What each start put on air first had begun before it.
        let aired = try await station.history().filter { $0.kind == "track" }
        #expect(aired.count > 3)
        for item in aired { #expect(plan.contains { $0.isSame(as: item) }, "\(item) was not planned") }
        #expect(try await station.history().allSatisfy { $0.kind != "tone" })
        try await station.stop()
    }

    /// A whole second that is so many away.
    private static func soon(_ seconds: Int) -> Date {
        Date(timeIntervalSince1970: Date.now.timeIntervalSince1970.rounded() + Double(seconds))
    }

    private func render(_ station: StationUnderTest, from: Date, seconds: Int, to name: String) async throws
        -> [StationItem]
    {
        try await station.ask(
            "render", "--from", from.ISO8601Format(), "--for", "\(seconds)s", "--output",
            station.folder.appendingPathComponent(name).path)
    }

    /// Waits for the first page of the stream, from a server that may not be there yet.
    private static func firstSound(_ port: Int) async throws {
        try await until("the first page comes") {
            guard let client = try? RawClient(port: port) else { return false }
            client.send("GET /stream.ogg HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let head = try await client.readHead()
            guard head.contains(" 200 ") else { return false }
            return try await client.read(4) == Array("OggS".utf8)
        }
    }
}
