internal import Hummingbird

/// The station's shows for other programs: `/api/schedule` for widgets, `/schedule.ics` and `/schedule/<show>.ics` for
/// calendars.
///
/// Whoever asks again with the tag of what it has (RFC 9110, section 13.1.2) gets nothing but that it is still so.
struct ShowOffice {
    private let guide: any ShowGuide
    private let now: Int64

    /// Nil for a door that is told of no shows.
    init?(_ desk: FrontDesk) {
        guard let guide = desk.guide else { return nil }
        self.guide = guide
        now = desk.now() / 1_000_000
    }

    func json(for request: Request) -> Response {
        let asked = Parameters(request.uri.query ?? "")
        do throws(GuideRefusal) {
            let text = try guide.json(from: asked["from"], length: asked["for"], now: now)
            return Self.response(text, "application/json; charset=utf-8", to: request)
        } catch {
            var response = Response(
                Refusal(status: 400, reason: "Bad Request", sentence: error.sentence))
            response.headers[.accessControlAllowOrigin] = "*"
            return response
        }
    }

    /// - Parameter path: `/schedule/<show>.ics`.
    func calendar(at path: String, for request: Request) -> Response {
        let name = percentDecoded(path).map { $0.dropFirst("/schedule/".count) }
        guard let name, name.hasSuffix(".ics") else { return Response(Refusal.noSuchPath) }
        return calendar(of: String(name.dropLast(4)), for: request)
    }

    /// - Parameter show: its name in addresses; nil for all.
    func calendar(of show: String?, for request: Request) -> Response {
        guard let text = guide.calendar(of: show, now: now) else { return Response(Refusal.noSuchPath) }
        return Self.response(text, "text/calendar; charset=utf-8", to: request)
    }

    private static func response(_ text: String, _ type: String, to request: Request) -> Response {
        // Swift's hashes are other ones in each process: after a restart each is sent once more.
        let tag = "\"\(String(UInt(bitPattern: text.hashValue), radix: 36))\""
        let known = request.headers[.ifNoneMatch]?.split(separator: ",").map {
            $0.drop { $0 == " " || $0 == "W" || $0 == "/" }.prefix { $0 != " " }
        }
        let isKnown = known?.contains { $0 == tag || $0 == "*" } ?? false
        var response =
            isKnown
            ? Response(status: .notModified)
            : Response(text: text, type: type, headers: [:])
        response.headers[.eTag] = tag
        response.headers[.cacheControl] = "no-cache"
        response.headers[.accessControlAllowOrigin] = "*"
        return response
    }
}
