import Audio
import Codecs
import Foundation
import Programme
import Synchronization
import Testing

@testable import Playout

/// Keeps what a rendition puts out.
private final class Recorder: Sendable {
    private let kept = Mutex<(headers: [[UInt8]], pages: [StreamPage])>(([], []))

    var headers: [[UInt8]] { kept.withLock { $0.headers } }
    var pages: [StreamPage] { kept.withLock { $0.pages } }

    var output: RenditionOutput {
        RenditionOutput(
            open: { headers in self.kept.withLock { $0.headers.append(headers) } },
            page: { page in self.kept.withLock { $0.pages.append(page) } })
    }
}

@Suite struct RenditionTests {
    @Test(arguments: [StreamFormat.vorbis(quality: 2), .mp3(bitrate: 64_000), .opus(bitrate: 64_000)])
    func `an output that comes later gets the headers, and the pages from then on`(format: StreamFormat) {
        let (first, second) = (Recorder(), Recorder())
        let rendition = Rendition(
            format: format, stationName: "Beispiel", titles: TitleBook(tone: Title(title: "Beispiel")),
            output: first.output)
        let block = AudioBlock()
        rendition.feed.begin(at: FrameTime(frames: 0), deck: Engine.toneID)
        for _ in 0..<100 { rendition.feed.write(block, from: 0) }
        while first.pages.count < 3 { usleep(1_000) }
        rendition.add(second.output)
        for _ in 0..<100 { rendition.feed.write(block, from: 0) }
        rendition.feed.finish()
        rendition.join()
        #expect(first.headers.count == 1 && second.headers == first.headers)
        #expect(second.pages.count >= 5 && second.pages.count < first.pages.count)
        #expect(zip(second.pages.reversed(), first.pages.reversed()).allSatisfy { $0 === $1 })
        #expect(first.pages.last?.end == FrameTime(frames: 200 * 1_024))
        #expect(first.pages.allSatisfy { $0.title == Title(title: "Beispiel") })
    }

    @Test func `outputs of one format share an encoder, of which there are sixteen`() {
        let station = FakeStation(lengths: [900_000, 800_000])
        let control = MasterControl(settings: station.settings(), journal: FakeJournal()) {
            Int64(Date().timeIntervalSince1970 * 1e9)
        }
        let recorders = (0..<3).map { _ in Recorder() }
        for recorder in recorders.dropLast() {
            #expect(control.add(.mp3(bitrate: 128_000), output: recorder.output))
        }
        #expect(control.add(.mp3(bitrate: 64_000), output: recorders[2].output))
        control.start(
            timeline: Timeline(rotation: station.rotation), opener: FakeLibrary(station.files))
        while recorders.contains(where: { $0.pages.count < 3 }) { usleep(1_000) }
        for bitrate in 1...14 {
            #expect(control.add(.opus(bitrate: 16_000 + bitrate), output: Recorder().output))
        }
        #expect(!control.add(.opus(bitrate: 20_000), output: Recorder().output))
        #expect(control.add(.mp3(bitrate: 128_000), output: Recorder().output))
        control.stop()
        #expect(zip(recorders[0].pages, recorders[1].pages).allSatisfy { $0 === $1 })
        #expect(recorders[0].pages.count == recorders[1].pages.count)
        #expect(recorders[0].pages[0] !== recorders[2].pages[0])
    }
}
