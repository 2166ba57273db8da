import Codecs
import Foundation

@testable import Server

/// The value of an Authorization field: user and password come through, whatever they are.
func takeLogin(_ bytes: [UInt8]) {
    let lines = [ArraySlice("GET / HTTP/1.1".utf8), ArraySlice("Authorization: ".utf8) + bytes]
    guard let head = try? RequestHead(lines: lines), let login = Credentials(head) else { return }
    precondition(!login.user.contains(":"))
    let again = Data("\(login.user):\(login.password)".utf8).base64EncodedString()
    guard let same = try? RequestHead(lines: [lines[0], ArraySlice("authorization: basic \(again)".utf8)])
    else {
        preconditionFailure("our own login is no head")
    }
    precondition(Credentials(same) == login, "\(login)")
    precondition(isSameSecret(login.password, login.password) != login.password.isEmpty)
}

/// A title as encoders send it to /admin/metadata: a query and a form, parted by a zero. It ends up in one line, in
/// one block and in one element.
func takeTitle(_ bytes: [UInt8]) {
    let texts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
    let words = Parameters(texts[0], form: texts.count == 2 ? texts[1] : "")
    let title = Title(
        artist: words["artist"], title: words["title"] ?? words["song"] ?? "", album: words["album"])
    let line = title.line
    precondition(!line.unicodeScalars.contains { $0.properties.generalCategory == .control })

    let block = IcyMetadata.block(for: title)
    precondition(block.count == 1 + 16 * Int(block[0]) && block.count <= 4081)
    let text = String(decoding: block.dropFirst().prefix { $0 != 0 }, as: UTF8.self)
    // By bytes, as players read: a mark behind the apostrophe makes another character of it.
    precondition(
        text.utf8.starts(with: "StreamTitle='".utf8) && text.utf8.suffix(2).elementsEqual("';".utf8), text)
    let end = Array("';".utf8)
    let ends = zip(text.utf8, text.utf8.dropFirst()).filter { [$0, $1] == end }
    precondition(ends.count == 1, text)

    let element = xmlEscaped(line)
    precondition(!element.contains("<") && !element.contains("\""))
}
