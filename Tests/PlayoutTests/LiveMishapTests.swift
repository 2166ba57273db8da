import Audio
import Codecs
import Dispatch
import Programme
import Testing

@testable import Playout

/// What went wrong with DJs once.
@Suite struct LiveMishapTests {
    typealias House = LiveTests.House
    typealias FakeDJ = LiveTests.FakeDJ

    @Test func `a DJ who had been displaced got the air again with an empty buffer`() {
        let house = House()
        let (anna, bert) = (FakeDJ(1, number: 40), FakeDJ(2, number: 60))
        house.welcome(anna, "anna")
        house.run(60, anna)
        house.welcome(bert, "bert")
        for _ in 0..<60 where house.engine.conductor.liveOnAir != "bert" { house.run(1, anna, bert) }
        house.run(6, anna, bert)
        let before = house.frames(of: 40).count
        #expect(!house.engine.conductor.direct("bert", .kick).isRefused)
        house.run(60, anna)
        #expect(house.engine.conductor.liveOnAir == "anna")
        #expect(house.journal.aired.map(\.kind) == [.track, .live, .live, .track, .live])
        #expect(LiveTests.isUnbroken(Array(house.frames(of: 40)[before...])))
    }

    @Test func `the journal named the artist of the title in place of the DJ`() {
        let house = House()
        let dj = FakeDJ(1, number: 40)
        dj.buffer.take(title: Title(artist: "Nina Simone", title: "Sinnerman"))
        house.welcome(dj, "anna")
        house.run(60, dj)
        #expect(house.journal.facts.filter { $0.kind == .liveIn }.map(\.words) == ["anna went live."])
    }

    @Test func `every title of a flood was written into the journal`() {
        let house = House()
        let dj = FakeDJ(1, number: 40)
        house.welcome(dj, "anna")
        house.run(40, dj)
        _ = house.engine.shownTitles()
        // For 2.3 s a title each 23 ms.
        for number in 0..<100 {
            dj.buffer.take(title: Title(title: "\(number)"))
            house.run(1, dj)
        }
        house.run(60, dj)
        let shown = house.engine.shownTitles().map(\.title)
        #expect((3...4).contains(shown.count), "\(shown)")
        #expect(shown.last == "99")
        #expect(house.journal.aired.count { $0.kind == .live } == shown.count + 1)
    }

    @Test func `a flood of titles drove out the one whose turn it was`() throws {
        let buffer = LiveBuffer(.init(target: Length(seconds: 1), limit: Length(seconds: 4)))
        let sound = [Float](repeating: 0.5, count: 600)
        for number in 0..<100 {
            buffer.take(title: Title(title: "\(number)"))
            buffer.take(left: sound.span, right: sound.span)
        }
        let consumer = buffer.goOnAir()
        let first = try #require(buffer.title?.title)
        #expect(try #require(Int(first)) < 60)
        var block = AudioBlock()
        while consumer.read(into: &block, at: 0, count: block.capacity) > 0 {}
        #expect(buffer.title?.title == "99")
    }

    // MARK: Ways to the engine

    private func full(_ buffer: LiveBuffer, seconds: Double) {
        let sound = [Float](repeating: 0.5, count: 4_410)
        for _ in 0..<Int(seconds * 10) { buffer.take(left: sound.span, right: sound.span) }
    }

    @Test func `a deck that had faded out closed the ring of the DJ who was back already`() {
        let buffer = LiveBuffer(.init(target: Length(seconds: 0.3), limit: Length(seconds: 4)))
        full(buffer, seconds: 1)
        let first = buffer.goOnAir()
        full(buffer, seconds: 1)
        let second = buffer.goOnAir()
        buffer.leaveAir(first)
        let before = second.available
        full(buffer, seconds: 1)
        #expect(second.available > before + 40_000)
        buffer.leaveAir(second)
        full(buffer, seconds: 1)
        #expect(second.available < before + 50_000)
        // Nor is a drop-out of the first one that of the second.
        let third = buffer.goOnAir()
        buffer.dropOut(second)
        full(buffer, seconds: 1)
        #expect(third.available > 40_000)
    }

