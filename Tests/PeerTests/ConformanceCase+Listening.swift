/// Section 1.1: how a request is read.
extension ConformanceCase {
    private static let status = "/status-json.xsl"
    private static let manyFields = String(repeating: "X-Field: y\r\n", count: 38)

    static let inWords = "A closed connection tells nobody what is wrong."

    static let framing: [ConformanceCase] = [
        .same(101, "lines end with LF alone", "GET \(status) HTTP/1.0\n\n", .reply(200)),
        .same(102, "lines end with CR CR LF", "GET \(status) HTTP/1.0\r\r\n\r\r\n", .reply(200)),
        .same(
            103, "the protocol is ICE", "GET /stream.mp3 ICE/1.0\r\n\r\n", bytes: 1_000,
            .reply(200, "Content-Type: audio/mpeg")),
        .other(
            104, "the protocol is another", "GET / FOO/1.0\r\n\r\n", icecast: .silence,
            ours: .reply(400, "that was no HTTP request"),
            because: inWords),
        .other(
            105, "an address of 5 kB", get("/" + String(repeating: "x", count: 5_000)), icecast: .silence,
            ours: .reply(404), because: "Our heads may have 8 KiB: cookies and proxies fill 4 KiB."),
        .other(
            106, "an address of 10 kB", get("/" + String(repeating: "x", count: 10_000)), icecast: .silence,
            ours: .reply(414), because: inWords),
        .other(
            107, "a field of 10 kB", get("/", "X: " + String(repeating: "x", count: 10_000)),
            icecast: .silence, ours: .reply(431),
            because: inWords),
        .other(
            108, "a login in the 40th line", get("/admin/listmounts", manyFields + asAdmin),
            icecast: .reply(401), ours: .reply(200),
            because: "What is dropped without a word is a wrong answer."),
        .other(
            109, "150 lines", get(status, String(repeating: "X: y\r\n", count: 150) + "X: y"),
            icecast: .reply(200), ours: .reply(431), because: "Refused rather than dropped without a word."),
        .other(
            110, "a head that does not end", "GET / HT", icecast: .silence, ours: .reply(408),
            because: "Who was slow may learn it."),
        .same(111, "a connection that says nothing", "", .silence),
        .other(
            112, "HEAD of a stream", ask("HEAD /stream.ogg HTTP/1.0"), icecast: .reply(400),
            ours: .reply(200, "Content-Type: application/ogg", "icy-name:", without: ["OggS"]),
            because: "Safari, loudspeakers and monitors ask before they listen."),
        .other(
            113, "POST to a stream", ask("POST /stream.ogg HTTP/1.0"), icecast: .reply(400),
            ours: .reply(405, "Allow: GET, HEAD, OPTIONS"), because: "It says what would be right."),
        .other(
            114, "PLAY", ask("PLAY /stream.ogg HTTP/1.0"), icecast: .reply(400), ours: .reply(405),
            because: "The method is unknown, the request is not malformed."),
        .other(
            115, "OPTIONS, as a browser asks before a stream",
            ask("OPTIONS /stream.ogg HTTP/1.1", "Origin: https://blog.example", "Connection: close"),
            icecast: .silence,
            ours: .reply(204, "Access-Control-Allow-Headers: Accept", "Icy-MetaData, Range"),
            because: "Without it no web page elsewhere gets the titles between the bytes."),
        .other(
            116, "DELETE", ask("DELETE /stream.ogg HTTP/1.0"), icecast: .silence, ours: .reply(405),
            because: inWords),
        .other(
            117, "a TLS hello", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\r\n\r\n", icecast: .silence,
            ours: .reply(400),
            because: inWords),
        .other(
            118, "HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", icecast: .silence, ours: .reply(505),
            because: inWords),
        .other(
            119, "an address in absolute form", get("http://radio.example\(status)"), icecast: .silence,
            ours: .reply(200), because: "Every server has to take it (RFC 9112, 3.2.2)."),
        .other(
            120, "a way out of the folder", get("/../../etc/passwd"), icecast: .silence, ours: .reply(404),
            because: "We serve no folder: it is a path like any other that is not there."),
        .other(
            121, "the same in disguise", get("/%2e%2e/%2e%2e/etc/passwd"), icecast: .silence,
            ours: .reply(404), because: "As before."),
        .other(
            122, "the fields of every answer", get(status),
            icecast: .reply(
                200, "HTTP/1.0 200 OK", "Server: Icecast 2.4.4", "Connection: Close", "Date: ",
                "Cache-Control: no-cache, no-store", "Expires: Mon, 26 Jul 1997 05:00:00 GMT",
                "Pragma: no-cache", "Access-Control-Allow-Origin: *"),
            ours: .reply(
                200, "HTTP/1.0 200 OK", "Server: Funkhaus", "Connection: close", "Date: ",
                "Cache-Control: no-cache, no-store", "Access-Control-Allow-Origin: *",
                without: ["Expires", "Pragma"]),
            because: "Cache-Control has said it to every cache since 1999."),
        .other(
            123, "two requests on a connection",
            get("/stream.ogg.m3u", version: "1.1")
                + get("/stream.mp3.m3u", "Connection: close", version: "1.1"),
            icecast: .reply(200, "/stream.ogg\r\n", without: ["/stream.mp3"]),
            ours: .reply(200, "/stream.ogg\r\n", "/stream.mp3\r\n"),
            because: "A browser's page costs one connection, not ten."),
        .other(
            124, "a page, then a stream on the same connection",
            get("/stream.ogg.m3u", version: "1.1") + get("/stream.mp3", version: "1.1"), bytes: 2_000,
            icecast: .reply(200, without: ["audio/mpeg\r\n"]),
            ours: .reply(200, "Content-Type: audio/mpeg\r\n"),
            because: "Browsers ask for the stream where the page came from."),
        .other(
            125, "STATS, a feed of events", ask("STATS / HTTP/1.0", asAdmin), bytes: 200,
            icecast: .reply(200), ours: .reply(405),
            because: "/api/events and /admin/stats serve those who ask; we know of no client for STATS."),
        .other(
            126, "a control character in a field", get(status, "X: a\u{1}b"), icecast: .reply(200),
            ours: .reply(400), because: "It has no place there, and log lines are made of fields."),
        .other(
            127, "a line break in the path", get("/a%0d%0ab"), icecast: .reply(404), ours: .reply(400),
            because: "No path holds one, and log lines are made of paths."),
        .other(
            128, "a method that nobody knows", ask("SCHALT / HTTP/1.0"), icecast: .silence, ours: .reply(405),
            because: inWords),
        .other(
            129, "POST to a page", ask("POST /status-json.xsl HTTP/1.0"), icecast: .reply(400),
            ours: .reply(405, "Allow: GET, HEAD"), because: "It says what would be right."),
    ]

