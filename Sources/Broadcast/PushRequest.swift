internal import CShims
internal import Codecs
internal import Glibc
internal import Web

/// The HTTP requests that a push makes itself, on connections of their own: libshout's would block for ever on a server
/// that does not answer, these have a deadline, and end when the push is stopped.
///
/// They block the push's thread meanwhile; the target has some audio ahead.
struct PushRequest {
    let target: PushTarget
    /// Numeric ones, tried in this order.
    let addresses: [String]
    let isCancelled: () -> Bool

    /// Tells a title; true when the server says that it has taken it.
    ///
    /// Icecast answers 200 also when it did nothing: only its sentence counts. In Ogg artist and title go together,
    /// since one alone is ignored, and `song` would keep the artist of the title before; MP3 has one line, before
    /// which Icecast would write a hyphen where there is no artist.
    func tell(_ title: Title, inOgg: Bool) -> Bool {
        let words =
            inOgg ? [("artist", title.artist ?? ""), ("title", title.title)] : [("song", title.line)]
        let fields = [("mode", "updinfo"), ("charset", "UTF-8"), ("mount", target.mount)] + words
        let query = fields.map { "\($0)=\(Self.escaped($1))" }.joined(separator: "&")
        let login = Self.base64(Array("\(target.user):\(target.password.text)".utf8))
        let reply = get("/admin/metadata?\(query)", ["Authorization: Basic \(login)"], within: .seconds(2))
        return String(decoding: reply, as: UTF8.self).contains("Metadata update successful")
    }

    /// Whether the server answers at all, whatever it says.
    func isAnswered() -> Bool { !get("/status-json.xsl", [], within: .seconds(5)).isEmpty }

    /// Why a login through TLS was refused, whose reply nobody can read; nil when the server does not tell.
    ///
    /// The question is for its metadata page, and for nothing there: a server looks at the password before it looks for
    /// what it is to do. With a password that it takes, it is the mount that it does not give.
    func reasonOfRefusal() -> PushFailure? {
        let host = target.host.contains(":") ? "[\(target.host)]" : target.host
        let question = Download(
            url:
                "https://\(host):\(target.port)/admin/metadata?mode=none&mount=\(Self.escaped(target.mount))",
            user: target.user, password: target.password.text, most: 8_192, deadline: .seconds(5))
        do throws(Download.Failure) {
            _ = try question.fetch(unless: isCancelled)
            return .mountTaken
        } catch {
            return error.status == 401 ? .passwordRefused : error.status == 400 ? .mountTaken : nil
        }
    }

    /// What comes back until the end, the deadline or 8 kB.
    private func get(_ path: String, _ headers: [String], within time: Duration) -> [UInt8] {
        let head =
            ["GET \(path) HTTP/1.0", "Host: \(target.host):\(target.port)", "User-Agent: Funkhaus"] + headers
        let request = Array((head + ["", ""]).joined(separator: "\r\n").utf8)
        let end = ContinuousClock.now + time
        for (place, address) in addresses.enumerated() {
            let connection = PushSocket(address, target.port)
            // An address that does not answer leaves the others their share.
            let share = (end - .now) / (addresses.count - place)
            guard wait(connection, for: POLLOUT, until: .now + share), connection.send(request) else {
                continue
            }
            var reply: [UInt8] = []
            while reply.count < 8_192, wait(connection, for: POLLIN, until: end),
                let more = connection.receive()
            {
                reply += more
            }
            return reply
        }
        return []
    }

    private func wait(
        _ connection: borrowing PushSocket, for events: Int32, until end: ContinuousClock.Instant
    ) -> Bool {
        while !isCancelled(), ContinuousClock.now < end {
            if let isReady = connection.isReady(for: events) { return isReady }
        }
        return false
    }

    /// RFC 3986, section 2: everything but the unreserved characters is escaped.
    static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { result, byte in
            let scalar = Unicode.Scalar(byte)
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            if isPlain || "-._~".unicodeScalars.contains(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
    }

    /// RFC 4648, section 4.
    static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = (0..<3).reduce(0) { $0 << 8 | ($1 < group.count ? Int(group[start + $1]) : 0) }
            for place in 0..<4 {
                text.append(place <= group.count ? alphabet[bits >> (18 - 6 * place) & 63] : "=")
            }
        }
        return text
    }
}

/// A plain TCP connection that blocks for a tenth of a second at the most.
private struct PushSocket: ~Copyable {
    private let descriptor: Int32

    /// Begins to connect to a numeric address.
    init(_ host: String, _ port: UInt16) {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, String(port), &hints, &list) == 0, let info = unsafe list else {
            descriptor = -1
            return
        }
        // Unsafe: the list is the system's, read here and freed here.
        defer { unsafe freeaddrinfo(info) }
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        descriptor = unsafe socket(info.pointee.ai_family, kind, 0)
        unsafe connect(descriptor, info.pointee.ai_addr, info.pointee.ai_addrlen)
    }

    deinit { close(descriptor) }

    /// Whether it can be read or written, or false when it is of no use; nil when that is open after a tenth of a second.
    func isReady(for events: Int32) -> Bool? {
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        guard unsafe poll(&entry, 1, 100) > 0 else { return nil }
        return Int32(entry.revents) & (POLLERR | POLLNVAL) == 0
    }

    /// A request is far smaller than an empty socket's buffer: it goes out whole or the connection is no good.
    func send(_ bytes: [UInt8]) -> Bool {
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
        }
    }

    /// What has come; nil at the end.
    func receive() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
        }
        return count > 0 ? Array(bytes.prefix(count)) : nil
    }
}
