internal import Broadcast
internal import Hummingbird

/// Playlist files that lead a player to a mount.
enum Playlist {
    /// One line, the stream's address.
    static func m3u(_ mount: PublicMount, base: String) -> Response {
        Response(
            text: "\(base)\(urlPath(mount.mount.path))\r\n", type: "audio/x-mpegurl",
            headers: [.accessControlAllowOrigin: "*"])
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
        default:
            let hex = String(byte, radix: 16, uppercase: true)
            return hex.utf8.count == 1 ? "%0\(hex)" : "%\(hex)"
        }
    }.joined()
}
