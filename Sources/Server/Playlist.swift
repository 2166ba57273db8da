internal import Broadcast
internal import Hummingbird

/// A small file that leads a player to a mount: the mount's path with `.m3u`, `.pls` or `.xspf` behind it.
struct Playlist {
    private enum Form: String, CaseIterable {
        case m3u = ".m3u"
        case pls = ".pls"
        case xspf = ".xspf"
    }

    private let form: Form
    /// The stream's address.
    private let address: String
    private let name: String

    /// nil for a path that is no mount's playlist.
    init?(_ path: String, desk: FrontDesk, base: String) {
        guard let form = Form.allCases.first(where: { path.hasSuffix($0.rawValue) }),
            let mount = desk.mount(at: String(path.dropLast(form.rawValue.count)))
        else { return nil }
        self.form = form
        address = base + urlPath(mount.mount.path)
        name = headerValue(mount.mount.description.name)
    }

    var response: Response {
        Response(text: text, type: type, headers: [.accessControlAllowOrigin: "*"])
    }

    private var type: String {
        switch form {
        case .m3u: "audio/x-mpegurl"
        case .pls: "audio/x-scpls; charset=utf-8"
        case .xspf: "application/xspf+xml; charset=utf-8"
        }
    }

    private var text: String {
        switch form {
        // One line as Icecast writes it: some radios read nothing else.
        case .m3u: "\(address)\r\n"
        case .pls:
            "[playlist]\r\nNumberOfEntries=1\r\nFile1=\(address)\r\nTitle1=\(name)\r\nLength1=-1\r\nVersion=2\r\n"
        case .xspf:
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <playlist version="1" xmlns="http://xspf.org/ns/0/"><title>\(xmlEscaped(name))</title><trackList>\
            <track><location>\(xmlEscaped(address))</location><title>\(xmlEscaped(name))</title></track>\
            </trackList></playlist>

            """
        }
    }
}

/// A path as it stands in a URL: what is no plain path character is percent-encoded (RFC 3986, 3.3).
func urlPath(_ path: String) -> String {
    path.utf8.map { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            return String(Unicode.Scalar(byte))
        case _ where "/-._~".utf8.contains(byte): return String(Unicode.Scalar(byte))
        default: return percentEncoded(byte)
        }
    }.joined()
}

/// A query that a client sent, for a header: what no query can hold (RFC 3986, 3.4) is percent-encoded, the rest stays.
func urlQuery(_ query: String) -> String {
    query.utf8.map { (0x21..<0x7f).contains($0) ? String(Unicode.Scalar($0)) : percentEncoded($0) }.joined()
}

private func percentEncoded(_ byte: UInt8) -> String {
    let hex = String(byte, radix: 16, uppercase: true)
    return hex.utf8.count == 1 ? "%0\(hex)" : "%\(hex)"
}
