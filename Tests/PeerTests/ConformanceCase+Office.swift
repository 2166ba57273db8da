/// Section 1.8: playlists, status and administration.
extension ConformanceCase {
    static let files: [ConformanceCase] = [
        .same(
            801, "a playlist", get("/stream.ogg.m3u"),
            .reply(200, "audio/x-mpegurl", "http://radio.example:8000/stream.ogg\r\n")),
        .other(
            802, "a playlist, the host without a port",
            "GET /stream.ogg.m3u HTTP/1.0\r\nHost: radio.example\r\n\r\n",
            icecast: .reply(200, "http://icecast.example:"),
            ours: .reply(200, "http://radio.example/stream.ogg\r\n"),
            because: "What the client called us is where it finds us."),
        .other(
            803, "a playlist of a mount that is not there", get("/none.ogg.m3u"),
            icecast: .reply(200, "/none.ogg"), ours: .reply(404), because: "It would lead nowhere."),
        .other(
            804, "a playlist through an encrypting proxy",
            get("/stream.ogg.m3u", "X-Forwarded-Proto: https", "X-Forwarded-Host: radio.example"),
            icecast: .reply(200, "http://radio.example:8000/stream.ogg"),
            ours: .reply(200, "https://radio.example/stream.ogg"),
            because: "The proxy is one that the station trusts, and https pages play https alone."),
        .same(
            805, "a playlist in XSPF", get("/stream.ogg.xspf"),
            .reply(200, "application/xspf+xml", "<location>http://", "/stream.ogg</location>")),
        .other(
            806, "a playlist in VCLT", get("/stream.ogg.vclt"), icecast: .reply(200, "audio/x-vclt"),
            ours: .reply(404), because: "No player of today reads it."),
        .other(
            807, "a playlist in PLS", get("/stream.ogg.pls"), icecast: .reply(404),
            ours: .reply(200, "audio/x-scpls", "File1=http://radio.example:8000/stream.ogg"),
            because: "Kitchen radios read it."),
        .same(
            808, "the status of one mount",
            get("/status-json.xsl?mount=/stream.ogg"),
            .reply(
                200, "application/json", "\"source\":{", "\"listenurl\":\"http://", "\"audio_info\":\"",
                "\"genre\":\"", "\"listener_peak\":", "\"listeners\":",
                "\"server_description\":\"Freies Radio", "\"server_name\":\"Radio Beispiel\"",
                "\"server_type\":\"a", "\"stream_start\":\"", "\"stream_start_iso8601\":\"",
                "\"subtype\":\"Vorbis\"", "\"title\":\"", "\"dummy\":null",
                without: ["source_ip", "user_agent", "/stream.mp3"])),
        .same(809, "the status of several mounts", get("/status-json.xsl"), .reply(200, "\"source\":[{")),
        .same(
            810, "the status of a mount that is not there", get("/status-json.xsl?mount=/none"),
            .reply(200, "\"icestats\":{", without: ["\"source\""])),
        .same(
            811, "a title that is a number",
            get("/admin/metadata?mount=/stream.mp3&mode=updinfo&song=1999", asAdmin), .reply(200)),
        .other(
            812, "the status of a title that is a number", get("/status-json.xsl?mount=/stream.mp3"),
            soon: true,
            icecast: .reply(200, "\"title\":1999"), ours: .reply(200, "\"title\":\"1999\""),
            because: "A title is a text."),
        .other(
            813, "the root", get("/"), icecast: .reply(404), ours: .reply(200, "text/html", "<audio"),
            because: "There the station plays."),
        .other(
            814, "Icecast's status page", get("/status.xsl"), icecast: .reply(200, "<html"),
            ours: .reply(404), because: "The page at / is for people, the JSON for programs."),
        .same(815, "icecast-kh's status", get("/7.xsl"), .reply(404)),
        .same(
            816, "a playlist, the host an IPv6 address",
            "GET /stream.ogg.m3u HTTP/1.0\r\nHost: [::1]\r\n\r\n", .reply(200, "http://[::1]/stream.ogg\r\n")),
        .same(
            817, "what of a mount is nobody's business", get("/status-json.xsl"),
            .reply(
                200,
                without: [
                    "max_listeners", "\"public\"", "slow_listeners", "total_bytes", "client_connections",
                ])),
        .same(
            818, "how a mount sounds", get("/status-json.xsl?mount=/stream.ogg"),
            .reply(
                200, "\"audio_bitrate\":160000,", "\"audio_channels\":2,", "\"audio_samplerate\":44100,",
                "\"bitrate\":160,", "\"channels\":2,", "\"samplerate\":44100,")),
        .same(
            820, "how a mount sounds that is not Vorbis", get("/status-json.xsl?mount=/stream.mp3"),
            .reply(
                200, "\"channels\":2,", "\"samplerate\":44100,",
                without: ["audio_bitrate", "audio_channels", "audio_samplerate"])),
        .other(
            821, "the quality of a mount", get("/status-json.xsl?mount=/stream.ogg"),
            icecast: .reply(200, without: ["\"quality\""]), ours: .reply(200, "\"quality\":5,"),
            because: "Icecast has it from sources that say it; our push says the bit rate."),
    ]

