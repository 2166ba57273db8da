import Audio
import Codecs
import Foundation
import Glibc
import Synchronization
import TestKit
import Testing

/// A DJ's stream through a worker, as its bytes come.
@Suite struct LiveDecoderTests {
    /// Keeps what it is given.
    final class Kept: LiveSink {
        let sound = Mutex(Sound(left: [], right: []))
        /// Titles with the frame from which on each holds.
        let titles = Mutex<[(title: Title, from: Int)]>([])

        func take(left: Span<Float>, right: Span<Float>) {
            sound.withLock { sound in
                for frame in left.indices {
                    sound.left.append(left[frame])
                    sound.right.append(right[frame])
                }
            }
        }

        func take(title: Title) {
            let from = sound.withLock { $0.count }
            titles.withLock { $0.append((title, from)) }
        }
    }

    /// Offers bytes piece by piece until all are taken or the decoder has ended.
    static func send(_ bytes: [UInt8], to decoder: LiveDecoder, piece: Int) {
        var sent = 0
        var patience = 60_000
        while sent < bytes.count, patience > 0 {
            switch decoder.state {
            case .finished, .failed: return
            case .opening, .open: break
            }
            let end = min(bytes.count, sent + piece)
            let taken = bytes[sent..<end].withUnsafeBytes { decoder.offer($0) }
            sent += taken
            if taken == 0 {
                usleep(1_000)
                patience -= 1
            }
        }
    }

    static func wait(for decoder: LiveDecoder) -> LiveDecoder.State {
        for _ in 0..<60_000 {
            switch decoder.state {
            case .opening, .open: usleep(1_000)
            case let end: return end
            }
        }
        return decoder.state
    }

    func decode(_ bytes: [UInt8], piece: Int = 4_096) throws -> (kept: Kept, state: LiveDecoder.State) {
        let bench = try Bench()
        let kept = Kept()
        let decoder = LiveDecoder.start(workers: bench.workers, sink: kept, patience: 60_000)
        defer { decoder.stop() }
        Self.send(bytes, to: decoder, piece: piece)
        decoder.finish()
        return (kept, Self.wait(for: decoder))
    }

    @Test(arguments: [
        ("ogg", ["-c:a", "libvorbis", "-q:a", "6"], 0.1 as Float), ("opus", ["-b:a", "128k"], 0.1),
        ("flac", [], 0.001), ("oga", ["-c:a", "flac"], 0.001), ("mp3", ["-b:a", "160k"], 0.1),
        ("aac", ["-b:a", "160k"], 0.1), ("webm", ["-c:a", "libopus"], 0.1),
    ])
    func everyKindOfStreamIsHeard(ending: String, options: [String], most: Float) throws {
        let bench = try Bench()
        let sound = Sound.tone(frames: 5 * 44_100)
        try bench.write(sound.wav(), "a.wav")
        _ = try bench.convert("a.wav", "a.\(ending)", options)
        let (kept, state) = try decode(try bench.read("a.\(ending)"), piece: 700)
        #expect(state == .finished)
        let heard = kept.sound.withLock { $0 }
        // A lossy codec's padding may remain at both ends; a line has no length that says otherwise.
        #expect(abs(heard.count - sound.count) < 4_000)
        let skipped = (0..<4_000).min { alignment(heard, $0, sound) < alignment(heard, $1, sound) } ?? 0
        #expect(heard.dropFirst(skipped).distance(to: sound, skipping: 4_000) < most)
    }

    /// How far `heard` from a frame on is from the sound, on a short stretch in the middle.
    private func alignment(_ heard: Sound, _ skipped: Int, _ sound: Sound) -> Float {
        (100_000..<100_200).reduce(0) {
            $0 + abs(heard.left[$1 + skipped] - sound.left[$1])
                + abs(heard.right[$1 + skipped] - sound.right[$1])
        }
    }

    /// libav waited for 1 MB of them, which is a minute: the station's ear heard nothing of a frozen relay.
    @Test func threeSecondsOfMP3AgainAndAgainFromTheMiddleOfAFrameAreHeardWithinFour() throws {
        let bench = try Bench()
        try bench.write(Sound.tone(frames: 4 * 44_100).wav(), "a.wav")
        _ = try bench.convert("a.wav", "a.mp3", ["-b:a", "128k", "-id3v2_version", "0", "-write_xing", "0"])
        let loop = try bench.read("a.mp3")[8_100...].prefix(48_000)
        let kept = Kept()
        let decoder = LiveDecoder.start(workers: bench.workers, sink: kept, patience: 60_000)
        defer { decoder.stop() }
        Self.send(Array(loop + loop.prefix(24_000)), to: decoder, piece: 4_096)
        for _ in 0..<10_000 where kept.sound.withLock({ $0.count }) < 88_200 { usleep(1_000) }
        #expect(kept.sound.withLock { $0.count } >= 88_200)
    }

    @Test func aDJsStreamIsHeardLongBeforeItEnds() throws {
        let bench = try Bench()
        try bench.write(Sound.tone(frames: 3 * 44_100).wav(), "a.wav")
        for (ending, options) in [
            ("ogg", ["-c:a", "libvorbis", "-page_duration", "100000"]), ("mp3", ["-b:a", "128k"]),
        ] {
            _ = try bench.convert("a.wav", "a.\(ending)", options)
            let bytes = try bench.read("a.\(ending)")
            let kept = Kept()
            let decoder = LiveDecoder.start(workers: bench.workers, sink: kept, patience: 60_000)
            Self.send(Array(bytes.prefix(bytes.count / 2)), to: decoder, piece: 1_000)
            for _ in 0..<10_000 where kept.sound.withLock({ $0.count }) < 33_000 { usleep(1_000) }
            // Half of the bytes, and nothing said of an end: what they hold is out, but for the last pages.
            #expect(kept.sound.withLock { $0.count } >= 33_000, "\(ending)")
            decoder.stop()
        }
    }

