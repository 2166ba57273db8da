import Foundation
import Synchronization
import TestKit
import Testing

@testable import Studio

/// Debian's icecast2 at the other end: it knows nothing of sessions, and takes a bare stream and titles.
@Suite(.timeLimit(.minutes(3))) struct UplinkIcecastTests {
    private final class Flag: Sendable {
        let isUp = Atomic<Bool>(false)
    }

    private func until(
        _ what: String, telling words: () -> String = { "" }, _ condition: () throws -> Bool
    ) async throws {
        for _ in 0..<300 {
            if try condition() { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        try #require(try condition(), "\(what): \(words())")
    }

    @Test(.peers("icecast2", "ffmpeg", "curl"))
    func anIcecastHearsThePlainStreamItsTitlesAndANewStreamAfterALoss() async throws {
        let icecast = try IcecastServer(sourceTimeout: 3)
        let folder = try TemporaryDirectory()
        let wav = folder.path + "/show.wav"
        try Data(TestSignal.counter(frames: 40 * 44_100).wav()).write(to: URL(fileURLWithPath: wav))
        let ogg = try Tool.run(
            "ffmpeg",
            [
                "-v", "error", "-i", wav, "-c:a", "libvorbis", "-q:a", "6", "-page_duration", "100000", "-f",
                "ogg", "-",
            ])
        let pages = try OggPage.pages(in: ogg.output)
        let proxy = CuttingProxy(to: Int(icecast.port))
        let told = UplinkLineTests.Told()
        let uplink = Uplink(
            UplinkTarget(
                host: "127.0.0.1", port: proxy.port, mount: "/show", user: "source",
                secret: IcecastServer.password, contentType: "audio/ogg", showName: "Küchenradio"),
            events: told.tell)
        // Beside the test, at the pace of time.
        let isOver = Flag()
        Thread.detachNewThread {
            var last: Int64 = 0
            uplink.send(headers: pages.prefix { $0.granule <= 0 }.flatMap(\.bytes))
            for page in pages.drop(while: { $0.granule <= 0 }) where !isOver.isUp.load(ordering: .relaxed) {
                let seconds = Double(page.granule - last) / 44_100
                uplink.send(page: page.bytes, seconds: seconds)
                usleep(UInt32(seconds * 1_000_000))
                last = page.granule
            }
        }
        uplink.announce(artist: "Zählwerk", title: "Eins")
        try await until("it is heard", telling: { "\(told.all) \(icecast.log)" }) {
            icecast.source("/show")?.title == "Eins"
        }
        #expect(told.all.first == .connected(resumes: false, isFunkhaus: false))
        #expect(
            icecast.source("/show")?.name == "Küchenradio" && icecast.source("/show")?.artist == "Zählwerk")
        let heard = try await aside { [port = icecast.port] in
            try IcecastServer.listen(port, "/show", seconds: 5)
        }
        #expect(heard.count > 10_000 && heard.starts(with: Array("OggS".utf8)) && heard[5] == 2)
        proxy.cut(.reset)
        try await Task.sleep(for: .milliseconds(500))
        proxy.mend()
        try await until("it comes back", telling: { "\(told.all) \(icecast.log)" }) { told.connections == 2 }
        try await until("it is told again", telling: { "\(told.all) \(icecast.log)" }) {
            icecast.source("/show")?.title == "Eins"
        }
        isOver.isUp.store(true, ordering: .relaxed)
        await uplink.end()
        #expect(told.all.last == .ended)
        try await until("the mount is gone", telling: { "\(told.all) \(icecast.log)" }) {
            icecast.source("/show") == nil
        }
    }
}
