import Foundation
import TestKit
import Testing

@testable import Programme

/// Tracks of real lengths: two to six minutes, to the frame.
func library(_ count: Int, prefix: String = "t", seed: UInt64 = 1) -> [Track] {
    var random = SplitMix(state: seed)
    return (0..<count).map {
        let frames = Int64(120 * 44_100 + random.next() % UInt64(240 * 44_100))
        return Track(file: "/\(prefix)\($0)", key: "\(prefix)\($0)", length: Length(frames: frames))
    }
}

func playlist(_ name: String, _ tracks: [Track], _ order: Order = .shuffle) -> Rotation {
    Rotation(station: "Beispiel", playlist: name, order: order, tracks: tracks)
}

func fixed(_ shows: [Show], _ times: [(show: Int, from: Int, to: Int)]) -> Schedule {
    let all = times.map { Occurrence(show: $0.show, start: minute($0.from), end: minute($0.to)) }
    return Schedule(shows: shows, agenda: FixedAgenda(all: all))
}

/// Everything that is on in a span, by asking what follows; each is asked for again at its own start.
func walk(_ timeline: Timeline, from: Instant, to: Instant) -> [Item] {
    guard var item = timeline.item(at: from) else { return [] }
    var items = [item]
    while let end = item.end, end < to {
        guard let next = timeline.item(after: item) else { return items }
        let first = timeline.item(at: end)
        #expect(first == next, "At \(end) there is \(String(describing: first)) and there follows \(next).")
        #expect(next.start == end || next.start < end && next.end! > end)
        #expect(timeline.item(at: next.end! - Length(frames: 1)) == next)
        item = next
        items.append(item)
    }
    return items
}

@Suite struct SlotTests {
    let news = Show(name: "Nachrichten", airings: [], plays: .playlist("news"))
    let night = Show(name: "Nacht", airings: [], plays: .playlist("night"))

    @Test func aSlotBeginsOnItsSecondAndItsLastTrackEndsWithinASecondBehindIt() {
        let rotation = playlist("rotation", library(500))
        let night = playlist("night", library(500, prefix: "n", seed: 2))
        let hours = (0..<24).filter { $0 % 2 == 0 }
        let programming = Programming(
            rotation: rotation, schedule: fixed([self.night], hours.map { (0, $0 * 60, $0 * 60 + 60) }),
            sources: [.playlist("night"): .rotation(night)])
        let items = walk(Timeline(programming), from: minute(0), to: minute(24 * 60))
        for hour in 0..<24 {
            let first = items.first { $0.start == minute(hour * 60) }
            #expect(first != nil)
            #expect(first?.show == (hour % 2 == 0 ? "Nacht" : nil))
            guard let last = items.last(where: { $0.end == minute(hour * 60) }) else { continue }
            let over = last.track.length! - last.length!
            #expect(over >= .zero && over <= Length(seconds: 1), "\(hour) \(over.seconds)")
            #expect(last.until == minute(hour * 60))
        }
        #expect(Set(items.map(\.show)) == ["Nacht", nil])
    }

    @Test func withoutShowsItIsTheRotationAsEver() {
        let rotation = playlist("rotation", library(20))
        let timeline = Timeline(rotation: rotation)
        let items = walk(timeline, from: minute(1_000_000), to: minute(1_000_300))
        #expect(items == items.map { rotation.item(at: $0.start)! })
        #expect(items.allSatisfy { $0.slot == nil && $0.until == nil })
    }

    @Test func aSlotsPlanDependsOnNothingButTheSlot() {
        let sources: [Content: Programming.Source] = [
            .playlist("night"): .rotation(playlist("night", library(50)))
        ]
        func items(_ times: [(show: Int, from: Int, to: Int)]) -> [Item] {
            let programming = Programming(
                rotation: playlist("rotation", library(30)), schedule: fixed([night, news], times),
                sources: sources)
            return walk(Timeline(programming), from: minute(600), to: minute(660))
        }
        let alone = items([(0, 600, 660)])
        #expect(alone == items([(0, 600, 660), (1, 0, 90), (0, 60, 120), (1, 700, 710)]))
        #expect(alone.map(\.track) != items([(0, 600, 660)].map { ($0.0, $0.1 - 60, $0.2) }).map(\.track))
    }

