/// Sections 1.2 to 1.4: sources and their titles. `{live}` is a mount that a source may have, `{dj}` its right login: each
/// server has its own.
extension ConformanceCase {
    private static let type = "Content-Type: audio/ogg"
    private static let dj = "{dj}"
    private static let wrong = login("source:falsch")

    /// What a source sends; it has no Host field unless it says so.
    private static func source(_ requestLine: String, _ fields: String...) -> String {
        ([requestLine] + fields).map { $0 + "\r\n" }.joined() + "\r\n"
    }

    /// The shortest yes.
    private static let yes = "HTTP/1.0 200 OK\r\n\r\n".utf8.count

    static let sources: [ConformanceCase] = [
        .same(
            201, "a source comes in", source("SOURCE {live} HTTP/1.0", dj, type), bytes: yes, .reply(200)),
        .same(
            202, "a source comes in by PUT, and waits for the word",
            source("PUT {live} HTTP/1.1", "Host: x", dj, type, "Expect: 100-continue"), bytes: 23,
            .reply(100, "HTTP/1.1 100 Continue\r\n")),
        .same(
            203, "a source comes in by PUT, in chunks",
            source("PUT {live} HTTP/1.1", "Host: x", dj, type, "Transfer-Encoding: chunked"), bytes: yes,
            .reply(200)),
        .same(
            204, "a source of old speaks ICE", source("SOURCE {live} ICE/1.0", dj, type), bytes: yes,
            .reply(200)),
        .same(
            205, "the login stands in the middle of the head",
            source("SOURCE {live} HTTP/1.0", type, "User-Agent: x", dj), bytes: yes, .reply(200)),
        .same(
            206, "SOURCE without a type", source("SOURCE {live} HTTP/1.0", dj), bytes: yes, .reply(200)),
        .same(
            207, "PUT without a type", source("PUT {live} HTTP/1.0", dj), .reply(403, "No Content-type given")
        ),
        .same(
            208, "a type that is no audio", source("SOURCE {live} HTTP/1.0", dj, "Content-Type: text/plain"),
            bytes: yes, .reply(200)),
        .same(
            209, "no login", source("SOURCE {live} HTTP/1.0", type),
            .reply(401, "WWW-Authenticate: Basic realm=\"", without: ["Allow:"])),
        .same(
            210, "no login, by PUT", source("PUT {live} HTTP/1.1", "Host: x", type),
            .reply(401, "WWW-Authenticate: Basic realm=\"", without: ["Allow:"])),
        .same(
            211, "a wrong password", source("SOURCE {live} HTTP/1.0", wrong, type),
            .reply(401, "WWW-Authenticate: Basic realm=\"")),
        .other(
            212, "an address without a slash", source("SOURCE live HTTP/1.0", dj, type), icecast: .silence,
            ours: .reply(400, "The address in the request is broken."), because: inWords),
        .other(
            213, "a mount of the source's own", source("SOURCE /nowhere HTTP/1.0", dj, type), bytes: yes,
            icecast: .reply(200), ours: .reply(403),
            because: "A station has the mounts that its configuration names."),
        .other(
            214, "a mount that somebody has", source("SOURCE /stream.mp3 HTTP/1.0", dj, type), bytes: yes,
            icecast: .reply(403), ours: .reply(200),
            because: "DJs take the stream's address for theirs: here it means the live mount (design 4.7)."),
        .other(
            215, "POST", source("POST {live} HTTP/1.1", "Host: x", dj, type, "Connection: close"),
            icecast: .reply(400), ours: .reply(405, "Allow: GET, HEAD, OPTIONS"),
            because: "It says what would be right."),
        .other(
            216, "a listener of a live mount that nobody has", get("{live}"), icecast: .reply(404),
            ours: .reply(302, "Location: http://", "/stream.ogg\r\n"),
            because: "Who follows a DJ's link hears the station."),
        .other(
            217, "what libshout asks first", source("OPTIONS * HTTP/1.1", "Host: x", "Connection: close"),
            icecast: .silence, ours: .reply(204, without: ["PUT"]),
            because: "It is answered, without the PUT at which libshout would change its protocol."),
        .same(
            401, "a title with a wrong password",
            get("/admin/metadata?mount={live}&mode=updinfo&song=x", wrong),
            .reply(401)),
        .other(
            402, "a title from a source that has not come",
            get("/admin/metadata?mount={live}&mode=updinfo&song=x", dj),
            icecast: .reply(400, "Source does not exist"),
            ours: .reply(200, "Metadata update successful", "<return>1</return>"),
            because: "Clients tell the first title before their stream has arrived: it waits for it."),
    ]
}
