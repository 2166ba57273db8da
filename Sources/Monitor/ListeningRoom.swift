public import Audio
internal import CShims
public import Codecs
internal import Synchronization
internal import Threads

/// The station listens to itself (design, promise 1): an ear at each public mount and at the public address of each
/// push, and a watch over the mix; what lasts is told once when it begins and once when it is over.
///
/// Any thread may call it. The mix comes from the tap's thread; each ear has a thread and a worker process of its own,
/// the watch over the mix another thread. Nothing here is on the way of a block to a listener.
public final class ListeningRoom: Sendable {
    /// What the room is told by the configuration.
    public struct Settings: Sendable {
        /// How long the programme may be silent, in seconds.
        public var silence: Double
        /// The station's own mounts: path and address, as this machine reaches them.
        public var mounts: [(path: String, url: String)]
        /// A mount at the encrypted port, and the file of its certificate; nil where there is no such port.
        public var encrypted: (path: String, url: String, certificate: String)?
        /// The public addresses of the pushes.
        public var targets: [String]
        /// What the house's own listeners show at the door, as a line of the request's head.
        public var pass: String

        public init(
            silence: Double, mounts: [(path: String, url: String)],
            encrypted: (path: String, url: String, certificate: String)?, targets: [String], pass: String
        ) {
            self.silence = silence
            self.mounts = mounts
            self.encrypted = encrypted
            self.targets = targets
            self.pass = pass
        }

        var addresses: [EarAddress] {
            var addresses = mounts.map { EarAddress(place: .mount($0.path), url: $0.url, headers: [pass]) }
            if let encrypted {
                addresses.append(
                    EarAddress(
                        place: .mount(encrypted.path), url: encrypted.url, headers: [pass],
                        certificate: encrypted.certificate))
            }
            // Two servers may stand behind one address.
            var seen: Set<String> = []
            for url in targets where seen.insert(url).inserted {
                addresses.append(EarAddress(place: .target(url), url: url))
            }
            return addresses
        }
    }

    /// Something that began or is over.
    public enum News: Sendable, Hashable {
        case began(Disturbance)
        case ended(Disturbance)
        /// It was not over when the station was told to listen elsewhere.
        case dropped(Disturbance)
    }

    private struct State {
        var ears: [Ear] = []
        var silence = 10.0
        var programme: Fault?
        var isStopping = false
    }

    private let mix = MixRecord()
    private let program: String
    private let tell: @Sendable (News) -> Void
    private let state = Mutex(State())
    private let wake = Signal()
    private let watch = OwnedThread(name: "fh-watch")
    /// One change of the ears at a time.
    private let following = Mutex(())

    /// - Parameters:
    ///   - program: the path of the worker.
    ///   - tell: called on a thread of the room's, or within `follow`; it must not wait.
    public init(program: String, tell: @escaping @Sendable (News) -> Void) {
        self.program = program
        self.tell = tell
    }

    /// Takes the next block of the mix. On one thread, which must not be the clock's.
    public func mixed(_ block: borrowing AudioBlock) { mix.take(block) }

    // MARK: Life

    public func start(_ settings: Settings) {
        follow(settings)
        watch.start { [self] in
            // A judgement that is made at once: `silence` is the patience.
            var judgement = Judgement(at: 0, patience: 0)
            var now = 0.0
            while !state.withLock({ $0.isStopping }) {
                wake.wait(.milliseconds(500))
                now += 0.5
                let change = judgement.note(programme(), at: now)
                let fault: Fault? = if case .disturbed(let fault) = judgement.state { fault } else { nil }
                state.withLock { $0.programme = fault }
                if let change { pass(change, .programme, "") }
            }
        }
    }

    /// Listens from now on where the settings say; an ear that stays goes on without a pause.
    public func follow(_ settings: Settings) {
        following.withLock { _ in
            let old = state.withLock { $0.ears }
            let ears = settings.addresses.map { address in
                old.first { $0.address == address }
                    ?? Ear(address, mix: mix, program: program) { [tell] change, ear in
                        tell(News(change, ear.address.place, ear.address.url))
                    }
            }
            state.withLock { ($0.ears, $0.silence) = (ears, settings.silence) }
            for ear in old where !ears.contains(where: { $0 === ear }) {
                ear.stop()
                // Its thread is gone, and with it whoever would tell that it is over.
                if case .disturbed(let disturbance) = ear.hearing.state { tell(.dropped(disturbance)) }
            }
            for ear in ears where !old.contains(where: { $0 === ear }) { ear.start() }
        }
    }

    public func stop() {
        let ears = state.withLock { state in
            state.isStopping = true
            defer { state.ears = [] }
            return state.ears
        }
        wake.wake()
        watch.join()
        for ear in ears { ear.stop() }
    }

    // MARK: The programme

    /// A mix without a block for so long stands still: 8 s. The clock begins anew after four.
    private static let standstill: Int64 = 8_000_000_000

    private func programme() -> Judgement.Finding {
        guard let last = mix.last else { return .unknown }
        if cshims_monotonic_now() - last > Self.standstill { return .bad(.standstill) }
        return mix.silence >= state.withLock({ $0.silence }) ? .bad(.silent) : .good
    }

    private func pass(_ change: Judgement.Change, _ place: Place, _ address: String) {
        tell(News(change, place, address))
    }

    // MARK: What is heard

    /// What each ear hears, mounts first, in the order of the configuration.
    public var hearings: [Hearing] { state.withLock { $0.ears }.map(\.hearing) }

    /// All that is wrong now, the programme first.
    public var disturbances: [Disturbance] {
        let programme = state.withLock { $0.programme }
            .map { Disturbance(place: .programme, fault: $0, address: "") }
        return [programme].compactMap(\.self)
            + hearings.compactMap {
                if case .disturbed(let disturbance) = $0.state { disturbance } else { nil }
            }
    }

    /// How loud the mix is now; nil before its first sound.
    public var loudness: Loudness? { mix.loudness }

    /// Seconds since the mix's last sound; 0 while there is some.
    public var silence: Double { mix.silence }
}

extension ListeningRoom.News {
    fileprivate init(_ change: Judgement.Change, _ place: Place, _ address: String) {
        self =
            switch change {
            case .began(let fault): .began(Disturbance(place: place, fault: fault, address: address))
            case .ended(let fault): .ended(Disturbance(place: place, fault: fault, address: address))
            }
    }

    var disturbance: Disturbance {
        switch self {
        case .began(let disturbance), .ended(let disturbance), .dropped(let disturbance): disturbance
        }
    }
}
