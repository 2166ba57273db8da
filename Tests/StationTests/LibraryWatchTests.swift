import Synchronization
import TestKit
import Testing

@testable import Station

/// What a watch has told, for a test that waits for the next of it.
private final class News: Sendable {
    private let told = Mutex<[[String: PlaylistScan]]>([])

    func add(_ scans: [String: PlaylistScan]) { told.withLock { $0.append(scans) } }
    var count: Int { told.withLock { $0.count } }
    var last: PlaylistScan? { told.withLock { $0.last?["all"] } }

    /// Waits until the last news is as wanted; the deadline is for a broken watch only.
    func wait(until isWanted: (PlaylistScan) -> Bool) async -> Bool {
        for _ in 0..<3_000 {
            if let last, isWanted(last) { return true }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}

@Suite struct LibraryWatchTests {
    private let folder: TemporaryDirectory
    private let news = News()

    init() throws { folder = try TemporaryDirectory() }

    /// - Parameter between: an hour when the kernel's word alone shall do it.
    private func watch(_ names: String..., between: Duration = .seconds(3_600)) throws -> LibraryWatch {
        var configuration = try folder.configuration(from: names[0])
        configuration.playlists[0].from = names.map { joinPath(folder.path, $0) }
        let watch = LibraryWatch(
            configuration, quiet: .milliseconds(20), between: between, changed: { [news] in news.add($0) })
        watch.start()
        return watch
    }

    private func keys(_ wanted: String...) -> (PlaylistScan) -> Bool { { $0.files.map(\.key) == wanted } }

    @Test func theFirstLookIsToldAndEachChangeAfterIt() async throws {
        try folder.write("music/b.mp3")
        let watch = try watch("music")
        #expect(await news.wait(until: keys("b.mp3")))
        try folder.write("music/a/new.mp3")
        #expect(await news.wait(until: keys("a/new.mp3", "b.mp3")))
        try folder.write("music/a/deep/newer.mp3")
        #expect(await news.wait(until: keys("a/deep/newer.mp3", "a/new.mp3", "b.mp3")))
        try folder.move("music/b.mp3", to: "music/c.mp3")
        #expect(await news.wait(until: keys("a/deep/newer.mp3", "a/new.mp3", "c.mp3")))
        try folder.remove("music/a")
        #expect(await news.wait(until: keys("c.mp3")))
        try folder.write("music/c.mp3", "longer than it was")
        #expect(await news.wait { $0.files.first?.size == 18 })
        #expect(watch.stop(patience: .seconds(60)))
    }

    @Test func aListThatIsSavedAnewIsNoticed() async throws {
        try folder.write("a.mp3")
        try folder.write("b.mp3")
        try folder.write("all.m3u", "a.mp3\n")
        let watch = try watch("all.m3u")
        #expect(await news.wait(until: keys("a.mp3")))
        // As editors do: a new file takes the old one's name.
        try folder.write("all.m3u~", "b.mp3\na.mp3\nmissing.mp3\n")
        try folder.remove("all.m3u")
        try folder.move("all.m3u~", to: "all.m3u")
        #expect(await news.wait(until: keys("b.mp3", "a.mp3")))
        #expect(await news.wait { $0.problems.count == 1 })
        try folder.write("missing.mp3")
        #expect(await news.wait(until: keys("b.mp3", "a.mp3", "missing.mp3")))
        #expect(watch.stop(patience: .seconds(60)))
    }

    @Test func withoutTheKernelsWordALookNowAndThenFindsIt() async throws {
        try folder.makeFolder("music")
        folder.link("link", to: "nowhere")
        let watch = try watch("link", between: .milliseconds(20))
        #expect(await news.wait { $0.files.isEmpty && $0.problems.count == 1 })
        // A link's new target is not a change in a watched folder of its own.
        try folder.write("music/a.mp3")
        try folder.remove("link")
        folder.link("link", to: "music")
        #expect(await news.wait(until: keys("a.mp3")))
        #expect(watch.stop(patience: .seconds(60)))
    }

    @Test func aMountThatVanishesKeepsItsFilesAndSaysSo() async throws {
        try folder.write("mount/a.mp3")
        try folder.write("local/b.mp3")
        let watch = try watch("mount", "local", between: .milliseconds(20))
        #expect(await news.wait(until: keys("a.mp3", "b.mp3")))
        // First the empty folder that a mount leaves behind, then not even that.
        try folder.remove("mount/a.mp3")
        #expect(await news.wait { $0.problems.count == 2 })
        #expect(news.last?.files.map(\.key) == ["a.mp3", "b.mp3"])
        try folder.remove("mount")
        #expect(await news.wait { $0.problems.first?.sentence.contains("is not there") == true })
        let last = try #require(news.last)
        #expect(last.files.map(\.key) == ["a.mp3", "b.mp3"])
        #expect(
            folder.told(last).last
                == "station.yaml:5:12: mount had 1 file before, and the programme goes on with that: look after its disk or "
                + "mount, or correct the path and reload")
        try folder.write("mount/c.mp3")
        #expect(await news.wait(until: keys("c.mp3", "b.mp3")))
        #expect(news.last?.problems.isEmpty == true)
        #expect(watch.stop(patience: .seconds(60)))
    }

    @Test func anotherConfigurationIsFollowedAtOnceAndKeepsNothingOfOtherFolders() async throws {
        try folder.write("one/a.mp3")
        try folder.makeFolder("two")
        let watch = try watch("one")
        #expect(await news.wait(until: keys("a.mp3")))
        watch.follow(try folder.configuration(from: "two"))
        #expect(await news.wait { $0.files.isEmpty && $0.problems.count == 1 })
        #expect(watch.stop(patience: .seconds(60)))
    }

    @Test func nothingIsToldWhenNothingIsDifferent() async throws {
        try folder.write("music/a.mp3")
        let watch = try watch("music", between: .milliseconds(5))
        #expect(await news.wait(until: keys("a.mp3")))
        try folder.write("music/cover.jpg")
        try await Task.sleep(for: .milliseconds(100))
        #expect(watch.stop(patience: .seconds(60)))
        #expect(news.count == 1)
    }

    @Test func aWatchThatWasNeverStartedStops() throws {
        let watch = LibraryWatch(try folder.configuration(from: "music"), changed: { _ in })
        #expect(watch.stop())
    }
}
