import Audio
import Codecs
import TestKit
import Testing

/// The shape of both framings, seen without a decoder.
@Suite struct VorbisStreamTests {
    private func song(_ number: Int) -> Title { Title(artist: "Artist \(number)", title: "Song \(number)") }

    @Test func thePlainStreamIsOneLogicalStreamForEver() throws {
        let recording = try VorbisRecording(
            frames: 4 * 44_100, titles: [(song(1), 0), (song(2), 60_000), (song(3), 120_000)],
            signal: Signal.sweep)
        let pages = try OggPage.pages(in: recording.plain)
        #expect(Set(pages.map(\.serial)).count == 1)
        #expect(pages.map(\.sequence) == Array(0..<UInt32(pages.count)))
        #expect(pages.map(\.beginsStream) == pages.indices.map { $0 == 0 })
        #expect(pages.map(\.endsStream) == pages.indices.map { $0 == pages.count - 1 })
        #expect(pages.last?.granule == Int64(4 * 44_100))
        #expect(pages.allSatisfy { !$0.isContinued })
        // The identification alone in the first page, and audio on a fresh page.
        #expect(pages[0].packets.count == 1)
        #expect(try OggPage.pages(in: recording.plainHeaders).reduce(0) { $0 + $1.packets.count } == 3)
    }

    @Test func eachTitleIsALinkOfItsOwnWithARealEnd() throws {
        let total = 5 * 44_100
        let recording = try VorbisRecording(
            frames: total, titles: [(song(1), 0), (song(2), 60_000), (song(3), 120_000)], signal: Signal.sweep
        )
        let pages = try OggPage.pages(in: recording.chained)
        let begins = pages.indices.filter { pages[$0].beginsStream }
        try #require(begins.count == 3)
        #expect(Set(begins.map { pages[$0].serial }).count == 3)
        var frames: Int64 = 0
        for (begin, end) in zip(begins, begins.dropFirst() + [pages.count]) {
            let link = pages[begin..<end]
            #expect(Set(link.map(\.serial)).count == 1)
            #expect(link.map(\.sequence) == Array(0..<UInt32(link.count)))
            #expect(link.map(\.endsStream) == link.indices.map { $0 == end - 1 })
            let audio = link.drop { $0.granule == 0 }
            #expect(try #require(audio.first).packets.count >= 3)
            frames += try #require(link.last).granule
        }
        // No frame is lost or doubled between the links.
        #expect(frames == Int64(total))
        // The same identification and setup in all of them.
        let headers = begins.map { pages[$0...].prefix { $0.granule == 0 }.flatMap(\.packets) }
        #expect(Set(headers.map { $0[0] }).count == 1)
        #expect(Set(headers.map { $0[2] }).count == 1)
        #expect(Set(headers.map { $0[1] }).count == 3)
    }

    @Test func bothFramingsAreCutAtTheSamePackets() throws {
        let recording = try VorbisRecording(
            frames: 4 * 44_100, titles: [(song(1), 0), (song(2), 70_001)], signal: Signal.clicks)
        for page in recording.pages {
            let plain = try OggPage.pages(in: page.plain).flatMap(\.packets)
            let chained = try OggPage.pages(in: page.chained).flatMap(\.packets)
            let isRepeating = page.startsLink && page !== recording.pages[0]
            #expect(chained.dropFirst(isRepeating ? 1 : 0) == plain[...])
        }
        let links = recording.pages.indices.filter { recording.pages[$0].startsLink }
        try #require(links.count == 2)
        let last = try OggPage.pages(in: recording.pages[links[1] - 1].chained).flatMap(\.packets).last
        let first = try OggPage.pages(in: recording.pages[links[1]].chained).flatMap(\.packets).first
        #expect(first == last)
    }

    /// Silence takes a few bytes a packet and noise some hundred: the pages have the same length in time.
    @Test(arguments: [-1.0, 5, 10])
    func aPageIsAsLongForSilenceAsForNoise(quality: Double) throws {
        for signal in [Signal.silence, Signal.noise, Signal.clicks] {
            let recording = try VorbisRecording(frames: 3 * 44_100, quality: quality, signal: signal)
            let lengths = zip(recording.begins(), recording.pages).map { $1.end.frames - $0 }
            #expect(lengths.allSatisfy { $0 > 0 && $0 <= 44_100 / 5 })
            #expect(lengths.dropLast().allSatisfy { $0 > 44_100 / 5 - 2_048 })
            #expect(try recording.pages.allSatisfy { try OggPage.pages(in: $0.plain).count == 1 })
        }
    }