    @Test func titlesInTheStreamComeWithTheirFirstFrame() throws {
        let bench = try Bench()
        var stream: [UInt8] = []
        for (name, frames) in [("Eins", 2 * 44_100), ("Zwei", 3 * 44_100)] {
            try bench.write(Sound.tone(frames: frames).wav(), "a.wav")
            _ = try bench.convert(
                "a.wav", "\(name).ogg",
                ["-c:a", "libvorbis", "-metadata", "artist=Die \(name)", "-metadata", "title=\(name)"])
            stream += try bench.read("\(name).ogg")
        }
        let (kept, state) = try decode(stream)
        #expect(state == .finished)
        let titles = kept.titles.withLock { $0 }
        #expect(
            titles.map(\.title) == [
                Title(artist: "Die Eins", title: "Eins"), Title(artist: "Die Zwei", title: "Zwei"),
            ])
        #expect(abs((titles.last?.from ?? 0) - 2 * 44_100) < 4_000)
        #expect(abs(kept.sound.withLock { $0.count } - 5 * 44_100) < 4_000)
    }

    @Test func aStreamThatChangesItsRateAndChannelsGoesOn() throws {
        let bench = try Bench()
        try bench.write(Sound.tone(frames: 2 * 44_100).wav(), "a.wav")
        var stream: [UInt8] = []
        for options in [["-ar", "44100"], ["-ar", "48000", "-ac", "1"], ["-ar", "22050"]] {
            _ = try bench.convert(
                "a.wav", "a.mp3", ["-b:a", "96k", "-id3v2_version", "0", "-write_xing", "0"] + options)
            stream += try bench.read("a.mp3")
        }
        let (kept, state) = try decode(stream)
        #expect(state == .finished)
        #expect(abs(kept.sound.withLock { $0.count } - 6 * 44_100) < 10_000)
    }

    /// The worker's reads meet the seams in the middle of a page, and at odd places of its head.
    @Test(arguments: [37, 700, 65_536])
    func aChainThatGoesOnInAnotherCodecIsHeardOn(piece: Int) throws {
        let bench = try Bench()
        try bench.write(Sound.tone(frames: 2 * 44_100).wav(), "a.wav")
        var stream: [UInt8] = []
        for (name, options) in [
            ("Eins", ["-c:a", "libvorbis"]), ("Zwei", ["-ar", "48000", "-c:a", "libopus"]),
            ("Drei", ["-c:a", "flac"]), ("Vier", ["-ar", "22050", "-ac", "1", "-c:a", "libvorbis"]),
        ] {
            _ = try bench.convert("a.wav", "a.ogg", options + ["-metadata", "title=\(name)", "-f", "ogg"])
            stream += try bench.read("a.ogg")
        }
        let (kept, state) = try decode(stream, piece: piece)
        #expect(state == .finished)
        let titles = kept.titles.withLock { $0 }
        #expect(titles.map(\.title.title) == ["Eins", "Zwei", "Drei", "Vier"])
        for (place, title) in titles.enumerated() {
            #expect(abs(title.from - place * 2 * 44_100) < 8_000, "\(titles)")
        }
        #expect(abs(kept.sound.withLock { $0.count } - 8 * 44_100) < 10_000)
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\n\r\n", "#EXTM3U\n#EXTINF:-1,\nfile:///etc/passwd\n",
        "<html><body>Nein</body></html>",
    ])
    func whatIsNoAudioIsRefused(text: String) throws {
        let (kept, state) = try decode(Array(String(repeating: text, count: 4_000).utf8))
        guard case .failed = state else {
            Issue.record("it ended as \(state)")
            return
        }
        #expect(kept.sound.withLock { $0.count } == 0)
    }

    @Test func aWorkerThatIsKilledEndsTheStreamWithAWord() throws {
        let bench = try Bench()
        try bench.write(Sound.tone(frames: 10 * 44_100).wav(), "a.wav")
        _ = try bench.convert("a.wav", "a.ogg", ["-c:a", "libvorbis"])
        let bytes = try bench.read("a.ogg")
        let kept = Kept()
        let decoder = LiveDecoder.start(workers: bench.workers, sink: kept, patience: 60_000)
        defer { decoder.stop() }
        Self.send(Array(bytes.prefix(bytes.count / 2)), to: decoder, piece: 4_096)
        for _ in 0..<60_000 where kept.sound.withLock({ $0.count }) == 0 { usleep(1_000) }
        kill(decoder.processID ?? 0, SIGKILL)
        #expect(Self.wait(for: decoder) == .failed(.crashed(signal: SIGKILL)))
    }

    @Test func aWorkerThatHangsIsFoundOut() throws {
        let bench = try Bench()
        let kept = Kept()
        let decoder = LiveDecoder.start(workers: bench.workers, sink: kept, patience: 300)
        defer { decoder.stop() }
        while decoder.processID == nil { usleep(1_000) }
        kill(decoder.processID ?? 0, SIGSTOP)
        Self.send([UInt8](repeating: 7, count: 8 << 20), to: decoder, piece: 65_536)
        #expect(Self.wait(for: decoder) == .failed(.hung))
    }
}
