import Audio
import Broadcast
import Codecs
import Synchronization

/// A mount that is fed by hand with pages of 0.2 s whose bytes tell where they stand.
final class FakeMount: Sendable {
    private struct State {
        var pages: [StreamPage] = []
        var links = 0
    }

    static let headers = Array("<plain headers>".utf8)
    let mount: Mount
    private let state = Mutex(State())
    private let pageBytes: Int

    /// - Parameter pages: How many pages it has from the beginning, under the title `First`.
    init(
        _ path: String = "/stream.ogg", pages: Int = 0, pageBytes: Int = 400, span: Double = 30,
        name: String = "Radio", format: StreamFormat? = nil
    ) {
        self.pageBytes = pageBytes
        var description = MountDescription(
            path: path, contentType: "application/ogg", subtype: "Vorbis", bitrate: 32_000, quality: 5,
            name: name, description: "A test", genre: "various", url: "https://radio.example")
        if let format {
            description = MountDescription(
                path: path, format: format, name: name, description: "A test", genre: "various",
                url: "https://radio.example")
        }
        mount = Mount(description, span: FrameCount(seconds: span))
        mount.open(plainHeaders: description.isOgg ? Self.headers : [])
        if pages > 0 { append(pages, title: Title(artist: "One", title: "First")) }
    }

    /// Appends pages; the first of a new title starts a link.
    func append(_ count: Int, title: Title?) {
        for _ in 0..<count {
            let page = state.withLock { state in
                let last = state.pages.last
                let startsLink = last == nil || last?.title != title
                if startsLink { state.links += 1 }
                let number = state.pages.count
                let page = StreamPage(
                    plain: body("p", number), chained: body("c", number),
                    link: startsLink
                        ? LinkHeaders(bytes: Array("<link \(state.links)>".utf8))
                        : last?.link ?? LinkHeaders(bytes: []),
                    startsLink: startsLink, end: FrameTime(frames: Int64(number + 1) * 8820), title: title)
                state.pages.append(page)
                return page
            }
            mount.append(page)
        }
    }

    private func body(_ kind: String, _ number: Int) -> [UInt8] {
        let head = Array("<\(kind)\(number)>".utf8)
        return head
            + [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: max(0, pageBytes - head.count))
    }

    var pages: [StreamPage] { state.withLock { $0.pages } }

    /// What a plain listener gets whose first page is number `first`.
    func plain(from first: Int, to end: Int? = nil) -> [UInt8] {
        Self.headers + pages[first..<(end ?? pages.count)].flatMap(\.plain)
    }

    /// What a chained listener gets whose first page is number `first`.
    func chained(from first: Int, to end: Int? = nil) -> [UInt8] {
        pages[first].link.bytes
            + pages[first..<(end ?? pages.count)].enumerated().flatMap { index, page in
                (page.startsLink && index > 0 ? page.link.bytes : []) + page.chained
            }
    }
}
