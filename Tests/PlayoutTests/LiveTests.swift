import Audio
import Codecs
import Programme
import Synchronization
import Testing

@testable import Playout

private let now = Instant(wallNanoseconds: 1_795_000_000_000_000_000)

/// DJs on a hand-cranked station: what of theirs is heard, sample by sample.
@Suite struct LiveTests {
    /// A DJ who sends a block for each that is aired; each frame says whose it is and which.
    final class FakeDJ {
        let session: Int
        let number: Int
        let buffer: LiveBuffer
        var sent = 0
        let dismissed = Atomic<Bool>(false)
        let places = Mutex<[LivePlace]>([])
        let ends = Mutex<[Instant?]>([])
        let advice = Mutex<[LiveAdvice]>([])

        init(_ session: Int, number: Int, target: Double = 0.3, limit: Double = 2) {
            self.session = session
            self.number = number
            buffer = LiveBuffer(.init(target: Length(seconds: target), limit: Length(seconds: limit)))
        }

        /// Up and down by one step a frame, without a jump: over one a converter rings.
        private static func right(_ frame: Int) -> Float {
            let place = frame % 8_192
            return Float(place < 4_096 ? place : 8_192 - place) / 8_192
        }

        func send(_ frames: Int = EngineFormat.blockFrames, silent: Bool = false) {
            let left = [Float](repeating: silent ? 0 : FakeLibrary.left(number), count: frames)
            let right = (sent..<(sent + frames)).map { silent ? 0 : Self.right($0) }
            buffer.take(left: left.span, right: right.span)
            sent += frames
        }
    }

    /// A station with some tracks, and its ear.
    final class House {
        let journal = FakeJournal()
        let engine: HandCranked
        private(set) var heard: [(file: Int, frame: Int)] = []

        init(bed: Bool = true, takeover: HandOver.Takeover = .atOnce, bridge: Double = 2) {
            var station = FakeStation(lengths: [900_000, 800_000, 850_000])
            station.files["/bed"] = FakeLibrary.File(number: 90, frames: 500_000)
            engine = HandCranked(
                station: station, timeline: Timeline(rotation: station.rotation), emergency: nil,
                journal: journal)
            engine.conductor.settings.live = LiveRules(
                handOver: .init(takeover: takeover, bridge: Length(seconds: bridge)),
                fade: Length(seconds: 0.1),
                bed: bed ? "/bed" : nil, silence: Length(seconds: 1))
            heard += engine.crank(blocks: 4, from: now)
        }

        func welcome(_ dj: FakeDJ, _ account: String) {
            let guest = LiveGuest(
                session: dj.session, account: account, standIn: Title(artist: account, title: "live"),
                buffer: dj.buffer, advise: { [dj] in dj.isTold($0) },
                dismiss: { [dismissed = dj] in dismissed.wasDismissed() },
                placed: { [dj] place, until in dj.stands(place, until) })
            #expect(engine.conductor.welcome(guest))
        }

        /// So many blocks, in each of which these DJs send one.
        func run(_ blocks: Int, _ djs: FakeDJ...) {
            for _ in 0..<blocks {
                for dj in djs { dj.send() }
                heard += engine.crank(blocks: 1)
            }
        }

        /// The numbers of the files and DJs that were heard at their own level, in turn.
        var turns: [Int] {
            var turns: [Int] = []
            for (index, frame) in heard.enumerated() where turns.last != frame.file {
                // A fade goes through every level: what stands for a while is no fade.
                let end = min(heard.count, index + 3_000)
                if heard[index..<end].allSatisfy({ $0.file == frame.file }) { turns.append(frame.file) }
            }
            return turns
        }

        /// The frames of a DJ or file that were heard at their own level.
        func frames(of number: Int) -> [Int] { heard.filter { $0.file == number }.map(\.frame) }
    }

    /// Whether frames follow each other, each a step from the last, but for those that a fade has changed at both ends and
    /// those at the turns.
    static func isUnbroken(_ frames: [Int]) -> Bool {
        let frames = frames.dropFirst(2_000).dropLast(2_000)
        let steps = zip(frames, frames.dropFirst()).map { abs($1 - $0) }
        return steps.allSatisfy { $0 < 3 } && steps.count { $0 != 1 } < steps.count / 100
    }

