internal import NIOCore

/// One connection to the station, on the uplink's event loop: reads the answer's head and then its lines, within bounds,
/// and hands them on. It decides nothing.
final class UplinkConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case head
        /// Behind a refusal stands a sentence.
        case sentence(UplinkReply)
        case lines
    }

    let number: Int
    private let target: UplinkTarget
    private let report: (UplinkMachine.Event) -> Void
    private var state = State.head
    private var unread = ByteBuffer()
    private var failure: String?
    private(set) var channel: (any Channel)?
    /// Nobody wants to hear of it any more.
    private var isForgotten = false

    /// The longest head, and the longest line.
    private static let longest = 8_192

    init(
        _ number: Int, of target: UplinkTarget, report: @escaping (UplinkMachine.Event) -> Void
    ) {
        self.number = number
        self.target = target
        self.report = report
    }

    func write(_ bytes: [UInt8]) {
        guard let channel else { return }
        let (count, number) = (bytes.count, number)
        channel.write(ByteBuffer(bytes: bytes)).assumeIsolated().whenSuccess { [report] in
            report(.wrote(number, bytes: count))
        }
    }

    func flush() { channel?.flush() }

    func close() {
        isForgotten = true
        channel?.close(promise: nil)
    }

    /// The connection could not be made.
    func failed(_ why: String) { tell(.closed(number, why: why)) }

    private func tell(_ event: UplinkMachine.Event) {
        if !isForgotten { report(event) }
    }

    // MARK: Told by the connection

    func channelActive(context: ChannelHandlerContext) {
        guard !isForgotten else { return context.close(promise: nil) }
        channel = context.channel
        tell(.opened(number))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unread.writeImmutableBuffer(unwrapInboundIn(data))
        while !isForgotten, let line = nextPart() { take(line) }
        unread.discardReadBytes()
        if unread.readableBytes > Self.longest {
            failure = "The station answers with something else than HTTP."
            context.close(promise: nil)
        }
    }

    /// A head, or a line, without its end.
    private func nextPart() -> [UInt8]? {
        let bytes = unread.readableBytesView
        switch state {
        case .sentence: return nil
        case .lines:
            guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            return unread.readBytes(length: end + 1 - bytes.startIndex)
        case .head:
            var length = 0
            for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                .dropLast()
            {
                length += line.count + 1
                if line.isEmpty || line.elementsEqual([13]) { return unread.readBytes(length: length) }
            }
            return nil
        }
    }

    private func take(_ part: [UInt8]) {
        guard case .head = state else { return tell(.heard(number, UplinkLine(json: part))) }
        guard let reply = UplinkReply(head: String(decoding: part, as: UTF8.self)) else {
            failure = "The station answers with something else than HTTP."
            channel?.close(promise: nil)
            return
        }
        switch reply.status {
        // RFC 9110, 15.2: what is under way is no answer.
        case 100..<200: break
        case 200:
            state = .lines
            tell(.replied(number, reply))
        default: state = .sentence(reply)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failure = failure ?? UplinkFailure.words(error, target)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .sentence(var reply) = state {
            let text = unread.readString(length: min(500, unread.readableBytes)) ?? ""
            reply.sentence =
                text.contains("<") ? "" : UplinkWire.visible(String(text.prefix { !$0.isNewline }))
            tell(.replied(number, reply))
        }
        tell(.closed(number, why: failure ?? "The station has closed the line."))
        channel = nil
    }
}
