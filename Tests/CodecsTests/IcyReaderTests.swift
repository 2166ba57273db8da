import Codecs
import TestKit
import Testing

@Suite struct IcyReaderTests {
    @Test(arguments: [1, 7, 4_096], [1, 2, 3]) func `what was framed comes apart again, however it is cut`(
        interval: Int, seed: UInt64
    ) {
        var random = SeededGenerator(seed: seed)
        var (sound, framed, titles) = ([UInt8](), [UInt8](), [Title]())
        for number in 0..<40 {
            let part = (0..<interval).map { _ in UInt8.random(in: 0...255, using: &random) }
            sound += part
            let title = Title(artist: "Änne", title: String(repeating: "x", count: number * 6 + 1))
            framed += part + (number % 3 == 0 ? IcyMetadata.block(for: title) : IcyMetadata.empty)
            if number % 3 == 0 { titles.append(Title(title: title.line)) }
        }
        var reader = IcyReader(interval: interval)
        var (own, found) = ([UInt8](), [Title]())
        while !framed.isEmpty {
            let count = min(framed.count, Int.random(in: 1...(interval + 40), using: &random))
            let (bytes, title) = reader.read(Array(framed.prefix(count)))
            framed.removeFirst(count)
            own += bytes
            if let title { found.append(title) }
        }
        #expect(own == sound)
        // Of several in one go the last one counts.
        #expect(found.last == titles.last && found.allSatisfy(titles.contains))
    }

    @Test(arguments: [nil, 0, -5]) func `a stream without blocks stays as it is`(interval: Int?) {
        var reader = IcyReader(interval: interval)
        let bytes = [UInt8](repeating: 1, count: 10_000)
        #expect(reader.read(bytes).bytes == bytes)
    }

    @Test(arguments: [
        ("StreamTitle='J\u{e4}ger';StreamUrl='';", "Jäger"), ("StreamUrl='';StreamTitle='a';", "a"),
        ("StreamTitle='no end", "no end"), ("StreamTitle='';", nil), ("something else", nil),
    ]) func `a title of an old program is read as it meant it`(text: String, title: String?) {
        let latin = text.unicodeScalars.map { UInt8($0.value) }
        let sixteens = (latin.count + 15) / 16
        var reader = IcyReader(interval: 2)
        let padding = [UInt8](repeating: 0, count: 16 * sixteens - latin.count)
        let (bytes, found) = reader.read([8, 9, UInt8(sixteens)] + latin + padding + [8, 9, 0])
        #expect(bytes == [8, 9, 8, 9] && found?.title == title)
    }

    @Test func `noise is held in no quantity`() {
        var random = SeededGenerator(seed: 4)
        var reader = IcyReader(interval: 3)
        var count = 0
        for _ in 0..<200 {
            let (bytes, title) = reader.read((0..<500).map { _ in UInt8.random(in: 0...255, using: &random) })
            count += bytes.count
            #expect(title.map { $0.title.count <= 255 } ?? true)
        }
        #expect(count < 100_000)
    }
}
