import Foundation
import TestKit
import Testing

/// A station for DJs to go live on: its programme is one tone, its bed another, and the DJs count their own frames. So
/// whoever listens can tell from a few hundredths of a second what is on air.
///
/// Any thread may call it.
final class LiveStation: Sendable {
    /// Tones of the programme and of the bed, in hertz: none of the count's.
    static let programme = 44_100 / (2 * Double.pi * 7)
    static let bed = 44_100 / (2 * Double.pi * 31)

    let station: StationUnderTest
    /// The DJs and their secrets.
    let secrets: [String: String]
    /// Where the count begins in the files that the DJs play, in seconds.
    static let counts = [0, 30]

    private init(_ station: StationUnderTest, _ secrets: [String: String]) {
        self.station = station
        self.secrets = secrets
    }

    /// Puts the station on air with a listener for as long as the body takes.
    ///
    /// - Parameters:
    ///   - rules: more of the section `live:`.
    ///   - listen: the address at which it takes connections.
    ///   - shoutcast: those who speak SHOUTcast are taken as well, at the port behind the front door's.
    static func onAir<R: Sendable>(
        djs: [String] = ["anna"], rules: String = "bridge: { bed: bed.wav, for: 6s }",
        listen: String = "127.0.0.1", shoutcast: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (LiveStation, ResilienceListener) async throws -> R
    ) async throws -> R {
        let ports = IcecastLoopback.freePorts()
        let more = shoutcast ? ", shoutcast_port: \(ports.second)" : ""
        let station = try StationUnderTest(
            sections: "live: { mounts: [ /live ], fade: 100ms, \(rules)\(more) }")
        try station.reconfigure(("127.0.0.1:0", "\(listen):\(shoutcast ? ports.first : 0)"))
        try await aside {
            try fixture("programme").copy(to: station.music.appendingPathComponent("tone.wav"))
            try fixture("bed").copy(to: station.folder.appendingPathComponent("bed.wav"))
            for count in counts {
                try fixture("count \(count)").copy(
                    to: station.folder.appendingPathComponent("count\(count).wav"))
            }
        }
        var secrets: [String: String] = [:]
        for dj in djs {
            let added = try await station.run(["dj", "add", dj])
            let words = String(decoding: added.output, as: UTF8.self).split(whereSeparator: \.isWhitespace)
            secrets[dj] = words.last.map(String.init) ?? ""
        }
        let live = LiveStation(station, secrets)
        return try await station.onAir(sourceLocation: sourceLocation) {
            try await body(live, try await ResilienceListener(to: station.url()))
        }
    }

    // MARK: What DJs bring along

    /// Half a minute of the count, as a file.
    func count(from seconds: Int = 0) -> String {
        station.folder.appendingPathComponent("count\(seconds).wav").path
    }

    /// Where ffmpeg sends to, at the station's port or at a proxy's.
    func address(of dj: String = "anna", at host: String = "127.0.0.1", port: Int? = nil) -> String {
        "icecast://\(login(dj))@\(host):\(port ?? station.port)/live"
    }

    /// As curl wants it.
    func login(_ dj: String = "anna") -> String { "\(dj):\(secrets[dj] ?? "")" }

    /// Files that every station gets, made once a run.
    private static let made = Locked<[String: Fixture]>([:])

    private struct Fixture: Sendable {
        let folder: TemporaryDirectory
        func copy(to place: URL) throws {
            try FileManager.default.copyItem(at: URL(fileURLWithPath: folder.path + "/it.wav"), to: place)
        }
    }

    private static func fixture(_ name: String) throws -> Fixture {
        // Locked while it is made, so that it is made once.
        try made.withLock { made in
            if let known = made[name] { return known }
            let signal =
                switch name {
                case "programme": TestSignal.sine(hertz: programme, frames: 20 * 44_100, level: 0.2)
                case "bed": TestSignal.sine(hertz: bed, frames: 20 * 44_100, level: 0.2)
                default:
                    // A count alone needs so few bits that a page of it lasts for seconds.
                    TestSignal.counter(from: (Int(name.dropFirst(6)) ?? 0) * 44_100, frames: 30 * 44_100)
                        .under(0.02, seed: 1)
                }
            let fixture = Fixture(folder: try TemporaryDirectory())
            try Data(signal.wav()).write(to: URL(fileURLWithPath: fixture.folder.path + "/it.wav"))
            made[name] = fixture
            return fixture
        }
    }

    // MARK: What is on air