    @Test func `a DJ is faded in from decoded audio, heard without a break, and to the last sample`() {
        let house = House()
        let dj = FakeDJ(1, number: 40)
        house.welcome(dj, "anna")
        house.run(5, dj)
        // Not enough has come: the programme is on.
        #expect(house.engine.conductor.liveOnAir == nil)
        house.run(100, dj)
        #expect(house.engine.conductor.liveOnAir == "anna")
        house.engine.conductor.farewell(1, clean: true)
        house.run(40)
        let turns = house.turns
        #expect(turns.count == 3 && turns[1] == 40 && turns[0] != turns[2], "\(turns)")
        let frames = house.frames(of: 40)
        #expect(Self.isUnbroken(frames))
        // What was sent last was heard last: the count of its frames, less those of the fade, is that of all.
        #expect(abs(dj.sent - frames.count) < 6_000, "\(dj.sent) \(frames.count)")
        #expect(frames.count > 95 * 1_024)
        #expect(house.engine.conductor.liveReport.isEmpty)
        #expect(house.journal.aired.map(\.kind) == [.track, .live, .track])
        #expect(house.journal.facts.map(\.kind).contains(.liveIn))
        // The next track begins at its beginning, and nothing between is digital silence.
        #expect(house.journal.aired.last?.offset == .zero)
        #expect(house.heard.dropFirst(200).allSatisfy { $0.file > 0 })
    }

    @Test func `a drop-out is covered by the bed, and the returning DJ comes back by a fade`() {
        let house = House()
        let dj = FakeDJ(1, number: 40)
        house.welcome(dj, "anna")
        house.run(60, dj)
        house.run(30)
        #expect(house.engine.conductor.onAir?.item.kind == .bed)
        let before = house.frames(of: 40).count
        house.run(60, dj)
        #expect(house.engine.conductor.liveOnAir == "anna")
        #expect(house.turns.dropFirst() == [40, 90, 40], "\(house.turns)")
        // Nothing is heard twice: what follows the drop-out goes on behind it.
        let frames = house.frames(of: 40)
        #expect(Self.isUnbroken(Array(frames[..<before])) && Self.isUnbroken(Array(frames[before...])))
        #expect(house.journal.aired.map(\.kind) == [.track, .live, .bed, .live])
    }

    @Test
    func `after the bed's time the programme goes on with a fresh track, and the DJ may still come back`() {
        let house = House(bridge: 1)
        let dj = FakeDJ(1, number: 40)
        house.welcome(dj, "anna")
        house.run(60, dj)
        house.run(100)
        #expect(house.engine.conductor.onAir?.item.kind == .track)
        #expect(house.journal.aired.last?.offset == .zero)
        house.run(60, dj)
        #expect(house.engine.conductor.liveOnAir == "anna")
        #expect(house.journal.aired.map(\.kind) == [.track, .live, .bed, .track, .live])
    }

    @Test func `a line whose pauses are longer than the buffer drops out once, and not at every pause`() {
        let house = House()
        let dj = FakeDJ(1, number: 40)
        house.welcome(dj, "anna")
        // Half a second at once, and then nothing for as long: 0.3 s have to wait at first.
        for _ in 0..<12 {
            dj.send(22 * EngineFormat.blockFrames)
            house.run(22)
        }
        #expect(house.engine.conductor.liveOnAir == "anna")
        #expect(house.journal.aired.map(\.kind) == [.track, .live, .bed, .live])
        #expect(Self.isUnbroken(Array(house.frames(of: 40).suffix(8 * 22 * EngineFormat.blockFrames))))
    }

    @Test func `without a bed the programme covers a drop-out`() {
        let house = House(bed: false)
        let dj = FakeDJ(1, number: 40)
        house.welcome(dj, "anna")
        house.run(60, dj)
        house.run(30)
        #expect(house.engine.conductor.onAir?.item.kind == .track)
        house.run(60, dj)
        #expect(house.engine.conductor.liveOnAir == "anna")
    }

