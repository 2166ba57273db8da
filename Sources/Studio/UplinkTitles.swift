internal import NIOCore

/// Which title the station has still to be told. A pure value.
struct UplinkTitles {
    private var request: String?
    private var isTaken = false
    private var isAsking = false
    private var hasChanged = false
    private var tries = 0
    private var notBefore = Duration.zero
    /// Before this a new stream is told no title.
    private var earliest = Duration.zero

    /// Until the next connection.
    private static let mostTries = 5
    /// icecast2 2.4.4 that is told a title while it reads the headers of a Vorbis stream may be caught in that for good:
    /// it takes the stream, and no listener gets a byte (the log says “next not null”).
    private static let plainStart = Duration.milliseconds(1_500)

    mutating func want(_ request: String) {
        self.request = request
        (isTaken, tries, notBefore, hasChanged) = (false, 0, .zero, isAsking)
    }

    /// A new stream has no title yet.
    mutating func connected(resumes: Bool, isFunkhaus: Bool, at now: Duration) {
        if !resumes { isTaken = false }
        (tries, notBefore) = (0, .zero)
        earliest = isFunkhaus ? .zero : now + Self.plainStart
    }

    /// The request that is to be made now, if there is one; it has to be followed by `answered`.
    mutating func next(at now: Duration) -> String? {
        guard let request, !isTaken, !isAsking, tries < Self.mostTries, now >= max(notBefore, earliest)
        else { return nil }
        isAsking = true
        tries += 1
        return request
    }

    mutating func answered(_ taken: Bool, at now: Duration) {
        isAsking = false
        isTaken = taken && !hasChanged
        if !taken { notBefore = now + .seconds(2) }
        hasChanged = false
    }
}

/// One request that tells a title, on a connection of its own and the uplink's event loop: an Icecast takes it nowhere
/// else, and one that does not answer must not hold up the stream.
final class UplinkTitleCall: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let request: String
    private var done: ((Bool) -> Void)?
    private var answer = ByteBuffer()
    private var deadline: Scheduled<Void>?
    private static let patience = TimeAmount.seconds(5)
    private static let longest = 8_192

    /// - Parameter done: told once whether the station has taken the title.
    init(_ request: String, done: @escaping (Bool) -> Void) {
        self.request = request
        self.done = done
    }

    func finish(taken: Bool) {
        deadline?.cancel()
        done?(taken)
        done = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) {
            context.close(promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        answer.writeImmutableBuffer(unwrapInboundIn(data))
        if answer.readableBytes > Self.longest { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) {
        let text = answer.readString(length: answer.readableBytes) ?? ""
        // An Icecast that has not seen the stream's first page yet says 200 and takes nothing (icecast-protocol 0, trap 9).
        let isTaken = UplinkReply(head: text)?.status == 200 && !text.contains("will not accept")
        finish(taken: isTaken)
    }
}
