/// What a source's request says of a stream that it can resume (`Uplink.md`). Untrusted; what does not keep to the
/// protocol's first version is not one, and the source a plain one.
struct UplinkRequest: Equatable, Sendable {
    static let field = "funkhaus-uplink"
    /// No stream is longer: 1 PiB are ten thousand years of the best sound. What is counted from here on cannot overflow.
    static let farthest: Int64 = 1 << 50

    /// 22 letters, as long as the client's program goes on sending one stream.
    let session: String
    /// Rises with each request of the session.
    let attempt: Int
    /// The first byte of the stream that the client still has; no farther than `farthest`.
    let offset: Int64
    /// How much of the show it wants to have waiting here, in seconds.
    let buffer: Double
    /// The first choice of its `Accept-Language`.
    var wantsGerman = false

    init?(_ head: RequestHead) {
        guard head.method == "PUT", let text = head[Self.field] else { return nil }
        self.init(text)
        wantsGerman = head["accept-language"]?.lowercased().hasPrefix("de") == true
    }

    init?(_ text: String) {
        let parts = text.split(separator: ";").map { $0.drop { $0 == " " } }
        guard parts.first == "1" else { return nil }
        var values: [Substring: Substring] = [:]
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            if pair.count == 2 { values[pair[0]] = pair[1] }
        }
        guard let session = values["session"], session.utf8.count == 22,
            session.utf8.allSatisfy({ isToken($0) }),
            let attempt = values["attempt"].flatMap({ Int($0) }), attempt > 0,
            let offset = values["offset"].flatMap({ Int64($0) }), (0...Self.farthest).contains(offset),
            let buffer = values["buffer"].flatMap({ Double($0) }), (0...60).contains(buffer)
        else { return nil }
        self.session = String(session)
        self.attempt = attempt
        self.offset = offset
        self.buffer = buffer
    }
}