    private static let noFolder = "We serve no folder: the page brings all that it needs."
    /// What still fits into Icecast's head, and is twice as long once it is what its charset says.
    private static let longTitle = String(repeating: "é", count: 1_800)

    private static let notInAStream = [
        "icy-metaint:", "Transfer-Encoding", "Content-Length", "Accept-Ranges:",
    ]

    /// Sections 1.5 to 1.7: listeners.
    static let listening: [ConformanceCase] = [
        .other(
            501, "a stream over HTTP/1.1", get("/stream.ogg", version: "1.1"), bytes: 3_000,
            icecast: .reply(
                200, "HTTP/1.0 200 OK\r\n", "Content-Type: audio/ogg\r\n", "icy-name:Radio Beispiel\r\n",
                "icy-description:Freies Radio", "icy-pub:0\r\n", "icy-br:160\r\n",
                "ice-audio-info: bitrate=160",
                without: notInAStream),
            ours: .reply(
                200, "HTTP/1.1 200 OK\r\n", "Content-Type: application/ogg\r\n",
                "icy-name:Radio Beispiel\r\n", "icy-description:Freies Radio", "icy-pub:0\r\n",
                "icy-br:160\r\n", "ice-audio-info:channels=2;samplerate=44100;bitrate=160",
                "Connection: close",
                without: notInAStream),
            because:
                "It is answered in the version in which it was asked. The type is the source's: libshout's."),
        .other(
            502, "titles between the bytes of Ogg", get("/stream.ogg", "Icy-MetaData: 1"), bytes: 3_000,
            icecast: .reply(200, without: ["icy-metaint:"]), ours: .reply(200, "icy-metaint:"),
            because: "It shows every title and breaks no decoder (design 4.3)."),
        .other(
            503, "titles between the bytes of MP3", get("/stream.mp3", "Icy-MetaData: 1"), bytes: 3_000,
            icecast: .reply(200, "Content-Type: audio/mpeg", "icy-metaint:16000"),
            ours: .reply(200, "Content-Type: audio/mpeg", "icy-metaint:4096"),
            because: "A title is in time also at a low bit rate."),
        .same(
            504, "the same in small letters", get("/stream.mp3", "icy-metadata: 1"), bytes: 3_000,
            .reply(200, "icy-metaint:")),
        .same(
            505, "MP3 for whom does not ask for titles", get("/stream.mp3"), bytes: 3_000,
            .reply(200, "Content-Type: audio/mpeg", without: ["icy-metaint:"])),
        .other(
            506, "a mount that is not there", get("/none.ogg"), icecast: .reply(404, "text/html"),
            ours: .reply(404, "text/plain", "There is nothing at this address."),
            because: "Players show the sentence, not a page."),
        .same(
            507, "a range without an end", get("/stream.ogg", "Range: bytes=0-"), bytes: 3_000,
            .reply(200, "OggS", without: ["Content-Range:", "Accept-Ranges:"])),
        .same(
            508, "a range of two bytes", get("/stream.ogg", "Range: bytes=0-1"), bytes: 3_000,
            .reply(200, "OggS", without: ["Content-Range:", "Accept-Ranges:"])),
        .other(
            509, "Internet Explorer", get("/stream.mp3", "User-Agent: Mozilla/4.0 (compatible; MSIE 6.0)"),
            bytes: 1_000, icecast: .reply(200, "Content-Length: 221183499"),
            ours: .reply(200, without: ["Content-Length"]), because: "It is gone, and the length is a lie."),
        .other(
            512, "a stream in a page elsewhere", get("/stream.mp3", "Origin: https://blog.example"),
            bytes: 1_000,
            icecast: .reply(
                200, "Access-Control-Allow-Origin: *", without: ["Access-Control-Expose-Headers"]),
            ours: .reply(200, "Access-Control-Allow-Origin: *", "Access-Control-Expose-Headers: "),
            because:
                "Without it a script there sees neither the station's name nor the interval of the titles."),
        .other(
            513, "a file in the web server's folder", get("/style.css"),
            icecast: .reply(200, "text/css", "Content-Length: "), ours: .reply(404), because: noFolder),
        .other(
            514, "a part of it", get("/style.css", "Range: bytes=10-"),
            icecast: .reply(206, "HTTP/1.1 206", "Content-Range: bytes 10-"), ours: .reply(404),
            because: noFolder),
        .other(
            515, "a part that it does not have", get("/style.css", "Range: bytes=999999-"),
            icecast: .reply(416), ours: .reply(404), because: noFolder),
        .same(
            601, "a block after each interval, empty when the title is the same",
            get("/stream.mp3", "Icy-MetaData: 1"), bytes: 34_000,
            .reply(200, "block 1 <StreamTitle='", "block 2 <>")),
        .same(
            602, "a title with a quotation mark",
            get(
                "/admin/metadata?mount=/stream.mp3&mode=updinfo&charset=UTF-8&song=It's%20Caf%C3%A9", asAdmin),
            // Ours goes on: the title is that of all mounts.
            .reply(200, "<message>Metadata update successful", "<return>1</return>")),
        .same(
            603, "the quotation mark stands as it is", get("/stream.mp3", "Icy-MetaData: 1"), bytes: 34_000,
            soon: true, .reply(200, "<StreamTitle='It's Café';>")),
        .same(
            604, "a title that is longer than a block",
            get(
                "/admin/metadata?mount=/stream.mp3&mode=updinfo&charset=ISO-8859-1&song=" + longTitle, asAdmin
            ), .reply(200, "<return>1</return>")),
        .other(
            605, "what listeners get of it", get("/stream.mp3", "Icy-MetaData: 1"), bytes: 34_000, soon: true,
            icecast: .reply(200, "<StreamTitle='It's Café';>"),
            ours: .reply(200, "<StreamTitle='Ã©Ã©Ã©", "©Ã';>"),
            because: "Some of a title says more than the one before, and it ends with a whole letter."),

        .same(
            701, "who joins Ogg gets its headers first", get("/stream.ogg"), bytes: 6_000,
            .reply(200, "body 4F676753", "\u{1}vorbis", "\u{5}vorbis")),
        .other(
            702, "who joins MP3", get("/stream.mp3"), bytes: 3_000, icecast: .reply(200),
            ours: .reply(200, "body FFFB"),
            because: "Icecast begins anywhere; ours begins with a frame, so that nobody hears a broken one."),
        .same(
            705, "the pages of Ogg that a newcomer gets: headers, one gap, and none behind it",
            get("/stream.ogg"), bytes: 30_000, .reply(200, "pages with 1 gap")),
    ]
    /// Sections 1.5 and 1.9: who is one too many. They come last: a server notices now and then that somebody has gone.
    static let limits: [ConformanceCase] = [
        .other(
            510, "one listener more than the mount may have", get("/one.ogg"), company: ("/one.ogg", 1),
            icecast: .reply(403, "max listeners reached"),
            ours: .reply(403, "This mount has as many listeners as it may have."),
            because: "The sentence says it to people."),
        .other(
            511, "one listener more than the server may have", get("/stream.ogg"), soon: true,
            company: ("/stream.ogg", 20), icecast: .reply(403, "limit reached"),
            ours: .reply(503, "Retry-After: 30", "The station has as many listeners as it can hold."),
            because: "It is nobody's fault and passes; the players that know Retry-After wait."),
    ]
}