    private static func post(_ command: String) -> String {
        ask("POST /admin/\(command) HTTP/1.0", asAdmin)
    }

    private static let byForm = "A link on any web page could make the operator's browser do it by GET."

    static let office: [ConformanceCase] = [
        .same(831, "no login", get("/admin/stats"), .reply(401, "WWW-Authenticate: Basic realm=\"")),
        .same(832, "a wrong password", get("/admin/stats", login("admin:falsch")), .reply(401)),
        .other(
            833, "a login whose scheme is in small letters",
            get("/admin/listmounts", asAdmin.replacing("Basic", with: "basic")), icecast: .reply(401),
            ours: .reply(200), because: "The scheme's case does not count (RFC 9110, 11.1)."),
        .other(
            834, "another web site in the operator's browser",
            get("/admin/listmounts", asAdmin, "Sec-Fetch-Site: cross-site"), icecast: .reply(200),
            ours: .reply(403, without: ["Access-Control"]),
            because: "The operator's browser knows the password; the site must not use it."),
        .other(
            835, "OPTIONS of the administration",
            ask("OPTIONS /admin/stats HTTP/1.0", "Origin: https://evil.example"), icecast: .silence,
            ours: .reply(204, without: ["access-control", "Access-Control"]),
            because: "It is answered, and allows nothing to other sites."),
        .same(
            841, "the statistics", get("/admin/stats", asAdmin),
            .reply(
                200, "text/xml", "<icestats>", "<client_connections>", "<clients>", "<connections>", "<host>",
                "<listener_connections>", "<listeners>", "<server_id>", "<server_start>",
                "<server_start_iso8601>",
                "<sources>4</sources>", "<source mount=\"/stream.ogg\">", "<source mount=\"/stream.mp3\">",
                "<listenurl>http://", "<max_listeners>unlimited</max_listeners>",
                "<max_listeners>1</max_listeners>", "<slow_listeners>", "<subtype>Vorbis</subtype>")),
        .other(
            860, "where the statistics say that a mount is", get("/admin/stats?mount=/stream.mp3", asAdmin),
            icecast: .reply(200, "<listenurl>http://icecast.example:"),
            ours: .reply(200, "<listenurl>http://radio.example:8000/stream.mp3</listenurl>"),
            because: "Where the operator found us, listeners do."),
        .same(
            842, "the statistics of one mount", get("/admin/stats?mount=/stream.mp3", asAdmin),
            .reply(200, "<source mount=\"/stream.mp3\">", without: ["/stream.ogg\">"])),
        .same(
            843, "the statistics by the name of a file", get("/admin/stats.xml", asAdmin),
            .reply(200, "<icestats>")),
        .same(
            844, "the list of the mounts", get("/admin/listmounts", asAdmin),
            .reply(
                200, "<source mount=\"/stream.mp3\">", "<listeners>", "<Connected>",
                "<content-type>audio/mpeg</content-type>")),
        .same(
            845, "the list of the listeners", get("/admin/listclients?mount=/stream.ogg", asAdmin),
            .reply(200, "<source mount=\"/stream.ogg\">", "<Listeners>")),
        .other(
            846, "the listeners of no mount", get("/admin/listclients", asAdmin),
            icecast: .reply(400, "Unknown admin request"), ours: .reply(400, "Missing parameter"),
            because: "The request is known, and it says what it lacks."),
        .same(
            847, "the listeners of a mount that is not there",
            get("/admin/listclients?mount=/none", asAdmin), .reply(400, "Source does not exist")),
        .same(
            848, "a command that is not there", get("/admin/nothing", asAdmin),
            .reply(400, "Unrecognised command")),
        .other(
            849, "a page of the administration", get("/admin/stats.xsl", asAdmin),
            icecast: .reply(200, "<html"), ours: .reply(400),
            because: "Programs have the XML, people the command line and the page at /."),
        .other(
            850, "a listener is sent away by GET",
            get("/admin/killclient?mount=/stream.ogg&id=99999", asAdmin),
            icecast: .reply(200, "Client 99999 not found", "<return>0</return>"),
            ours: .reply(405, "Allow: POST"), because: byForm),
        .other(
            851, "a listener is sent away by POST", post("killclient?mount=/stream.ogg&id=99999"),
            icecast: .reply(400), ours: .reply(200, "Client 99999 not found", "<return>0</return>"),
            because: byForm),
        .other(
            852, "listeners are moved to another format by GET",
            get("/admin/moveclients?mount=/stream.ogg&destination=/stream.mp3", asAdmin),
            icecast: .reply(200, "Clients moved", "<return>1</return>"), ours: .reply(405, "Allow: POST"),
            because: byForm),
        .other(
            853, "listeners are moved to another format by POST",
            post("moveclients?mount=/stream.ogg&destination=/stream.mp3"), icecast: .reply(400),
            ours: .reply(200, "The two mounts differ in format", "<return>0</return>"),
            because: "Nobody is moved, so it does not say so."),
        .other(
            854, "a source is sent away by GET", get("/admin/killsource?mount=/none", asAdmin),
            icecast: .reply(400, "Source does not exist"), ours: .reply(405), because: byForm),
        .other(
            855, "a source is sent away by POST", post("killsource?mount=/none"), icecast: .reply(400),
            ours: .reply(400, "Source does not exist"), because: byForm),
        .other(
            856, "a fallback is set", get("/admin/fallbacks?mount=/stream.ogg&fallback=/one.ogg", asAdmin),
            icecast: .reply(200), ours: .reply(400),
            because: "It stands in the configuration, where the next start finds it again."),
        .other(
            857, "what the statistics count besides", get("/admin/stats", asAdmin),
            icecast: .reply(
                200, "<file_connections>", "<source_client_connections>", "<source_relay_connections>",
                "<source_total_connections>", "<stats>", "<stats_connections>"),
            ours: .reply(200, without: ["<file_connections>", "<source_relay_connections>", "<stats>"]),
            because: "Our mounts have no sources, and there are neither files nor a feed of statistics."),
        .other(
            858, "what the statistics tell of a mount", get("/admin/stats?mount=/stream.mp3", asAdmin),
            icecast: .reply(
                200, "<public>0</public>", "<listener_peak>", "<total_bytes_read>", "<total_bytes_sent>"),
            ours: .reply(200, "<public>0</public>", "<listener_peak>", without: ["<total_bytes"]),
            because: "Nothing comes in from a source, and what goes out is the listeners times the bit rate."),
        .other(
            859, "the list of the listeners for a source",
            get("/admin/listclients?mount=/stream.ogg", "{dj}"),
            icecast: .reply(200, "<Listeners>"), ours: .reply(401),
            because: "Whose addresses they are is for whoever answers for them."),
        .same(
            861, "a title without a mode", get("/admin/metadata?mount=/stream.mp3&song=x", asAdmin),
            .reply(400, "Missing parameter")),
        .same(
            862, "a title in another mode",
            get("/admin/metadata?mount=/stream.mp3&mode=other&song=x", asAdmin),
            .reply(200, "No such action", "<return>0</return>")),
        .same(
            863, "a title for a mount that is not there",
            get("/admin/metadata?mount=/none&mode=updinfo&song=x", asAdmin),
            .reply(400, "Source does not exist")),
        .other(
            864, "a title without words", get("/admin/metadata?mount=/stream.mp3&mode=updinfo", asAdmin),
            icecast: .reply(200, "<return>1</return>"),
            ours: .reply(200, "The title is empty", "<return>0</return>"),
            because: "Nothing is set, so it does not say so."),
        .same(
            865, "a title without a login", get("/admin/metadata?mount=/stream.mp3&mode=updinfo&song=x"),
            .reply(401)),
    ]
}

