import Audio
import TestKit
import Testing

@Suite struct WireTests {
    static let source = SourceDescription(
        codec: "mp3", container: "mp3", sampleRate: 48_000, channels: 6, artist: "Sängerin", title: nil,
        album: "")
    static let messages: [WorkerMessage] = [
        .opened(source), .audio(left: [0, 0.5, -1], right: [1, 2, 3]), .alive, .finished,
        .audio(left: Array(repeating: 0.25, count: 4_096), right: Array(repeating: -0.25, count: 4_096)),
        .measured(
            FileMeasurement(
                frames: FrameCount(frames: 1_000), loudness: -23.5, truePeak: nil,
                cueIn: FrameCount(frames: 3),
                cueOut: FrameCount(frames: 1_000), source: source)),
        .failed(.missing), .failed(.unreadable(errno: 5)), .failed(.formatNotAllowed("hls")),
        .failed(.corrupt), .title(artist: nil, title: "Lied"),
    ]

    @Test(arguments: [1, 2, 7, 8, 9, 1_000, 100_000])
    func messagesDrippedInComeOutWhole(piece: Int) throws {
        let bytes = Self.messages.flatMap(\.bytes)
        var reader = WireReader<WorkerMessage>()
        var found: [WorkerMessage] = []
        for start in stride(from: 0, to: bytes.count, by: piece) {
            reader.append(bytes[start..<min(start + piece, bytes.count)])
            while let message = try reader.next() { found.append(message) }
        }
        #expect(found == Self.messages)
    }

    @Test func audioOfEveryLengthKeepsItsLength() throws {
        for count in [1, 31, 32, 33, 127, 128, 129, 2_329, 4_095, 4_096] {
            let left = (0..<count).map { Float($0) / 8_192 }
            let sent = WorkerMessage.audio(left: left, right: left.map { -$0 })
            var reader = WireReader<WorkerMessage>()
            reader.append(sent.bytes[...])
            #expect(try reader.next() == sent)
        }
    }

    @Test func requestsComeOutAsTheyWentIn() throws {
        let requests: [WorkerRequest] = [
            .decode(path: "/Musik/Ärger.mp3", from: FrameCount(frames: 1 << 40)), .measure(path: "/a"),
            .receive,
        ]
        for request in requests {
            var reader = WireReader<WorkerRequest>()
            reader.append(request.bytes[...])
            #expect(try reader.next() == request)
        }
    }

    @Test(
        arguments: [
            [2, 0, 0, 0, 0x01, 0x80, 0, 0],  // one byte more than the largest audio message
            [1, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f], [9, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0],
            [2, 0, 0, 0, 0, 0, 0, 0],  // audio without a frame
            [2, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0],  // half a frame
            [3, 0, 0, 0, 1, 0, 0, 0, 0],  // something after nothing
            [1, 0, 0, 0, 8, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],  // a text of length −1
            [6, 0, 0, 0, 24, 0, 0, 0] + [UInt8](repeating: 13, count: 24),  // a fault that does not exist
        ] as [[UInt8]])
    func nonsenseIsRefused(bytes: [UInt8]) {
        var reader = WireReader<WorkerMessage>()
        reader.append(bytes[...])
        #expect(throws: WireFault.self) { try reader.next() }
    }

    @Test func measurementsThatContradictThemselvesAreRefused() {
        var forged = FileMeasurement(
            frames: FrameCount(frames: 10), loudness: nil, truePeak: nil, cueIn: .zero,
            cueOut: FrameCount(frames: 11), source: Self.source)
        for wrong in 0..<3 {
            if wrong == 1 { forged.cueOut = FrameCount(frames: -1) }
            if wrong == 2 {
                forged.cueOut = forged.frames
                forged.loudness = .nan
            }
            var reader = WireReader<WorkerMessage>()
            reader.append(WorkerMessage.measured(forged).bytes[...])
            #expect(throws: WireFault.self) { try reader.next() }
        }
    }

    @Test func samplesThatAreNoAudioAreMadeSane() throws {
        var reader = WireReader<WorkerMessage>()
        reader.append(
            WorkerMessage.audio(left: [.nan, .infinity, -.infinity], right: [1e30, -17, 1.5]).bytes[...])
        #expect(try reader.next() == .audio(left: [0, 16, -16], right: [16, -16, 1.5]))
    }

    @Test func textsAreCutAtACharacter() throws {
        var long = Self.source
        long.title = String(repeating: "ü", count: 4_000)
        var reader = WireReader<WorkerMessage>()
        reader.append(WorkerMessage.opened(long).bytes[...])
        guard case .opened(let read) = try reader.next() else {
            Issue.record("no message")
            return
        }
        #expect(read.title == String(repeating: "ü", count: 2_048))
    }

    @Test func randomBytesNeverHarm() {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<2_000 {
            var bytes = (0..<Int.random(in: 0..<60, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if bytes.count > 8 {
                bytes.replaceSubrange(
                    0..<8,
                    with: [UInt8.random(in: 1...6, using: &random), 0, 0, 0, UInt8(bytes.count - 8), 0, 0, 0])
            }
            var reader = WireReader<WorkerMessage>()
            reader.append(bytes[...])
            _ = try? reader.next()
        }
    }
}
