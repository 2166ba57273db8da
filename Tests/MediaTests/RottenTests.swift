import Audio
import Codecs
import Foundation
import Glibc
import TestKit
import Testing

@testable import Media

/// What lies about in real libraries: each costs its own track and names its fault.
@Suite struct RottenTests {
    @Test func eachKindOfRotIsNamed() throws {
        let bench = try Bench()
        var random = SeededGenerator(seed: 3)
        let noise = (0..<200_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        let folder = bench.path("folder.mp3")
        mkdir(folder, 0o755)
        mkfifo(bench.path("pipe.mp3"), 0o644)
        symlink(bench.path("b.mp3"), bench.path("a.mp3"))
        symlink(bench.path("a.mp3"), bench.path("b.mp3"))
        symlink(bench.path("nowhere"), bench.path("broken.mp3"))
        let faults: [(String, MediaFault)] = [
            (bench.path("missing.mp3"), .missing), (bench.path("broken.mp3"), .missing),
            (bench.path("\(String(repeating: "n", count: 5_000)).mp3"), .missing),
            (bench.path("empty\0.mp3"), .missing), (folder, .notAFile), (bench.path("pipe.mp3"), .notAFile),
            (bench.path("a.mp3"), .notAFile), ("/dev/zero", .notAFile),
            (try bench.write([], "empty.mp3"), .empty), (try bench.write([0x4f], "byte.ogg"), .notAudio),
            (try bench.write(noise, "noise.mp3"), .notAudio),
            (try bench.write(Array(repeating: 0, count: 100_000), "zero.wav"), .notAudio),
            (try bench.write(Array("Liebe Kollegin,\n".utf8), "letter.ogg"), .notAudio),
        ]
        for (file, fault) in faults { #expect(bench.fault(file) == fault, "\(file.suffix(40))") }
    }

    @Test func errorsOfTheSystemGetTheirNames() {
        #expect(InputFile.fault(EACCES) == .permissionDenied)
        #expect(InputFile.fault(EIO) == .unreadable(errno: EIO))
    }

    @Test(.enabled(if: geteuid() != 0, "root may read everything"))
    func aFileThatMayNotBeReadIsNamed() throws {
        let bench = try Bench()
        chmod(try bench.write([1], "secret.mp3"), 0)
        #expect(bench.fault(bench.path("secret.mp3")) == .permissionDenied)
    }

    /// Playlists would make libav open what they name.
    @Test(arguments: [
        ("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n/etc/passwd\n#EXT-X-ENDLIST\n", "hls"),
        ("ffconcat version 1.0\nfile /etc/passwd\n", "concat"),
        ("v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n", "sdp"),
        ("1\n00:00:01,000 --> 00:00:02,000\nHallo\n\n2\n00:00:03,000 --> 00:00:04,000\nDu\n", "srt"),
    ])
    func whatNamesOtherFilesIsRefused(text: String, format: String) throws {
        let bench = try Bench()
        #expect(bench.fault(try bench.write(Array(text.utf8), "song.mp3")) == .formatNotAllowed(format))
    }

    @Test func theExtensionDoesNotMatter() throws {
        let bench = try Bench()
        let sound = Sound.tone(frames: 5_000)
        #expect(bench.decode(try bench.write(sound.wav(), "wav.mp3")).sound.left == sound.left)
    }

    @Test(arguments: ["a.flac", "a.mp3", "a.ogg", "a.opus", "a.wav", "a.m4a"])
    func truncatedAndScratchedFilesEnd(name: String) throws {
        let bench = try Bench()
        try bench.write(Sound.tone(frames: 60_000).wav(), "source.wav")
        _ = try bench.convert("source.wav", name, [])
        let good = try bench.read(name)
        let half = bench.decode(try bench.write(Array(good.prefix(good.count / 2)), "half"))
        #expect(half.sound.count < 60_000, "\(half.state)")
        for seed in UInt64(0)..<6 {
            var random = SeededGenerator(seed: seed)
            var bad = good
            for _ in 0..<(seed < 3 ? 20 : 400) {
                bad[Int.random(in: 0..<bad.count, using: &random)] ^=
                    1 << UInt8.random(in: 0..<8, using: &random)
            }
            let (sound, state) = bench.decode(try bench.write(bad, "bad\(seed)"))
            #expect(sound.left.allSatisfy { $0.magnitude <= 16 })
            switch state {
            case .finished(_, let frames): #expect(frames.frames == Int64(sound.count))
            case .failed(_, let delivered): #expect(delivered.frames == Int64(sound.count))
            default: Issue.record("\(state)")
            }
        }
    }

    @Test func aFileOfMoreThanADayIsEndless() throws {
        let bench = try Bench()
        let day = 86_400 * 8_000
        func little(_ value: Int, _ bytes: Int) -> [UInt8] {
            (0..<bytes).map { UInt8(value >> (8 * $0) & 0xff) }
        }
        var head = Array("RIFF".utf8) + little(36 + day + 8_000, 4) + Array("WAVEfmt ".utf8) + little(16, 4)
        head +=
            little(1, 2) + little(1, 2) + little(8_000, 4) + little(8_000, 4) + little(1, 2) + little(8, 2)
        head += Array("data".utf8) + little(day + 8_000, 4)
        let file = try bench.write(head, "endless.wav")
        truncate(file, off_t(head.count + day + 8_000))
        #expect(bench.fault(file) == .endless)
    }

    /// The worker died of the difference.
    @Test func aStatedLengthThatIsFarBelowZeroIsNotBelieved() throws {
        let bench = try Bench()
        try bench.write(Sound.tone(frames: 20_000).wav(), "source.wav")
        let words = "iTunSMPB= 00000000 00000840 000001C0 -7FFFFFFFFFFFFFFF 00000000"
        let file = try bench.convert(
            "source.wav", "a.m4a", ["-movflags", "use_metadata_tags", "-metadata", words])
        #expect(String(decoding: try bench.read("a.m4a"), as: UTF8.self).contains("7FFFFFFFFFFFFFFF"))
        guard case .finished(_, let frames) = bench.decode(file).state else {
            Issue.record("not finished")
            return
        }
        #expect(frames.frames == 20_000)
    }

    /// A picture of 200 MB is more than a worker may have; the music behind it is heard all the same.
    @Test func hugeTagsCostNoMemory() throws {
        let bench = try Bench()
        try bench.write(Sound.tone(frames: 20_000).wav(), "source.wav")
        _ = try bench.convert("source.wav", "a.mp3", ["-id3v2_version", "0", "-write_id3v1", "0"])
        let picture = 200 << 20
        func safe(_ size: Int) -> [UInt8] { (0..<4).reversed().map { UInt8(size >> (7 * $0) & 0x7f) } }
        let frame = Array("APIC".utf8) + safe(picture) + [0, 0] + [0] + Array("image/png\0".utf8) + [3, 0]
        let tag = Array("ID3".utf8) + [4, 0, 0] + safe(picture + 10) + frame
        let file = try bench.write(tag, "picture.mp3")
        truncate(file, off_t(20 + picture))
        let handle = try #require(FileHandle(forWritingAtPath: file))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(try bench.read("a.mp3")))
        try handle.close()
        let decoder = MediaDecoder.start(workers: bench.workers, file: file, patience: calm)
        let sound = Bench.drain(decoder.consumer)
        decoder.stop()
        #expect(sound.count == 20_000, "\(decoder.state)")
    }

    @Test func longTextsAreCut() throws {
        let bench = try Bench()
        try bench.write(Sound.tone(frames: 1_000).wav(), "source.wav")
        let title = String(repeating: "Ü", count: 50_000)
        let file = try bench.convert("source.wav", "a.flac", ["-metadata", "title=\(title)"])
        guard case .finished(let source, _) = bench.decode(file).state else {
            Issue.record("not finished")
            return
        }
        #expect(source.title == String(repeating: "Ü", count: 2_048))
    }

    @Test func aChainOfOggStreamsIsDecodedWholeFromAnyPlace() throws {
        let bench = try Bench()
        var chain: [UInt8] = []
        for part in 0..<2 {
            try bench.write(Sound.tone(frames: 100_000, from: part * 50_000).wav(), "source\(part).wav")
            _ = try bench.convert(
                "source\(part).wav", "\(part).ogg", ["-c:a", "libvorbis", "-serial_offset", "\(part)"])
            chain += try bench.read("\(part).ogg")
        }
        let file = try bench.write(chain, "chain.ogg")
        let whole = bench.decode(file).sound
        #expect(whole.count > 198_000)
        let part = bench.decode(file, from: 150_000).sound
        #expect(part.count == whole.count - 150_000 && part.distance(to: whole.dropFirst(150_000)) == 0)
    }
}

@Suite struct TagTests {
    @Test func textsThatAreNotUTF8AreReadAsLatin1() {
        #expect(Tags.text(Array("Für Elise".utf8)[...]) == "Für Elise")
        #expect(Tags.text([0x46, 0xfc, 0x72][...]) == "Für")
        #expect(Tags.text([0x93, 0x80, 0x94][...]) == "“€”")
    }

    @Test func aLatin1TagInAFileIsRepaired() throws {
        let bench = try Bench()
        var bytes = Sound.tone(frames: 100).wav()
        let name: [UInt8] = [0x4d, 0xf6, 0x77, 0x65]
        bytes += Array("LIST".utf8) + [16, 0, 0, 0] + Array("INFOINAM".utf8) + [4, 0, 0, 0] + name
        guard case .finished(let source, _) = bench.decode(try bench.write(bytes, "a.wav")).state else {
            Issue.record("not finished")
            return
        }
        #expect(source.title == "Möwe")
    }

    @Test(arguments: ["a.mp3", "a.flac", "a.ogg", "a.opus", "a.m4a"])
    func tagsAreReadWhereverTheyAre(name: String) throws {
        let bench = try Bench()
        try bench.write(Sound.tone(frames: 5_000).wav(), "source.wav")
        let file = try bench.convert(
            "source.wav", name,
            ["-metadata", "title=Ænima ✶", "-metadata", "album_artist=Die Ärzte", "-metadata", "album=Größe"])
        guard case .finished(let source, _) = bench.decode(file).state else {
            Issue.record("not finished")
            return
        }
        #expect(source.title == "Ænima ✶" && source.artist == "Die Ärzte" && source.album == "Größe")
    }
}
