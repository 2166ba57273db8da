import Foundation
import Synchronization
import TestKit
import Testing

@testable import Station

/// What becomes of the configuration's files when a person saves them while the station is on air.
@Suite struct ConfigurationWatchTests {
    /// A station that takes its configuration up as the daemon does: whole, or not at all.
    private final class House: Sendable {
        let folder: TemporaryDirectory
        let watch: ConfigurationWatch
        private let told = Mutex<[String]>([])
        private let inForce: Mutex<Configuration>
        var path: String { folder.path + "/station.yaml" }

        /// What was read since the start, a line each: the times of the first show, or why it was refused.
        var news: [String] { told.withLock { $0 } }
        var configuration: Configuration { inForce.withLock { $0 } }

        init(between: Duration = .seconds(3_600)) throws {
            folder = try TemporaryDirectory()
            try folder.write("station.yaml", sampleText + "schedule: schedule.yaml\n")
            try folder.write("schedule.yaml", ConfigurationWatchTests.schedule("07:00"))
            let sources = ConfigurationSources()
            inForce = Mutex(
                try Configuration.load(
                    path: folder.path + "/station.yaml", environment: sampleEnvironment, from: sources))
            watch = ConfigurationWatch(
                sources.contents, quiet: .milliseconds(20), between: between)
            watch.start { [unowned self] in reload() }
        }

        /// To be called before it goes.
        func stop() { #expect(watch.stop(patience: .seconds(60))) }

        func reload() {
            let sources = ConfigurationSources()
            do throws(ConfigurationErrors) {
                let new = try Configuration.load(path: path, environment: sampleEnvironment, from: sources)
                inForce.withLock { $0 = new }
                told.withLock { $0.append("at \(new.shows[0].airings[0].secondOfDay / 3_600)") }
            } catch {
                let words = error.problems.map { $0.description.replacing(folder.path + "/", with: "") }
                told.withLock { $0 += words }
            }
            watch.know(sources.contents)
        }

        /// Waits for so much news; the deadline is for a broken watch only.
        func wait(for count: Int) async -> [String] {
            for _ in 0..<3_000 where news.count < count { try? await Task.sleep(for: .milliseconds(10)) }
            return news
        }

        /// Writes as editors do: a new file takes the old one's name.
        func save(_ name: String, _ text: String) throws {
            try folder.write(name + "~", text)
            rename(folder.path + "/" + name + "~", folder.path + "/" + name)
        }
    }

    private static func schedule(_ time: String) -> String {
        "shows:\n  - { name: Frühstück, on: mon, at: \"\(time)\", for: 2h, play: rotation }\n"
    }

    private static let refusal =
        "schedule.yaml:2:37: “at” of the show Frühstück is “sieben”: write a time of day in quotation marks, such as \"20:00\""

    @Test func `a schedule that was saved waited for somebody to say reload`() async throws {
        let house = try House()
        defer { house.stop() }
        try house.save("schedule.yaml", Self.schedule("08:00"))
        #expect(await house.wait(for: 1) == ["at 8"])
        // A broken one is refused once, with its place, and what was good stays.
        try house.save("schedule.yaml", Self.schedule("sieben"))
        let news = await house.wait(for: 2)
        #expect(news == ["at 8", Self.refusal])
        #expect(house.configuration.shows[0].airings[0].secondOfDay == 28_800)
        // Saved again as it was, and touched: that is no news, good or bad.
        try house.save("schedule.yaml", Self.schedule("sieben"))
        try house.save("notizen.txt", "nothing of ours")
        utimes(house.folder.path + "/schedule.yaml", nil)
        // Mended, in place.
        try Data(Self.schedule("09:00").utf8).write(
            to: URL(filePath: house.folder.path + "/schedule.yaml"))
        #expect(await house.wait(for: 3) == ["at 8", Self.refusal, "at 9"])
        // And back to what was in force before it was broken.
        try house.save("schedule.yaml", Self.schedule("08:00"))
        #expect(await house.wait(for: 4).last == "at 8")
    }

    @Test func `a schedule that is missing is looked for where the broken file names it`() async throws {
        let house = try House()
        defer { house.stop() }
        try house.folder.makeFolder("neu")
        try house.save("station.yaml", sampleText + "schedule: neu/woche.yaml\n")
        #expect(
            await house.wait(for: 1).first?.hasPrefix("neu/woche.yaml:1:1: neu/woche.yaml is not there")
                == true)
        try house.save("neu/woche.yaml", Self.schedule("10:00"))
        #expect(await house.wait(for: 2).last == "at 10")
    }

    @Test func `a file behind a link was not watched where it lies`() async throws {
        let house = try House()
        defer { house.stop() }
        try house.folder.write("git/schedule.yaml", Self.schedule("11:00"))
        try house.folder.remove("schedule.yaml")
        house.folder.link("schedule.yaml", to: "git/schedule.yaml")
        #expect(await house.wait(for: 1).last == "at 11")
        try house.save("git/schedule.yaml", Self.schedule("12:00"))
        #expect(await house.wait(for: 2).last == "at 12")
    }

    @Test func `without the kernel's word a look now and then finds it`() async throws {
        let house = try House(between: .milliseconds(20))
        defer { house.stop() }
        try house.folder.write("elsewhere.yaml", Self.schedule("13:00"))
        try house.save("schedule.yaml", Self.schedule("13:00"))
        #expect(await house.wait(for: 1) == ["at 13"])
    }

    @Test func `what a command has read is no news`() async throws {
        let house = try House()
        defer { house.stop() }
        try house.save("schedule.yaml", Self.schedule("14:00"))
        house.reload()
        let after = house.news.count
        try house.save("schedule.yaml", Self.schedule("15:00"))
        let news = await house.wait(for: after + 1)
        #expect(news.last == "at 15")
        // The watch may have been quicker than the command, but nothing is read more often than it changed but for that.
        #expect(news.count <= 3)
    }

    @Test func `a watch that was never started stops`() {
        #expect(ConfigurationWatch([:]).stop())
    }
}