    @Test func `a reader that waited for room in a ring that nobody read any more waited for ever`() {
        let buffer = LiveBuffer(.init(target: Length(seconds: 0.3), limit: Length(seconds: 1)))
        let first = buffer.goOnAir()
        let isOver = DispatchSemaphore(value: 0)
        DispatchQueue.global().async {
            // Three times what fits.
            self.full(buffer, seconds: 3)
            isOver.signal()
        }
        #expect(first.waitForFrames(44_100, milliseconds: 20_000))
        let second = buffer.goOnAir()
        buffer.leaveAir(first)
        // What comes goes to the new one now, until that is full.
        #expect(second.waitForFrames(40_000, milliseconds: 20_000))
        buffer.leaveAir(second)
        #expect(isOver.wait(timeout: .now() + 20) == .success)
    }

    // MARK: The line

    /// What was behind at the most, when a stream comes as `came` says for two minutes.
    private func worst(_ came: (Double) -> Double) -> Double {
        var watch = JitterWatch()
        for step in 0..<4_800 {
            let time = Double(step) / 40
            watch.look(came: came(time), at: 1_000 + time)
        }
        return watch.worst
    }

    @Test
    func
        `pages, stalls and their makings-up are jitter, a burst at the start and silence before it are none`()
    {
        #expect(worst { $0 } < 0.001)
        #expect(abs(worst { $0.rounded(.down) } - 1) < 0.03)
        // Nothing for 5 s, then 4 s at once, then as time passes.
        #expect(worst { $0 < 5 ? 0 : $0 - 1 } < 0.001)
        #expect(worst { $0 + min($0, 3) } < 0.001)
        // A stall of 2 s, made up for by and by.
        #expect(abs(worst { $0 < 100 ? $0 : $0 < 102 ? 100 : min($0, 100 + 1.5 * ($0 - 102)) } - 2) < 0.03)
        // It is forgotten after a minute.
        #expect(worst { $0 < 20 ? $0 : max(20, $0 - 2) } < 0.001)
    }

    /// With a limit of 0.6 s no more than the usual 0.3 s may have to wait.
    @Test(arguments: [(2.0, false), (0.6, true)])
    func `a line that was seen to stall in the green room dropped out at the first pause on air`(
        limit: Double, dropsOut: Bool
    ) {
        let house = House(takeover: .whenFree)
        let (anna, bert) = (FakeDJ(1, number: 40), FakeDJ(2, number: 60, limit: limit))
        house.welcome(anna, "anna")
        house.run(20, anna)
        house.welcome(bert, "bert")
        // Bert's comes half a second at once, and 0.3 s have to wait on a good line.
        for round in 0..<12 {
            bert.send(22 * EngineFormat.blockFrames)
            switch round {
            case 0..<5: house.run(22, anna)
            case 5:
                house.run(13, anna)
                #expect(house.engine.conductor.liveOnAir == "anna")
                // So that Bert comes on air when the next pause has just begun.
                house.engine.conductor.farewell(1, clean: true)
                house.run(9)
            default: house.run(22)
            }
        }
        #expect(house.journal.aired.contains { $0.kind == .bed } == dropsOut)
        guard !dropsOut else { return }
        #expect(house.engine.conductor.liveOnAir == "bert")
        #expect(LiveTests.isUnbroken(house.frames(of: 60)))
    }

    @Test
    func `a line that stalls has more wait, up to half of the limit, and never less than was asked for`() {
        func waiting(after stall: Double) -> Double {
            let buffer = LiveBuffer(.init(target: Length(seconds: 0.5), limit: Length(seconds: 4)))
            var sent = 0.0
            for step in 0..<400 {
                let time = Double(step) / 40
                if !(2..<(2 + stall)).contains(time) {
                    let frames = Int((time - sent) * 44_100)
                    let sound = [Float](repeating: 0.5, count: frames)
                    buffer.take(left: sound.span, right: sound.span)
                    sent += Double(frames) / 44_100
                }
                buffer.measure(at: Int64(time * 44_100))
            }
            return Double(buffer.goOnAir().available) / 44_100
        }
        #expect(abs(waiting(after: 0.2) - 0.5) < 0.02)
        #expect(abs(waiting(after: 0.8) - 1) < 0.05)
        #expect(abs(waiting(after: 5) - 2) < 0.02)
    }
}
