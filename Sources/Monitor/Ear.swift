internal import Audio
internal import CShims
internal import Codecs
internal import Synchronization
internal import Threads

/// Where an ear listens, and how it asks for it.
struct EarAddress: Hashable, Sendable {
    var place: Place
    /// As listeners have it.
    var url: String
    /// Lines of the request's head, which may hold what is secret.
    var headers: [String] = []
    /// The file whose certificate an encrypted address has to show, whatever its name; nil where the machine's own trust
    /// counts.
    var certificate: String?

    /// Whether it is on this machine.
    var isHere: Bool {
        if case .mount = place { true } else { false }
    }
}

/// What is heard at a place.
public struct Hearing: Sendable, Hashable {
    public enum State: Sendable, Hashable {
        /// Too little has been heard yet.
        case listening
        /// As it was mixed.
        case heard
        case disturbed(Disturbance)
    }

    /// As listeners have it.
    public var address: String
    public var state: State
    /// How far what is heard lies behind the mix, in seconds; nil while it is not found there.
    public var lag: Double?
}

/// A listener of the station's own at one address: it fetches the stream, has a worker decode it, and compares what
/// comes out with what was mixed.
///
/// It runs on a thread of its own, which outlives its workers, waits for nothing longer than `patience`, and touches
/// neither clock, mount nor push: all that it has of the station is the record of the mix. Any thread may stop it.
final class Ear: Sendable {
    let address: EarAddress
    private let mix: MixRecord
    private let program: String
    private let tell: @Sendable (Judgement.Change, Ear) -> Void
    private let hearingNow: Mutex<Hearing>
    private let stopping = Atomic<Bool>(false)
    private let wake = Signal()
    private let thread = OwnedThread(name: "fh-ear")

    /// How long one look for bytes may wait, in milliseconds.
    private static let patience = 250

    /// - Parameters:
    ///   - program: the path of the worker.
    ///   - tell: called on the ear's thread; it must not wait.
    init(
        _ address: EarAddress, mix: MixRecord, program: String,
        tell: @escaping @Sendable (Judgement.Change, Ear) -> Void
    ) {
        self.address = address
        self.mix = mix
        self.program = program
        self.tell = tell
        hearingNow = Mutex(
            Hearing(address: address.url, state: .listening, lag: nil))
    }

    var hearing: Hearing { hearingNow.withLock { $0 } }

    func start() {
        thread.start { [self] in
            var session = EarSession(address, mix: mix, program: program)
            while !stopping.load(ordering: .acquiring) {
                if !session.listen(milliseconds: Self.patience) { wake.wait(.milliseconds(Self.patience)) }
                let change = session.judge()
                publish(session)
                if let change { tell(change, self) }
            }
        }
    }

    /// Ends it and waits for that.
    func stop() {
        stopping.store(true, ordering: .releasing)
        wake.wake()
        thread.join()
    }

    private func publish(_ session: borrowing EarSession) {
        let state: Hearing.State =
            switch session.judgement.state {
            case .pending: .listening
            case .well: .heard
            case .disturbed(let fault):
                .disturbed(Disturbance(place: address.place, fault: fault, address: address.url))
            }
        let lag = session.lag.map(Comparison.seconds)
        hearingNow.withLock { ($0.state, $0.lag) = (state, lag) }
    }
}
