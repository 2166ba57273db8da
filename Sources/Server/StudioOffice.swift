internal import Foundation
internal import Hummingbird
internal import NIOCore

/// The page for DJs at `/studio`, and what it follows at `/api/studio`. Both ask for a DJ's login, or the operator's.
///
/// Runs on Swift's cooperative threads. A following lasts for some seconds and is then asked for anew, which browsers do
/// by themselves: so a login that is no longer one ends it, and a dead phone is not followed for ever.
struct StudioOffice: Sendable {
    let desk: FrontDesk

    /// How long one answer is followed, and the time between two events of it.
    private static let rounds = 20
    private static let pause = Duration.milliseconds(500)

    static func isAsked(_ head: RequestHead) -> Bool {
        ["GET", "HEAD"].contains(head.method) && ["/studio", "/api/studio"].contains(head.path)
    }

    func answer(_ head: RequestHead, to visitor: Visitor) async -> Response {
        do throws(Refusal) {
            guard let stage = desk.stage, stage.takesDJs else { throw .noSuchPath }
            try await letIn(head, visitor, stage)
            guard head.path == "/api/studio" else {
                return StudioPage(station: desk.station.name, languages: head["accept-language"] ?? "")
                    .response
            }
            guard let place = desk.admitFollower() else { throw .tooManyFollowers }
            return following(stage, at: place)
        } catch {
            return Response(error)
        }
    }

    private func letIn(
        _ head: RequestHead, _ visitor: Visitor, _ stage: any StageDoor
    ) async throws(Refusal) {
        if desk.isGuessing(visitor) { throw .tooManyGuesses }
        guard let given = desk.credentials(head, visitor) else {
            throw .loginNeeded(realm: desk.station.name)
        }
        if desk.configuration.admin?.isSame(as: given) == true {
            return desk.operatorCameIn(from: visitor.address)
        }
        let login = SourceLogin(given)
        if desk.isGuessedAt(login, from: visitor.address) { throw .tooManyGuessesAtAccount }
        switch await stage.verify(login) {
        case .dj: desk.cameIn(from: visitor.address)
        case .unavailable: throw .membersUnavailable
        case .stranger:
            desk.guessedWrong(login, from: visitor.address)
            throw .loginNeeded(realm: desk.station.name)
        }
    }

    /// The answer holds its place for as long as it is there itself: that of a HEAD is never written.
    private func following(_ stage: any StageDoor, at place: Turnstile.FollowerPlace) -> Response {
        let body = ResponseBody { writer in
            defer { withExtendedLifetime(place) {} }
            try await writer.write(ByteBuffer(string: "retry: 200\n\n"))
            for _ in 0..<Self.rounds where !Task.isCancelled {
                try await writer.write(ByteBuffer(string: "data: \(Self.json(await stage.news()))\n\n"))
                try await Task.sleep(for: Self.pause)
            }
            try await writer.finish(nil)
        }
        var headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-cache, no-store"]
        // Keeps nginx from holding events back.
        if let name = Field.Name("X-Accel-Buffering") { headers[name] = "no" }
        return Response(status: .ok, headers: headers, body: body)
    }

    private static func json(_ news: StudioNews) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and finite numbers: nothing in it can be refused.
        guard let json = try? encoder.encode(news) else { return "{}" }
        return String(decoding: json, as: UTF8.self)
    }
}
