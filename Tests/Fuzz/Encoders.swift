import Codecs
import NIOCore

@testable import Server

/// What an encoder says at the SHOUTcast port: however the bytes arrive, the same lines come out and the same audio is left,
/// and nothing in a line can become another one.
func takeShoutcast(_ bytes: [UInt8]) {
    let whole = lines(of: [bytes[...]])
    let dripped = lines(of: bytes.indices.map { bytes[$0...$0] })
    precondition(whole.said == dripped.said, "\(whole.said) \(dripped.said)")
    if whole.said.last != .tooLong { precondition(whole.left == dripped.left) }
    for case .line(let line) in whole.said {
        precondition(!line.unicodeScalars.contains("\n") && line.unicodeScalars.last != "\r")
        precondition(line.unicodeScalars.count <= ShoutcastLines.longestLine)
        if let login = SourceLogin(line) {
            precondition(!login.name.isEmpty && !login.name.contains(" ") && !login.name.contains(":"))
            precondition("\(login.name):\(login.secret)" == line)
        }
        guard let name = ShoutcastLines.showName(in: line) else { continue }
        let title = Title(title: name).title
        precondition(!title.unicodeScalars.contains { $0.properties.generalCategory == .control })
    }
}

/// Everything up to the audio, or to what is refused; and the bytes that are left then.
private func lines(
    of pieces: [ArraySlice<UInt8>]
) -> (said: [ShoutcastLines.Outcome], left: [UInt8]) {
    var reader = ShoutcastLines(limit: 1024)
    var said: [ShoutcastLines.Outcome] = []
    for piece in pieces {
        reader.append(ByteBuffer(bytes: piece))
        while said.last != .line(""), said.last != .tooLong {
            let outcome = reader.next()
            guard outcome != .more else { break }
            said.append(outcome)
        }
    }
    return (said, Array(reader.unread.readableBytesView))
}
