import NIOCore

@testable import Server

/// A source's body in chunks: however it is cut on the way, the same audio comes out, or the same fault.
func takeBody(_ bytes: [UInt8]) {
    guard let head = try? RequestHead(lines: chunkedHead) else { fatalError("the head is no head") }
    let whole = audio(of: [bytes[...]], head)
    let dripped = audio(of: bytes.indices.map { bytes[$0...$0] }, head)
    precondition(whole.bytes.starts(with: dripped.bytes) || dripped.bytes.starts(with: whole.bytes))
    precondition(whole.isComplete == dripped.isComplete && whole.isBroken == dripped.isBroken)
    if !whole.isBroken { precondition(whole.bytes == dripped.bytes) }
    precondition(whole.bytes.count <= bytes.count)
}

private let chunkedHead = ["PUT /live HTTP/1.1", "Transfer-Encoding: chunked"].map { ArraySlice($0.utf8) }

private func audio(
    of pieces: [ArraySlice<UInt8>], _ head: RequestHead
) -> (bytes: [UInt8], isComplete: Bool, isBroken: Bool) {
    var body = SourceBody(head)
    var unread = ByteBuffer()
    var audio: [UInt8] = []
    for piece in pieces {
        unread.writeBytes(piece)
        do {
            while let next = try body.next(&unread) { audio += next.readableBytesView }
        } catch {
            return (audio, body.isComplete, true)
        }
    }
    return (audio, body.isComplete, false)
}
