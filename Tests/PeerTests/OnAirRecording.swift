import Foundation
import TestKit

/// What a listener got in bytes: taken by curl, several of them at once, until they are told that it is enough.
final class OnAirRecording: Sendable {
    private let curl: RunningProgram
    private let folder: TemporaryDirectory

    init(_ url: String, fields: [String] = []) throws {
        folder = try TemporaryDirectory()
        curl = try RunningProgram(
            "curl",
            ["-sSN", "-D", folder.path + "/head", "-o", folder.path + "/body"]
                + fields.flatMap { ["-H", $0] } + [url])
    }

    /// The bytes that came so far.
    var count: Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: folder.path + "/body")
        return attributes?[.size] as? Int ?? 0
    }

    /// Whether the connection still stands.
    var isListening: Bool { curl.status == nil }

    /// Hangs up, and gives what came.
    func stop() async throws -> (head: [String: String], body: [UInt8]) {
        curl.signal(SIGTERM)
        try await curl.wait(.seconds(10))
        let head = try String(contentsOfFile: folder.path + "/head", encoding: .utf8)
        var fields: [String: String] = [:]
        for line in head.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces)
        }
        return (fields, [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.path + "/body"))))
    }
}

/// ICY blocks taken out of a body.
struct IcyBody {
    /// The bytes without the blocks.
    let stream: [UInt8]
    /// Where each block stood in them, and its title; nil where the block was empty.
    let blocks: [(at: Int, title: String?)]

    init(_ body: [UInt8], interval: Int) {
        var stream: [UInt8] = []
        var blocks: [(at: Int, title: String?)] = []
        var at = 0
        while at + interval < body.count {
            stream += body[at..<(at + interval)]
            at += interval
            let length = Int(body[at]) * 16
            guard at + 1 + length <= body.count else { break }
            let text = String(decoding: body[(at + 1)..<(at + 1 + length)].prefix { $0 != 0 }, as: UTF8.self)
            let title = text.firstMatch(of: /^StreamTitle='(.*?)';/)?.1
            blocks.append((stream.count, title.map { String($0) }))
            at += 1 + length
        }
        if at < body.count, stream.count % interval == 0 {
            stream += body[at..<min(body.count, at + interval)]
        }
        self.stream = stream
        self.blocks = blocks
    }
}

extension OggPage {
    /// The whole pages at the beginning of bytes that may end anywhere.
    static func wholePages(in bytes: [UInt8]) throws -> [OggPage] {
        do {
            return try pages(in: bytes)
        } catch .cutShort(let place) {
            return try pages(in: Array(bytes[..<place]))
        } catch .noPage(let place) where bytes.count - place < 5 {
            return try pages(in: Array(bytes[..<place]))
        }
    }
}

/// vorbis-tools on bytes.
enum VorbisTools {
    /// What oggdec makes of a stream: 16-bit samples, left and right in turn.
    static func decode(_ stream: [UInt8]) throws -> [Int16] {
        try withFile(stream) { file, folder in
            let result = try Tool.run("oggdec", ["-Q", "-R", "-o", folder + "/out", file])
            guard result.status == 0 else { throw StationTrouble("oggdec: \(result.errors)") }
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/out"))
            return bytes.withUnsafeBytes { bytes in
                (0..<(bytes.count / 2)).map {
                    Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * $0, as: Int16.self))
                }
            }
        }
    }

    /// What ogginfo complains of.
    static func complaints(_ stream: [UInt8]) throws -> [String] {
        try withFile(stream) { file, _ in
            let result = try Tool.run("ogginfo", [file])
            let lines = String(decoding: result.output, as: UTF8.self).split(separator: "\n")
            return lines.filter { $0.contains("WARNING") || $0.contains("ERROR") }.map { String($0) }
        }
    }

    private static func withFile<R>(_ bytes: [UInt8], _ body: (String, String) throws -> R) throws -> R {
        let folder = try TemporaryDirectory()
        try Data(bytes).write(to: URL(fileURLWithPath: folder.path + "/in.ogg"))
        return try body(folder.path + "/in.ogg", folder.path)
    }
}
