import Foundation
import TestKit

/// One signal that counts its own frames for exactly a minute, cut into files of every format that people have, each
/// with a title. Played in their order, again and again, they are one endless count: whoever listens, and however,
/// hears a single stretch in which no frame is lost, doubled or silent, and can tell where in it each title belongs.
enum CounterMusic {
    struct Piece: Sendable {
        let number: Int
        /// The ending of the file's name.
        let form: String
        /// Hertz of the file.
        let rate: Int
        /// Where it begins in the minute, and how long it is, in tenths of a second: whole frames at both rates.
        let start: Int
        let length: Int

        var artist: String { ["Zählwerk", "Счётчик", "Zähl & Werk"][number % 3] }
        var title: String { "Abschnitt \(number)" }
        /// As players show it.
        var words: String { "\(artist) - \(title)" }
        /// Nobody tagged the WAV files: their titles come from their names.
        var file: String { (form == "wav" ? "\(place). \(words)" : place) + ".\(form)" }
        private var place: String { String(String(number + 100).dropFirst()) }
        var isLossless: Bool { form == "wav" || form == "flac" }
        /// The count of its first frame on air, and behind its last, at 44.1 kHz.
        var frames: Range<Int> { (start * 4_410)..<((start + length) * 4_410) }
    }

    /// Frames of all of them together.
    static let period = TestSignal.counterPeriod()

    /// In the order of their names: each form twice in a row, so that there are seams within each and between all.
    static let pieces: [Piece] = {
        let forms = [
            ("flac", 44_100), ("flac", 44_100), ("wav", 44_100), ("mp3", 44_100), ("mp3", 44_100),
            ("ogg", 44_100), ("ogg", 44_100), ("m4a", 44_100), ("m4a", 44_100), ("flac", 48_000),
            ("flac", 48_000), ("mp3", 48_000), ("mp3", 48_000), ("opus", 48_000), ("opus", 48_000),
            ("ogg", 48_000), ("m4a", 48_000), ("wav", 48_000),
        ]
        var pieces: [Piece] = []
        var start = 0
        for (index, (form, rate)) in forms.enumerated() {
            let length = index == forms.count - 1 ? 600 - start : 30 + index * 5 % 8
            pieces.append(
                Piece(number: index + 1, form: form, rate: rate, start: start, length: length))
            start += length
        }
        return pieces
    }()

    /// The piece to which a title belongs.
    static func piece(shownAs words: String) -> Piece? { pieces.first { $0.words == words } }

    /// Makes the files. Blocks the calling thread.
    ///
    /// - Parameter hiss: the peak of noise that is laid over the count. A count alone needs so few bits that players
    ///   that fill a buffer by bytes would wait for a quarter of a minute.
    static func fill(_ folder: URL, hiss: Float = 0) throws {
        for piece in pieces {
            let tenth = piece.rate / 10
            let count = TestSignal.counter(
                from: piece.start * tenth, frames: piece.length * tenth, rate: piece.rate)
            let samples = (hiss > 0 ? count.under(hiss, seed: UInt64(piece.number)) : count).wav()
            let path = folder.appendingPathComponent(piece.file).path
            guard piece.form != "wav" else {
                try Data(samples).write(to: URL(fileURLWithPath: path))
                continue
            }
            let tags = ["-metadata", "artist=\(piece.artist)", "-metadata", "title=\(piece.title)"]
            let result = try Tool.run(
                "ffmpeg", ["-v", "error", "-nostdin", "-i", "pipe:0"] + encoder(piece.form) + tags + [path],
                input: samples)
            guard result.status == 0 else { throw StationTrouble("ffmpeg: \(result.errors)") }
        }
    }

    private static func encoder(_ form: String) -> [String] {
        switch form {
        case "mp3": ["-c:a", "libmp3lame", "-b:a", "192k"]
        case "ogg": ["-c:a", "libvorbis", "-q:a", "6"]
        case "opus": ["-c:a", "libopus", "-b:a", "160k"]
        case "m4a": ["-c:a", "aac", "-b:a", "192k"]
        default: ["-c:a", "flac"]
        }
    }
}

extension TestSignal {
    /// This signal with white noise on it, another on each side.
    func under(_ hiss: Float, seed: UInt64) -> TestSignal {
        let noise = TestSignal.noise(seed: seed, frames: count, rate: rate, level: hiss)
        return TestSignal(
            left: left.indices.map { left[$0] + noise.left[$0] },
            right: right.indices.map { right[$0] + noise.right[$0] }, rate: rate)
    }
}
