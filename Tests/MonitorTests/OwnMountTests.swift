import Audio
import Codecs
import Foundation
import Synchronization
import TestKit
import Testing

@testable import Monitor

/// The station's own mounts, heard by a room as the daemon has it, ears, workers and all, at a server that carries what it
/// should not. No daemon can be made to do that from outside.
@Suite(.timeLimit(.minutes(4))) struct OwnMountTests {
    @Test
    func `a mount of our own that is silent, frozen or wrong is told, and a reload that drops it says so`()
        async throws
    {
        let (told, programme) = (Told(), try Programme(seed: 1))
        let room = ListeningRoom(program: MusicTests.worker) { told.add($0) }
        programme.make(seconds: 20) { room.mixed($0) }
        // 125 frames of MP3: a bit more than three seconds.
        let frozen = Array(programme.bytes.dropFirst(20_000).prefix(52_244))
        try #require(frozen.count == 52_244)
        let carried: [String: Carriage] = [
            "/right": .live, "/frozen": .loop(frozen), "/wrong": .loop(try Programme.bytes(seed: 2)),
            "/silent": .loop(try Programme.bytes(seed: nil)),
        ]
        let server = ScriptedServer { line in
            let path = line.readHead().first?.split(separator: " ").dropFirst().first.map(String.init) ?? ""
            carried[path]?.send(programme, to: line)
        }
        func url(_ path: String) -> String { "http://127.0.0.1:\(server.port)\(path)" }
        func settings(_ paths: [String]) -> ListeningRoom.Settings {
            ListeningRoom.Settings(
                silence: 10, mounts: paths.map { (path: $0, url: url($0)) }, encrypted: nil, targets: [],
                pass: "X-Of-The-House: yes")
        }
        programme.goOn { room.mixed($0) }
        defer { programme.end() }
        room.start(settings(["/right", "/frozen", "/wrong", "/silent"]))
        defer { room.stop() }
        let deadline = ContinuousClock.now + .seconds(150)
        while told.all.count < 3 || room.hearings.first?.state != .heard, .now < deadline {
            try await Task.sleep(for: .milliseconds(50))
        }
        let faults: [(path: String, fault: Fault)] = [
            ("/frozen", .frozen), ("/wrong", .wrong), ("/silent", .silent),
        ]
        let troubles = faults.map {
            Disturbance(place: .mount($0.path), fault: $0.fault, address: url($0.path))
        }
        #expect(Set(told.all) == Set(troubles.map { .began($0) }))
        #expect(room.hearings.map(\.state) == [.heard] + troubles.map { .disturbed($0) })

        room.follow(settings(["/right", "/wrong"]))
        #expect(told.all.dropFirst(3) == [.dropped(troubles[0]), .dropped(troubles[2])])
        #expect(room.disturbances == [troubles[1]])
    }

    /// What an address carries.
    private enum Carriage: Sendable {
        /// What is on air.
        case live
        /// These bytes, again and again.
        case loop([UInt8])

        /// Four seconds at once, as servers do, and then at its pace.
        func send(_ programme: Programme, to line: ScriptedServer.Line) {
            line.write("HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n")
            let begin = ContinuousClock.now
            let edge = programme.bytes.count
            var sent = 0
            while line.isOpen {
                switch self {
                case .live:
                    let bytes = programme.bytes.dropFirst(max(0, edge - 64_000) + sent)
                    guard line.write(bytes) else { return }
                    sent += bytes.count
                case .loop(let loop):
                    let due = 64_000 + Int((ContinuousClock.now - begin) / .milliseconds(100)) * 1_600
                    while sent < due {
                        let part = loop.dropFirst(sent % loop.count).prefix(due - sent)
                        guard line.write(part) else { return }
                        sent += part.count
                    }
                }
                usleep(50_000)
            }
        }
    }
}

/// What was told, in order. Any thread.
private final class Told: Sendable {
    private let news = Mutex<[ListeningRoom.News]>([])
    func add(_ one: ListeningRoom.News) { news.withLock { $0.append(one) } }
    var all: [ListeningRoom.News] { news.withLock { $0 } }
}

/// A programme that is made up, and its stream in MP3 at 128 kbit/s.
private final class Programme: Sendable {
    private struct Maker {
        /// Nil for silence.
        var notes: Notes?
        var stream: MP3Stream
    }

    private struct State {
        var bytes: [UInt8] = []
        var isEnding = false
    }

    private let maker: Mutex<Maker>
    private let state = Mutex(State())

    init(seed: UInt64?) throws {
        let notes = seed.map { Notes(random: SeededGenerator(seed: $0)) }
        maker = Mutex(
            Maker(notes: notes, stream: try MP3Stream(bitrate: 128_000, start: FrameTime(frames: 0))))
    }

    /// The stream of twenty seconds of another one.
    static func bytes(seed: UInt64?) throws -> [UInt8] {
        let programme = try Programme(seed: seed)
        programme.make(seconds: 20) { _ in }
        return programme.bytes
    }

    /// The stream so far.
    var bytes: [UInt8] { state.withLock { $0.bytes } }

    /// Goes on for so long, at once; gives each block before it is encoded.
    func make(seconds: Double, _ take: (borrowing AudioBlock) -> Void) {
        for _ in 0..<Int(seconds * Contour.rate) { make(take) }
    }

    private func make(_ take: (borrowing AudioBlock) -> Void) {
        maker.withLock { maker in
            var block = AudioBlock()
            maker.notes?.play(into: &block)
            take(block)
            maker.stream.encode(block) { page in state.withLock { $0.bytes += page.plain } }
        }
    }

    /// Goes on from now on, at its pace.
    func goOn(_ take: @escaping @Sendable (borrowing AudioBlock) -> Void) {
        Thread.detachNewThread { [self] in
            let begin = ContinuousClock.now
            var made = 0.0
            while !state.withLock({ $0.isEnding }) {
                while made / Contour.rate < (ContinuousClock.now - begin) / .seconds(1) {
                    make(take)
                    made += 1
                }
                usleep(10_000)
            }
        }
    }

    func end() { state.withLock { $0.isEnding = true } }
}

/// Notes of their own length and loudness in four places of the spectrum.
private struct Notes {
    private struct Note {
        var phase: Float = 0
        var step: Float = 0
        var level: Float = 0
        var left = 0
    }

    /// In Hz.
    private static let places: [ClosedRange<Float>] = [60...160, 250...700, 1_000...2_800, 4_000...9_000]
    private var notes = Array(repeating: Note(), count: 4)
    private var random: SeededGenerator

    init(random: SeededGenerator) { self.random = random }

    mutating func play(into block: inout AudioBlock) {
        for (index, place) in Self.places.enumerated() {
            notes[index].left -= 1
            guard notes[index].left < 0 else { continue }
            // A tenth of a second to six of them.
            notes[index].left = .random(in: 4...25, using: &random)
            notes[index].step =
                2 * .pi * .random(in: place, using: &random) / Float(EngineFormat.sampleRate)
            notes[index].level = Float(Decibels.linear(.random(in: (-40)...(-14), using: &random)))
        }
        block.withChannels { left, right in
            for frame in left.indices {
                var sample: Float = 0
                for index in notes.indices {
                    notes[index].phase += notes[index].step
                    if notes[index].phase > 2 * .pi { notes[index].phase -= 2 * .pi }
                    sample += notes[index].level * sin(notes[index].phase)
                }
                (left[frame], right[frame]) = (sample, sample)
            }
        }
    }
}
