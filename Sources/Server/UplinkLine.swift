internal import NIOCore
internal import Synchronization

/// The way of one connection's bytes into its session. Confined to the connection's event loop, but for its making.
final class UplinkLine: SourceLine {
    let session: UplinkSession
    let attempt: Int
    private let received: Int64
    /// Where in the stream the first byte of this connection stands.
    private let place: Int64
    private let connection = Mutex<(loop: any EventLoop, voice: NIOLoopBound<DownlinkVoice>)?>(nil)

    init(_ session: UplinkSession, attempt: Int, place: Int64, received: Int64) {
        self.session = session
        self.attempt = attempt
        self.place = place
        self.received = received
    }

    /// The field that answers the request.
    var welcome: String { "Funkhaus-Uplink: 1; received=\(received)\r\n" }

    /// The connection stands. Called before the first byte is taken.
    func connected(_ channel: any Channel, _ voice: DownlinkVoice) {
        let loop = channel.eventLoop
        connection.withLock { $0 = (loop, NIOLoopBound(voice, eventLoop: loop)) }
        session.connected(attempt) { channel.close(promise: nil) }
    }

    func take(_ bytes: UnsafeRawBufferPointer) -> Int { session.take(bytes, from: place, of: attempt) }

    func end(clean: Bool) {
        guard let (loop, voice) = connection.withLock({ $0 }) else { return }
        if clean {
            session.goodbye(of: attempt)
            // The connection is closed next: the client is to know that all was heard.
            voice.value.speak()
        } else if session.lost(attempt) {
            loop.scheduleTask(in: TimeAmount(session.patience)) { [session, attempt] in
                session.expire(after: attempt)
            }
        }
    }
}

/// What the station says to a DJ on the answer's side of the connection: a sign of life five times a second, with how
/// much has come, and in between what there is to say. Runs on the connection's event loop.
final class DownlinkVoice: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let line: UplinkLine
    private var context: ChannelHandlerContext?
    private var beating: Scheduled<Void>?
    private static let pause = TimeAmount.milliseconds(200)

    init(_ line: UplinkLine) { self.line = line }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let voice = NIOLoopBound(self, eventLoop: context.eventLoop)
        line.session.downlink.listen(as: line.attempt) {
            voice.eventLoop.execute { voice.value.speak() }
        }
        beat()
    }

    private func beat() {
        speak()
        beating = context?.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) { [self] in beat() }
    }

    func speak() {
        // A client that does not read is not told more; what is newest waits for it.
        guard let context, context.channel.isActive, context.channel.isWritable,
            line.session.isServed(by: line.attempt)
        else { return }
        var words = "{\"received\":\(line.session.received)}\n"
        let (lines, isLast) = line.session.downlink.take()
        for line in lines { words += line + "\n" }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: words)), promise: nil)
        if isLast { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        beating?.cancel()
        self.context = nil
        line.session.downlink.leave(as: line.attempt)
    }
}
