import Audio
import Broadcast
import Codecs
import Foundation
import Logging
import NIOCore

@testable import Server

/// A front desk behind no socket: with a mount that runs, and one for which that one stands in by a redirect.
private let desk: FrontDesk = {
    let running = mount("/stream.ogg", "application/ogg")
    running.open(plainHeaders: [])
    let link = LinkHeaders(bytes: [])
    running.append(
        StreamPage(
            plain: [0], chained: [0], link: link, startsLink: true, end: FrameTime(frames: 1), title: nil))
    let configuration = FrontDoorConfiguration(
        listen: [], station: StationTexts(name: "Fuzz", description: ""),
        trustedProxies: [AddressRange("127.0.0.0/8")].compactMap(\.self))
    let desk = FrontDesk(
        configuration, mounts: [], titles: nil, logger: Logger(label: "fuzz"), now: { 0 })
    _ = desk.setMounts(
        [running, mount("/old", "audio/mpeg")], rules: ["/old": MountRules(fallback: "/stream.ogg")])
    return desk
}()

private func mount(_ path: String, _ contentType: String) -> Mount {
    Mount(
        MountDescription(
            path: path, contentType: contentType, subtype: "", bitrate: 128_000, quality: nil, name: "Fuzz",
            description: "", genre: "", url: ""))
}

/// Requests of one connection: however the bytes arrive, they are the same requests, and nothing of them can become a
/// line of its own in an answer.
func takeHeads(_ bytes: [UInt8]) {
    var reader = HeadReader(limit: 1024)
    reader.append(ByteBuffer(bytes: bytes))
    let atOnce = outcomes(&reader)

    var dripped = HeadReader(limit: 1024)
    var inDrips: [HeadReader.Outcome] = []
    for byte in bytes {
        dripped.append(ByteBuffer(bytes: [byte]))
        inDrips += outcomes(&dripped)
        if case .refused = inDrips.last { break }
    }
    precondition(atOnce == inDrips, "\(atOnce) \(inDrips)")
    for outcome in atOnce {
        switch outcome {
        case .head(let head): answer(head)
        case .refused(let refusal): check(refusal)
        case .more: break
        }
    }
}

/// Everything up to the one that ends the connection.
private func outcomes(_ reader: inout HeadReader) -> [HeadReader.Outcome] {
    var all: [HeadReader.Outcome] = []
    while true {
        let outcome = reader.next()
        switch outcome {
        case .more: return all
        case .head: all.append(outcome)
        case .refused: return all + [outcome]
        }
    }
}

private func answer(_ head: RequestHead) {
    precondition(
        head.path == "*" || !head.path.unicodeScalars.contains { $0.properties.generalCategory == .control })
    for field in head.fields {
        precondition(!field.name.isEmpty && field.name.utf8.allSatisfy(isToken))
        precondition(field.value.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x09 })
    }
    let peer = NetworkAddress("127.0.0.1")
    let visitor = Visitor(
        head, peer: peer, isEncrypted: false, trustedProxies: desk.configuration.trustedProxies)
    precondition(visitor.authority(desk).utf8.allSatisfy { $0 > 0x20 && !"<>\"'\\".utf8.contains($0) })
    precondition(headerValue(head["user-agent"] ?? "").count <= 255)
    _ = head.keepsConnection
    do throws(Refusal) {
        if let length = try head.formLength(most: 1024) { precondition((1...1024).contains(length)) }
        _ = try Errand(of: head, by: visitor, at: desk)
    } catch {
        check(error)
    }
}

/// An answer is one head, each line of which is ours.
private func check(_ refusal: Refusal) {
    precondition((300..<600).contains(refusal.status))
    let response = refusal.response(minorVersion: 1)
    guard let end = response.range(of: "\r\n\r\n") else {
        preconditionFailure("no end of the head: \(response)")
    }
    for line in response[..<end.lowerBound].components(separatedBy: "\r\n").dropFirst() {
        precondition(line.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } && line.contains(": "), "\(line)")
    }
    precondition(response.utf8.count < 4096)
}
