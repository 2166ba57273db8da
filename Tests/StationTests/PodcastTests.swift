import Foundation
import History
import Logging
import Programme
import Synchronization
import TestKit
import Testing

@testable import Station

/// Podcasts that come from servers, what lies here of them, and what becomes of the shows when they do not come.
@Suite struct PodcastTests {
    /// A feed's server, whose episodes' bytes are their names.
    private final class Publisher: Sendable {
        /// The names of the episodes, the newest first.
        let episodes = Mutex<[String]>([])
        /// What it answers instead, by path.
        let misfortunes = Mutex<[String: @Sendable (ScriptedServer.Line) -> Void]>([:])
        let asked = Mutex<[String]>([])
        private let server = Mutex<ScriptedServer?>(nil)

        init(_ names: String...) {
            episodes.withLock { $0 = names }
            let server = ScriptedServer { [weak self] line in self?.answer(line) }
            self.server.withLock { $0 = server }
        }

        var address: String { "http://127.0.0.1:\(server.withLock { $0!.port })" }
        var url: String { address + "/feed.xml" }
        /// What was asked for, but for the feed.
        var fetched: [String] { asked.withLock { $0.filter { $0 != "/feed.xml" } } }

        private func answer(_ line: ScriptedServer.Line) {
            let head = line.readHead()
            let path = head.first?.split(separator: " ").dropFirst().first.map(String.init) ?? ""
            asked.withLock { $0.append(path) }
            if let misfortune = misfortunes.withLock({ $0[path] }) { return misfortune(line) }
            if path == "/feed.xml" {
                let text = feed
                let tag = "\"\(text.utf8.count)-\(text.hashValue)\""
                if head.contains("If-None-Match: \(tag)") {
                    line.write("HTTP/1.1 304 Not Modified\r\nETag: \(tag)\r\n\r\n")
                } else {
                    line.write(
                        "HTTP/1.1 200 OK\r\nETag: \(tag)\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
                    )
                }
            } else {
                line.write("HTTP/1.1 200 OK\r\nContent-Length: \(path.utf8.count)\r\n\r\n\(path)")
            }
        }

        private var feed: String {
            "<rss><channel><title>Hof</title>"
                + episodes.withLock { $0 }.map { name in
                    "<item><title>\(name)</title><guid>\(name)</guid>"
                        + "<enclosure url=\"/\(name).mp3\" type=\"audio/mpeg\"/></item>"
                }.joined() + "</channel></rss>"
        }
    }

    /// A station with one show that plays the podcast.
    private final class House: Sendable {
        let folder: TemporaryDirectory
        let podcasts: Podcasts
        let configuration: Configuration
        let schedule: Schedule
        let content: Content
        let changes = Mutex(0)
        let aired: Shared<[Aired]>
        let broken: Shared<Set<String>>
        private let isRunning = Mutex(false)
        /// 2026-12-01T12:00:00Z.
        static let now = Instant(wallNanoseconds: 1_796_126_400_000_000_000)

        final class Shared<Value: Sendable>: Sendable {
            let value: Mutex<Value>
            init(_ value: Value) { self.value = Mutex(value) }
        }

        init(_ url: String, _ which: Content.Episode = .newest, deadline: Duration = .seconds(20)) throws {
            let folder = try TemporaryDirectory()
            self.folder = folder
            content = .podcast(url: url, which)
            configuration = try load(
                sampleText.replacing(
                    "server:", with: "server:\n  data: \(folder.path)\n  control: /c.sock")
                        + """
                        shows:
                          - { name: Hörspiel, on: daily, at: "20:00", for: 1h, play: { podcast: "\(url)", episode: \(which) } }
                        """)
            schedule = try configuration.schedule()
            let (aired, broken) = (Shared<[Aired]>([]), Shared<Set<String>>([]))
            (self.aired, self.broken) = (aired, broken)
            podcasts = Podcasts(
                Podcasts.Station(
                    now: { Self.now }, aired: { _, _ in aired.value.withLock { $0 } },
                    isBroken: { path in broken.value.withLock { $0.contains(path) } }),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, round: .milliseconds(20),
                deadline: deadline)
            podcasts.follow(configuration, schedule)
        }

        deinit { stop() }

        func start() {
            isRunning.withLock { $0 = true }
            podcasts.start { [weak self] in self?.changes.withLock { $0 += 1 } }
        }

        func stop() {
            let runs = isRunning.withLock { runs in
                defer { runs = false }
                return runs
            }
            if runs { podcasts.stop() }
        }