    @Test func aFileThatIsTooShortIsContinuedAndOneThatIsTooLongIsFadedOrRunsOn() {
        var show = Show(name: "Hörspiel", airings: [], plays: .newest(folder: "/h"))
        func items(_ seconds: Double) -> [Item] {
            let file = Track(file: "/h/1", key: "1", length: Length(seconds: seconds))
            let programming = Programming(
                rotation: playlist("rotation", library(200)),
                schedule: fixed([show, night], [(0, 60, 120), (1, 120, 180)]),
                sources: [.newest(folder: "/h"): .file(file)])
            return walk(Timeline(programming), from: minute(60), to: minute(180))
        }
        let short = items(1_800)
        #expect(short[0].track.file == "/h/1" && short[1].start == minute(90))
        #expect(short.contains { $0.end == minute(120) })
        #expect(items(4_000)[0].end == minute(120))
        show.overlong = .run(seconds: 600)
        #expect(items(4_000)[0].end == minute(60) + Length(seconds: 4_000))
        #expect(items(9_000)[0].end == minute(130))
        #expect(items(9_000)[1].start == minute(130))
    }

    @Test func aSoftStartWaitsForTheTrackThatIsOnAir() {
        var soft = night
        soft.start = .soft
        let programming = Programming(
            rotation: playlist("rotation", library(3)),
            schedule: fixed([soft], [(0, 60, 120), (0, 120, 180)]))
        let items = walk(Timeline(programming), from: minute(0), to: minute(240))
        let first = items.firstIndex { $0.show == "Nacht" }!
        #expect(items[first].start > minute(60))
        #expect(items[first - 1].length == items[first - 1].track.length)
        #expect(items.contains { $0.end == minute(180) })
    }

    @Test func whatWasInterruptedGoesOn() {
        let file = Track(file: "/h/1", key: "1", length: Length(seconds: 3_000))
        let chapters = playlist("news", library(40, prefix: "c"), .sequence)
        let feature = Show(name: "Feature", airings: [], plays: .newest(folder: "/h"))
        let programming = Programming(
            rotation: playlist("rotation", library(200)),
            schedule: fixed(
                [feature, news, night], [(0, 0, 60), (1, 120, 240), (2, 20, 25), (2, 150, 155)]),
            sources: [.newest(folder: "/h"): .file(file), .playlist("news"): .rotation(chapters)])
        let items = walk(Timeline(programming), from: minute(0), to: minute(240))
        let parts = items.filter { $0.track.file == "/h/1" }
        #expect(parts.map(\.start) == [minute(0), minute(5)])
        #expect(parts.map(\.end) == [minute(20), minute(55)])
        let told = items.filter { $0.show == "Nachrichten" }.map(\.track.key)
        // The chapter that the interruption cut off is told again.
        #expect(Set(told).count == told.count - 1)
        #expect(told == told.sorted { Int($0.dropFirst())! < Int($1.dropFirst())! })
    }

    @Test func aContinuedShowGoesOnWhereItsLastSlotStopped() {
        let audiobook = Show(name: "Buch", airings: [], plays: .continued(playlist: "book"))
        let book = playlist("book", library(60, prefix: "b"), .sequence)
        let days = 0..<20
        let programming = Programming(
            rotation: playlist("rotation", library(20)),
            schedule: fixed([audiobook], days.map { (0, $0 * 1_440 + 60, $0 * 1_440 + 80) }),
            sources: [.continued(playlist: "book"): .rotation(book)])
        let timeline = Timeline(programming)
        let told = walk(timeline, from: minute(0), to: minute(20 * 1_440)).filter { $0.show == "Buch" }
        let numbers = told.map { Int($0.track.key.dropFirst())! }
        for (number, next) in zip(numbers, numbers.dropFirst()) {
            #expect(next == number || next == (number + 1) % 60)
        }
        // A later day is planned alone as it is in turn, from what was noted at any time.
        var noted = timeline
        noted.remember(at: minute(9 * 1_440 + 65))
        for day in [10, 15] {
            let start = minute(day * 1_440 + 60)
            #expect(noted.item(at: start) == told.first { $0.start == start })
        }
    }

