/// How a list names a file: a path, or a sentence why it is none.
///
/// Lists come from many programs and machines, so that paths, `file:` URIs (RFC 8089) and Windows paths all occur.
/// The text is a stranger's: sentences never repeat it.
enum PlaylistLocation: Hashable, Sendable {
    case path(String)
    case refused(String)

    /// Linux opens no longer path (PATH_MAX).
    static let mostBytes = 4_095

    init(_ text: String, isURI: Bool) {
        let scheme = Self.scheme(of: text)
        if text.hasPrefix("\\\\") || scheme?.utf8.count == 1 {
            self = .refused(
                "this is a path of a Windows machine: write it relative to the list, or as it is on this machine"
            )
            return
        }
        var path: String?
        if scheme?.lowercased() == "file" {
            switch Self.fileURI(text.dropFirst("file:".count)) {
            case .path(let decoded): path = decoded
            case .refused(let sentence):
                self = .refused(sentence)
                return
            }
        } else if let scheme, isURI || text.dropFirst(scheme.count).hasPrefix("://") {
            self = .refused(
                "this is an address on the network, and a playlist takes files only: remove the line")
            return
        } else {
            path = isURI ? PlaylistFile.percentDecoded(text) : text
        }
        self = Self.checked(path)
    }

    private static func checked(_ path: String?) -> PlaylistLocation {
        guard let path else {
            return .refused(
                "a percent sign in this address is not followed by two hexadecimal digits: write %25")
        }
        guard !path.isEmpty else {
            return .refused("the file's name is missing: write it, or remove the line")
        }
        guard path.utf8.count <= mostBytes else {
            return .refused("this is longer than any path (\(mostBytes) bytes): correct the line")
        }
        guard !path.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            return .refused("the path holds a control character: rename the file, or correct the line")
        }
        return .path(path)
    }

    /// What stands before the first colon, if it can be a scheme (RFC 3986, section 3.1).
    private static func scheme(of text: String) -> Substring? {
        guard let colon = text.firstIndex(of: ":"), let first = text.first, first.isASCII, first.isLetter
        else { return nil }
        let scheme = text[..<colon]
        let isScheme = scheme.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isScheme else { return nil }
        // `C:name.mp3` and `C:\…` are Windows paths, `A: a song.mp3` is a name.
        return scheme.count > 1 || "/\\".contains(text[text.index(after: colon)...].first ?? " ")
            ? scheme : nil
    }

    /// `//host/path`, `///path` or `/path`, as they follow `file:`.
    private static func fileURI(_ rest: Substring) -> PlaylistLocation {
        var path = rest
        if rest.hasPrefix("//") {
            let authority = rest.dropFirst(2).prefix { $0 != "/" }
            guard authority.isEmpty || authority.lowercased() == "localhost" else {
                return .refused("this is a file of another machine: mount its disk here and write the path")
            }
            path = rest.dropFirst(2 + authority.count)
        }
        guard path.hasPrefix("/") else {
            return .refused("this is no complete file address: write file:/// and the absolute path")
        }
        guard !isDrive(path.dropFirst()) else {
            return PlaylistLocation(String(path.dropFirst()), isURI: false)
        }
        return checked(PlaylistFile.percentDecoded(String(path)))
    }

    /// `C:/…`, as Windows programs put it behind `file:///`.
    private static func isDrive(_ path: Substring) -> Bool {
        path.count > 2 && path.first!.isLetter && path.dropFirst().hasPrefix(":/")
    }
}

extension PlaylistFile {
    /// The text with each %XX replaced by that byte; nil when a % begins none. Bytes that are not UTF-8 are read as
    /// the list's own text is.
    public static func percentDecoded(_ text: String) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexadecimal),
                let low = rest.popFirst().flatMap(hexadecimal)
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return PlaylistText.decode(bytes)
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
    }
}