    @Test func `silence is a drop-out until there is sound`() {
        let house = House()
        let dj = FakeDJ(1, number: 40)
        house.welcome(dj, "anna")
        house.run(60, dj)
        for _ in 0..<80 {
            dj.send(silent: true)
            house.run(1)
        }
        #expect(house.engine.conductor.onAir?.item.kind == .bed)
        #expect(house.engine.conductor.liveReport.first?.isSilent == true)
        house.run(40, dj)
        #expect(house.engine.conductor.liveOnAir == "anna")
    }

    @Test func `whoever connects early and is silent does not get the air before there is sound`() {
        let house = House()
        let dj = FakeDJ(1, number: 40)
        house.welcome(dj, "anna")
        for _ in 0..<60 {
            dj.send(silent: true)
            house.run(1)
        }
        #expect(house.engine.conductor.liveOnAir == nil)
        house.run(60, dj)
        #expect(house.engine.conductor.liveOnAir == "anna")
        // What was said first is heard, and next to nothing of the silence before it.
        let heard = house.frames(of: 40)
        #expect(heard.count > 36_000 && heard.count < 61 * 1_024)
    }

    @Test func `one DJ follows the other without a gap, and a second login takes the place of the first`() {
        let house = House(takeover: .whenFree)
        let (anna, bert, again) = (FakeDJ(1, number: 40), FakeDJ(2, number: 50), FakeDJ(3, number: 60))
        house.welcome(anna, "anna")
        house.run(60, anna)
        house.welcome(bert, "bert")
        house.run(60, anna, bert)
        #expect(house.engine.conductor.liveOnAir == "anna")
        house.engine.conductor.farewell(1, clean: true)
        house.run(60, bert)
        #expect(house.engine.conductor.liveOnAir == "bert")
        house.welcome(again, "bert")
        house.run(40, bert, again)
        #expect(house.turns.dropFirst() == [40, 50, 60], "\(house.turns)")
        #expect(bert.isDismissed)
        #expect(house.heard.dropFirst(200).allSatisfy { $0.file > 0 })
    }

    @Test func `a title is shown with the frame with which it came, and the first one from the start`() {
        let house = House()
        let dj = FakeDJ(1, number: 40)
        dj.buffer.take(title: Title(artist: "A", title: "First"))
        house.welcome(dj, "anna")
        house.run(60, dj)
        let place = house.heard.count + Int(dj.buffer.waiting.frames)
        dj.buffer.take(title: Title(artist: "A", title: "Second"))
        house.run(60, dj)
        let shown = house.engine.shownTitles().suffix(2).map(\.title)
        #expect(shown == ["First", "Second"])
        let second = house.journal.aired.last
        // To the block.
        #expect(abs(Int((second!.start - now).frames) - place) <= 2_048)
        house.engine.conductor.farewell(1, clean: true)
        house.run(40)
        // The last one does not outlive the DJ.
        #expect(house.engine.shownTitles().last?.artist != "A")
    }

    @Test func `the operator holds, gives and sends away`() {
        let house = House()
        let dj = FakeDJ(1, number: 40)
        house.welcome(dj, "anna")
        house.run(60, dj)
        #expect(!house.engine.conductor.direct("anna", .hold).isRefused)
        house.run(30, dj)
        #expect(house.engine.conductor.onAir?.item.kind == .track)
        #expect(!house.engine.conductor.direct("anna", .takeOver).isRefused)
        house.run(30, dj)
        #expect(house.engine.conductor.liveOnAir == "anna")
        #expect(!house.engine.conductor.direct("anna", .kick).isRefused)
        house.run(30, dj)
        #expect(dj.isDismissed)
        #expect(house.engine.conductor.onAir?.item.kind == .track)
        #expect(house.engine.conductor.direct("bert", .hold).isRefused)
        // Each is written down, and what was not done is not.
        let kinds: [Fact.Kind] = [.hold, .takeover, .kick]
        #expect(house.journal.facts.map(\.kind).filter(kinds.contains) == kinds)
        #expect(house.journal.facts.first { $0.kind == .hold }?.words.contains("anna") == true)
    }