/// Section 1.9: relays and listeners' accounts.
extension ConformanceCase {
    private static let asRelay = login("relay:weitersagen")

    static let access: [ConformanceCase] = [
        .other(
            901, "an Icecast that relays, and asks for titles between the bytes",
            "GET /stream.ogg HTTP/1.0\r\nUser-Agent: Icecast 2.4.4\r\nHost: 127.0.0.1\r\nIcy-MetaData: 1\r\n\r\n",
            bytes: 6_000, icecast: .reply(200, "OggS", without: ["icy-metaint:"]),
            ours: .reply(200, "OggS", "TITLE=", without: ["icy-metaint:"]),
            because: "Others get one stream without an end and without titles; a relay gets a link for each."),
        .other(
            902, "the list for relays",
            "GET /admin/streamlist.txt HTTP/1.0\r\n\(asRelay)\r\n\r\n",
            icecast: .reply(200, "text/plain", "/stream.ogg", "/stream.mp3", "/members.ogg"),
            ours: .reply(200, "text/plain", "/stream.ogg\r\n", "/stream.mp3\r\n", without: ["/members.ogg"]),
            because: "A relay would give everybody what is the members'."),
        .same(903, "the list for nobody", get("/admin/streamlist.txt"), .reply(401)),
        .other(
            904, "the list for the operator", get("/admin/streamlist.txt", asAdmin), icecast: .reply(401),
            ours: .reply(200, "/stream.ogg"), because: "The operator may see all that a relay may."),
        .same(905, "the statistics for a relay", get("/admin/stats", asRelay), .reply(401)),
        .same(
            911, "a members' mount without a login", get("/members.ogg"),
            .reply(401, "WWW-Authenticate: Basic realm=\"")),
        .same(912, "with a wrong password", get("/members.ogg", login("ana:falsch")), .reply(401)),
        .same(
            913, "with the right one", get("/members.ogg", login("ana:geheim")), bytes: 3_000,
            .reply(200, "OggS")),
        .same(
            914, "a login that a mount does not need", get("/stream.ogg", login("ana:falsch")), bytes: 3_000,
            .reply(200, "OggS")),
    ]
}