    /// Waits until something of that kind is on air.
    func airs(_ kind: String, within deadline: Duration = .seconds(60)) async throws {
        try await until("\(kind) is on air", within: deadline, telling: { station.log }) {
            try await station.now().kind == kind
        }
    }
}

/// What a listener of a `LiveStation` heard, told apart by ear.
struct HeardAir: CustomStringConvertible {
    enum Voice: Equatable {
        /// A DJ; the count less the place.
        case dj(offset: Int)
        case bed
        case programme
    }

    struct Stretch: Equatable {
        let voice: Voice
        /// To within a twentieth of a second; fades belong to nobody.
        let frames: Range<Int>
    }

    /// In order.
    let stretches: [Stretch]
    /// Where for a millisecond and more there was nothing.
    let gaps: [Range<Int>]

    private static let window = 2_048

    init(_ signal: TestSignal) {
        gaps = signal.silences(below: 0.001, atLeast: signal.rate / 1_000)
        var stretches = Self.runs(of: signal).map {
            Stretch(voice: .dj(offset: $0.offset), frames: $0.frames)
        }
        for (voice, hertz) in [(Voice.bed, LiveStation.bed), (.programme, LiveStation.programme)] {
            var last: Range<Int>?
            for start in stride(from: 0, through: signal.count - Self.window, by: Self.window) {
                let frames = start..<(start + Self.window)
                guard signal.share(of: hertz, in: frames) > 0.9 else { continue }
                if let known = last, known.upperBound == start {
                    last = known.lowerBound..<frames.upperBound
                } else {
                    if let last { stretches.append(Stretch(voice: voice, frames: last)) }
                    last = frames
                }
            }
            if let last { stretches.append(Stretch(voice: voice, frames: last)) }
        }
        self.stretches = stretches.sorted { $0.frames.lowerBound < $1.frames.lowerBound }
    }

    /// The stretches of the count within which nothing is lost or doubled. A quarter of a second that a codec made
    /// unreadable is no seam when the count has gone on meanwhile, nor is the end of the count's minute, nor what the
    /// difference of two clocks takes within a window.
    private static func runs(of signal: TestSignal) -> [TestSignal.CounterRun] {
        let period = TestSignal.counterPeriod(rate: signal.rate)
        var runs: [TestSignal.CounterRun] = []
        var lastOffset = 0
        for run in signal.counterRuns(window: window, tolerance: 2) {
            let off = abs(run.offset - lastOffset) % period
            if let last = runs.indices.last, min(off, period - off) <= 6,
                run.frames.lowerBound - runs[last].frames.upperBound < signal.rate / 4
            {
                runs[last].frames = runs[last].frames.lowerBound..<run.frames.upperBound
            } else {
                runs.append(run)
            }
            lastOffset = run.offset
        }
        return runs.filter { $0.frames.count > 8_192 }
    }

    /// A DJ's stretches: the counts of the first frame and behind the last one, in frames.
    var counts: [Range<Int>] {
        stretches.compactMap { stretch in
            guard case .dj(let offset) = stretch.voice else { return nil }
            return (stretch.frames.lowerBound + offset)..<(stretch.frames.upperBound + offset)
        }
    }

    /// Who was heard, one after the other: `p` the programme, `b` the bed, `d` a DJ.
    var order: String {
        stretches.reduce(into: "") { order, stretch in
            let letter: Character =
                switch stretch.voice {
                case .dj: "d"
                case .bed: "b"
                case .programme: "p"
                }
            if order.last != letter || letter == "d" { order.append(letter) }
        }
    }

    var description: String {
        stretches.map { stretch in
            let seconds = [stretch.frames.lowerBound, stretch.frames.upperBound].map {
                (Double($0) / 44.1).rounded() / 1_000
            }
            return "\(stretch.voice) \(seconds[0])–\(seconds[1]) s"
        }.joined(separator: ", ") + (gaps.isEmpty ? "" : "; nothing at \(gaps)")
    }
}

extension TestSignal {
    /// How much of the power of some frames a tone has, from 0 to 1.
    fileprivate func share(of hertz: Double, in frames: Range<Int>) -> Double {
        let step = 2 * Double.pi * hertz / Double(rate)
        let (stepX, stepY) = (cos(step), sin(step))
        var (x, y) = (1.0, 0.0)
        var (real, imaginary, power) = (0.0, 0.0, 1e-9)
        for frame in frames {
            let sample = Double(left[frame])
            real += sample * x
            imaginary += sample * y
            power += sample * sample
            (x, y) = (x * stepX - y * stepY, x * stepY + y * stepX)
        }
        return 2 * (real * real + imaginary * imaginary) / (Double(frames.count) * power)
    }
}
