import Broadcast
import Codecs
import NIOCore
import Testing

@testable import Server

@Suite struct TitleFramingTests {
    private func framing(
        _ target: String, _ fields: [String: String], of format: StreamFormat = .vorbis(quality: 5)
    ) throws -> TitleFraming {
        var reader = HeadReader(limit: 8192)
        let lines = fields.map { "\($0.key): \($0.value)\r\n" }.joined()
        reader.append(ByteBuffer(string: "GET \(target) HTTP/1.1\r\n\(lines)\r\n"))
        guard case .head(let head) = reader.next() else { throw Refusal.notHTTP }
        let mount = MountDescription(
            path: "/stream", format: format, name: "", description: "", genre: "", url: "")
        return try TitleFramingRule.framing(for: head, of: mount)
    }

    @Test(arguments: [
        // A relaying Icecast, with and without `relay-shoutcast-metadata`.
        (["User-Agent": "Icecast 2.4.4", "Icy-MetaData": "1"], TitleFraming.chained),
        (["User-Agent": "Icecast 2.4.0-kh15"], .chained),
        // vorbis-tools.
        (["User-Agent": "ogg123/1.4.2 (vorbis-tools; Linux)"], .chained),
        (["User-Agent": "something from vorbis-tools 1.4.2"], .chained),
        // Who asks for blocks: ffmpeg and mpv, GStreamer, streamripper, VLC's second request.
        (["User-Agent": "Lavf/59.27.100", "Icy-MetaData": "1"], .icy),
        (["User-Agent": "GStreamer souphttpsrc 1.22.0", "icy-metadata": "1"], .icy),
        (["User-Agent": "sr-POSIX/1.64.6", "Icy-Metadata": "1"], .icy),
        (["User-Agent": "VLC/3.0.24 LibVLC/3.0.24", "Icy-MetaData": "1"], .icy),
        // MPlayer asks for blocks, and chokes on them.
        (["User-Agent": "MPlayer UNKNOWN-12", "Icy-MetaData": "1"], .plain),
        // Everybody else: browsers, VLC's first request, who says no.
        (["User-Agent": "Mozilla/5.0", "Sec-Fetch-Dest": "audio"], .plain),
        (["User-Agent": "VLC/3.0.24 LibVLC/3.0.24"], .plain),
        (["User-Agent": "curl/8", "Icy-MetaData": "0"], .plain),
        ([:], .plain),
    ])
    func theRequestDecides(_ fields: [String: String], _ expected: TitleFraming) throws {
        #expect(try framing("/stream.ogg", fields) == expected)
    }

    @Test(arguments: [("none", TitleFraming.plain), ("icy", .icy), ("chained", .chained)])
    func theAddressOverridesTheTable(_ wish: String, _ expected: TitleFraming) throws {
        #expect(try framing("/stream.ogg?titles=\(wish)", [:]) == expected)
        #expect(try framing("/s?a=b&titles=\(wish)", ["User-Agent": "Icecast 2.4.4"]) == expected)
        #expect(try framing("/s?titles=\(wish)", ["Icy-MetaData": "1"]) == expected)
    }

    @Test(arguments: ["", "=", "=ICY", "=on", "=icy%00"])
    func anUnknownWishIsRefused(_ wish: String) {
        #expect(throws: Refusal.unknownTitles) { try framing("/stream.ogg?titles\(wish)", [:]) }
    }

    /// Blocks are what players know from MP3; blocks in Ogg would break what a relay passes on.
    @Test(arguments: [
        (["User-Agent": "Icecast 2.4.4", "Icy-MetaData": "1"], TitleFraming.icy, TitleFraming.plain),
        (["User-Agent": "MPlayer UNKNOWN-12", "Icy-MetaData": "1"], .icy, .plain),
        (["User-Agent": "ogg123/1.4.2 (vorbis-tools; Linux)"], .plain, .plain),
        (["User-Agent": "mpg123/1.31.2", "Icy-MetaData": "1"], .icy, .icy),
        (["User-Agent": "Lavf/59.27.100", "Icy-MetaData": "1"], .icy, .icy),
        (["User-Agent": "Icecast 2.4.4"], .plain, .plain),
        (["User-Agent": "Mozilla/5.0"], .plain, .plain),
    ])
    func aMountWithoutLinksGivesBlocksOrNone(
        _ fields: [String: String], _ ofMP3: TitleFraming, _ ofOpus: TitleFraming
    ) throws {
        #expect(try framing("/stream.mp3", fields, of: .mp3(bitrate: 128_000)) == ofMP3)
        #expect(try framing("/stream.opus", fields, of: .opus(bitrate: 96_000)) == ofOpus)
    }

    @Test(arguments: [StreamFormat.mp3(bitrate: 128_000), .opus(bitrate: 96_000)])
    func chainedTitlesOfAMountWithoutLinksAreRefused(_ format: StreamFormat) throws {
        #expect(throws: Refusal.noLinks) { try framing("/s?titles=chained", [:], of: format) }
        #expect(try framing("/s?titles=icy", [:], of: format) == .icy)
        #expect(try framing("/s?titles=none", ["Icy-MetaData": "1"], of: format) == .plain)
    }

    @Test func everyRowHasAReason() {
        #expect(TitleFramingRule.table.allSatisfy { $0.reason.count > 20 })
    }
}
