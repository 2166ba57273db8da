internal import Broadcast
internal import Codecs
internal import Hummingbird
internal import NIOCore

/// Icecast's administration, for the tools that were built for it (icecast-protocol 1.4 and 1.8): who may come in, and
/// which command it is. Runs on Swift's cooperative threads; what it does to listeners happens on their event loops.
///
/// What changes something takes POST, but for `metadata`, which every encoder asks by GET. No other web site gets in by
/// its reader's browser, and no answer may be read by one.
struct AdminOffice: Sendable {
    let desk: FrontDesk
    let rooms: [NIOLoopBound<Room>]

    func answer(_ head: RequestHead, form: String, to visitor: Visitor) async -> Response {
        do throws(Refusal) {
            let command = try Command(head)
            guard head.comesFromOurPages(visitor.authority(desk)) else { throw .crossSite }
            if command == .metadata,
                let answer = try await djTitle(head, Parameters(head.query, form: form), visitor)
            {
                return answer
            }
            try letIn(head, visitor, for: command)
            return try await run(command, Parameters(head.query, form: form), visitor)
        } catch {
            return Response(error)
        }
    }

    // MARK: The door of the office

    private enum Command: String {
        case stats, listmounts, listclients, killclient, moveclients, killsource, metadata
        case streamlist = "streamlist.txt"

        init(_ head: RequestHead) throws(Refusal) {
            var name = head.path.dropFirst("/admin/".count)
            if name.hasSuffix(".xml") { name = name.dropLast(4) }
            guard let command = Self(rawValue: String(name)) else { throw .unknownCommand }
            self = command
            if changes, head.method != "POST" { throw .postNeeded }
        }

        var changes: Bool {
            switch self {
            case .killclient, .moveclients, .killsource: true
            case .stats, .listmounts, .listclients, .metadata, .streamlist: false
            }
        }
    }

    private func letIn(_ head: RequestHead, _ visitor: Visitor, for command: Command) throws(Refusal) {
        let configuration = desk.configuration
        let logins =
            command == .streamlist ? [configuration.relay, configuration.admin] : [configuration.admin]
        guard logins.contains(where: { $0 != nil }) else { throw .notSetUp }
        if desk.isGuessing(visitor) { throw .tooManyGuesses }
        guard let given = desk.credentials(head, visitor) else {
            throw .loginNeeded(realm: desk.station.name)
        }
        // Each is compared, whether the one before fitted or not.
        let fits = logins.compactMap(\.self).map { $0.isSame(as: given) }
        guard fits.contains(true) else {
            desk.guessedWrong(visitor)
            throw .loginNeeded(realm: desk.station.name)
        }
        desk.operatorCameIn(from: visitor.address)
    }

    // MARK: Commands

    private func run(
        _ command: Command, _ parameters: Parameters, _ visitor: Visitor
    ) async throws(Refusal) -> Response {
        switch command {
        case .stats:
            let wanted = parameters["mount"]
            let mounts = desk.mounts.filter { wanted == nil || $0.mount.path == wanted }
            return .xml(desk.statsXML(mounts, base: visitor.base(desk)))
        case .listmounts: return .xml(desk.mountsXML)
        case .streamlist: return .streamList(desk)
        case .listclients:
            let mount = try mount(parameters)
            return .xml(desk.clientsXML(mount, await listeners(of: mount)))
        case .killclient: return try await killClient(parameters)
        case .moveclients: return try await moveClients(parameters)
        case .killsource: return try await killSource(parameters)
        case .metadata: return try await setTitle(parameters)
        }
    }

    private func mount(_ parameters: Parameters, _ name: String = "mount") throws(Refusal) -> PublicMount {
        guard let path = parameters[name] else { throw .parameterMissing(name) }
        guard let mount = desk.mount(at: path) else { throw .noSuchMount }
        return mount
    }

