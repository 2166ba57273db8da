internal import Audio
internal import Calendar
internal import Codecs
internal import Foundation
internal import History
internal import Playout
internal import Programme
internal import Synchronization

/// Renders a span of the programme into a file: the same engine as on air, as fast as the machine allows.
///
/// What has been on air is rendered as the journal tells it, what is to come as the timeline plans it. Blocks the
/// calling thread, which must be one that may wait.
public struct Render {
    /// Renders `seconds` from an instant on.
    ///
    /// - Parameters:
    ///   - from: nanoseconds since 1970-01-01T00:00Z.
    ///   - output: a path that ends in `.ogg` (Vorbis, a link for each title), `.mp3`, `.opus` or `.wav` (the mix, 32-bit
    ///     float); nil for Ogg on standard output.
    ///   - progress: called a few times a second with the part that is done, 0…1, measuring included.
    /// - Returns: what the file holds, in order.
    public static func run(
        configuration: Configuration, from: Int64, seconds: Double, output: String?,
        progress: (Double) -> Void = { _ in }
    ) throws(RenderError) -> [OnAirItem] {
        guard seconds > 0, seconds <= 31 * 86_400 else {
            throw RenderError("A render is at most 31 days long (--for).")
        }
        let start = Instant(wallNanoseconds: from)
        let length = Length(seconds: seconds)
        let opener = MediaOpener(program: Programs.media, isOnAir: false)
        defer { opener.stop() }
        let timeline = try timeline(configuration, from: start, length: length) { progress($0 / 2) }
        let journal = RenderJournal()
        let renderer = Renderer(
            settings: PlayoutSettings(
                stationName: configuration.station.name, loudness: configuration.programme.loudness,
                emergency: configuration.programme.emergency),
            journal: journal)
        let file = try OutputFile(output)
        var shown = 0.0
        let report: (Length) -> Bool = { done in
            if done.seconds - shown >= seconds / 1_000 {
                shown = done.seconds
                progress(min(1, done.seconds / seconds))
            }
            return !file.hasFailed
        }
        if let output, output.hasSuffix(".wav") {
            file.write(FloatWAV.header(frames: length.frames))
            renderer.mix(timeline, from: start, length: length, opener: opener, progress: report) {
                block, count in
                file.write(FloatWAV.samples(block, count: count))
            }
        } else {
            let format = format(of: output, configuration)
            let hasLinks = format.hasLinks
            renderer.run(
                timeline, from: start, length: length, format: format, opener: opener,
                output: RenditionOutput(
                    open: { headers in if !hasLinks { file.write(headers) } },
                    page: { page in
                        if page.startsLink { file.write(page.link.bytes) }
                        file.write(hasLinks ? page.chained : page.plain)
                    }),
                progress: report)
        }
        try file.finish()
        let words = ItemWords(zone: configuration.station.timezone)
        return journal.items.filter { $0.start < start + length }.map { item in
            var item = item
            item.length = item.length.map { min($0, start + length - item.start) }
            return words.item(item)
        }
    }

    /// What the output's ending asks for, as the first mount of that codec has it.
    private static func format(of output: String?, _ configuration: Configuration) -> StreamFormat {
        let standard: StreamFormat =
            switch output?.split(separator: ".").last {
            case "mp3": .mp3(bitrate: 128_000)
            case "opus": .opus(bitrate: 96_000)
            default: .vorbis(quality: 5)
            }
        return configuration.mounts.map(\.format).first { $0.name == standard.name } ?? standard
    }

    /// The plan of the span: what was on air, as far as the journal has it, and what the slots' plans say after it.
    static func timeline(
        _ configuration: Configuration, from: Instant, length: Length, progress: (Double) -> Void
    ) throws(RenderError) -> Timeline {
        let history = History.forCommand(configuration)
        defer { history.stop() }
        let timeline: Timeline
        do {
            let programming = try measured(configuration, history, progress: progress)
            let now = Daemon.now()
            let state = try history.latestState(at: now)?.1 ?? Timeline.State()
            let aired = try history.aired(from: from, to: min(from + length, now), limit: 100_000)
            let index = Dictionary(try history.library().map { ($0.path, $0) }) { _, newer in newer }
            timeline = Timeline(programming, state: state)
                .replaying(aired.compactMap { $0.replayed(index[$0.file]) })
        } catch {
            throw RenderError("\(error)")
        }
        guard timeline.item(at: from) != nil || configuration.programme.emergency != nil else {
            throw RenderError(
                "There is nothing to render: no track of \(configuration.programme.standard) can be played. "
                    + "See: funkhaus check.")
        }
        return timeline
    }

