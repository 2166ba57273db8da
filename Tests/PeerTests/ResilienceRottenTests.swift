import Foundation
import TestKit
import Testing

/// A library as it is found on the third disk of an association: what can be played is, and the rest is named.
@Suite(
    .peers("ffmpeg", "oggdec", "curl"), .timeLimit(.minutes(10)))
struct ResilienceRottenTests {
    private let music = ResilienceMusic()

    @Test func `a rotten library is played around, and each of its files is named with a remedy`()
        async throws
    {
        let station = try StationUnderTest(order: "shuffle", unprivileged: true)
        try station.reconfigure(("from: music,", "from: [music, list.m3u],"))
        let rotten = try await rot(station)
        let list = [
            "../gone.flac", "nobody/here.mp3", "music/01.flac", "", "#EXTINF:1,x", "http://radio.example/x",
        ]
        try station.write("list.m3u", list.joined(separator: "\n") + "\n", mode: 0o644)
        try await music.fill(station.music, with: [1, 2, 3])

        let (status, lines) = try await station.check()
        #expect(status == 1)
        let folder = station.folder.resolvingSymlinksInPath().path
        for (name, words) in rotten {
            let line = lines.first { $0.contains("/\(name)") }
            #expect(line?.contains(words) == true, "\(name): \(line ?? "not named by \(lines)")")
            #expect(line?.contains(#/station\.yaml:\d+:\d+: /#) == true, "\(line ?? name)")
        }
        for (number, words) in [(1, "is not there"), (2, "is not there"), (6, "an address on the network")] {
            let place = "\(folder)/list.m3u:\(number):1: "
            #expect(
                lines.contains { $0.hasPrefix(place) && $0.contains(words) }, "\(place)\(words): \(lines)")
        }
        #expect(!lines.contains { $0.contains("02.flac") || $0.contains("03.flac") }, "\(lines)")

        try await station.onAir {
            try await until("all is looked at") { try await station.status().library.measuring == 0 }
            let listener = try await ResilienceListener(to: station.url())
            let first = try await station.now()
            try await station.hasLeft(first)
            try await station.hasLeft(try await station.now())
            try await station.hasHeard(try await station.now(), seconds: 1)
            let told = try await station.status().library
            for (name, words) in rotten {
                #expect(
                    told.problems.contains { $0.contains(name) && $0.contains(words) }, "\(name): \(told)")
            }
            #expect(told.problemCount >= rotten.count + 2)
            let heard = try await listener.hangUp()
            #expect(heard.silences.isEmpty)
            #expect(heard.stretches(of: music).areSeamless(music), "\(heard.stretches(of: music))")
        }
    }

    @Test func `files that rot after they were measured cost themselves and no silence`() async throws {
        let station = try StationUnderTest()
        try await music.fill(station.music, with: [1, 2, 3, 4, 5])
        try await station.check()
        try await station.onAir {
            let listener = try await ResilienceListener(to: station.url())
            // In place, and of the same size: nobody notices before the file is opened.
            for piece in [2, 4] {
                let file = try FileHandle(
                    forWritingTo: station.music.appendingPathComponent(music.file(piece)))
                try file.write(contentsOf: Data((0..<200_000).map { UInt8(truncatingIfNeeded: $0 * 7) }))
                try file.close()
            }
            try await until("the rot is told", telling: { station.log }) {
                let problems = try await station.status().library.problems
                return [2, 4].allSatisfy { piece in problems.contains { $0.contains(music.file(piece)) } }
            }
            for _ in 0..<2 { try await station.hasLeft(try await station.now()) }
            let heard = try await listener.hangUp()
            #expect(heard.silences.isEmpty, "\(heard.stretches(of: music))")
        }
    }

    /// Fills the music folder with what no player can play.
    ///
    /// - Returns: names, and some words of what is to be said of each.
    private func rot(_ station: StationUnderTest) async throws -> [(String, String)] {
        let folder = station.music.path
        func put(_ name: String, _ bytes: some Sequence<UInt8>) throws {
            try Data(bytes).write(to: station.music.appendingPathComponent(name))
        }
        var generator = SeededGenerator(seed: 7)
        func noise(_ count: Int) -> [UInt8] {
            (0..<count).map { _ in .random(in: 0...255, using: &generator) }
        }

        try put("empty.mp3", [])
        try put("noise.ogg", noise(50_000))
        try put("letter.mp3", "Dear radio, this is no music.\n".utf8)
        for form in ["flac", "ogg", "m4a", "mp3"] {
            let (source, music) = (try TemporaryDirectory(), ResilienceMusic(form: form))
            try await music.fill(URL(fileURLWithPath: source.path), with: [9])
            let whole = try Data(contentsOf: URL(fileURLWithPath: "\(source.path)/\(music.file(9))"))
            // An index at its end, as of M4A, or too little for a single packet.
            try put("cut.\(form)", whole.prefix(form == "m4a" ? whole.count / 2 : 40))
            if form == "flac" {
                // A header, then a picture without end.
                try put("tags.mp3", Array("ID3".utf8) + [4, 0, 0, 0x7f, 0x7f, 0x7f, 0x7f] + noise(20_000))
            }
        }
        mkfifo(folder + "/pipe.mp3", 0o600)
        try FileManager.default.createDirectory(
            atPath: folder + "/folder.mp3", withIntermediateDirectories: false)
        symlink("loop-b.mp3", folder + "/loop-a.mp3")
        symlink("loop-a.mp3", folder + "/loop-b.mp3")
        symlink("nowhere.flac", folder + "/dangling.flac")
        symlink(".", folder + "/again")
        try await music.fill(station.music, with: [8])
        rename(folder + "/" + music.file(8), folder + "/secret.flac")
        chmod(folder + "/secret.flac", 0)
        return [
            ("empty.mp3", "empty"), ("noise.ogg", "no audio"), ("letter.mp3", "no audio"),
            ("cut.flac", "damaged"), ("cut.ogg", "damaged"), ("cut.m4a", "damaged"),
            ("cut.mp3", "damaged"), ("tags.mp3", "damaged"),
            ("pipe.mp3", "pipe"), ("loop-a.mp3", "circle"), ("loop-b.mp3", "circle"),
            ("dangling.flac", "leads nowhere"),
        ] + (StationUnderTest.runsAsNobody || getuid() != 0 ? [("secret.flac", "may not")] : [])
    }
}