    private func listeners(of mount: PublicMount) async -> [Listener.Place] {
        await each { $0.listeners(of: mount) }.flatMap(\.self).sorted { $0.id < $1.id }
    }

    /// Asks every room, on its event loop.
    private func each<Value: Sendable>(_ body: @escaping @Sendable (Room) -> Value) async -> [Value] {
        var values: [Value] = []
        for room in rooms {
            // Fails only when the loop is shut down, and then nobody is in the room.
            if let value = try? await room.eventLoop.submit({ body(room.value) }).get() {
                values.append(value)
            }
        }
        return values
    }

    private func killClient(_ parameters: Parameters) async throws(Refusal) -> Response {
        let mount = try mount(parameters)
        guard let text = parameters["id"] else { throw .parameterMissing("id") }
        guard let id = Int(text) else { throw .parameterMissing("id") }
        let removed = await each { $0.remove(id, from: mount) }.contains(true)
        return .iceResponse(removed ? "Client \(id) removed" : "Client \(id) not found", done: removed)
    }

    private func moveClients(_ parameters: Parameters) async throws(Refusal) -> Response {
        let (from, to) = (try mount(parameters), try mount(parameters, "destination"))
        guard from !== to else {
            return .iceResponse("Both are the same mount: nobody was moved.", done: false)
        }
        guard to.isRunning(at: desk.now()) else {
            return .iceResponse("The destination is not running: nobody was moved.", done: false)
        }
        guard to.sounds(like: from) else {
            return .iceResponse(
                "The two mounts differ in format or in who may listen: nobody was moved.", done: false)
        }
        let counts = await each { $0.move(from: from, to: to) }
        let (moving, staying) = counts.reduce((0, 0)) { ($0.0 + $1.moving, $0.1 + $1.staying) }
        guard moving > 0 else {
            return .iceResponse(
                staying == 0
                    ? "Nobody listens to this mount: nobody was moved."
                    : "Nobody was moved: these listeners get one stream without an end, which must not begin a "
                        + "second time.", done: false)
        }
        let when = from.mount.description.isOgg ? "at the next title" : "with the next page"
        let rest = staying == 0 ? "" : "; \(staying) stay, whose stream must not begin a second time"
        return .iceResponse("Clients moved: \(moving) go over \(when)\(rest)", done: true)
    }

    /// A mount's source is the DJ who is on air: every mount carries the one programme.
    private func killSource(_ parameters: Parameters) async throws(Refusal) -> Response {
        guard let path = parameters["mount"] else { throw .parameterMissing("mount") }
        guard desk.mount(at: path) != nil || desk.stage?.isEntrance(path) == true else { throw .noSuchMount }
        guard let stage = desk.stage, stage.takesDJs else {
            return .iceResponse(
                "No source can be sent away: this mount is fed by the station's own programme.", done: false)
        }
        switch await stage.sendAwayWhoIsHeard() {
        case .sentAway(let name): return .iceResponse("Source Removed: \(name) was sent away", done: true)
        case .refused(let sentence): return .iceResponse(sentence, done: false)
        }
    }

    /// A DJ's title, which the DJ's own login may send; nil when it is not one, and the operator is asked for.
    private func djTitle(
        _ head: RequestHead, _ parameters: Parameters, _ visitor: Visitor
    ) async throws(Refusal) -> Response? {
        guard let stage = desk.stage, let given = desk.credentials(head, visitor),
            desk.configuration.admin?.isSame(as: given) != true
        else { return nil }
        return try await announce(parameters, SourceLogin(given), visitor, stage)
    }

    /// The title of an encoder that speaks SHOUTcast: `/admin.cgi?mode=updinfo&pass=name:secret&song=…`.
    func shoutcastTitle(_ head: RequestHead, _ visitor: Visitor) async -> Response {
        let parameters = Parameters(head.query)
        do throws(Refusal) {
            guard let stage = desk.stage else { throw .noSuchPath }
            guard let login = parameters["pass"].flatMap({ SourceLogin($0) }) else {
                throw .parameterMissing("pass")
            }
            desk.secretCame(from: visitor.address, isEncrypted: visitor.isEncrypted)
            return try await announce(parameters, login, visitor, stage)
        } catch {
            return Response(error)
        }
    }