    @Test func `a DJ is told where it stands, each time that changes`() {
        let house = House(bridge: 1)
        let dj = FakeDJ(1, number: 40)
        house.welcome(dj, "anna")
        house.run(60, dj)
        house.run(30)
        house.run(60, dj)
        #expect(!house.engine.conductor.direct("anna", .hold).isRefused)
        house.run(10, dj)
        #expect(
            dj.places.withLock { $0 } == [.greenRoom, .onAir, .bridged, .greenRoom, .onAir, .held]
                || dj.places.withLock { $0 } == [.greenRoom, .onAir, .bridged, .onAir, .held])
    }

    @Test func `a DJ is heard in the slot that names it, told when it ends, and nobody else is`() {
        let house = House()
        let start = house.engine.conductor.now + Length(seconds: 1.5)
        let end = start + Length(seconds: 2)
        house.engine.conductor.settings.windows = { instant in
            switch instant {
            case ..<start: AirWindow(accounts: [], start: Instant(frames: 0), end: start)
            case ..<end: AirWindow(accounts: ["anna"], start: start, end: end)
            default: AirWindow(accounts: [], start: end, end: nil)
            }
        }
        let (anna, bert) = (FakeDJ(1, number: 40), FakeDJ(2, number: 60))
        house.welcome(anna, "anna")
        house.welcome(bert, "bert")
        house.run(50, anna, bert)
        #expect(house.engine.conductor.liveOnAir == nil)
        #expect(anna.advice.withLock { $0 } == [.mustWait])
        house.run(150, anna, bert)
        #expect(house.turns.count == 3 && house.turns[1] == 40, "\(house.turns)")
        #expect(house.frames(of: 60).isEmpty)
        let frames = house.frames(of: 40)
        #expect(Self.isUnbroken(frames))
        // Two seconds, but for the way of the orders and the fades.
        #expect(abs(Double(frames.count) / 44_100 - 2) < 0.4, "\(frames.count)")
        #expect(house.journal.aired.map(\.kind) == [.track, .live, .track])
        #expect(anna.places.withLock { $0 } == [.greenRoom, .onAir, .greenRoom])
        #expect(anna.ends.withLock { $0 } == [nil, end, nil])
        #expect(anna.advice.withLock { $0 }.contains(.lastMinute))
        #expect(bert.advice.withLock { $0 } == [.mustWait])
        // Another schedule counts at once.
        house.engine.conductor.settings.windows = { _ in .open }
        house.run(60, anna, bert)
        #expect(house.engine.conductor.liveOnAir != nil)
    }

    @Test func `a stream is heard in the slot that names it, and is told no time`() {
        let house = House()
        let account = AirWindow.stream(of: "Nacht")
        let start = house.engine.conductor.now + Length(seconds: 1.5)
        let end = start + Length(seconds: 2)
        house.engine.conductor.settings.windows = { instant in
            switch instant {
            case ..<start: AirWindow(accounts: nil, start: Instant(frames: 0), end: start)
            case ..<end: AirWindow(accounts: [account], start: start, end: end)
            default: AirWindow(accounts: nil, start: end, end: nil)
            }
        }
        let stream = FakeDJ(-1, number: 40)
        house.welcome(stream, account)
        house.run(50, stream)
        #expect(house.engine.conductor.liveOnAir == nil)
        house.run(150, stream)
        #expect(house.journal.aired.map(\.kind) == [.track, .live, .track])
        #expect(Self.isUnbroken(house.frames(of: 40)))
        #expect(stream.advice.withLock { $0 }.isEmpty)
    }

    @Test func `a DJ who goes before there is enough to hear is not heard`() {
        let house = House()
        let dj = FakeDJ(1, number: 40)
        house.welcome(dj, "anna")
        house.run(6, dj)
        house.engine.conductor.farewell(1, clean: true)
        house.run(30)
        #expect(house.journal.aired.map(\.kind) == [.track])
        #expect(house.engine.conductor.liveReport.isEmpty)
    }
}

// Unchecked: each test runs on one thread; `dismissed` alone is touched from a closure that the conductor keeps.
extension LiveTests.FakeDJ: @unchecked Sendable {
    var isDismissed: Bool { dismissed.load(ordering: .relaxed) }
    func stands(_ place: LivePlace, _ until: Instant?) {
        places.withLock { $0.append(place) }
        ends.withLock { $0.append(until) }
    }
    func isTold(_ advice: LiveAdvice) { self.advice.withLock { $0.append(advice) } }
    func wasDismissed() { dismissed.store(true, ordering: .relaxed) }
}
