import Testing

@testable import Programme

/// A file of which a show hears only a part.
@Suite struct RecordingSlotTests {
    private let feature = Show(name: "Wiederholung", airings: [], plays: .recording(of: "Küchenradio"))
    private let news = Show(name: "Nachrichten", airings: [], plays: .playlist("news"))

    /// Ten minutes of the green room, then 40 minutes of a show.
    private func programming(_ times: [(show: Int, from: Int, to: Int)]) -> Programming {
        var recording = Track(file: "/r/1", key: "1", length: Length(seconds: 3_000))
        recording.begin = Length(seconds: 600)
        return Programming(
            rotation: playlist("rotation", library(200)), schedule: fixed([feature, news], times),
            sources: [
                .recording(of: "Küchenradio"): .file(recording),
                .playlist("news"): .rotation(playlist("news", library(20, prefix: "c"))),
            ])
    }

    @Test func `a recording is heard from where its show began`() {
        let items = walk(Timeline(programming([(0, 60, 120)])), from: minute(60), to: minute(120))
        #expect(items[0].track.file == "/r/1" && items[0].start == minute(50))
        #expect(items[0].begins == minute(60) && items[0].end == minute(100))
        #expect(items[1].start == minute(100) && items[1].show == "Wiederholung")
    }

    @Test func `of a series each slot has its own file, also where one follows the other at once`() {
        let content = Content.podcast(url: "https://a.example/", .next)
        let show = Show(name: "Serie", airings: [], plays: content)
        let files = ["/1", "/2"].map { Track(file: $0, key: $0, length: Length(seconds: 1_500)) }
        func aired(_ next: Track?) -> [String?] {
            let programming = Programming(
                rotation: playlist("rotation", library(200)),
                schedule: fixed([show, news], [(0, 60, 90), (1, 70, 75), (0, 90, 120), (0, 180, 210)]),
                sources: [content: .series(files[0], until: minute(90), then: next)])
            let items = walk(Timeline(programming), from: minute(60), to: minute(210))
            return [60, 75, 90, 180].map { at in items.first { $0.begins == minute(at) }?.track.file }
        }
        #expect(aired(files[1]) == ["/1", "/1", "/2", "/2"])
        let rotation = aired(nil)
        #expect(rotation[..<2] == ["/1", "/1"] && rotation[2...].allSatisfy { $0 != nil && $0 != "/1" })
    }

    @Test func `a recording that was interrupted goes on where it was`() {
        let programming = programming([(0, 60, 120), (1, 70, 75)])
        let items = walk(Timeline(programming), from: minute(60), to: minute(120))
        let parts = items.filter { $0.track.file == "/r/1" }
        #expect(parts.map(\.start) == [minute(50), minute(55)])
        #expect(parts.map(\.end) == [minute(70), minute(105)])
    }
}
