internal import NIOCore

/// The first handler of a connection at the SHOUTcast port (icecast-protocol, section 1.3): a password in one line, our
/// `OK2`, lines of texts up to an empty one, then audio without end. Runs on the connection's event loop.
///
/// The protocol knows no names: the password is `name:secret`.
final class ShoutcastPorter: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case password
        /// The DJ is known, and the lines of its texts come.
        case texts(SourceLogin)
        /// Something is looked up elsewhere.
        case waiting
        case leaving
    }

    private let desk: FrontDesk
    private let stage: any StageDoor
    private let ticket: Turnstile.Ticket
    private var state = State.password
    private var lines: ShoutcastLines
    private var showName: String?
    private var hasHungUp = false
    private var deadline: Scheduled<Void>?

    init(desk: FrontDesk, stage: any StageDoor, ticket: Turnstile.Ticket) {
        self.desk = desk
        self.stage = stage
        self.ticket = ticket
        lines = ShoutcastLines(limit: desk.limits.headBytes)
    }

    func channelActive(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(desk.headTime)) {
            context.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lines.append(unwrapInboundIn(data))
        if lines.unread.readableBytes > desk.limits.headBytes, case .waiting = state {
            // Fails only on a closed channel, which has nothing to read.
            _ = try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        }
        read(context)
    }

    private func read(_ context: ChannelHandlerContext) {
        while true {
            switch state {
            case .waiting, .leaving: return
            case .password:
                guard let line = line(context) else { return }
                check(line, context)
            case .texts(let login):
                guard let line = line(context) else { return }
                if line.isEmpty { return enter(login, context) }
                showName = ShoutcastLines.showName(in: line) ?? showName
            }
        }
    }

    /// The next line without its end; nil when it is not all there. One that is too long ends the connection.
    private func line(_ context: ChannelHandlerContext) -> String? {
        switch lines.next() {
        case .line(let line): return line
        case .more: return nil
        case .tooLong:
            leave("", context)
            return nil
        }
    }

    private func check(_ line: String, _ context: ChannelHandlerContext) {
        let address = NetworkAddress(context.channel.remoteAddress)
        // An HTTP request is no password; nor is one without a name.
        guard !desk.isGuessing(from: address), let login = SourceLogin(line),
            !desk.isGuessedAt(login, from: address)
        else { return leave("invalid password\r\n", context) }
        desk.secretCame(from: address, isEncrypted: false)
        ask(context) { [stage] in
            await stage.verify(login)
        } then: { porter, answer, context in
            switch answer {
            case .dj:
                porter.desk.cameIn(from: address)
                porter.state = .texts(login)
                context.writeAndFlush(
                    porter.wrapOutboundOut(ByteBuffer(string: "OK2\r\nicy-caps:11\r\n\r\n")), promise: nil)
                porter.read(context)
            case .stranger:
                porter.desk.guessedWrong(login, from: address)
                porter.leave("invalid password\r\n", context)
            case .unavailable: porter.leave("", context)
            }
        }
    }

    private func enter(_ login: SourceLogin, _ context: ChannelHandlerContext) {
        let channel = context.channel
        let visit = SourceVisit(
            path: "/", login: login, showName: showName, userAgent: "a SHOUTcast encoder", uplink: nil,
            hangUp: { channel.close(promise: nil) })
        ask(context) { [stage] in
            await stage.enter(visit)
        } then: { porter, answer, context in
            guard case .welcome(let line) = answer else { return porter.leave("", context) }
            guard context.channel.isActive else { return line.end(clean: false) }
            porter.deadline?.cancel()
            let source = Source(
                line, body: SourceBody(), welcome: "", rest: porter.lines.unread,
                hasHungUp: porter.hasHungUp, patience: porter.desk.limits.sourcePatience)
            let pipeline = context.pipeline.syncOperations
            do {
                try pipeline.addHandler(source, position: .after(porter))
            } catch {
                return line.end(clean: false)
            }
            pipeline.removeHandler(porter, promise: nil)
            porter.ticket.leaveHall()
        }
    }

    /// Waits for an answer that is found on other threads.
    private func ask<Answer: Sendable>(
        _ context: ChannelHandlerContext, _ question: @escaping @Sendable () async -> Answer,
        then: @escaping @Sendable (ShoutcastPorter, Answer, ChannelHandlerContext) -> Void
    ) {
        state = .waiting
        let porter = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        Task {
            let answer = await question()
            porter.eventLoop.execute {
                let (porter, context) = porter.value
                // It may have been left unread meanwhile. Fails only on a closed channel.
                _ = try? context.channel.syncOptions?.setOption(.autoRead, value: true)
                then(porter, answer, context)
            }
        }
    }

    private func leave(_ words: String, _ context: ChannelHandlerContext) {
        state = .leaving
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: words)), promise: nil)
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .some(ChannelEvent.inputClosed) = event as? ChannelEvent else { return }
        hasHungUp = true
        // All that it said may stand in `unread` still, but not while more of it is waited for.
        guard case .waiting = state else { return context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) { deadline?.cancel() }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }
}
