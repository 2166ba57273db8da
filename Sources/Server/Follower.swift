internal import NIOCore

/// A connection that follows the running order as server-sent events (HTML, section 9.2): the only handler that it
/// has, beside its event loop's `Followers`, which command it. Runs on that loop; it never waits for the peer.
///
/// Each event is the whole of `/api/now`, so that a client which missed some has missed nothing, and what it says in
/// `Last-Event-ID` changes nothing. As with a stream the body ends with the connection, which HTTP/1.0 understands too.
final class Follower: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let followers: Followers
    private let minorVersion: Int
    private var place: Turnstile.FollowerPlace?
    private var context: ChannelHandlerContext?

    init(_ followers: Followers, at place: Turnstile.FollowerPlace, minorVersion: Int) {
        self.followers = followers
        self.place = place
        self.minorVersion = minorVersion
    }

    /// Sends an event, or drops the connection if it has not taken the ones before: it holds 64 KiB at the most.
    func send(_ event: ByteBuffer) {
        guard let context else { return }
        guard context.channel.isWritable else {
            context.close(promise: nil)
            return
        }
        context.writeAndFlush(wrapOutboundOut(event), promise: nil)
    }

    /// Ends the connection; the future comes when it is closed.
    func end() -> EventLoopFuture<Void>? {
        defer { context?.close(promise: nil) }
        return context?.channel.closeFuture
    }

    // MARK: Told by the connection

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let head = Self.head(minorVersion: minorVersion, date: followers.date)
        context.write(wrapOutboundOut(ByteBuffer(string: head)), promise: nil)
        followers.admit(self)
    }

    /// A follower has nothing to say; what it says is not kept.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(ChannelEvent.inputClosed) = event as? ChannelEvent { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        place = nil
        followers.dismiss(self)
    }

    /// The head of the response. `X-Accel-Buffering` keeps nginx from holding events back.
    static func head(minorVersion: Int, date: String) -> String {
        """
        HTTP/1.\(minorVersion) 200 OK\r
        Server: \(serverName)\r
        Date: \(date)\r
        Connection: close\r
        Content-Type: text/event-stream\r
        Cache-Control: no-cache, no-store\r
        X-Accel-Buffering: no\r
        X-Content-Type-Options: nosniff\r
        Access-Control-Allow-Origin: *\r
        \r

        """
    }
}

/// All followers of one event loop. Runs on that loop only.
final class Followers {
    /// How long a client waits before it asks again after a connection has ended: 3 s.
    private static let retry = ByteBuffer(string: "retry: 3000\n\n")
    /// Keeps proxies from taking the connection for dead, and finds out when it is.
    private static let heartbeat = ByteBuffer(string: ":\n\n")

    private let loop: any EventLoop
    private let desk: FrontDesk
    private var connected: [ObjectIdentifier: Follower] = [:]
    private var beat: Scheduled<Void>?

    init(on loop: any EventLoop, desk: FrontDesk) {
        self.loop = loop
        self.desk = desk
    }

    var date: String { httpDate(desk.now()) }

    private var event: ByteBuffer {
        ByteBuffer(string: desk.board.event(desk.station, burst: desk.burst, now: desk.now()))
    }

    /// Takes in a follower and tells it how things are.
    func admit(_ follower: Follower) {
        if connected.isEmpty { scheduleBeat() }
        connected[ObjectIdentifier(follower)] = follower
        follower.send(Self.retry)
        follower.send(event)
    }

    private func scheduleBeat() {
        let pause = TimeAmount(desk.limits.heartbeat)
        beat = loop.assumeIsolated().scheduleTask(in: pause) { [self] in
            send(Self.heartbeat)
            if !connected.isEmpty { scheduleBeat() }
        }
    }

    func dismiss(_ follower: Follower) {
        guard connected.removeValue(forKey: ObjectIdentifier(follower)) != nil else { return }
        if connected.isEmpty { beat?.cancel() }
    }

    /// Tells everybody what has changed.
    func tell() {
        guard !connected.isEmpty else { return }
        send(event)
    }

    /// Ends every connection; the future comes when all are closed.
    func end() -> EventLoopFuture<Void> {
        EventLoopFuture.andAllComplete(connected.values.compactMap { $0.end() }, on: loop)
    }

    /// One that finds its connection broken is dismissed at once: the loop goes over a copy.
    private func send(_ bytes: ByteBuffer) {
        for follower in Array(connected.values) { follower.send(bytes) }
    }
}