        var files: [ShowFile] { podcasts.files[content] ?? [] }
        var titles: [String?] { files.map(\.file.title) }
        /// What a preview finds, which asks nobody.
        var shelved: [String?] {
            let aired = aired.value.withLock { $0 }
            return (PodcastShelf(configuration).files(of: schedule, aired, at: Self.now)[content] ?? [])
                .map(\.file.title)
        }
        /// All files of episodes.
        var disk: [String] {
            let all = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path + "/podcasts")) ?? []
            return all.filter { $0.contains("/") }.sorted()
        }

        func air(_ file: String, at start: Instant, why: String? = nil, seconds: Double? = 30) {
            let length = seconds.map { Length(seconds: $0) }
            aired.value.withLock {
                $0.append(Aired(kind: .track, file: file, start: start, length: length, why: why))
            }
        }
    }

    private func eventually(_ what: String, _ condition: () throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while try !condition() {
            try #require(ContinuousClock.now < end, "\(what) did not happen")
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    // MARK: What is wanted

    @Test func `the newest episode is fetched, and the one before it stays`() async throws {
        let publisher = Publisher("drei", "zwei", "eins")
        let house = try House(publisher.url)
        #expect(house.files.isEmpty)
        house.start()
        try await eventually("the newest") { house.titles == ["drei"] }
        #expect(publisher.fetched == ["/drei.mp3"])
        let file = try #require(house.files.first)
        #expect(try String(contentsOfFile: file.file.path, encoding: .utf8) == "/drei.mp3")
        #expect(file.file.artist == "Hof" && file.begin == .zero && file.end == nil)
        #expect(file.file.path.hasPrefix(house.folder.path + "/podcasts/"))
        #expect(file.file.path.hasSuffix(".mp3") && !file.file.path.contains("drei"))
        #expect(house.changes.withLock { $0 } >= 1)
        house.stop()
        // What is there is there after a restart, and for a preview, without anybody being asked.
        publisher.misfortunes.withLock { $0["/feed.xml"] = { _ in } }
        #expect(house.shelved == ["drei"])
        let mode = try FileManager.default.attributesOfItem(atPath: file.file.path)
        #expect(mode[.posixPermissions] as? Int == 0o600)
    }

    @Test func `a newer one takes its place when it is here, and more than two are not kept`() async throws {
        let publisher = Publisher("eins")
        let house = try House(publisher.url)
        house.start()
        try await eventually("the first") { house.titles == ["eins"] }
        for name in ["zwei", "drei"] {
            house.stop()
            publisher.episodes.withLock { $0.insert(name, at: 0) }
            let next = Podcasts(
                Podcasts.Station(now: { House.now }, aired: { _, _ in [] }, isBroken: { _ in false }),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, round: .milliseconds(20))
            next.follow(house.configuration, house.schedule)
            next.start {}
            try await eventually(name) { next.files[house.content]?.first?.file.title == name }
            try await eventually("what is old goes") { house.disk.count == 2 }
            next.stop()
        }
        #expect(house.shelved == ["drei", "zwei"])
    }

    @Test func `the next episode is the oldest that was not on, with the one behind it at hand`() async throws
    {
        let publisher = Publisher("vier", "drei", "zwei", "eins")
        let house = try House(publisher.url, .next)
        house.start()
        try await eventually("two of them") { house.titles == ["eins", "zwei"] }
        #expect(house.files[0].until == House.now + Length(seconds: 8 * 3_600))
        let first = house.files[0].file.path
        let yesterday = House.now - Length(seconds: 86_400)
        // One that was skipped, and one that is on air, were not on.
        house.air(first, at: yesterday, why: "skip", seconds: 5)
        house.air(first, at: House.now - Length(seconds: 10), seconds: nil)
        try await Task.sleep(for: .milliseconds(100))
        #expect(house.titles == ["eins", "zwei"])
        house.air(first, at: yesterday)
        try await eventually("it was on") { house.titles == ["zwei", "drei"] }
        #expect(house.shelved == ["zwei", "drei"])
        try await eventually("what was on goes") { house.disk.count == 2 }
        for _ in 0..<3 {
            let left = house.titles
            house.air(house.files[0].file.path, at: yesterday)
            try await eventually("the next") { house.titles != left && house.titles.count <= 2 }
        }
        try await eventually("all were on") { house.titles.isEmpty }
    }

    @Test func `what is on in a slot is the next until the slot is over`() throws {
        let schedule = try House("http://127.0.0.1:1/").schedule
        let content = schedule.contents[0]
        // 20:00 in Berlin.
        let begin = Instant(wallNanoseconds: 1_796_151_600_000_000_000)
        let minute = Length(seconds: 60)
        let aired = [Aired(kind: .track, file: "/a", start: begin, length: Length(seconds: 600))]
        // Before the journal knows how long it was on, nothing changes.
        let going = [Aired(kind: .track, file: "/a", start: begin, length: nil)]
        #expect(schedule.heard(content, going, at: begin + Length(seconds: 3_601)).isEmpty)
        #expect(schedule.heard(content, aired, at: begin + Length(seconds: 3_601)).isEmpty)
        #expect(schedule.heard(content, aired, at: begin + Length(seconds: 1_200)).isEmpty)
        #expect(schedule.heard(content, aired, at: begin + Length(seconds: 3_606)) == ["/a"])
        #expect(schedule.heard(.podcast(url: "", .next), aired, at: begin + minute + minute) == ["/a"])
    }

    @Test func `the turn of an episode ends with its slot`() throws {
        let house = try House("http://127.0.0.1:1/", .next)
        let minute = Length(seconds: 60)
        // 20:00 to 21:00 in Berlin, each day.
        let begin = Instant(wallNanoseconds: 1_796_151_600_000_000_000)
        let end = begin + Length(seconds: 3_600)
        for now in [begin - minute, begin, end - minute, end + Length(seconds: 4)] {
            #expect(house.schedule.endOfTurn(of: house.content, at: now) == end)
        }
        #expect(
            house.schedule.endOfTurn(of: house.content, at: end + minute) == end + Length(seconds: 86_400))
        #expect(house.schedule.endOfTurn(of: .podcast(url: "", .next), at: begin) == nil)
        let newest = try House("http://127.0.0.1:1/")
        #expect(newest.schedule.endOfTurn(of: newest.content, at: begin) == nil)
    }

    @Test func `what cannot be played is passed over`() async throws {
        let publisher = Publisher("drei", "zwei", "eins")
        let house = try House(publisher.url)
        house.start()
        try await eventually("the newest") { house.titles == ["drei"] }
        let path = house.files[0].file.path
        _ = house.broken.value.withLock { $0.insert(path) }
        try await eventually("the one before it") { house.titles == ["zwei"] }
    }

    // MARK: Misfortunes

    @Test(arguments: [
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nhalf", "", "220 mail.example ESMTP\r\n",
        "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: gopher://127.0.0.1:1/\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: /zwei.mp3\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
    ])
    func `an episode that does not come leaves nothing, and the one before it is on`(answer: String)
        async throws
    {
        let publisher = Publisher("zwei", "eins")
        publisher.misfortunes.withLock { $0["/zwei.mp3"] = { $0.write(answer) } }
        let house = try House(publisher.url)
        house.start()
        try await eventually("the one before") { house.titles == ["eins"] }
        try await eventually("the trouble") { !house.podcasts.troubles.isEmpty }
        let trouble = house.podcasts.troubles.joined()
        #expect(trouble.hasPrefix("Hörspiel: the episode zwei cannot be fetched: "), "\(trouble)")
        #expect(!trouble.contains("127.0.0.1") && house.disk.count == 1)
    }

    @Test func `what is no feed harms nothing`() async throws {
        let publisher = Publisher("eins")
        let house = try House(publisher.url)
        house.start()
        try await eventually("the first") { house.titles == ["eins"] }
        house.stop()
        for answer in [
            "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.0 200 OK\r\n\r\n<html>Please log in</html>",
            "HTTP/1.0 200 OK\r\n\r\n<rss><channel><item><title>Halb",
            "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n",
        ] {
            publisher.misfortunes.withLock { $0["/feed.xml"] = { $0.write(answer) } }
            let next = Podcasts(
                Podcasts.Station(now: { House.now }, aired: { _, _ in [] }, isBroken: { _ in false }),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, round: .milliseconds(20))
            next.follow(house.configuration, house.schedule)
            next.start {}
            try await eventually("the trouble") { !next.troubles.isEmpty }
            #expect(!next.troubles.joined().contains("127.0.0.1"))
            #expect(next.files[house.content]?.map(\.file.title) == ["eins"])
            next.stop()
            #expect(house.shelved == ["eins"] && house.disk.count == 1)
        }
    }

    @Test func `an episode on its way holds nobody up, and leaves nothing when it is broken off`()
        async throws
    {
        let publisher = Publisher("eins")
        publisher.misfortunes.withLock {
            $0["/eins.mp3"] = { line in
                line.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
                while line.isOpen { usleep(10_000) }
            }
        }
        let house = try House(publisher.url, deadline: .seconds(3_600))
        house.start()
        try await eventually("it begins") { house.disk.contains { $0.hasSuffix(".new") } }
        #expect(house.files.isEmpty && house.shelved.isEmpty)
        let start = ContinuousClock.now
        house.stop()
        #expect(ContinuousClock.now - start < .seconds(30))
        #expect(house.disk.filter { $0.hasSuffix(".new") || $0.hasSuffix(".mp3") }.isEmpty)
    }

    @Test func `a podcast that no show plays any more is deleted, and what is not ours is too`() async throws
    {
        let publisher = Publisher("eins")
        let other = Publisher("zwei")
        let house = try House(publisher.url)
        house.start()
        try await eventually("the first") { house.titles == ["eins"] }
        var changed = house.configuration
        changed.shows[0].plays = .podcast(url: other.url, .newest)
        house.podcasts.follow(changed, try changed.schedule())
        try await eventually("the other") {
            house.podcasts.files[.podcast(url: other.url, .newest)]?.map(\.file.title) == ["zwei"]
        }
        try await eventually("the first is gone") { house.disk.count == 1 }
        #expect(house.podcasts.files.count == 1)
    }
}
