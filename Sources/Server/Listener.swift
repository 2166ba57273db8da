internal import Broadcast
internal import Codecs
internal import Glibc
internal import Logging
internal import NIOCore

/// One listener's connection: the only handler that it has, writing bytes and nothing else. Runs on its event loop,
/// commanded by its circle; it must never wait for the peer.
///
/// What a peer does not take is bounded: nothing more is written while NIO holds more than the high-water mark, so a
/// slow listener costs references to shared pages until it falls off the ring of the mount.
final class Listener: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// As what it is here.
    enum Standing: Sendable {
        case guest
        /// Another server, which passes the stream on: no limit and no longest time holds for it.
        case relay
        /// The station itself: besides, it is in no count and no list.
        case house
    }

    /// All that a listener is, beside its socket and its mount: small and plain, so that another process could go on
    /// from it.
    struct Place {
        /// By which the operator calls it; unique in the process. 0 for the house itself.
        let id: Int
        /// For the operator to see while the listener is here; written nowhere.
        let address: NetworkAddress?
        let agent: String
        let framing: TitleFraming
        let standing: Standing
        /// Nanoseconds since 1970.
        let since: Int64
        /// The number of the page that it wants next.
        var cursor = 0
        /// Bytes until the next ICY block; the first byte of the body counts, headers and burst included.
        var untilBlock: Int
        /// The title that it was last told in a block.
        var title: Title?

        var isOfTheHouse: Bool { standing == .house }
    }

    private static let leastSendBuffer = 64 * 1024

    private(set) var place: Place
    /// The mount to which it goes over where the next link begins.
    var destination: PublicMount?
    /// Its index in its circle.
    var seat: Int?
    private var circle: Circle
    private let desk: FrontDesk
    /// The mount in whose number of listeners it is.
    private var door: PublicMount
    private let minorVersion: Int
    private let icyInterval: Int
    private var context: ChannelHandlerContext?
    /// The end of waiting for a first page, or for the last bytes to leave.
    private var deadline: Scheduled<Void>?
    private var departure = Departure.left

    init(
        framing: TitleFraming, head: RequestHead, visitor: Visitor, standing: Standing, circle: Circle,
        desk: FrontDesk
    ) {
        self.circle = circle
        self.desk = desk
        door = circle.publicMount
        minorVersion = head.minorVersion
        icyInterval = circle.publicMount.mount.description.icyInterval
        place = Place(
            id: standing == .house ? 0 : desk.nextListenerID(), address: visitor.address,
            agent: headerValue(head["user-agent"] ?? ""),
            framing: framing, standing: standing, since: desk.now(), untilBlock: icyInterval)
    }

    // MARK: Commanded by the circle

    /// Whether the connection takes more.
    var isReady: Bool { context?.channel.isWritable ?? false }

    /// Sends, in one write, the head of the response, the right headers of the stream, and the burst.
    func begin(_ sheets: ArraySlice<Sheet>, upTo edge: Int, plainHeaders: ByteBuffer) {
        guard let context, let first = sheets.first else { return }
        deadline?.cancel()
        if let time = circle.publicMount.rules.maxTime, place.standing == .guest {
            deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(time)) { [self] in
                end(.overtime)
            }
        }
        let head = StreamHead(
            mount: circle.publicMount.mount.description,
            icyInterval: place.framing == .icy ? icyInterval : nil,
            minorVersion: minorVersion, date: httpDate(desk.now()))
        context.write(wrapOutboundOut(ByteBuffer(string: head.text)), promise: nil)
        switch place.framing {
        case .plain, .icy: write(plainHeaders, title: first.page.title, to: context)
        // The first page of a link brings its headers itself.
        case .chained where !first.page.startsLink: write(first.link, title: nil, to: context)
        case .chained: break
        }
        send(sheets, upTo: edge)
    }

    /// Goes on in another circle, from a page of that mount's on.
    func goOver(to circle: Circle, _ sheets: ArraySlice<Sheet>, upTo edge: Int) {
        self.circle = circle
        door.leave()
        door = circle.publicMount
        guard let context, let first = sheets.first else { return }
        if place.framing == .chained, !first.page.startsLink { write(first.link, title: nil, to: context) }
        send(sheets, upTo: edge)
    }

    /// Sends pages, the newest of which is the one before `edge`.
    func send(_ sheets: ArraySlice<Sheet>, upTo edge: Int) {
        guard let context else { return }
        // First, because a write can call back: `channelWritabilityChanged` asks for what is behind the cursor.
        place.cursor = edge
        for sheet in sheets {
            switch place.framing {
            case .plain, .icy: write(sheet.plain, title: sheet.page.title, to: context)
            case .chained:
                if sheet.page.startsLink { write(sheet.link, title: nil, to: context) }
                write(sheet.chained, title: nil, to: context)
            }
        }
        context.flush()
    }

    /// Sends pages of one title in one piece.
    func send(_ bytes: ByteBuffer, title: Title?, upTo edge: Int) {
        guard let context else { return }
        place.cursor = edge
        write(bytes, title: title, to: context)
        context.flush()
    }

    /// Ends the connection at once. What a slow one has not taken is thrown away: the kernel would keep it, and try to
    /// send it, for minutes.
    func drop(_ departure: Departure) {
        self.departure = departure
        if departure == .slow, let socket = context?.channel as? any SocketOptionProvider {
            _ = socket.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }
        context?.close(promise: nil)
    }

    /// Closes the connection when all that was written has left, or when it has had its time for that. It gives up its
    /// seat before: a page behind the last one would be cut.
    func end(_ departure: Departure) {
        guard let context else { return }
        self.departure = departure
        destination = nil
        circle.seeOff(self, departure)
        closeWhenSent(ByteBuffer(), context)
    }

    /// Tells a listener that the mount has no page for it, and closes.
    func giveUp() {
        guard let context, seat == nil else { return }
        closeWhenSent(ByteBuffer(string: Refusal.notOnAirYet.response(minorVersion: minorVersion)), context)
    }

    private func closeWhenSent(_ last: ByteBuffer, _ context: ChannelHandlerContext) {
        let loop = context.eventLoop.assumeIsolated()
        deadline?.cancel()
        deadline = loop.scheduleTask(in: TimeAmount(desk.limits.farewell)) { context.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(last)).assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
    }

    private func write(_ bytes: ByteBuffer, title: Title?, to context: ChannelHandlerContext) {
        guard place.framing == .icy else {
            context.write(wrapOutboundOut(bytes), promise: nil)
            return
        }
        var rest = bytes
        while rest.readableBytes > 0 {
            if place.untilBlock == 0 {
                context.write(wrapOutboundOut(nextBlock(title)), promise: nil)
                place.untilBlock = icyInterval
            }
            guard let piece = rest.readSlice(length: min(place.untilBlock, rest.readableBytes)) else {
                return
            }
            place.untilBlock -= piece.readableBytes
            context.write(wrapOutboundOut(piece), promise: nil)
        }
    }

    private func nextBlock(_ title: Title?) -> ByteBuffer {
        guard title != place.title else { return Self.unchanged }
        place.title = title
        return circle.icyBlock(title)
    }

    /// The block that says: as before.
    private static let unchanged = ByteBuffer(bytes: IcyMetadata.empty)

    // MARK: Told by the connection

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        boundSendBuffer(context)
        let patience = TimeAmount(desk.limits.firstPageTime)
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { [self] in giveUp() }
        circle.admit(self)
    }

    /// Lets the kernel keep a few seconds of the stream. Left alone it takes megabytes for each who reads nothing, and it
    /// is minutes until that shows.
    private func boundSendBuffer(_ context: ChannelHandlerContext) {
        let bytes = max(Self.leastSendBuffer, circle.publicMount.mount.description.bitrate / 4)
        // Without it the listener has the system's buffer: more memory, no harm.
        _ = try? context.channel.syncOptions?.setOption(
            .socketOption(.so_sndbuf), value: SocketOptionValue(bytes))
    }

    /// A listener has nothing to say; what it says is not kept.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isReady, seat != nil, !circle.serve(self) { drop(.slow) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Nobody who hangs up its half of the line listens on.
        if case .some(ChannelEvent.inputClosed) = event as? ChannelEvent { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        self.context = nil
        if !place.isOfTheHouse { desk.dismissListener(of: door) }
        destination = nil
        circle.dismiss(self, departure)
        desk.logger.debug(
            "A listener is gone.",
            metadata: [
                "mount": "\(circle.publicMount.mount.path)", "reason": "\(departure.rawValue)",
                "seconds": "\((desk.now() - place.since) / 1_000_000_000)",
            ])
    }

    /// When the connection is closed.
    var closed: EventLoopFuture<Void>? { context?.channel.closeFuture }
}
