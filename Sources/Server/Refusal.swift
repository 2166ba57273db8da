/// A short answer that ends a connection: a status, and one sentence for the person who sees it.
struct Refusal: Error, Sendable, Equatable {
    let status: Int
    let reason: String
    let sentence: String
    var fields: [RequestHead.Field] = []

    /// The whole response; the body is left out of an answer to HEAD.
    func response(minorVersion: Int, withBody: Bool = true) -> String {
        let body = sentence + "\n"
        var text =
            "HTTP/1.\(minorVersion) \(status) \(reason)\r\nServer: \(serverName)\r\nConnection: close\r\n"
        for field in fields { text += "\(field.name): \(field.value)\r\n" }
        text += "Content-Type: text/plain; charset=utf-8\r\nContent-Length: \(body.utf8.count)\r\n"
        text += "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
        text += "Access-Control-Allow-Origin: *\r\n\r\n"
        return withBody ? text + body : text
    }
}

/// What the server calls itself.
let serverName = "Funkhaus"

extension Refusal {
    static let notHTTP = Refusal(
        status: 400, reason: "Bad Request",
        sentence: "This port speaks HTTP/1.1, and that was no HTTP request.")
    static let malformedField = Refusal(
        status: 400, reason: "Bad Request",
        sentence: "A header line of the request is broken or holds control characters.")
    static let malformedTarget = Refusal(
        status: 400, reason: "Bad Request", sentence: "The address in the request is broken.")
    static let unknownTitles = Refusal(
        status: 400, reason: "Bad Request",
        sentence: "The titles parameter takes one of titles=none, titles=icy and titles=chained.")
    static let noLinks = Refusal(
        status: 400, reason: "Bad Request",
        sentence: "Only a Vorbis mount has chained titles: leave out titles=chained, or write titles=icy.")
    static let sourcesNotTaken = Refusal(
        status: 403, reason: "Forbidden", sentence: "This station takes no live sources at this address.")
    static let noSuchPath = Refusal(
        status: 404, reason: "Not Found",
        sentence: "There is nothing at this address. The station's own page is at /.")
    static let methodNotAllowed = Refusal(
        status: 405, reason: "Method Not Allowed", sentence: "Only GET and HEAD are answered here.",
        fields: [.init(name: "Allow", value: "GET, HEAD")])
    static let tooSlow = Refusal(
        status: 408, reason: "Request Timeout", sentence: "The request did not arrive in time.")
    static let targetTooLong = Refusal(
        status: 414, reason: "URI Too Long", sentence: "The address in the request is too long.")
    static let headTooLarge = Refusal(
        status: 431, reason: "Request Header Fields Too Large",
        sentence: "The head of the request is too large.")
    static let brokenPage = Refusal(
        status: 500, reason: "Internal Server Error",
        sentence: "This page could not be made. The station itself is not concerned.")
    static let notOnAirYet = Refusal(
        status: 503, reason: "Service Unavailable",
        sentence: "The station is just starting. Please try again in a moment.",
        fields: [.init(name: "Retry-After", value: "2")])
    static let versionNotSupported = Refusal(
        status: 505, reason: "HTTP Version Not Supported", sentence: "This port speaks HTTP/1.0 and HTTP/1.1."
    )
}
