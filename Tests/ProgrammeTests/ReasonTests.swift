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
}
