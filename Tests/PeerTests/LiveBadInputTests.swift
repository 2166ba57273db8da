import Foundation
import TestKit
import Testing

/// What strangers and broken programs send to the live mount: whoever is on air stays there without a gap, the daemon
/// stays small, no worker is left behind, and the log says in a sentence what came.
@Suite(.timeLimit(.minutes(8))) struct LiveBadInputTests {
    // MARK: Damaged streams

    /// What is sent damaged: a second of noise in each codec, under the label of its own.
    private static let streams: [(name: String, label: String, options: [String])] = [
        ("vorbis", "audio/ogg", ["-c:a", "libvorbis", "-f", "ogg"]),
        ("opus", "audio/ogg", ["-c:a", "libopus", "-f", "ogg"]),
        ("flac", "audio/ogg", ["-c:a", "flac", "-f", "ogg"]),
        ("mp3", "audio/mpeg", ["-c:a", "libmp3lame", "-f", "mp3"]),
        ("aac", "audio/aac", ["-c:a", "aac", "-f", "adts"]),
        ("webm", "audio/webm", ["-c:a", "libopus", "-f", "webm"]),
    ]

    @Test(.peers("ffmpeg", "curl", "oggdec"))
    func `two hundred damaged streams reach neither the air nor the DJ who has it`() async throws {
        let strangers = ["berta", "carl", "dora", "emil"]
        try await LiveStation.onAir(djs: ["anna"] + strangers, rules: "takeover: when free") {
            live, listener in
            let anna = try RunningProgram(
                "ffmpeg",
                [
                    "-v", "error", "-re", "-i", live.count(), "-re", "-i", live.count(from: 30),
                    "-filter_complex", "concat=n=2:v=0:a=1", "-c:a", "libvorbis", "-q:a", "6",
                    "-content_type", "audio/ogg", "-page_duration", "100000", "-f", "ogg", live.address(),
                ])
            try await live.airs("live")
            let before = (memory: live.memory, workers: live.station.workers.count)
            let whole = try await aside {
                let second = TestSignal.noise(seed: 5, frames: 44_100, level: 0.2).wav()
                return try Self.streams.map { stream in
                    try Tool.run(
                        "ffmpeg", ["-v", "error", "-i", "pipe:0"] + stream.options + ["pipe:1"], input: second
                    ).output
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (place, name) in strangers.enumerated() {
                    group.addTask {
                        for number in stride(from: place, to: 200, by: strangers.count) {
                            let kind = number % whole.count
                            let bytes = Damage.applied(to: whole[kind], seed: UInt64(number))
                            try await live.send(bytes, as: Self.streams[kind].label, by: name)
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await until("the workers have ended", telling: { live.station.log }) {
                live.station.workers.count <= before.workers + 1
            }
            #expect(try await live.station.now().kind == "live", "\(anna.errors)")
            #expect(live.memory < before.memory + 40_000)
            expectSentences(live.station.log)
            let signal = try await listener.hangUp().signal
            anna.signal(SIGKILL)
            let heard = try await aside { HeardAir(signal) }
            #expect(heard.order == "pd" && heard.gaps.isEmpty, "\(heard)")
        }
    }

    /// That each stream that could not be heard has its reason in the log, as a sentence, and nothing worse stands there.
    private func expectSentences(_ log: String) {
        let lines = log.split(separator: "\n").filter { !$0.contains(" info ") }
        let wrong = lines.filter { line in
            !line.contains("a DJ's stream cannot be heard")
                || !(line.contains("connect again.") || line.contains("send Ogg (Vorbis, Opus, FLAC)"))
        }
        #expect(wrong.isEmpty, "\(wrong)")
        #expect(lines.count > 10, "Hardly a stream was refused: \(log.suffix(1_000))")
    }

    @Test(.peers("ffmpeg", "curl", "oggdec"))
    func `noise from a stranger is refused in a sentence, and the programme stays`() async throws {
        try await LiveStation.onAir { live, listener in
            var random = SeededGenerator(seed: 4)
            let noise = (0..<2_000_000).map { _ in UInt8.random(in: 0...255, using: &random) }
            for _ in 0..<3 { try await live.send(noise, as: "audio/ogg", by: "anna") }
            try await until("the log says what came", telling: { live.station.log }) {
                live.station.log.contains("what came is no audio that the station knows")
                    || live.station.log.contains("the stream is damaged")
            }
            #expect(try await live.station.now().kind == "track")
            try await expectNothingButTheProgramme(listener)
        }
    }

    private func expectNothingButTheProgramme(_ listener: ResilienceListener) async throws {
        #expect(listener.isConnected)
        let signal = try await listener.hangUp().signal
        let heard = try await aside { HeardAir(signal) }
        #expect(heard.order == "p" && heard.gaps.isEmpty, "\(heard)")
    }

    // MARK: A stream that becomes another one

    @Test(.peers("ffmpeg", "curl", "oggdec"))
    func `rate, channels and codec may change on the way, under a wrong label`() async throws {
        try await LiveStation.onAir { live, listener in
            let links = [
                "-c:a libvorbis", "-ar 22050 -ac 1 -c:a libvorbis", "-ar 48000 -c:a libopus -b:a 160k",
                "-ar 48000 -ac 1 -c:a flac",
            ].enumerated().map { number, options in
                "ffmpeg -v error -re -ss \(4 * number) -t 4 -i '\(live.count())' \(options) -page_duration 100000 -flush_packets 1 -f ogg -"
            }
            let send =
                "curl -sS -u \(live.login()) -H 'Content-Type: audio/mpeg' -T - \(live.station.url("/live"))"
            let anna = try RunningProgram("sh", ["-c", "(\(links.joined(separator: "; "))) | \(send)"])
            try await live.airs("live")
            try await until("it has ended", telling: { anna.errors + live.station.log }) {
                try await live.station.now().kind == "track"
            }
            try await Task.sleep(for: .seconds(1))
            #expect(listener.isConnected)
            let signal = try await listener.hangUp().signal
            let heard = try await aside { HeardAir(signal) }
            #expect(heard.gaps.isEmpty, "\(heard)")
            let counts = heard.counts
            let all = counts.reduce(0) { $0 + $1.count }
            #expect(all > 14 * 44_100, "\(heard)")
            // Where the next encoder began late the bed covered it, and no count is read while that is faded away.
            let blurred = heard.order.contains("b") ? 13_230 : 6_144
            #expect(
                zip(counts, counts.dropFirst()).allSatisfy { abs($1.lowerBound - $0.upperBound) < blurred },
                "\(heard)")
        }
    }

    // MARK: Floods

    @Test(.peers("ffmpeg", "curl", "oggdec"))
    func `a thousand titles in a second beside the stream are shown by the last one`() async throws {
        try await LiveStation.onAir { live, listener in
            let before = live.memory
            let chained = try await ResilienceListener(to: live.station.url() + "?titles=chained")
            let anna = try RunningProgram(
                "ffmpeg",
                [
                    "-v", "error", "-re", "-i", live.count(), "-c:a", "libmp3lame", "-b:a", "192k",
                    "-flush_packets", "1", "-f", "mp3", live.address(),
                ])
            try await live.airs("live")
            let list = live.station.folder.appendingPathComponent("titles").path
            let page = live.station.url("/admin/metadata?mode=updinfo&mount=/live&song=")
            try Data(
                (1...1_000).map { "url = \"\(page)Flut%20\($0)\"\noutput = /dev/null\n" }.joined().utf8
            ).write(to: URL(fileURLWithPath: list))
            let flood = try await aside { [login = live.login()] in
                try Tool.run("curl", ["-sS", "-f", "-u", login, "-K", list])
            }
            #expect(flood.status == 0, "\(flood.errors.prefix(500))")
            try await until("the last title is shown", telling: { live.station.log }) {
                try await live.station.now().title == "Flut 1000"
            }
            #expect(live.memory < before + 40_000)
            for listener in [listener, chained] {
                #expect(listener.isConnected)
                let signal = try await listener.hangUp().signal
                let heard = try await aside { HeardAir(signal) }
                #expect(heard.order == "pd" && heard.gaps.isEmpty, "\(heard)")
            }
            anna.signal(SIGKILL)
        }
    }

    @Test(.peers("ffmpeg", "curl", "oggdec"))
    func `a thousand streams in a row with a title each are one show without a gap`() async throws {
        try await LiveStation.onAir { live, listener in
            let before = live.memory
            let file = live.station.folder.appendingPathComponent("chain.ogg")
            try Data(try await aside { try Self.chain(of: 1_000) }).write(to: file)
            let chained = try await ResilienceListener(to: live.station.url() + "?titles=chained")
            let words = ["-sS", "-u", live.login(), "-H", "Content-Type: audio/ogg", "-T", file.path]
            let anna = try RunningProgram("curl", words + [live.station.url("/live")])
            try await live.airs("live")
            try await Task.sleep(for: .seconds(5))
            let now = try await live.station.now()
            #expect(now.kind == "live" && now.title?.hasPrefix("Glied") == true, "\(now)")
            #expect(live.memory < before + 40_000)
            for listener in [listener, chained] {
                #expect(listener.isConnected)
                let signal = try await listener.hangUp().signal
                #expect(signal.silences(below: 0.001, atLeast: 44).isEmpty)
            }
            anna.signal(SIGKILL)
        }
    }

    /// So many Ogg Vorbis streams of a tenth of a second one after the other, each with a title of its own. Blocks the
    /// calling thread.
    private static func chain(of count: Int) throws -> [UInt8] {
        let tenth = TestSignal.sine(hertz: 1_000, frames: 4_410, level: 0.3).wav()
        let link = try Tool.run(
            "ffmpeg",
            [
                "-v", "error", "-i", "pipe:0", "-c:a", "libvorbis", "-metadata", "title=Glied 0000", "-f",
                "ogg", "pipe:1",
            ], input: tenth
        ).output
        let pages = try OggPage.pages(in: link).map(\.bytes)
        return (1...count).flatMap { number in
            let digits = Array(String(10_000 + number).utf8.dropFirst())
            return pages.flatMap { page in
                var page = page
                if let title = Data(page).range(of: Data("Glied 0000".utf8)) {
                    page.replaceSubrange((title.upperBound - 4)..<title.upperBound, with: digits)
                }
                page.replaceSubrange(14..<18, with: [UInt8(number & 255), UInt8(number >> 8), 0, 1])
                return OggPage.sealed(page)
            }
        }
    }

    @Test(.peers("ffmpeg", "curl", "oggdec"))
    func `fifty logins at once are answered, the right ones with yes`() async throws {
        try await LiveStation.onAir { live, listener in
            let before = live.memory
            // Who got in lately is not slowed down by others' guesses.
            #expect(try await live.tellTitle("Anfang") == "200")
            let answers = try await withThrowingTaskGroup(of: (Bool, String).self) { group in
                for number in 0..<50 {
                    group.addTask {
                        guard number % 2 == 0 else {
                            return (false, try await live.knock("anna:falsch\(number)"))
                        }
                        return (true, try await live.tellTitle("Titel \(number)"))
                    }
                }
                return try await group.reduce(into: [(Bool, String)]()) { $0.append($1) }
            }
            #expect(answers.filter(\.0).allSatisfy { $0.1 == "200" }, "\(answers)")
            #expect(
                answers.filter { !$0.0 }.allSatisfy { ["401", "403", "503"].contains($0.1) }, "\(answers)")
            #expect(try await live.tellTitle("Ende") == "200")
            #expect(live.memory < before + 40_000)
            try await expectNothingButTheProgramme(listener)
        }
    }
}

/// A seeded way of breaking bytes.
private enum Damage {
    static func applied(to bytes: [UInt8], seed: UInt64) -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) where bytes.count > 1 {
            let start = Int.random(in: 0..<bytes.count, using: &random)
            let span = start..<min(bytes.count, start + Int.random(in: 1...4_000, using: &random))
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                for _ in 0..<Int.random(in: 1...64, using: &random) {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                }
            case 1: bytes.removeLast(bytes.count - start)
            case 2: bytes.insert(contentsOf: Array(bytes[span]), at: start)
            default: bytes.removeSubrange(span)
            }
        }
        return bytes
    }
}

