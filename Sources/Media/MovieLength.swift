/// The exact length of a track in an MP4 file, from the file's own boxes (ISO/IEC 14496-12: mvhd, tkhd, elst, mdhd).
///
/// libavformat takes the end of the edit for the end of the audio. Many writers state that in the movie's units, which
/// are coarser than a sample (FFmpeg's: a millisecond); then the media's own duration is the exact one.
struct MovieLength {
    private typealias Edit = (length: Int64, start: Int64)

    private let file: InputFile
    private let wanted: Int64
    /// Boxes that may still be looked at, so that a forged file ends.
    private var budget = 2_000
    private var movieScale: Int64 = 0
    private var track: Int64 = 0
    private var edits: [Edit] = []
    private var mediaScale: Int64 = 0
    private var mediaLength: Int64 = 0
    private var found: Int64?

    private init(_ file: InputFile, track: Int64) {
        self.file = file
        wanted = track
    }

    /// How many samples of `rate` a track has when its encoder's delay is taken off; nil when its boxes do not say.
    static func samples(ofTrack track: Int, rate: Int, in file: InputFile) -> Int64? {
        var movie = MovieLength(file, track: Int64(track))
        movie.walk(from: 0, to: file.length, depth: 0)
        return movie.found.flatMap { length in
            let (scaled, overflow) = length.multipliedReportingOverflow(by: Int64(rate))
            return overflow ? nil : scaled / movie.mediaScale
        }
    }

    private mutating func walk(from start: Int64, to end: Int64, depth: Int) {
        var place = start
        while place + 8 <= end, budget > 0, depth < 6, found == nil {
            budget -= 1
            let head = file.bytes(at: place, count: 16)
            guard head.count >= 8 else { return }
            var size = Self.number(head[0..<4])
            var body = place + 8
            if size == 1, head.count == 16 {
                size = Self.number(head[8..<16])
                body += 8
            } else if size == 0 {
                size = end - place
            }
            guard size >= body - place, size <= end - place else { return }
            let name = String(decoding: head[4..<8], as: UTF8.self)
            switch name {
            case "moov", "mdia", "edts": walk(from: body, to: place + size, depth: depth + 1)
            case "trak":
                edits = []
                walk(from: body, to: place + size, depth: depth + 1)
                if track == wanted { found = length }
            case "mvhd", "mdhd", "tkhd", "elst":
                read(name, file.bytes(at: body, count: Int(min(size, 1_024))))
            default: break
            }
            place += size
        }
    }

    /// Reads a full box: version, flags, and then fields that are 8 bytes wide in version 1 and 4 in version 0.
    private mutating func read(_ name: String, _ box: [UInt8]) {
        guard !box.isEmpty else { return }
        let wide = box[0] == 1
        let width = wide ? 8 : 4
        func field(_ place: Int, _ width: Int) -> Int64 {
            place + width <= box.count ? Self.number(box[place..<(place + width)]) : 0
        }
        // Two times, then: a scale and a length, or a track's number.
        let behindTimes = 4 + 2 * width
        switch name {
        case "mvhd": movieScale = field(behindTimes, 4)
        case "tkhd": track = field(behindTimes, 4)
        case "mdhd":
            mediaScale = field(behindTimes, 4)
            mediaLength = field(behindTimes + 4, width)
        default:
            for entry in 0..<min(8, field(4, 4)) {
                let place = 8 + Int(entry) * (2 * width + 4)
                let start = field(place + width, width)
                let isEmpty = start == (wide ? -1 : 0xffff_ffff)
                if !isEmpty { edits.append((field(place, width), start)) }
            }
        }
    }

    /// The track's length in its media's units.
    private var length: Int64? {
        guard mediaScale > 0, movieScale > 0, edits.count <= 1 else { return nil }
        guard let edit = edits.first else { return mediaLength }
        let (whole, isBeyond) = mediaLength.subtractingReportingOverflow(edit.start)
        let (scaled, overflow) = edit.length.multipliedReportingOverflow(by: mediaScale)
        guard whole > 0, !isBeyond, !overflow, scaled >= 0 else { return nil }
        let cut = scaled / movieScale
        // As near as the edit's unit can say it is the whole; an edit of length zero means the same.
        return cut == 0 || whole - cut <= mediaScale / movieScale + 1 ? whole : cut
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int64 {
        Int64(bitPattern: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}
