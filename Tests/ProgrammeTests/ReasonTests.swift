import Programme
import TestKit
import Testing

/// What `next --why` says of an item.
struct ReasonTests {
    private static let hour = Length(seconds: 3_600)

    private static func track(_ number: Int, artist: String, seconds: Double = 240) -> Track {
        Track(
            file: "/\(number)", key: "\(number)", length: Length(seconds: seconds), artist: artist,
            title: "Title \(number)")
    }

    /// Every distance that is too small is told, and no other.
    @Test(arguments: [3, 40])
    func `a rule that could not be kept is said, and one that was kept too`(artists: Int) {
        let tracks = (0..<120).map { Self.track($0, artist: "Artist \($0 % artists)") }
        let rules = RotationRules(artist: .init(tracks: 2, time: Self.hour))
        let timeline = Timeline(
            rotation: Rotation(
                station: "a", playlist: "musik", order: .shuffle, tracks: tracks, rules: rules))
        var items: [Item] = []
        var item = timeline.item(at: Instant(wallNanoseconds: 1_800_000_000_000_000_000))!
        var loosened = 0
        for _ in 0..<300 {
            let reasons = timeline.reasons(for: item, behind: items)
            #expect(reasons.contains(.drawn(from: "musik", .shuffle)))
            let last = items.lastIndex { $0.track.artist == item.track.artist }
            let told = reasons.first { if case .apart(.artist, _, _, _, _) = $0 { true } else { false } }
            #expect((told == nil) == (last == nil))
            if let told, let last {
                let isClose = item.start - items[last].start < Self.hour || items.count - 1 - last < 2
                #expect(told.isLoosened == isClose)
                loosened += isClose ? 1 : 0
            }
            items.append(item)
            item = timeline.item(after: item)!
        }
        #expect(artists == 3 ? loosened > 250 : loosened == 0)
    }

    @Test func `the turn of a clock and an identification that is due are said`() {
        let rotation = Rotation(
            station: "a", playlist: "stunde",
            parts: [
                RotationPart(playlist: "neu", tracks: (0..<6).map { Self.track($0, artist: "n\($0)") }),
                RotationPart(
                    playlist: "alt", order: .sequence,
                    tracks: (6..<9).map { Self.track($0, artist: "a\($0)") }),
            ], clock: [0, 0, 1], identifications: [Self.track(99, artist: "id", seconds: 5)], every: 3)
        let timeline = Timeline(rotation: rotation)
        var item = timeline.item(at: Instant(frames: 0))!
        for place in 0..<40 {
            let reasons = timeline.reasons(for: item, behind: [])
            switch place % 4 {
            case 3: #expect(reasons == [.due(every: 3)])
            case 2: #expect(reasons == [.drawn(from: "alt", .sequence), .turn(3, of: 3)])
            default: #expect(reasons == [.drawn(from: "neu", .shuffle), .turn(place % 4 + 1, of: 3)])
            }
            item = timeline.item(after: item)!
        }
    }

    /// A show with an intro and an outro, identifications after each second track, and jingles at minutes.
    @Test func `an intro, an outro and a jingle at its minute were called due after some tracks`() {
        let jingle = Self.track(90, artist: "j", seconds: 5)
        let intro = Self.track(91, artist: "i", seconds: 20)
        let outro = Self.track(92, artist: "o", seconds: 30)
        func rotation(_ name: String, _ tracks: [Track]) -> Rotation {
            Rotation(
                station: "a", playlist: name, order: .sequence, tracks: tracks, identifications: [jingle],
                every: name == "jingles" ? 0 : 2)
        }
        func reasons(_ jingles: Jingles?) -> [(item: Item, reasons: [Reason])] {
            let show = Show(
                name: "Show", airings: [], plays: .playlist("musik"), jingles: jingles, intro: .file("/i"),
                outro: .file("/o"))
            let musik = rotation("musik", (0..<40).map { Self.track($0, artist: "a\($0)") })
            let timeline = Timeline(
                Programming(
                    rotation: musik, schedule: fixed([show], [(0, 60, 120)]),
                    sources: [
                        .playlist("musik"): .rotation(musik),
                        .playlist("jingles"): .rotation(rotation("jingles", [jingle])),
                        .file("/i"): .file(intro), .file("/o"): .file(outro),
                    ]))
            return timeline.walk(from: minute(60), to: minute(120)).map { item, _ in
                (item, timeline.reasons(for: item, behind: []))
            }
        }
        let minutes = [0, 15, 45]
        for start in [Show.Start.hard, .soft] {
            let items = reasons(Jingles(playlist: "jingles", due: .at(minutes: minutes, start)))
            #expect(items.first?.reasons == [.at(minute: 0)] && items.last?.reasons == [.outro])
            #expect(items[1].reasons == [.intro])
            let jingles = items.filter { $0.item.track.file == jingle.file }
            #expect(jingles.map(\.reasons) == minutes.map { [.at(minute: $0)] })
        }
        let items = reasons(nil)
        #expect(items.first?.reasons == [.intro] && items.last?.reasons == [.outro])
        let jingles = items.filter { $0.item.track.file == jingle.file }
        #expect(jingles.count > 4 && jingles.allSatisfy { $0.reasons == [.due(every: 2)] })
    }

    @Test func `the share of an artist and the hours of a playlist were no reasons`() {
        let tracks = (0..<60).map { Self.track($0, artist: $0 < 40 ? "Viel" : "a\($0)") }
        let shares = Timeline(
            rotation: Rotation(
                station: "a", playlist: "musik", order: .shuffle, tracks: tracks,
                rules: RotationRules(artistShare: 20)))
        for (item, _) in shares.walk(from: minute(0), to: minute(200)) {
            let share = Reason.share(of: "Viel", percent: 20)
            #expect(
                shares.reasons(for: item, behind: []).contains(share) == (item.track.artist == "Viel"))
        }
        let hours = Hours(from: 0, until: 21_600)
        let night = Timeline(
            rotation: Rotation(
                station: "a", playlist: "mix",
                parts: [
                    RotationPart(playlist: "tag", tracks: Array(tracks[..<30])),
                    RotationPart(playlist: "nacht", tracks: Array(tracks[30...]), hours: hours),
                ]))
        var told = 0
        for (item, _) in night.walk(from: minute(60), to: minute(300)) {
            let reasons = night.reasons(for: item, behind: [])
            let isOfNight = reasons.contains(.drawn(from: "nacht", .shuffle))
            #expect(reasons.contains(.hours(of: "nacht", hours, isKept: true)) == isOfNight)
            told += isOfNight ? 1 : 0
        }
        #expect(told > 10)
    }
}
