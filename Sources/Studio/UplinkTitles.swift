internal import NIOCore

/// Which title the station has still to be told. A pure value.
struct UplinkTitles {
    private var request: String?
    private var isTaken = false
    private var isAsking = false
    private var hasChanged = false
    /// An Icecast may read the comments of a new stream only now, and put them over a title that it was told before: it is
    /// told once more.
    private var isToBeRepeated = false
    private var tries = 0
    private var notBefore = Duration.zero

    /// Until the next connection.
    private static let mostTries = 5
    /// Between two of them.
    private static let pause = Duration.seconds(2)

    mutating func want(_ request: String) {
        self.request = request
        (isTaken, tries, notBefore, hasChanged) = (false, 0, .zero, isAsking)
    }

    /// A new stream has no title yet.
    mutating func connected(resumes: Bool, isFunkhaus: Bool) {
        if !resumes { (isTaken, isToBeRepeated) = (false, !isFunkhaus) }
        (tries, notBefore) = (0, .zero)
    }

    /// The request that is to be made now, if there is one; it has to be followed by `answered`.
    mutating func next(at now: Duration) -> String? {
        guard let request, !isTaken, !isAsking, tries < Self.mostTries, now >= notBefore else { return nil }
        isAsking = true
        tries += 1
        return request
    }

    mutating func answered(_ taken: Bool, at now: Duration) {
        isAsking = false
        defer { hasChanged = false }
        // The newer one is told at once.
        guard !(taken && hasChanged) else { return }
        isTaken = taken && !isToBeRepeated
        if taken { isToBeRepeated = false }
        if !isTaken { notBefore = now + Self.pause }
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