    @Test func whatPeopleDoCountsInItsSlotAlone() {
        let programming = Programming(
            rotation: playlist("rotation", library(300)),
            schedule: fixed([night], [(0, 60, 120), (0, 180, 240)]),
            sources: [.playlist("night"): .rotation(playlist("night", library(300, prefix: "n")))])
        let untouched = walk(Timeline(programming), from: minute(120), to: minute(240))
        var timeline = Timeline(programming)
        let item = timeline.item(at: minute(70))!
        timeline.end(item, at: minute(70))
        let items = walk(timeline, from: minute(70), to: minute(240))
        #expect(items[0].start == minute(70) && items[0].track != item.track)
        let last = items.last { $0.end == minute(120) }
        #expect(last.map { $0.track.length! - $0.length! <= Length(seconds: 1) } ?? false)
        #expect(items.filter { $0.start >= minute(120) } == untouched)
        // Behind the last track of a slot there is one more, not the next slot.
        let late = Timeline(programming).item(at: minute(119))!
        var skipped = Timeline(programming)
        skipped.end(late, at: minute(119))
        #expect(skipped.item(at: minute(119))!.show == "Nacht")
        #expect(skipped.item(at: minute(120))!.start == minute(120))
    }

    @Test func aQueuedTrackRunsOverTheBoundaryAndTheSlotBeginsBehindIt() {
        let programming = Programming(
            rotation: playlist("rotation", library(300)), schedule: fixed([night], [(0, 60, 120)]),
            sources: [.playlist("night"): .rotation(playlist("night", library(300, prefix: "n")))])
        var timeline = Timeline(programming)
        let onAir = timeline.item(at: minute(59))!
        let guest = Track(file: "/guest", key: "guest", length: Length(seconds: 600))
        let queued = timeline.queue(guest, onAir: onAir)!
        let items = walk(timeline, from: minute(59), to: minute(130))
        #expect(items[1] == queued && queued.end! > minute(60))
        #expect(items[2].show == "Nacht" && items[2].start == queued.end)
        #expect(items.contains { $0.end == minute(120) })
    }

    /// The first track of the next slot could not be opened; then a DJ came, before that slot.
    @Test func `a DJ was said to begin with the next slot, and a start found nothing before it`() {
        let programming = Programming(
            rotation: playlist("rotation", library(300)), schedule: fixed([night], [(0, 60, 120)]),
            sources: [.playlist("night"): .rotation(playlist("night", library(300, prefix: "n")))])
        var timeline = Timeline(programming)
        let onAir = walk(timeline, from: minute(50), to: minute(60)).last!
        let failed = timeline.item(after: onAir)!
        #expect(failed.show == "Nacht")
        timeline.drop(failed, onAir: onAir)
        let now = onAir.start + Length(seconds: 20)
        timeline.end(onAir, at: now)
        var live = onAir
        (live.kind, live.length, live.start) = (.live, nil, now)
        timeline.interpose(live, after: onAir)
        timeline.end(live, at: now + Length(seconds: 30))
        let again = Timeline(programming, state: timeline.state)
        let heard = again.walk(from: now + Length(seconds: 26), to: now + Length(seconds: 31)).map(\.item)
        #expect(heard.map(\.kind) == [.live, .track])
        #expect(heard.first?.begins == now && heard.last?.start == now + Length(seconds: 30))
    }

