internal import Audio
internal import CShims
internal import Codecs
internal import Web

/// What an ear's thread has of its connection, and what it makes of it.
struct EarSession: ~Copyable {
    /// Between two tries to connect: 1 s.
    private static let pause = 1.0
    /// Without bytes for so long, a connection is said to bring nothing; for longer, it is made anew.
    private static let quiet = 4.0
    private static let mostQuiet = 15.0
    /// A certificate is looked at when a connection is made: an encrypted one is made anew once a day.
    private static let longestTrust = 86_400.0
    /// Between two comparisons.
    private static let interval = 0.5
    /// A mix that has got no block for so long stands still, and there is nothing to compare with: 2 s.
    private static let standstill: Int64 = 2_000_000_000
    /// The longest step of the ear's clock: when the machine has no time for the ear, its patience does not run out.
    private static let longestStep = 0.5

    private let address: EarAddress
    private let mix: MixRecord
    private let program: String

    private var fetch: StreamFetch?
    private var decoder: StreamDecoder?
    private var heard = Trace()
    /// Where it was found in the mix, in lines.
    private(set) var lag: Int?
    private(set) var judgement: Judgement
    /// Why there is nothing, when that is known.
    private var absence: Fault.Absence?

    private var now = 0.0
    private var ticked: Int64
    private var connected = 0.0
    private var lastBytes = 0.0
    /// The station's first burst comes before the ear's worker.
    private var nextTry = 0.7
    private var judged = 0.0

    init(_ address: EarAddress, mix: MixRecord, program: String) {
        self.address = address
        self.mix = mix
        self.program = program
        ticked = cshims_monotonic_now()
        judgement = Judgement(at: 0)
    }

    /// Takes what comes within the time; false when there is no connection to wait for.
    mutating func listen(milliseconds: Int) -> Bool {
        defer { tick() }
        guard connect(), let fetch else { return false }
        let (bytes, end) = fetch.pump(milliseconds, also: decoder?.descriptor)
        if !bytes.isEmpty { lastBytes = now }
        do throws(MediaFault) {
            if !bytes.isEmpty {
                if decoder == nil { decoder = try StreamDecoder(program: program) }
                try decoder?.feed(bytes)
            }
            for contour in try decoder?.contours() ?? [] {
                heard.append(contour)
                absence = nil
            }
        } catch {
            if case .workerMissing = error { absence = .noWorker } else { absence = .noAudio }
            hangUp()
            return false
        }
        if let end {
            switch end {
            case .unreachable(let why): absence = .unreachable(why)
            case .refused(let status): absence = .refused(status)
            case .ended: absence = .ended
            }
            hangUp()
        } else if now - lastBytes > Self.quiet {
            absence = .nothingComes
            if now - lastBytes > Self.mostQuiet { hangUp() }
        } else if address.certificate != nil, now - connected > Self.longestTrust {
            hangUp()
        }
        return true
    }

    private mutating func connect() -> Bool {
        guard fetch == nil else { return true }
        guard now >= nextTry else { return false }
        fetch = StreamFetch(
            address.url, headers: address.headers, isHere: address.isHere, certificate: address.certificate)
        (connected, lastBytes) = (now, now)
        return fetch != nil
    }

    private mutating func hangUp() {
        fetch = nil
        decoder = nil
        heard = Trace()
        lag = nil
        nextTry = now + Self.pause
    }

    /// The ear's own time goes on, but no further than it could have listened.
    private mutating func tick() {
        let time = cshims_monotonic_now()
        now += min(Self.longestStep, Double(time - ticked) / 1e9)
        ticked = time
    }

    // MARK: Judging

    mutating func judge() -> Judgement.Change? {
        guard now - judged >= Self.interval else { return nil }
        judged = now
        guard let last = mix.last, ticked - last < Self.standstill else {
            judgement.rest(at: now)
            return nil
        }
        return judgement.note(find(), at: now)
    }

    private mutating func find() -> Judgement.Finding {
        if let absence { return .bad(.gone(absence)) }
        return Comparison.finding(heard, in: mix.trace, lag: &lag)
    }
}
