internal import Broadcast
internal import NIOCore

/// The first handler of every connection: reads the request's head, within its bounds, and decides what the
/// connection is for. Runs on the connection's event loop.
///
/// - A listener: a `Listener` takes the porter's place, and no HTTP handler is in its way.
/// - A page: the website answers, and the porter waits for the next head, which may be a listener's.
/// - Anything else: one sentence, and the door closes.
final class Porter: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case reading
        /// A page is under way; what arrives meanwhile is kept, within the bounds of a head.
        case answering(Task<Void, Never>, hungUp: Bool)
        /// All is said; what still arrives is thrown away, so that the answer is not lost in a reset.
        case leaving
    }

    private let desk: FrontDesk
    private let room: Room
    private let website: Website
    private var state = State.reading
    private var reader: HeadReader
    private var deadline: Scheduled<Void>?

    init(desk: FrontDesk, room: Room, website: Website) {
        self.desk = desk
        self.room = room
        self.website = website
        reader = HeadReader(limit: desk.limits.headBytes)
    }

    func channelActive(context: ChannelHandlerContext) { allow(desk.limits.headTime, context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .reading:
            reader.append(unwrapInboundIn(data))
            readHead(context)
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
                switch try Errand(of: head, mounts: desk.mount) {
                case .page: answer(head, context)
                case .stream(let mount, let framing): admit(head, to: mount, framing, context)
                case .follow(let headOnly): try follow(head, headOnly: headOnly, context)
                case .streamHead(let mount, let framing): try answerHead(head, mount, framing, context)
                }
            } catch {
                refuse(error, head, context)
            }
        }
    }

    // MARK: Listeners

    private func admit(
        _ head: RequestHead, to mount: PublicMount, _ framing: TitleFraming, _ context: ChannelHandlerContext
    ) {
        let listener = Listener(
            framing: framing, minorVersion: head.minorVersion, circle: room.circle(of: mount), desk: desk)
        handOver(to: listener, context)
    }

    private func follow(
        _ head: RequestHead, headOnly: Bool, _ context: ChannelHandlerContext
    ) throws(Refusal) {
        guard !headOnly else {
            leave(with: Follower.head(minorVersion: head.minorVersion, date: httpDate(desk.now())), context)
            return
        }
        guard desk.board.admitFollower(limit: desk.limits.followers) else { throw .tooManyFollowers }
        if !handOver(to: Follower(room.followers, minorVersion: head.minorVersion), context) {
            desk.board.followerWent()
        }
    }

    /// Gives the connection to the handler that serves it from now on; false when it is closed already.
    @discardableResult
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

    // MARK: Pages

    private func answer(_ head: RequestHead, _ context: ChannelHandlerContext) {
        allow(desk.limits.pageTime, context)
        let (channel, website) = (context.channel, website)
        let porter = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let task = Task {
            await website.answer(head, on: channel)
            porter.eventLoop.execute {
                let (porter, context) = porter.value
                porter.answered(keepsConnection: head.keepsConnection, context)
            }
        }
        state = .answering(task, hungUp: false)
    }

    private func answered(keepsConnection: Bool, _ context: ChannelHandlerContext) {
        guard case .answering(_, let hungUp) = state else { return }
        guard keepsConnection, !hungUp else {
            leave(with: "", context)
            return
        }
        state = .reading
        allow(desk.limits.headTime, context)
        setReading(true, context)
        readHead(context)
    }

    // MARK: Leaving

    private func refuse(_ refusal: Refusal, _ head: RequestHead?, _ context: ChannelHandlerContext) {
        let response = refusal.response(
            minorVersion: head?.minorVersion ?? 1, withBody: head?.method != "HEAD")
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
            guard case .reading = state, reader.unread.readableBytes > 0 else {
                context.close(promise: nil)
                return
            }
            refuse(.tooSlow, nil, context)
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
        case .reading, .leaving: context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        if case .answering(let task, _) = state { task.cancel() }
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }
}
