internal import NIOCore

/// A DJ's connection: the only handler that it has. Runs on its event loop; hands the audio on as it comes, and stops
/// reading while there is no room for more, so that nothing is queued here but what one read brought.
final class Source: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let line: any SourceLine
    private var body: SourceBody
    private let welcome: String
    /// What has come and is not taken apart yet, and what of the audio has found no room.
    private var unread: ByteBuffer
    private var audio = ByteBuffer()
    private let patience: Duration
    private var watch: Scheduled<Void>?
    private var isWaitingForRoom = false
    private var hasHungUp: Bool
    private var isOver = false

    /// How soon audio that found no room is offered again.
    private static let pause = TimeAmount.milliseconds(20)

    /// - Parameters:
    ///   - welcome: what the client is told first.
    ///   - rest: what came behind the head.
    ///   - hasHungUp: whether nothing follows that.
    ///   - patience: how long it may send nothing.
    init(
        _ line: any SourceLine, body: SourceBody, welcome: String, rest: ByteBuffer, hasHungUp: Bool,
        patience: Duration
    ) {
        self.line = line
        self.body = body
        self.welcome = welcome
        self.hasHungUp = hasHungUp
        self.patience = patience
        unread = rest
    }

    /// What a client wants to hear before it sends, whatever HTTP says of a PUT; and none of them more of it, but for the
    /// lines of fields that it has asked for.
    static func welcome(_ head: RequestHead, fields: String = "") -> String {
        let expects = head["expect"]?.lowercased().contains("100-continue") == true
        return (expects ? "HTTP/1.1 100 Continue\r\n\r\n" : "") + "HTTP/1.0 200 OK\r\n" + fields + "\r\n"
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // A listener has next to nothing to say; a DJ has. Fails only on a closed channel, which is told in another way.
        _ = try? context.channel.syncOptions?.setOption(
            .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 16_384))
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: welcome)), promise: nil)
        wait(context)
        pump(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unread.writeImmutableBuffer(unwrapInboundIn(data))
        wait(context)
        pump(context)
    }

    private func pump(_ context: ChannelHandlerContext) {
        guard !isOver, !isWaitingForRoom else { return }
        do throws(SourceBody.Broken) {
            while true {
                if audio.readableBytes == 0 {
                    guard let next = try body.next(&unread) else { break }
                    audio = next
                }
                audio.moveReaderIndex(forwardBy: audio.withUnsafeReadableBytes { line.take($0) })
                if audio.readableBytes > 0 { return waitForRoom(context) }
            }
        } catch {
            return end(clean: false, context)
        }
        unread.discardReadBytes()
        if body.isComplete || hasHungUp {
            end(clean: body.endsWithTheConnection, context)
        } else {
            setReading(true, context)
        }
    }

    private func waitForRoom(_ context: ChannelHandlerContext) {
        setReading(false, context)
        isWaitingForRoom = true
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) { [self] in
            isWaitingForRoom = false
            // Whoever is not read cannot be blamed for silence.
            if !isOver { wait(context) }
            pump(context)
        }
    }

    /// Gives the client its time anew.
    private func wait(_ context: ChannelHandlerContext) {
        watch?.cancel()
        watch = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(patience)) { [self] in
            end(clean: false, context)
        }
    }

    private func end(clean: Bool, _ context: ChannelHandlerContext) {
        guard !isOver else { return }
        isOver = true
        watch?.cancel()
        line.end(clean: clean)
        context.close(promise: nil)
    }

    private func setReading(_ isOn: Bool, _ context: ChannelHandlerContext) {
        // Fails only on a closed channel, which has nothing to read.
        _ = try? context.channel.syncOptions?.setOption(.autoRead, value: isOn)
    }

    // MARK: Told by the connection

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .some(ChannelEvent.inputClosed) = event as? ChannelEvent else { return }
        hasHungUp = true
        pump(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { end(clean: false, context) }

    func channelInactive(context: ChannelHandlerContext) { end(clean: false, context) }
}
