internal import Broadcast
internal import NIOCore

/// The first handler of every connection: reads the request's head, within its bounds, and decides what the
/// connection is for. Runs on the connection's event loop.
///
/// - A listener: a `Listener` takes the porter's place, and no HTTP handler is in its way.
///   Before that, the login of a members' mount is checked elsewhere.
/// - A page: the website answers, and the porter waits for the next head, which may be a listener's.
/// - Anything else: one sentence, and the door closes.
final class Porter: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case reading
        /// The head was read, and so many bytes of a form follow.
        case readingForm(RequestHead, length: Int)
        /// A page or a login is under way; what arrives meanwhile is kept, within the bounds of a head.
        case answering(Task<Void, Never>, hungUp: Bool)
        /// All is said; what still arrives is thrown away, so that the answer is not lost in a reset.
        case leaving
    }

    private let desk: FrontDesk
    private let room: Room
    private let website: Website
    private let isEncrypted: Bool
    private let ticket: Turnstile.Ticket
    private var state = State.reading
    private var reader: HeadReader
    private var deadline: Scheduled<Void>?

    /// - Parameters:
    ///   - isEncrypted: whether the connection itself is.
    ///   - ticket: what the connection has of the room inside; one that has none is told so, and nothing else.
    init(desk: FrontDesk, room: Room, website: Website, isEncrypted: Bool, ticket: Turnstile.Ticket) {
        self.isEncrypted = isEncrypted
        self.ticket = ticket
        self.desk = desk
        self.room = room
        self.website = website
        reader = HeadReader(limit: desk.limits.headBytes)
    }

    func channelActive(context: ChannelHandlerContext) {
        if let refusal = ticket.refusal { return refuse(refusal, nil, context) }
        allow(desk.headTime, context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .reading:
            reader.append(unwrapInboundIn(data))
            readHead(context)
        case .readingForm:
            reader.append(unwrapInboundIn(data))
            readForm(context)
        case .answering:
            reader.append(unwrapInboundIn(data))
            if reader.unread.readableBytes > desk.limits.headBytes { setReading(false, context) }
        case .leaving: break
        }
    }

    private func readHead(_ context: ChannelHandlerContext) {
        switch reader.next() {
        case .more: break
        case .refused(let refusal): refuse(refusal, nil, context)
        case .head(let head):
            do throws(Refusal) {
                let errand = try Errand(of: head, by: visitor(head, context), at: desk)
                if case .page = errand, let length = try head.formLength(most: desk.limits.headBytes) {
                    state = .readingForm(head, length: length)
                    readForm(context)
                } else if let members = errand.mount?.rules.members, !desk.isOfTheHouse(head) {
                    checkLogin(members, errand, head, context)
                } else {
                    try run(errand, head, context)
                }
            } catch {
                refuse(error, head, context)
            }
        }
    }

    private func run(
        _ errand: Errand, _ head: RequestHead, _ context: ChannelHandlerContext
    ) throws(Refusal) {
        switch errand {
        case .page: answer(head, form: "", context)
        case .stream(let mount, let framing): try admit(head, to: mount, framing, context)
        case .follow(let headOnly): try follow(head, headOnly: headOnly, context)
        case .streamHead(let mount, let framing): try answerHead(head, mount, framing, context)
        case .source(let stage): try enter(head, by: stage, context)
        }
    }

    private func readForm(_ context: ChannelHandlerContext) {
        guard case .readingForm(let head, let length) = state, let form = reader.takeForm(length) else {
            return
        }
        answer(head, form: form, context)
    }

    private func visitor(_ head: RequestHead, _ context: ChannelHandlerContext) -> Visitor {
        Visitor(
            head, peer: NetworkAddress(context.channel.remoteAddress), isEncrypted: isEncrypted,
            trustedProxies: desk.configuration.trustedProxies)
    }

    // MARK: Listeners

    private func admit(
        _ head: RequestHead, to mount: PublicMount, _ framing: TitleFraming, _ context: ChannelHandlerContext
    ) throws(Refusal) {
        let visitor = visitor(head, context)
        let standing = desk.standing(of: head, visitor)
        if standing != .house { try desk.admitListener(to: mount, as: standing) }
        let listener = Listener(
            framing: framing, head: head, visitor: visitor, standing: standing,
            circle: room.circle(of: mount), desk: desk)
        if handOver(to: listener, context) {
            ticket.leaveHall()
        } else if standing != .house {
            desk.dismissListener(of: mount)
        }
    }

    private func follow(
        _ head: RequestHead, headOnly: Bool, _ context: ChannelHandlerContext
    ) throws(Refusal) {
        guard !headOnly else {
            leave(with: Follower.head(minorVersion: head.minorVersion, date: httpDate(desk.now())), context)
            return
        }
        guard let place = desk.admitFollower() else { throw .tooManyFollowers }
        // Followers have a bound of their own: hundreds of them may be behind one address.
        if handOver(to: Follower(room.followers, at: place, minorVersion: head.minorVersion), context) {
            ticket.leaveHall()
        }
    }

    /// Gives the connection to the handler that serves it from now on; false when it is closed already.
    private func handOver(to handler: any ChannelHandler, _ context: ChannelHandlerContext) -> Bool {
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandler(handler, position: .after(self))
        } catch {
            // Only a channel that is closed refuses a handler.
            return false
        }
        pipeline.removeHandler(self, promise: nil)
        return true
    }

    private func answerHead(
        _ head: RequestHead, _ mount: PublicMount, _ framing: TitleFraming, _ context: ChannelHandlerContext
    ) throws(Refusal) {
        guard mount.mount.newest != nil else { throw .notOnAirYet }
        let description = mount.mount.description
        let response = StreamHead(
            mount: description, icyInterval: framing == .icy ? description.icyInterval : nil,
            minorVersion: head.minorVersion, date: httpDate(desk.now()))
        leave(with: response.text, context)
    }

    /// Lets a member in, whose password takes a while to check: that happens on another thread.
    private func checkLogin(
        _ members: any Membership, _ errand: Errand, _ head: RequestHead, _ context: ChannelHandlerContext
    ) {
        let (desk, visitor) = (desk, visitor(head, context))
        allow(desk.limits.pageTime, context)
        let porter = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let task = Task {
            let refusal = await desk.refusal(of: head, by: visitor, among: members)
            porter.eventLoop.execute {
                let (porter, context) = porter.value
                guard case .answering(_, let hungUp) = porter.state else { return }
                porter.setReading(true, context)
                do throws(Refusal) {
                    if let refusal { throw refusal }
                    guard !hungUp else { return porter.leave(with: "", context) }
                    try porter.run(errand, head, context)
                } catch {
                    porter.refuse(error, head, context)
                }
            }
        }
        state = .answering(task, hungUp: false)
    }

    // MARK: DJs

    /// Lets a DJ in, whose secret takes a while to check: that happens on another thread. Nothing is said before it is
    /// known, for a `100 Continue` ahead of a refusal confuses clients.
    private func enter(
        _ head: RequestHead, by stage: any StageDoor, _ context: ChannelHandlerContext
    ) throws(Refusal) {
        let (desk, visitor, channel) = (desk, visitor(head, context), context.channel)
        guard head.method == "SOURCE" || head["content-type"] != nil else { throw .noContentType }
        if desk.isGuessing(visitor) { throw .tooManyGuesses }
        // Some clients ask once without a login, to hear what is offered.
        guard let login = desk.credentials(head, visitor).map({ SourceLogin($0) }) else {
            throw .loginNeeded(realm: desk.station.name)
        }
        if desk.isGuessedAt(login, from: visitor.address) { throw .tooManyGuessesAtAccount }
        let request = UplinkRequest(head)
        @Sendable func visit(
            _ uplink: SourceVisit.Uplink?, hangUp: @escaping @Sendable () -> Void
        ) -> SourceVisit {
            SourceVisit(
                path: head.path, login: login, showName: head["ice-name"] ?? head["icy-name"],
                userAgent: head["user-agent"], uplink: uplink, hangUp: hangUp)
        }
        allow(desk.limits.pageTime, context)
        let porter = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let task = Task {
            if let request {
                let answer = await desk.uplinks.enter(request, login, at: stage) { uplink in
                    visit(uplink) { uplink.downlink.goodbye("The station has hung up.") }
                }
                porter.eventLoop.execute {
                    let (porter, context) = porter.value
                    porter.resumed(answer, login, head, visitor, context)
                }
            } else {
                let answer = await stage.enter(visit(nil) { channel.close(promise: nil) })
                porter.eventLoop.execute {
                    let (porter, context) = porter.value
                    porter.entered(answer, login, head, visitor, context)
                }
            }
        }
        state = .answering(task, hungUp: false)
    }

    private func resumed(
        _ answer: UplinkBook.Answer, _ login: SourceLogin, _ head: RequestHead, _ visitor: Visitor,
        _ context: ChannelHandlerContext
    ) {
        switch answer {
        case .taken(let line):
            desk.cameIn(from: visitor.address)
            let voice = DownlinkVoice(line)
            line.connected(context.channel, voice)
            guard begin(line, .chunked, Source.welcome(head, fields: line.welcome), context) else { return }
            // Only a channel that is closed refuses a handler.
            try? context.pipeline.syncOperations.addHandler(voice)
        case .late: refuse(.attemptOvertaken, head, context)
        case .gone: refuse(.sessionUnknown, head, context)
        case .other(let answer): entered(answer, login, head, visitor, context)
        }
    }

    private func begin(
        _ line: any SourceLine, _ body: SourceBody, _ welcome: String, _ context: ChannelHandlerContext
    ) -> Bool {
        guard case .answering(_, let hungUp) = state, context.channel.isActive else {
            line.end(clean: false)
            return false
        }
        deadline?.cancel()
        let source = Source(
            line, body: body, welcome: welcome, rest: reader.unread, hasHungUp: hungUp,
            patience: desk.limits.sourcePatience)
        guard handOver(to: source, context) else {
            line.end(clean: false)
            return false
        }
        ticket.leaveHall()
        return true
    }

    private func entered(
        _ answer: SourceAnswer, _ login: SourceLogin, _ head: RequestHead, _ visitor: Visitor,
        _ context: ChannelHandlerContext
    ) {
        switch answer {
        case .welcome(let line):
            desk.cameIn(from: visitor.address)
            _ = begin(line, SourceBody(head), Source.welcome(head), context)
        case .stranger:
            desk.guessedWrong(login, from: visitor.address)
            refuse(.loginNeeded(realm: desk.station.name), head, context)
        case .unavailable: refuse(.membersUnavailable, head, context)
        case .refused(let sentence):
            refuse(Refusal(status: 403, reason: "Forbidden", sentence: sentence), head, context)
        }
    }

    // MARK: Pages

    private func answer(_ head: RequestHead, form: String, _ context: ChannelHandlerContext) {
        allow(desk.limits.pageTime, context)
        let (channel, website, visitor) = (context.channel, website, visitor(head, context))
        let porter = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let task = Task {
            let keepsConnection = await website.answer(head, form: form, to: visitor, on: channel)
            porter.eventLoop.execute {
                let (porter, context) = porter.value
                porter.answered(keepsConnection: keepsConnection, context)
            }
        }
        state = .answering(task, hungUp: false)
    }

    private func answered(keepsConnection: Bool, _ context: ChannelHandlerContext) {
        guard case .answering(_, let hungUp) = state else { return }
        // What is kept for the operator is not lent to one who only may ask for something more.
        guard keepsConnection, !hungUp, !desk.turnstile.isCrowded else {
            leave(with: "", context)
            return
        }
        state = .reading
        allow(desk.headTime, context)
        setReading(true, context)
        readHead(context)
    }

    // MARK: Leaving

    private func refuse(_ refusal: Refusal, _ head: RequestHead?, _ context: ChannelHandlerContext) {
        let response = refusal.response(
            minorVersion: head?.minorVersion ?? 1, withBody: head?.method != "HEAD",
            isPublic: head?.isAdministration != true)
        leave(with: response, context)
    }

    /// Says the last words, and closes when the peer does, or after two seconds.
    private func leave(with words: String, _ context: ChannelHandlerContext) {
        state = .leaving
        allow(.seconds(2), context)
        setReading(true, context)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: words)), promise: nil)
        context.close(mode: .output, promise: nil)
    }

    /// Gives the connection so much time for what it does now.
    private func allow(_ time: Duration, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(time)) { [self] in
            switch state {
            case .reading where reader.unread.readableBytes > 0: refuse(.tooSlow, nil, context)
            case .readingForm(let head, _): refuse(.tooSlow, head, context)
            case .reading, .answering, .leaving: context.close(promise: nil)
            }
        }
    }

    private func setReading(_ isOn: Bool, _ context: ChannelHandlerContext) {
        _ = try? context.channel.syncOptions?.setOption(.autoRead, value: isOn)
    }

    // MARK: Told by the connection

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .some(ChannelEvent.inputClosed) = event as? ChannelEvent else { return }
        switch state {
        case .answering(let task, _): state = .answering(task, hungUp: true)
        case .reading, .readingForm, .leaving: context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        if case .answering(let task, _) = state { task.cancel() }
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }
}
