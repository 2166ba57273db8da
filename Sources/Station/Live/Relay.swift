internal import CShims
internal import Codecs
internal import Logging
internal import Playout
internal import Programme
internal import Synchronization
internal import Threads
internal import Web

/// Has a stream of somebody else's on air in the shows that play it: it comes in as a DJ's does, a minute ahead, waits in the
/// green room, and gets the air when its show begins. While it is not there, what is below it in the programme is on.
///
/// It has a thread of its own, `relay`, that fetches and offers the bytes to a decoder; it never touches the clock's.
final class Relay: Sendable {
    /// Where it comes from.
    let url: String
    /// What it is called among those who may have the air.
    let account: String

    private struct State {
        var isStopping = false
        /// The show that has it, and what is wrong with it.
        var trouble: Trouble?
    }

    private struct Trouble: Equatable {
        var show: String
        var words: String
    }

    /// How long before its show it is fetched.
    static let lead = Length(seconds: 60)
    /// Between two looks at the schedule, and between two tries: 5 s.
    private static let pause: Duration = .seconds(5)
    /// A line that brings nothing for so long is made anew: 10 s.
    private static let mostQuiet: Int64 = 10_000_000_000
    /// What waits before it is heard.
    private static let depth = Length(seconds: 3)
    /// Titles between the bytes are welcome.
    private static let headers = ["Icy-MetaData: 1"]
    /// Numbers of connections are never used twice; those of DJs are positive.
    private static let sessions = Atomic<Int>(0)

    private let control: MasterControl
    private let opener: MediaOpener
    private let grid: ShowGrid
    private let logger: Logger
    private let now: @Sendable () -> Int64
    private let state = Mutex(State())
    private let bell = Signal()
    private let thread = OwnedThread(name: "relay")

    /// - Parameter now: the wall clock, in nanoseconds since 1970-01-01T00:00Z.
    init(
        url: String, account: String, control: MasterControl, opener: MediaOpener, grid: ShowGrid,
        logger: Logger, now: @escaping @Sendable () -> Int64
    ) {
        self.url = url
        self.account = account
        self.control = control
        self.opener = opener
        self.grid = grid
        self.logger = logger
        self.now = now
    }

    func start() { thread.start { [self] in run() } }

    func stop() {
        state.withLock { $0.isStopping = true }
        bell.wake()
        thread.join(within: .seconds(5))
    }

    /// What is wrong with it, in a sentence without its address; nil when nothing is.
    var trouble: String? { state.withLock { $0.trouble.map { "\($0.show.shown): \($0.words)" } } }

    // MARK: The thread

    private var isStopping: Bool { state.withLock { $0.isStopping } }

    /// The show that plays it and is on, or soon will be.
    private var show: Show? {
        let now = Instant(wallNanoseconds: now())
        return grid.slots(from: now, to: now + Self.lead).lazy.compactMap(\.show).first {
            $0.streams.contains(url)
        }
    }

    private var isWanted: Bool { !isStopping && show != nil }

    private func run() {
        while !isStopping {
            if let trouble = relay() {
                tell(trouble)
            } else {
                state.withLock { $0.trouble = nil }
            }
            if !isStopping { bell.wait(Self.pause) }
        }
    }

    private func tell(_ words: String?) {
        let trouble = words.map { Trouble(show: show?.name ?? "", words: $0) }
        let before = state.withLock { state in
            defer { state.trouble = trouble }
            return state.trouble
        }
        guard trouble != before else { return }
        if let trouble {
            logger.warning(
                "a stream is not there; what is below it is on",
                metadata: ["show": "\(trouble.show)", "why": "\(trouble.words)"])
        } else {
            logger.notice("a stream is there", metadata: ["show": "\(before?.show ?? "")"])
        }
    }