    @Test func aPageHasTheTitleOfItsFirstFrameToThePacket() throws {
        let start: Int64 = 1_000_000
        let marks: [Int64] = [100_000, 150_000, 152_000, 195_000, 240_000].map { $0 + start }
        let recording = try VorbisRecording(
            frames: 7 * 44_100, start: start, titles: marks.enumerated().map { (song($0), $1) },
            signal: Signal.sweep)
        #expect(recording.pages.last?.end.frames == start + 7 * 44_100)
        #expect(recording.pages[0].title == nil)
        for (number, mark) in marks.enumerated() {
            let page = recording.pages.firstIndex { $0.title == song(number) }
            let begin = recording.begins(start: start)[try #require(page)]
            // 152,000 comes while the first page of a link is filled, which is left whole.
            #expect(mark - begin < 1_024 && begin - mark <= (number == 2 ? 44_100 / 5 : 0), "title \(number)")
        }
    }

    @Test func aTitleAtTheFirstFrameBelongsToTheFirstLink() throws {
        let recording = try VorbisRecording(frames: 44_100, titles: [(song(1), 0)], signal: Signal.sweep)
        #expect(recording.pages.filter(\.startsLink).count == 1)
        #expect(recording.pages.allSatisfy { $0.title == song(1) })
        #expect(String(decoding: recording.pages[0].link.bytes, as: UTF8.self).contains("TITLE=Song 1"))
        #expect(!String(decoding: recording.plainHeaders, as: UTF8.self).contains("TITLE="))
    }

    @Test func theSameTitleAgainBeginsNoLink() throws {
        let titles = [0, 60_000, 120_000, 180_000].map { (song(1), at: Int64($0)) }
        let recording = try VorbisRecording(frames: 5 * 44_100, titles: titles, signal: Signal.sweep)
        #expect(recording.pages.filter(\.startsLink).count == 1)
    }

    @Test func aLinkLastsASecondAndATitleThatWaitsGivesWayToANewerOne() throws {
        let titles: [(Title, at: Int64)] = [
            (song(1), 0), (song(2), 50_000), (song(3), 60_000), (song(4), 70_000), (song(5), 150_000),
            (song(6), 155_000), (song(5), 160_000),
        ]
        let recording = try VorbisRecording(frames: 6 * 44_100, titles: titles, signal: Signal.sweep)
        let begins = recording.begins()
        let starts = recording.pages.indices.filter { recording.pages[$0].startsLink }.map { begins[$0] }
        #expect(zip(starts, starts.dropFirst()).allSatisfy { $1 - $0 >= 44_100 })
        // Songs 2, 4 and 5: 3 was replaced while it waited, and 6 gave the title back before its link could begin.
        let links = recording.pages.filter(\.startsLink).map {
            String(decoding: $0.link.bytes, as: UTF8.self)
        }
        #expect(links.count == 4)
        for (link, number) in zip(links, [1, 2, 4, 5]) { #expect(link.contains("TITLE=Song \(number)")) }
        // Beside the links every title is shown, also the short ones.
        #expect(Set(recording.pages.compactMap(\.title)).count == 6)
    }

    @Test func theNewestTitleReplacesTheLastWhenTooManyWait() throws {
        let titles =
            (0..<20).map { (song($0), at: Int64(10_000 + $0 * 10)) } + [(song(99), at: Int64(10_500))]
        let recording = try VorbisRecording(frames: 2 * 44_100, titles: titles, signal: Signal.sweep)
        #expect(recording.pages.last?.title == song(99))
    }

    @Test func aStreamWithoutAFrameStillEnds() throws {
        let recording = try VorbisRecording(frames: 0, signal: Signal.silence)
        for bytes in [recording.plain, recording.chained] {
            let pages = try OggPage.pages(in: bytes)
            #expect(pages.last?.endsStream == true && pages.last?.granule == 0)
        }
    }

    @Test func anImpossibleQualityIsRefusedWithItsRemedy() {
        let refusal = #expect(throws: FormatRefusal.self) {
            try VorbisRecording(frames: 0, quality: 11, signal: Signal.silence)
        }
        #expect(refusal?.description.contains("from -1") == true)
    }
}
