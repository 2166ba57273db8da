import Foundation
import TestKit
import Testing

/// The three framings of one mount, taken at once, say the same.
@Suite(.timeLimit(.minutes(10))) struct CaptureTests {
    private struct Takes {
        let plain: [UInt8]
        let icy: IcyBody
        let chained: [UInt8]
        /// The titles of the journal, in order.
        let journal: [String]
    }

    /// Records all three across at least ten track changes.
    private func take() async throws -> Takes {
        try await CounterStation.listen { station in
            let plain = try OnAirRecording(station.url() + "?titles=none")
            let icy = try OnAirRecording(station.url() + "?titles=icy", fields: ["Icy-MetaData: 1"])
            let chained = try OnAirRecording(station.url() + "?titles=chained")
            let before = try await station.history().last?.instant ?? 0
            try await until("eleven tracks begin", within: .seconds(200)) {
                try await station.history().filter { $0.instant > before && $0.kind == "track" }.count >= 11
            }
            let recordings = [plain, icy, chained]
            #expect(recordings.allSatisfy { $0.isListening }, "A connection was ended.")
            let journal = try await station.history().filter { $0.kind == "track" }.map(\.shown)
            let (plainBody, (icyHead, icyBody), chainedBody) =
                (try await plain.stop().body, try await icy.stop(), try await chained.stop().body)
            let interval = try #require(icyHead["icy-metaint"].flatMap { Int($0) })
            return Takes(
                plain: plainBody, icy: IcyBody(icyBody, interval: interval), chained: chainedBody,
                journal: journal)
        }
    }

    @Test(.peers("curl", "oggdec", "ogginfo", "ffmpeg")) func allFramingsAreOneStream() async throws {
        let takes = try await take()
        let plain = try OggPage.wholePages(in: takes.plain)
        let chained = try OggPage.wholePages(in: takes.chained)
        let samples = try await aside { try VorbisTools.decode(plain.flatMap(\.bytes)) }
        let heard = try HeardCount(TestSignal(interleaved: samples))
        #expect(heard.seconds > 33)

        try expectSameBytes(plain, try OggPage.wholePages(in: takes.icy.stream))
        let links = try await expectSameSamples(plain: samples, chained)
        try expectNothingButTheJoin(plain, chained)

        let chain = expectTitlesInTime(of: links, heard)
        let blocks = expectTitlesInTime(of: takes.icy, plain, heard)
        #expect(chain.count >= 11 && CounterMusic.areInOrder(chain), "\(chain)")
        #expect(blocks.count >= 11 && CounterMusic.areInOrder(blocks), "\(blocks)")
        // The journal begins with the pre-roll of the burst; the takes end a moment after it was asked.
        #expect(takes.journal.containsInOrder(chain.dropFirst().dropLast()), "\(chain) \(takes.journal)")
        #expect(takes.journal.containsInOrder(blocks.dropFirst().dropLast()), "\(blocks) \(takes.journal)")
    }

    // MARK: The bytes

    private func expectSameBytes(_ plain: [OggPage], _ icy: [OggPage]) throws {
        #expect(plain.prefix(2) == icy.prefix(2), "The headers differ.")
        let first = try #require(icy.dropFirst(2).first { $0.sequence >= plain[2].sequence })
        let (mine, theirs) = (plain.from(first.sequence), icy.from(first.sequence))
        let common = min(mine.count, theirs.count)
        #expect(common > 100)
        #expect(mine.prefix(common) == theirs.prefix(common))
        for pages in [mine, theirs] {
            #expect(zip(pages, pages.dropFirst()).allSatisfy { $1.sequence == $0.sequence + 1 })
        }
    }

    /// A link of the chained stream: its title, and where its samples begin in those of the plain one.
    private struct Link {
        let title: String
        let start: Int
    }

    private func expectSameSamples(plain: [Int16], _ chained: [OggPage]) async throws -> [Link] {
        let samples = try await aside { try VorbisTools.decode(chained.flatMap(\.bytes)) }
        // Both are joined at a page, perhaps not at the same one. The place at which a hundred samples are the same is
        // the place for all.
        let probe = Array(samples[20_000..<20_200])
        let place = try #require(
            stride(from: 0, to: plain.count - probe.count, by: 2).first {
                plain[$0] == probe[0] && Array(plain[$0..<($0 + probe.count)]) == probe
            })
        let shift = place - 20_000
        let common = max(0, -shift)..<min(samples.count, plain.count - shift)
        #expect(common.count > 33 * 88_200)
        let different = common.first { samples[$0] != plain[$0 + shift] }
        #expect(different == nil, "Sample \(different ?? 0) differs.")

        let bounds = chained.indices.filter { chained[$0].beginsStream } + [chained.endIndex]
        let links = zip(bounds, bounds.dropFirst()).map { Array(chained[$0..<$1]) }
        #expect(links.dropLast().allSatisfy { $0.last?.endsStream == true })
        #expect(Set(links.map { $0[0].serial }).count == links.count, "A serial number came twice.")
        // Counted from the end: of the first link only a part was heard.
        var end = samples.count / 2 + shift / 2
        return links.reversed().map { link in
            end -= Int(link.last { $0.granule >= 0 }?.granule ?? 0)
            return Link(title: VorbisComments(link[1].packets[0]).shown, start: end)
        }.reversed()
    }

    private func expectNothingButTheJoin(_ plain: [OggPage], _ chained: [OggPage]) throws {
        for pages in [plain, chained] {
            // The ends of both takes are ours.
            let complaints = try VorbisTools.complaints(pages.flatMap(\.bytes)).filter {
                !$0.contains("EOS not set")
            }
            // Who came while the station's first page was still in the burst has not even the gap.
            let join =
                pages[2].sequence == 2
                ? [] : ["sequence number gap in stream 1", "discontinuity in stream (1)"]
            #expect(
                complaints.count == join.count && zip(complaints, join).allSatisfy { $0.contains($1) },
                "\(complaints)")
        }
    }

    // MARK: The titles

    /// A link begins with the packet in whose output its track begins: a long block gives 1,024 frames.
    private func expectTitlesInTime(of links: [Link], _ heard: HeardCount) -> [String] {
        for (place, (before, link)) in zip(links, links.dropFirst()).enumerated() {
            guard let piece = CounterMusic.piece(shownAs: link.title) else {
                Issue.record("\(link.title) is no title of ours.")
                continue
            }
            let late = link.start - heard.seam(of: piece, nearest: link.start)
            // A link lasts a second at least. The first one of all holds the rest of the piece on which the station came on
            // air, which may be shorter: then the second one is late, by what was missing.
            let isHeldBack = place == 0 && link.start - before.start <= 44_100 + 2_048
            #expect(
                isHeldBack ? (-1_023...44_100).contains(late) : (-1_023...0).contains(late),
                "\(link.title) begins \(late) frames late.")
        }
        return links.map(\.title)
    }

    /// After each block the title is that of the page in which it stands.
    private func expectTitlesInTime(
        of icy: IcyBody, _ plain: [OggPage], _ heard: HeardCount
    ) -> [String] {
        let ends = plain.filter { $0.granule >= 0 }
        guard let pages = try? OggPage.wholePages(in: icy.stream), let last = ends.last else { return [] }
        // The plain take's last granule is behind its last sample.
        let base = Int(last.granule) - heard.signal.count
        var titles: [String] = []
        var at = 0
        var blocks = icy.blocks[...]
        var before = 0
        for page in pages {
            at += page.bytes.count
            while let block = blocks.first, block.at < at {
                blocks = blocks.dropFirst()
                if let title = block.title { titles.append(title) }
                // What was aired before and after this take is heard in no other.
                guard let title = titles.last, before > base, Int(page.granule) <= Int(last.granule) else {
                    continue
                }
                guard let piece = CounterMusic.piece(shownAs: title) else {
                    Issue.record("\(title) is no title of ours.")
                    continue
                }
                let (start, end) = (before - base, Int(page.granule) - base)
                let seam = heard.seam(of: piece, nearest: start)
                let newer = heard.pieces(beginningIn: min(seam, start) + 1..<start + 1)
                #expect(seam < end && newer.isEmpty, "At \(start)..<\(end) the title is \(title).")
            }
            before = max(before, Int(page.granule))
        }
        return titles
    }
}

