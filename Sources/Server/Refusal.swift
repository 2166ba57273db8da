/// A short answer that ends a request, and mostly its connection: a status, and one sentence for the person who sees it.
struct Refusal: Error, Sendable, Equatable {
    let status: Int
    let reason: String
    let sentence: String
    var fields: [RequestHead.Field] = []

    /// The whole response; the body is left out of an answer to HEAD.
    func response(minorVersion: Int, withBody: Bool = true, isPublic: Bool = true) -> String {
        let body = sentence + "\n"
        var text =
            "HTTP/1.\(minorVersion) \(status) \(reason)\r\nServer: \(serverName)\r\nConnection: close\r\n"
        for field in fields { text += "\(field.name): \(field.value)\r\n" }
        text += "Content-Type: text/plain; charset=utf-8\r\nContent-Length: \(body.utf8.count)\r\n"
        text += "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
        if isPublic { text += "Access-Control-Allow-Origin: *\r\n" }
        text += "\r\n"
        return withBody ? text + body : text
    }
}

/// What the server calls itself.
let serverName = "Funkhaus"

extension Refusal {
    /// A login is needed, or this one is wrong (RFC 7617).
    static func loginNeeded(realm: String) -> Refusal {
        let realm = headerValue(realm).filter { $0.isASCII && $0 != "\"" && $0 != "\\" }
        return Refusal(
            status: 401, reason: "Unauthorized", sentence: "This needs a user name and a password.",
            fields: [.init(name: "WWW-Authenticate", value: "Basic realm=\"\(realm)\", charset=\"UTF-8\"")])
    }

    /// The stream is at another address meanwhile.
    static func found(at address: String) -> Refusal {
        Refusal(
            status: 302, reason: "Found", sentence: "This mount is not running; another stands in for it.",
            fields: [.init(name: "Location", value: address)])
    }

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
    static let noContentType = Refusal(
        status: 403, reason: "Forbidden", sentence: "No Content-type given: say what the stream is.")
    static let mountFull = Refusal(
        status: 403, reason: "Forbidden",
        sentence: "This mount has as many listeners as it may have. Please try again later.")
    static let noSuchPath = Refusal(
        status: 404, reason: "Not Found",
        sentence: "There is nothing at this address. The station's own page is at /.")
    static let methodNotAllowed = Refusal(
        status: 405, reason: "Method Not Allowed", sentence: "Only GET, HEAD and OPTIONS are answered here.",
        fields: [.init(name: "Allow", value: "GET, HEAD, OPTIONS")])
    static let tooManyConnections = Refusal(
        status: 429, reason: "Too Many Requests",
        sentence: "There are too many connections from your address. Please try again in a moment.",
        fields: [.init(name: "Retry-After", value: "10")])
    static let tooManyGuesses = Refusal(
        status: 429, reason: "Too Many Requests",
        sentence: "There were too many wrong passwords from this address. Please try again in a minute.",
        fields: [.init(name: "Retry-After", value: "60")])
    static let tooManyGuessesAtAccount = Refusal(
        status: 429, reason: "Too Many Requests",
        sentence: "There were too many wrong passwords for this account. Please try again in a minute.",
        fields: [.init(name: "Retry-After", value: "60")])
    static let tooSlow = Refusal(
        status: 408, reason: "Request Timeout", sentence: "The request did not arrive in time.")
    static let attemptOvertaken = Refusal(
        status: 409, reason: "Conflict", sentence: "A newer connection carries this session.")
    static let sessionUnknown = Refusal(
        status: 410, reason: "Gone", sentence: "This session is over: begin a new one, from its headers on.")
    static let lengthNeeded = Refusal(
        status: 411, reason: "Length Required",
        sentence: "The request has a body, but does not say how long it is.")
    static let formTooLarge = Refusal(
        status: 413, reason: "Content Too Large", sentence: "The form in the request is too large.")
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
    static let stationFull = Refusal(
        status: 503, reason: "Service Unavailable",
        sentence: "The station has as many listeners as it can hold. Please try again later.",
        fields: [.init(name: "Retry-After", value: "30")])
    static let doorFull = Refusal(
        status: 503, reason: "Service Unavailable",
        sentence: "The station has as many connections as it can hold. Please try again later.",
        fields: [.init(name: "Retry-After", value: "30")])
    static let membersUnavailable = Refusal(
        status: 503, reason: "Service Unavailable",
        sentence: "Your login cannot be checked at the moment. Please try again in a moment.",
        fields: [.init(name: "Retry-After", value: "5")])
    static let tooManyFollowers = Refusal(
        status: 503, reason: "Service Unavailable",
        sentence: "Too many follow the titles at the moment. What is on air stands at /api/now, too.",
        fields: [.init(name: "Retry-After", value: "60")])
    static let versionNotSupported = Refusal(
        status: 505, reason: "HTTP Version Not Supported", sentence: "This port speaks HTTP/1.0 and HTTP/1.1."
    )
}