    private func announce(
        _ parameters: Parameters, _ login: SourceLogin, _ visitor: Visitor, _ stage: any StageDoor
    ) async throws(Refusal) -> Response {
        if desk.isGuessing(visitor) { throw .tooManyGuesses }
        if desk.isGuessedAt(login, from: visitor.address) { throw .tooManyGuessesAtAccount }
        guard let mode = parameters["mode"] else { throw .parameterMissing("mode") }
        guard mode == "updinfo" else { return .iceResponse("No such action", done: false) }
        switch await stage.announce(Title(parameters), as: login) {
        case .taken:
            desk.cameIn(from: visitor.address)
            return .iceResponse("Metadata update successful", done: true)
        case .unavailable: throw .membersUnavailable
        case .refused(let sentence): return .iceResponse(sentence, done: false)
        case .stranger:
            desk.guessedWrong(login, from: visitor.address)
            throw .loginNeeded(realm: desk.station.name)
        }
    }

    private func setTitle(_ parameters: Parameters) async throws(Refusal) -> Response {
        let mount = try mount(parameters)
        guard let mode = parameters["mode"] else { throw .parameterMissing("mode") }
        guard mode == "updinfo" else { return .iceResponse("No such action", done: false) }
        let title = Title(parameters)
        guard !title.title.isEmpty else {
            return .iceResponse("The title is empty: write song, or title and artist", done: false)
        }
        guard let override = desk.titles else {
            return .iceResponse("Mountpoint will not accept URL updates", done: false)
        }
        if let refusal = await override.announce(title, on: mount.mount.path) {
            return .iceResponse(refusal, done: false)
        }
        let others = desk.mounts.count - 1
        return .iceResponse(
            "Metadata update successful"
                + (others > 0 ? ": all mounts carry one programme, and show this title" : ""), done: true)
    }
}

extension RequestHead {
    /// Whether no other site's page made a browser send this. Programs that are no browsers send neither field.
    fileprivate func comesFromOurPages(_ authority: String) -> Bool {
        if let site = self["sec-fetch-site"] { return ["same-origin", "none"].contains(site.lowercased()) }
        guard let origin = self["origin"] else { return true }
        return ["http://\(authority)", "https://\(authority)"].contains(origin.lowercased())
    }
}

extension Title {
    /// What an encoder says of its track: `song` before `artist` and `title`.
    fileprivate init(_ parameters: Parameters) {
        if let song = parameters["song"] {
            self.init(title: song)
        } else {
            self.init(artist: parameters["artist"], title: parameters["title"] ?? "")
        }
    }
}

extension Refusal {
    fileprivate static let notSetUp = Refusal(
        status: 403, reason: "Forbidden",
        sentence:
            "Nobody has a password for this: set one under server: admin: in the station's configuration.")
    fileprivate static let crossSite = Refusal(
        status: 403, reason: "Forbidden", sentence: "Another web site may not ask this.")
    fileprivate static let unknownCommand = Refusal(
        status: 400, reason: "Bad Request",
        sentence: "Unrecognised command: there is nothing at this address.")
    fileprivate static let noSuchMount = Refusal(
        status: 400, reason: "Bad Request", sentence: "Source does not exist: the station has no such mount.")
    fileprivate static let postNeeded = Refusal(
        status: 405, reason: "Method Not Allowed", sentence: "This changes something: it takes POST alone.",
        fields: [.init(name: "Allow", value: "POST")])

    fileprivate static func parameterMissing(_ name: String) -> Refusal {
        Refusal(status: 400, reason: "Bad Request", sentence: "Missing parameter: this needs \(name)=.")
    }
}
