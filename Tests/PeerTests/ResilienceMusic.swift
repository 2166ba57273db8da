import Foundation
import TestKit

/// Tracks that say themselves which they are: a signal that counts its own frames for a minute, cut into pieces of the
/// same length. Whoever hears a twentieth of a second of the station knows which frame of which file it is, and whether
/// something was lost, doubled or silent before it.
///
/// Each station gets copies of files that are made once a run, by ffmpeg: a debug build of ours would take a minute.
struct ResilienceMusic: Hashable, Sendable {
    /// Seconds of a piece, a divisor of 60.
    var seconds = 4
    /// `flac`, `mp3`, `ogg`, `m4a`, `opus` or `wav`: the ending of the names.
    var form = "flac"

    /// The pieces by number; 1 is the beginning of the count.
    var pieces: ClosedRange<Int> { 1...(60 / seconds) }
    /// Frames of a piece, at the engine's rate.
    var frames: Int { seconds * 44_100 }

    static func title(_ piece: Int) -> String { "Stück \(piece)" }
    func file(_ piece: Int) -> String { "\(piece < 10 ? "0" : "")\(piece).\(form)" }

    /// The number of the piece in a file of ours, whatever folder it is in.
    static func piece(of file: String?) -> Int? {
        file.flatMap { Int(($0 as NSString).lastPathComponent.prefix(2)) }
    }

    private static let made = Locked<[ResilienceMusic: TemporaryDirectory]>([:])

    /// Puts pieces into a folder: all of them, or some.
    func fill(_ folder: URL, with some: [Int]? = nil) async throws {
        try await aside {
            // Locked while they are made, so that they are made once.
            try Self.made.withLock { made in
                let source = try made[self] ?? TemporaryDirectory()
                made[self] = source
                let names = (some ?? Array(self.pieces)).map { ($0, source.path + "/" + self.file($0)) }
                try self.make(names.filter { !FileManager.default.fileExists(atPath: $0.1) })
                for (piece, path) in names {
                    let place = folder.appendingPathComponent(self.file(piece)).path
                    try FileManager.default.copyItem(atPath: path, toPath: place)
                }
            }
        }
    }

    /// Makes pieces at these paths, all of them in one go.
    private func make(_ pieces: [(number: Int, path: String)]) throws {
        guard !pieces.isEmpty else { return }
        let encoder =
            switch form {
            case "mp3": ["-c:a", "libmp3lame", "-b:a", "192k"]
            case "ogg": ["-c:a", "libvorbis", "-q:a", "6"]
            case "opus": ["-c:a", "libopus", "-b:a", "160k"]
            case "m4a": ["-c:a", "aac", "-b:a", "192k"]
            case "wav": ["-c:a", "pcm_s16le"]
            default: ["-c:a", "flac"]
            }
        let tones = ["441", "897", "1323.5", "(2205+1/60)"].map { "sin(2*PI*\($0)*t)" }
        let count = "aevalsrc=0.12*(\(tones.joined(separator: "+"))):c=mono:s=44100:d=60"
        var words = ["-v", "error", "-nostdin", "-f", "lavfi", "-i", count]
        for (number, path) in pieces {
            words += ["-ss", "\((number - 1) * seconds)", "-t", "\(seconds)", "-ac", "2"] + encoder
            words += ["-metadata", "artist=Zählwerk", "-metadata", "title=\(Self.title(number))", path]
        }
        let result = try Tool.run("ffmpeg", words)
        guard result.status == 0 else { throw StationTrouble("ffmpeg: \(result.errors)") }
    }
}
