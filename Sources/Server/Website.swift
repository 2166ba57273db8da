internal import Hummingbird
internal import Logging
internal import NIOCore

/// The pages behind the front door: Hummingbird's router, without its server. The porter has read the request's head
/// already and stays at the door, so that the next request on the connection may be a listener's.
///
/// Answers are made on Swift's cooperative threads; nothing in here blocks.
struct Website: Sendable {
    private let desk: FrontDesk
    private let office: AdminOffice
    private let responder: RouterResponder<BasicRequestContext>

    init(desk: FrontDesk, office: AdminOffice) {
        self.desk = desk
        self.office = office
        let router = Router()
        router.get("/") { request, _ in StationPage(.whole, desk, for: request).response }
        router.get("/embed") { request, _ in StationPage(.embedded, desk, for: request).response }
        router.get("/icon.svg") { _, _ in Response(text: StationPage.icon, type: "image/svg+xml") }
        router.get("/api/now") { _, _ in
            Response(
                text: desk.board.json(desk.station, burst: desk.burst, now: desk.now()),
                type: "application/json; charset=utf-8", headers: [.accessControlAllowOrigin: "*"])
        }
        let nowhere = Response(Refusal.noSuchPath)
        router.get("/api/schedule") { request, _ in ShowOffice(desk)?.json(for: request) ?? nowhere }
        router.get("/schedule.ics") { request, _ in
            ShowOffice(desk)?.calendar(of: nil, for: request) ?? nowhere
        }
        router.get("/schedule/**") { request, _ in
            ShowOffice(desk)?.calendar(at: request.uri.path, for: request) ?? nowhere
        }
        router.get("/health") { _, _ in desk.health }
        router.get("/metrics") { _, _ in desk.metrics }
        router.get("/status-json.xsl") { request, _ in try StatusJSON.response(desk, for: request) }
        router.get("**") { request, _ in
            guard let path = percentDecoded(request.uri.path),
                let playlist = Playlist(path, desk: desk, base: desk.base(of: request))
            else { return Response(Refusal.noSuchPath) }
            return playlist.response
        }
        responder = router.buildResponder()
    }

    /// Answers a request on its connection; when the connection breaks, the answer ends there.
    ///
    /// - Parameter form: the body of a POST.
    /// - Returns: whether another request may follow: an answer of unknown length ends with its connection.
    func answer(
        _ head: RequestHead, form: String, to visitor: Visitor, on channel: any Channel
    ) async -> Bool {
        var response = await response(to: head, form: form, visitor, channel)
        if head.method == "HEAD" { response = response.createHeadResponse() }
        let keepsConnection = head.keepsConnection && response.body.contentLength != nil
        let bytes = ByteBuffer(string: responseHead(response, to: head, keepsConnection: keepsConnection))
        // Both fail only with the connection, and then nobody is left to be told.
        channel.write(bytes, promise: nil)
        try? await response.body.write(PageWriter(channel: channel))
        return keepsConnection
    }

    private func response(
        to head: RequestHead, form: String, _ visitor: Visitor, _ channel: any Channel
    ) async -> Response {
        if head.isAdministration, head.method != "OPTIONS" {
            return await office.answer(head, form: form, to: visitor)
        }
        if StudioOffice.isAsked(head) { return await StudioOffice(desk: desk).answer(head, to: visitor) }
        if head.path == "/admin.cgi", head.method == "GET" {
            return await office.shoutcastTitle(head, visitor)
        }
        if head.method == "OPTIONS" { return Preflight.response(to: head) }
        // HEAD is GET without the body, for every page.
        var request = HTTPRequest(
            method: .get, scheme: visitor.scheme, authority: visitor.authority(desk), path: head.target)
        for field in head.fields {
            guard let name = Field.Name(field.name) else { continue }
            request.headerFields.append(Field(name: name, value: field.value))
        }
        do {
            let source = ApplicationRequestContextSource(channel: channel, logger: desk.logger)
            return try await responder.respond(
                to: Request(head: request, body: RequestBody(buffer: ByteBuffer())),
                context: BasicRequestContext(source: source))
        } catch {
            desk.logger.error("A page could not be made.", metadata: ["error": "\(error)"])
            return Response(Refusal.brokenPage)
        }
    }

    private func responseHead(
        _ response: Response, to head: RequestHead, keepsConnection: Bool
    ) -> String {
        var text = "HTTP/1.\(head.minorVersion) \(response.status.code) \(response.status.reasonPhrase)\r\n"
        text += "Server: \(serverName)\r\nDate: \(httpDate(desk.now()))\r\n"
        text += "Connection: \(keepsConnection ? "keep-alive" : "close")\r\n"
        text += "X-Content-Type-Options: nosniff\r\n"
        // `HTTPFields` holds no value with a control character.
        for field in response.headers { text += "\(field.name): \(field.value)\r\n" }
        return text + "\r\n"
    }
}

/// A header field of the web's (swift-http-types, by way of Hummingbird).
typealias Field = HTTPFields.Element

/// Writes the body of a page to its connection, no faster than the connection takes it.
private struct PageWriter: ResponseBodyWriter {
    let channel: any Channel

    func write(_ buffer: ByteBuffer) async throws { try await channel.writeAndFlush(buffer) }

    func finish(_ trailers: HTTPFields?) async throws { channel.flush() }
}

extension Response {
    /// A refusal as a page.
    init(_ refusal: Refusal) {
        self.init(
            status: .init(code: refusal.status, reasonPhrase: refusal.reason), text: refusal.sentence + "\n",
            type: "text/plain; charset=utf-8")
        for field in refusal.fields {
            if let name = Field.Name(field.name) { headers[name] = field.value }
        }
    }

    init(status: HTTPResponse.Status = .ok, text: String, type: String, headers: HTTPFields = [:]) {
        var headers = headers
        headers[.contentType] = type
        headers[.cacheControl] = "no-cache, no-store"
        self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

extension FrontDesk {
    /// `http://host:port` as the client knows us, for absolute addresses: what `Visitor` made of it.
    func base(of request: Request) -> String {
        "\(request.head.scheme ?? "http")://\(request.head.authority ?? address)"
    }
}

/// Whether a text is a host name, an IPv4 address or a bracketed IPv6 address, with or without a port.
func isHostAndPort(_ text: String) -> Bool {
    guard text.utf8.count <= 255 else { return false }
    let name = /(?:[A-Za-z0-9](?:[A-Za-z0-9._\-]*)|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?/
    return text.wholeMatch(of: name) != nil
}
