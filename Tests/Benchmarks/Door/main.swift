// The front door with nothing behind it: serves the Ogg stream that it reads from standard input, page for page, as
// fast as it comes. For the benchmark of a bit rate that no mount's codec reaches.
//
// Prints its port, and ends with its input. The main thread waits for pages, and nothing else runs on it.

import Audio
import Broadcast
import Codecs
import Foundation
import Logging
import Server

/// So many bytes of the input; nil at its end.
func take(_ count: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    while bytes.count < count {
        guard let more = try? FileHandle.standardInput.read(upToCount: count - bytes.count), !more.isEmpty
        else { return nil }
        bytes += more
    }
    return bytes
}

/// A page, and the frame that it ends with (RFC 3533, section 6).
func takePage() -> (bytes: [UInt8], end: Int64)? {
    guard let head = take(27), let lengths = take(Int(head[26])),
        let body = take(lengths.reduce(0) { $0 + Int($1) })
    else { return nil }
    let end = head[6..<14].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return (head + lengths + body, Int64(bitPattern: end))
}

let mount = Mount(
    MountDescription(
        path: "/stream.ogg", contentType: "application/ogg", subtype: "FLAC", bitrate: 1_500_000,
        quality: nil,
        hasLinks: false, name: "Benchmark", description: "", genre: "", url: ""))
let door = FrontDoor(
    configuration: FrontDoorConfiguration(
        listen: [ListenAddress(host: "127.0.0.1", port: 0)],
        station: StationTexts(name: "Benchmark", description: "")),
    mounts: [mount], logger: Logger(label: "door"),
    now: { Int64(Date().timeIntervalSince1970 * 1e9) })
FileHandle.standardOutput.write(Data("\(try await door.start()[0])\n".utf8))

let link = LinkHeaders(bytes: [])
var headers: [UInt8] = []
while let page = takePage() {
    if page.end == 0 {
        headers += page.bytes
        mount.open(plainHeaders: headers)
    } else if page.end > 0 {
        mount.append(
            StreamPage(
                plain: page.bytes, chained: [], link: link, startsLink: false,
                end: FrameTime(frames: page.end),
                title: nil))
    }
}
await door.shutdown()
