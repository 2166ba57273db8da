// What planning a slot costs whose last tracks are chosen so that it ends on its second: for the benchmark.
//
// A library of 500 tracks of two to six minutes, an artist kept apart for an hour; on Berlin's clocks, in slots of half an
// hour to three hours through a year. Each slot is planned whole and once: its order, and the search.
// Prints the median, the 99th percentile and the longest time in milliseconds, and in how many percent of the slots the last
// track ends within a second behind their end.

import Calendar
import Programme

/// Marsaglia's xorshift64: the same numbers on every machine.
struct Dice {
    private var state: UInt64 = 88_172_645_463_325_252

    mutating func any(_ count: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(count))
    }
}

var dice = Dice()
var tracks: [Track] = []
for number in 0..<500 {
    tracks.append(
        Track(
            file: "/\(number)", key: "\(number)",
            length: Length(frames: Int64(5_292_000 + dice.any(10_584_000))),
            artist: "Artist \(dice.any(120))", title: "Title \(number)"))
}
let rules = RotationRules(artist: .init(time: Length(seconds: 3_600)))
let music = Rotation(
    station: "Benchmark", playlist: "music", order: .shuffle, tracks: tracks, rules: rules)
/// The year of which the slots are, from its first instant in UTC.
let (begin, first) = (Instant(wallNanoseconds: 1_767_225_600_000_000_000), Day("2026-01-01")!)
let year = Length(seconds: 370 * 86_400)

let clock = ContinuousClock()
var times: [Duration] = []
var hits = 0
for _ in 0..<2_000 {
    let airing = Airing(
        .dates([first + (1 + dice.any(364))]), secondOfDay: dice.any(86_400),
        extent: .lasting(1_800 + dice.any(9_000)))
    let show = Show(name: "Show", airings: [airing], plays: .playlist("music"))
    let almanac = try Almanac(shows: [show], zone: "Europe/Berlin")
    let programming = Programming(
        rotation: music, schedule: Schedule(shows: [show], agenda: almanac),
        sources: [.playlist("music"): .rotation(music)])
    let end = almanac.occurrences(from: begin, to: begin + year)[0].end
    let timeline = Timeline(programming)
    var item: Item?
    times.append(clock.measure { item = timeline.item(at: end - Length(frames: 1)) })
    guard let item, let whole = item.track.length, let length = item.length else { continue }
    if item.end == end, whole - length <= Length(seconds: 1) { hits += 1 }
}
times.sort()

func milliseconds(_ time: Duration) -> Double { time / .milliseconds(1) }

print(
    milliseconds(times[times.count / 2]), milliseconds(times[times.count * 99 / 100]),
    milliseconds(times[times.count - 1]), Double(hits) * 100 / Double(times.count))