    /// Fetches it for as long as it is wanted; why it ended before, if it did.
    private func relay() -> String? {
        guard isWanted else { return nil }
        guard var fetch = StreamFetch(url, headers: Self.headers) else { return "libcurl cannot be set up" }
        var list = StreamList()
        var isListed = false
        var titles: IcyReader?
        var guest: RelayGuest?
        defer { guest?.leave(clean: !isWanted) }
        var heard = cshims_monotonic_now()
        while isWanted {
            let (came, end) = fetch.pump(200)
            if !came.isEmpty { heard = cshims_monotonic_now() }
            let bytes = list.pass(came, isOver: end != nil)
            switch list.finding {
            case .address(let next):
                guard !isListed, let stream = StreamFetch(next, headers: Self.headers) else {
                    return "its list leads to another list: name the stream itself"
                }
                (fetch, list, isListed) = (stream, StreamList(), true)
                continue
            case .vain(let why): return why
            case nil: break
            }
            if !bytes.isEmpty {
                if guest == nil { guest = welcome() }
                guard let guest else { return "all places for DJs are taken" }
                titles = titles ?? IcyReader(interval: fetch.icyInterval)
                let (sound, title) = titles!.read(bytes)
                if let title { guest.buffer.take(title: title) }
                offer(sound, to: guest)
            }
            if let guest {
                if guest.isSentAway {
                    guest.leave(clean: true)
                    waitForTheNext()
                    return nil
                }
                switch guest.state {
                case .opening: break
                case .open: tell(nil)
                case .failed(let fault): return fault.ofAStream
                case .finished: return "its sound has ended"
                }
            }
            switch end {
            case nil: break
            case .unreachable(let why): return "it cannot be reached: \(why)"
            case .refused(let status): return "its server refuses it (status \(status))"
            case .ended: return "it has ended, or its line broke"
            }
            if cshims_monotonic_now() - heard > Self.mostQuiet { return "nothing comes of it" }
        }
        return nil
    }

    /// An operator does not want it: until its show is over nobody does.
    private func waitForTheNext() {
        guard let refused = show?.name else { return }
        while !isStopping, show?.name == refused { bell.wait(Self.pause) }
    }

    /// Gives the decoder bytes as it takes them; a stream that is faster than time waits.
    private func offer(_ bytes: [UInt8], to guest: RelayGuest) {
        var rest = bytes[...]
        while !rest.isEmpty, !isStopping, !guest.isOver {
            let taken = rest.withUnsafeBytes { guest.offer($0) }
            rest = rest.dropFirst(taken)
            if taken == 0 { bell.wait(.milliseconds(20)) }
        }
    }

    private func welcome() -> RelayGuest? {
        let session = Self.sessions.subtract(1, ordering: .relaxed).newValue
        return RelayGuest(
            session: session, account: account, title: Title(title: show?.name ?? "live"), control: control,
            opener: opener, depth: Self.depth)
    }
}

/// A connection of a stream's, as the playout sees it.
private final class RelayGuest: Sendable {
    private struct State {
        var isSentAway = false
        var isOver = false
        var isClean = false
        var decoder: LiveDecoder?
    }

    let buffer: LiveBuffer
    private let session: Int
    private let control: MasterControl
    private let known = Mutex(State())

    /// Nil when the playout has no place for it.
    init?(
        session: Int, account: String, title: Title, control: MasterControl, opener: MediaOpener,
        depth: Length
    ) {
        self.session = session
        self.control = control
        let buffer = LiveBuffer(LiveBuffer.Depth(target: depth))
        self.buffer = buffer
        let guest = LiveGuest(
            session: session, account: account, standIn: title, buffer: buffer,
            dismiss: { [weak self] in self?.known.withLock { $0.isSentAway = true } })
        guard (try? control.welcome(guest)) ?? false else { return nil }
        let decoder = opener.openLive(into: buffer) { [self] end in
            let isClean = known.withLock { state in
                state.isOver = true
                return state.isClean
            }
            control.farewell(session, clean: isClean && end == .finished)
        }
        known.withLock { $0.decoder = decoder }
    }

    var isSentAway: Bool { known.withLock { $0.isSentAway } }
    var isOver: Bool { known.withLock { $0.isOver || $0.isSentAway } }
    var state: LiveDecoder.State { known.withLock { $0.decoder }?.state ?? .finished }

    func offer(_ bytes: UnsafeRawBufferPointer) -> Int { known.withLock { $0.decoder }?.offer(bytes) ?? 0 }

    /// No byte follows; what was offered is heard to its end, unless its show is over.
    func leave(clean: Bool) {
        let decoder = known.withLock { state in
            state.isClean = clean
            defer { state.decoder = nil }
            return state.decoder
        }
        decoder?.finish()
        decoder?.stop()
    }
}