extension LiveStation {
    /// What the daemon has of memory that is its own, in kB.
    fileprivate var memory: Int {
        let status = station.daemon.flatMap {
            FileManager.default.contents(atPath: "/proc/\($0.process)/status")
        }
        let text = String(decoding: status ?? Data(), as: UTF8.self)
        return text.firstMatch(of: /RssAnon:\s+([0-9]+) kB/).flatMap { Int($0.1) } ?? 0
    }

    /// Sends bytes as a DJ's whole stream.
    fileprivate func send(_ bytes: [UInt8], as label: String, by dj: String) async throws {
        let words = ["-sS", "-m", "20", "-u", login(dj), "-H", "Content-Type: \(label)", "-T", "-"]
        let url = station.url("/live")
        _ = try await aside { try Tool.run("curl", words + [url], input: bytes) }
    }

    /// The status with which a title is answered.
    fileprivate func tellTitle(_ title: String) async throws -> String {
        try await status(
            login(), "/admin/metadata?mode=updinfo&mount=/live&song=\(title.replacing(" ", with: "%20"))")
    }

    /// The status with which somebody is answered who wants to go live.
    fileprivate func knock(_ login: String) async throws -> String {
        try await status(login, "/live", ["-X", "SOURCE"])
    }

    private func status(_ login: String, _ path: String, _ more: [String] = []) async throws -> String {
        let words =
            ["-sS", "-m", "30", "-o", "/dev/null", "-w", "%{http_code}", "-u", login] + more + [
                station.url(path)
            ]
        return String(decoding: try await aside { try Tool.run("curl", words) }.output, as: UTF8.self)
    }
}
