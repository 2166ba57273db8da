internal import Audio
internal import Broadcast

/// The head of the response that carries a stream.
///
/// No length, no chunking, `Connection: close`: the body ends with the connection, which every player since the
/// nineties understands. A Range is not answered, so nothing offers one (icecast-protocol 0, trap 16).
struct StreamHead {
    let mount: MountDescription
    /// Bytes between two blocks, for a listener that gets them.
    let icyInterval: Int?
    let minorVersion: Int
    let date: String

    var text: String {
        var text = "HTTP/1.\(minorVersion) 200 OK\r\n"
        for (name, value) in fields { text += "\(name):\(name.hasPrefix("i") ? "" : " ")\(value)\r\n" }
        return text + "\r\n"
    }

    /// The fields of ours that a script on another site may read.
    static let exposed =
        "icy-metaint, icy-name, icy-genre, icy-url, icy-description, icy-br, icy-pub, ice-audio-info"

    /// Icecast writes its own fields without a space after the colon, and small radios were built to that.
    private var fields: [(String, String)] {
        var fields = [
            ("Server", serverName), ("Date", date), ("Connection", "close"),
            ("Content-Type", headerValue(mount.contentType)),
            ("Cache-Control", "no-cache, no-store"), ("X-Content-Type-Options", "nosniff"),
            ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Expose-Headers", Self.exposed),
            ("icy-name", headerValue(mount.name)), ("icy-genre", headerValue(mount.genre)),
            ("icy-url", headerValue(mount.url)), ("icy-description", headerValue(mount.description)),
            ("icy-br", "\(mount.bitrate / 1000)"), ("icy-pub", "0"), ("ice-audio-info", mount.audioInfo),
        ]
        fields.removeAll { $0.0.hasPrefix("icy-") && $0.1.isEmpty }
        if let icyInterval { fields.append(("icy-metaint", "\(icyInterval)")) }
        return fields
    }
}

extension MountDescription {
    /// Bytes between two ICY blocks: a quarter of a second at the nominal rate, so that a title is in time also where
    /// speech or quiet music needs a quarter of that; never more than the 16,000 that every player has met.
    var icyInterval: Int { bitrate > 0 ? min(max(bitrate / 32, 4096), 16_000) : 4096 }

    /// What Icecast calls `ice-audio-info`.
    var audioInfo: String {
        let format =
            "channels=\(EngineFormat.channels);samplerate=\(sampleRate);bitrate=\(bitrate / 1000)"
        return quality.map { "\(format);quality=\($0)" } ?? format
    }
}

/// A text as a header's value: one line without control characters, cut at 255 characters.
func headerValue(_ text: String) -> String {
    let words = text.unicodeScalars.split { scalar in
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .spaceSeparator: true
        default: false
        }
    }
    return String(words.map { String($0) }.joined(separator: " ").prefix(255))
}