extension TestSignal {
    /// 16-bit samples, left and right in turn.
    init(interleaved samples: [Int16], rate: Int = 44_100) {
        var sides = [[Float]](repeating: Array(repeating: 0, count: samples.count / 2), count: 2)
        for side in 0..<2 {
            for frame in 0..<(samples.count / 2) {
                sides[side][frame] = Float(samples[2 * frame + side]) / 32_768
            }
        }
        self.init(left: sides[0], right: sides[1], rate: rate)
    }
}

extension StationItem {
    /// How players are told of it: what has no tags goes by its file's name.
    var shown: String {
        guard let title else {
            // As listeners are shown it: without the number of its place.
            let name = URL(fileURLWithPath: file ?? "").deletingPathExtension().lastPathComponent
            return String(name.trimmingPrefix(#/[0-9]+\. /#))
        }
        return artist.map { "\($0) - \(title)" } ?? title
    }
}

extension Collection where Element == String {
    /// Whether some of these, one after the other, are those.
    func containsInOrder(_ others: some Collection<String>) -> Bool {
        let (all, part) = (Array(self), Array(others))
        guard part.count <= all.count else { return false }
        return (0...(all.count - part.count)).contains { Array(all[$0..<($0 + part.count)]) == part }
    }
}

extension [OggPage] {
    /// The audio pages from a number on.
    fileprivate func from(_ sequence: UInt32) -> ArraySlice<OggPage> {
        drop { $0.granule == 0 || $0.sequence < sequence }
    }
}

/// The comments of a Vorbis stream (Vorbis I, section 5).
private struct VorbisComments {
    private(set) var values: [String: String] = [:]

    init(_ packet: [UInt8]) {
        var at = 7
        func take(_ count: Int) -> ArraySlice<UInt8> {
            defer { at += count }
            return packet[at..<(at + count)]
        }
        func number() -> Int { take(4).reversed().reduce(0) { $0 << 8 | Int($1) } }
        _ = take(number())
        for _ in 0..<number() {
            let parts = String(decoding: take(number()), as: UTF8.self).split(separator: "=", maxSplits: 1)
            if parts.count == 2 { values[parts[0].uppercased()] = String(parts[1]) }
        }
    }

    var shown: String {
        [values["ARTIST"], values["TITLE"]].compactMap { $0 }.joined(separator: " - ")
    }
}