    /// The programming with every file measured; what is measured here, the daemon need not measure again.
    static func measured(
        _ configuration: Configuration, _ history: History, progress: (Double) -> Void
    ) throws(AlmanacProblem) -> Programming {
        let meter = MediaMeter(program: Programs.media)
        let library = MusicLibrary(
            configuration: configuration,
            schedule: try configuration.schedule(with: CalendarShelf(configuration).shows(of: configuration)),
            measure: { MusicLibrary.measure($0, with: meter) },
            store: { history.keep([$0]) },
            upcoming: { [] },
            now: Daemon.now, changed: { _ in })
        // Without an index every file is measured anew.
        library.know((try? history.library()) ?? [])
        library.scanned(PlaylistScan.all(of: configuration))
        library.measureAll { done, all in progress(Double(done) / Double(all)) }
        return library.programming
    }
}

/// Why a render could not be made, in a sentence with the remedy.
public struct RenderError: Error, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}

extension Aired {
    /// What a render needs of it; nil for what is still on air, which the plan knows, and for the tone.
    fileprivate func replayed(_ entry: LibraryEntry?) -> (item: Item, offset: Length, length: Length)? {
        guard let length, length > .zero, !file.isEmpty else { return nil }
        let whole = entry?.length
        let track = Track(
            file: file, key: key ?? file, length: whole, loudness: entry?.loudness, truePeak: entry?.truePeak,
            artist: artist,
            title: title, album: album)
        var item = Item(
            kind: kind, track: track, start: start, length: length, after: Cursor(), show: show)
        // Where nobody and nothing cut it short, its slot ended, and it was faded.
        if why == nil, let whole, offset + length < whole { item.until = start + length }
        return (item, offset, length)
    }
}

/// The file, or the standard output, that a render goes to.
private final class OutputFile: Sendable {
    private let descriptor: Int32
    private let path: String
    private let failure = Mutex<Int32>(0)

    init(_ path: String?) throws(RenderError) {
        self.path = path ?? "Standard output"
        if let path {
            guard [".ogg", ".mp3", ".opus", ".wav"].contains(where: path.hasSuffix) else {
                throw RenderError(
                    "--output \(path): the name must end in .ogg, .mp3, .opus or .wav, or be - for Ogg on standard "
                        + "output.")
            }
            descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else {
                throw RenderError("\(path) cannot be written: \(String(cString: strerror(errno))).")
            }
        } else {
            descriptor = 1
        }
    }

    var hasFailed: Bool { failure.withLock { $0 != 0 } }

    func write(_ bytes: [UInt8]) {
        guard !hasFailed else { return }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let code = errno
                return failure.withLock { $0 = code }
            }
            rest = rest.dropFirst(count)
        }
    }

    func finish() throws(RenderError) {
        if descriptor != 1 { close(descriptor) }
        let code = failure.withLock { $0 }
        guard code == 0 else {
            throw RenderError("\(path) could not be written: \(String(cString: strerror(code))).")
        }
    }
}

/// A WAV file of the mix: 44,100 Hz, stereo, 32-bit float, little-endian (RIFF, format 3).
private enum FloatWAV {
    static func header(frames: Int64) -> [UInt8] {
        let data = UInt32(clamping: frames * 8)
        let rate = UInt32(EngineFormat.sampleRate)
        return Array("RIFF".utf8) + bytes(data &+ 36) + Array("WAVEfmt ".utf8) + bytes(UInt32(16))
            + bytes(UInt16(3)) + bytes(UInt16(2)) + bytes(rate) + bytes(rate * 8) + bytes(UInt16(8))
            + bytes(UInt16(32)) + Array("data".utf8) + bytes(data)
    }

    static func samples(_ block: borrowing AudioBlock, count: Int) -> [UInt8] {
        block.withChannels(reading: { (left: Span<Float>, right: Span<Float>) in
            var samples: [UInt8] = []
            samples.reserveCapacity(count * 8)
            for frame in 0..<count {
                samples += bytes(left[frame].bitPattern) + bytes(right[frame].bitPattern)
            }
            return samples
        })
    }

    private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        (0..<(number.bitWidth / 8)).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
}
