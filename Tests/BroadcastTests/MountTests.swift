import Audio
import Broadcast
import Codecs
import Foundation
import Synchronization
import Testing

/// A page without audio: 0.2 s long, its number in `plain`.
func emptyPage(_ number: Int, link: LinkHeaders, startsLink: Bool = false, title: Title? = nil) -> StreamPage
{
    StreamPage(
        plain: Array("plain \(number)".utf8), chained: Array("chained \(number)".utf8), link: link,
        startsLink: startsLink, end: FrameTime(frames: Int64(number + 1) * 8_820), title: title)
}

struct MountTests {
    private let mount = PushFixture.mount()
    private let link = LinkHeaders(bytes: [])

    private func append(_ numbers: Range<Int>) {
        for number in numbers { mount.append(emptyPage(number, link: link)) }
    }

    private func read(from cursor: Int, most: Int = .max) -> [String]? {
        guard case .pages(let pages) = mount.read(from: cursor, most: most) else { return nil }
        return pages.map { String(decoding: $0.plain, as: UTF8.self) }
    }

    @Test func `nobody joins before there are headers and a page`() {
        let bare = Mount(mount.description)
        bare.append(emptyPage(0, link: link))
        #expect(bare.join(burst: FrameCount(seconds: 2)) == nil)
        #expect(mount.join(burst: FrameCount(seconds: 2)) == nil)
        append(0..<1)
        #expect(mount.join(burst: FrameCount(seconds: 2)) == 0)
    }

    @Test func `a stream without headers is joined as soon as it is open`() {
        let bare = Mount(mount.description)
        bare.open(plainHeaders: [])
        bare.append(emptyPage(0, link: link))
        #expect(bare.join(burst: FrameCount(seconds: 2)) == 0)
        #expect(bare.plainHeaders == [])
    }

    @Test func `a newcomer gets at least the burst, and one page when it asks for none`() {
        append(0..<100)
        #expect(mount.join(burst: FrameCount(seconds: 2)) == 90)
        #expect(mount.join(burst: FrameCount(seconds: 1.9)) == 90)
        #expect(mount.join(burst: .zero) == 99)
        #expect(mount.join(burst: FrameCount(seconds: 500)) == 0)
    }

    @Test func `a reader gets every page once and in order, and none at the edge`() {
        append(0..<5)
        #expect(read(from: 2) == ["plain 2", "plain 3", "plain 4"])
        #expect(read(from: 2, most: 1) == ["plain 2"])
        #expect(read(from: 5) == [])
        #expect(mount.edge == 5)
    }

    @Test func `the ring holds its span, and a reader that fell behind is told`() {
        append(0..<400)
        #expect(read(from: 248) == nil)
        #expect(read(from: 249)?.count == 151)
        #expect(mount.newest?.end == FrameTime(frames: 400 * 8_820))
    }

    @Test func `an encoder whose time begins anew does not make the ring grow`() {
        append(0..<100)
        append(0..<100)
        #expect(mount.edge == 200)
        #expect(read(from: 99) == nil)
        #expect(read(from: 100)?.count == 100)
    }

    @Test func `a reader is woken for each page until it cancels`() {
        let count = Mutex(0)
        let wake = mount.onAppend { count.withLock { $0 += 1 } }
        append(0..<3)
        wake.cancel()
        append(3..<6)
        #expect(count.withLock { $0 } == 3)
    }

    @Test func `texts change, the path does not`() {
        var texts = mount.description
        texts.name = "Anders"
        texts.path = "/other"
        mount.description = texts
        #expect(mount.description.name == "Anders")
        #expect(mount.description.path == "/stream.ogg")
    }

    @Test func `many readers follow one appender without a gap`() async throws {
        append(0..<1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { [mount] in
                    var cursor = 0
                    while cursor < 2_000 {
                        guard case .pages(let pages) = mount.read(from: cursor, most: 7) else {
                            // A page is 0.2 s, so the ring of 30 s holds 150: a reader may lose, and begins anew.
                            cursor = mount.join(burst: .zero) ?? 0
                            continue
                        }
                        for page in pages {
                            #expect(page.end == FrameTime(frames: Int64(cursor + 1) * 8_820))
                            cursor += 1
                        }
                        await Task.yield()
                    }
                }
            }
            group.addTask { [mount, link] in
                for number in 1..<2_000 {
                    mount.append(emptyPage(number, link: link))
                    if number % 50 == 0 { await Task.yield() }
                }
            }
            try await group.waitForAll()
        }
    }
}