    /// A show goes on where its last slot stopped, for four weeks, and jingles divide each slot: hundreds of plans, each
    /// behind the one before it. They were calls within calls.
    @Test func `a long chain of plans did not fit on the stack of a thread`() async {
        let book = playlist("book", library(60, prefix: "b"), .sequence)
        let show = Show(
            name: "Buch", airings: [], plays: .continued(playlist: "book"),
            jingles: Jingles(playlist: "ids", due: .at(minutes: Array(stride(from: 0, to: 60, by: 5)), .hard))
        )
        @Sendable func timeline() -> Timeline {
            Timeline(
                Programming(
                    rotation: playlist("rotation", library(20)),
                    schedule: fixed([show], (0..<28).map { (0, $0 * 1_440 + 60, $0 * 1_440 + 360) }),
                    sources: [
                        .continued(playlist: "book"): .rotation(book),
                        .playlist("ids"): .rotation(
                            playlist(
                                "ids", [Track(file: "/j", key: "j", length: Length(seconds: 4))], .sequence)),
                    ]))
        }
        let last = minute(27 * 1_440 + 350)
        let item = await withCheckedContinuation { done in
            let thread = Thread { done.resume(returning: timeline().item(at: last)) }
            thread.stackSize = 1 << 20
            thread.start()
        }
        let forwards = timeline()
        for day in 0..<27 { _ = forwards.item(at: minute(day * 1_440 + 350)) }
        #expect(item != nil && item == forwards.item(at: last))
    }

    @Test func anEmptyPlaylistFallsToWhatIsBelowIt() {
        let live = Show(name: "Live", airings: [], live: ["kim"], otherwise: .playlist("none"))
        let programming = Programming(
            rotation: playlist("rotation", library(9)), schedule: fixed([live], [(0, 60, 120)]),
            sources: [.playlist("none"): .rotation(playlist("none", []))])
        let item = Timeline(programming).item(at: minute(60))!
        #expect(item.start == minute(60) && item.show == "Live")
    }

    @Test func aShowOfWhichNothingCanBePlayedLeavesItsSlotToTheRotation() {
        let programming = Programming(
            rotation: playlist("rotation", library(300)), schedule: fixed([night], [(0, 60, 120)]),
            sources: [.playlist("night"): .rotation(playlist("night", library(3, prefix: "n")))])
        var timeline = Timeline(programming)
        let onAir = timeline.item(at: minute(59))!
        let last = walk(timeline, from: minute(59), to: minute(60)).last!
        #expect(onAir.show == nil && last.end == minute(60))
        let failed = timeline.item(after: last)!
        timeline.drop(failed, onAir: last)
        timeline.forsake(failed)
        let items = walk(timeline, from: minute(60), to: minute(125))
        #expect(items[0].start == minute(60) && items[0].show == "Nacht")
        #expect(items.allSatisfy { $0.track.file.hasPrefix("/t") })
        #expect(items.contains { $0.end == minute(120) })
        #expect(Timeline(programming, state: timeline.state).item(at: minute(60)) == items[0])
    }

    @Test func `the end of a show's first round leaves nothing out for what was never on before it`() {
        let rotation = playlist("show", library(40))
        let first = Cursor(round: Rounds.first(1 << 40))
        let choice = rotation.choice(from: first, count: 40, natural: first, turn: nil)
        #expect(Set(choice.map(\.index)).count == 40)
    }

    @Test func backtimingStaysWithinItsLooksAndASecond() {
        let rotation = playlist("rotation", library(500))
        var (good, most) = (0, 0)
        for number in 0..<400 {
            let start = minute(number * 97)
            let slot = Slot(start: start, end: start + Length(seconds: Double(1_800 + number * 23)))
            let plan = SlotPlan(
                Programming(rotation: rotation), slot, Programming.Supply(rotation: rotation), from: start,
                cursor: Cursor(round: Int64(number) << 20),
                played: .zero, limit: slot.end, fileLimit: slot.end)
            let last = plan.item(at: slot.end - Length(frames: 1))!
            most = max(most, plan.looked)
            if last.track.length! - last.length! <= Length(seconds: 1) { good += 1 }
        }
        print("backtimed:", good, "of 400, looks at most", most)
        #expect(good >= 396)
        #expect(most <= Backtiming.looks)
    }
}
