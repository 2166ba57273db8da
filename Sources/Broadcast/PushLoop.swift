internal import Audio
internal import Codecs
internal import Synchronization
internal import Threads

/// What a push's thread does: it performs what the machine decides, and tells it what became of that.
struct PushLoop: ~Copyable {
    /// The most audio that is handed on before the target has taken it: so the kernel's buffers, which are larger,
    /// do not fill with what will be stale.
    static let mostAhead = PushReader.burst
    /// The same in bytes, for a stream that is denser than any of ours should be.
    static let mostOwed = 1 << 18
    /// After a stall, audio older than this is left out.
    static let mostLag = FrameCount(seconds: 5)
    /// So long an answer to the question why a login was refused is believed.
    private static let reasonLasts = Duration.seconds(60)

    private let mount: Mount
    private let target: PushTarget
    private let shared: PushShared
    private let clock = ContinuousClock()
    private let shout = Shout()
    private var machine = PushMachine()
    private var addresses = PushAddresses()
    private var titles = PushTitles()
    private var progress = PushProgress()
    private var reader: PushReader?
    /// What the target said when it was last asked why it refused a login through TLS, and when that was.
    private var reason: (failure: PushFailure?, at: ContinuousClock.Instant)?

    init(_ mount: Mount, _ target: PushTarget, _ shared: PushShared) {
        self.mount = mount
        self.target = target
        self.shared = shared
    }

    consuming func run() {
        var event = PushMachine.Event.woken(hasPages: hasPages)
        while !shared.isStopping {
            let action = machine.handle(event, at: clock.now)
            report()
            switch action {
            case .sleep(let until):
                shared.signal.wait(max(.zero, until - clock.now))
                event = .woken(hasPages: hasPages)
            case .open: event = .opening(explained(open()))
            case .poll: event = .opening(explained(shout.poll()))
            case .feed: event = feed()
            case .ask: event = ask()
            case .close:
                shout.close(abruptly: true)
                reader = nil
                event = .woken(hasPages: hasPages)
            }
        }
        shout.close(abruptly: false)
        shared.status.withLock { $0.stopped(at: clock.now) }
    }

    private var hasPages: Bool { mount.newest != nil }

    private mutating func open() -> PushMachine.Opening {
        progress = PushProgress()
        titles = PushTitles()
        let host = addresses.next(target, after: machine.failure)
        return shout.open(target, mount.description, host: host)
    }

    /// The same with its reason, if it is a refusal that does not say one.
    private mutating func explained(_ opening: PushMachine.Opening) -> PushMachine.Opening {
        switch opening {
        case .accepted: reason = nil
        case .failed(.loginRefused) where target.usesTLS:
            if reason.map({ clock.now - $0.at >= Self.reasonLasts }) ?? true {
                // Asked within an outage, in which nothing waits to be sent.
                reason = (
                    PushRequest(target: target, addresses: [], isCancelled: isStopping).reasonOfRefusal(),
                    clock.now
                )
            }
            return .failed(reason?.failure ?? .loginRefused)
        default: break
        }
        return opening
    }

    private var isStopping: () -> Bool { { [shared] in shared.isStopping } }

    private mutating func feed() -> PushMachine.Event {
        do throws(PushFailure) {
            try shout.flush()
            let moved = progress.settle(owed: shout.owed)
            try handOn()
            tellTitle()
            return .fed(owed: shout.owed > 0, moved: moved, isSuspect: shout.isSuspect)
        } catch {
            return .broke(error)
        }
    }

    private mutating func handOn() throws(PushFailure) {
        var reader = reader ?? PushReader(of: mount, titles: target.titles)
        defer { self.reader = reader }
        while progress.ahead < Self.mostAhead, progress.handed - progress.taken < Self.mostOwed {
            if let lag = reader?.lag, lag > Self.mostLag, let dropped = reader?.skip() {
                shared.status.withLock { $0.dropped(dropped) }
            }
            guard let piece = reader?.next() else { return }
            for bytes in piece.bytes { try shout.send(bytes) }
            let count = piece.bytes.reduce(0) { $0 + $1.count }
            progress.hand(count, end: piece.end)
            shared.status.withLock { $0.bytesSent += count }
            if target.titles == .admin { titles.aired(piece.title, at: clock.now) }
            _ = progress.settle(owed: shout.owed)
        }
    }

    /// Tells the title by request. It takes a moment in which nothing is sent: what is ahead lasts longer.
    private mutating func tellTitle() {
        guard let title = titles.due(at: clock.now) else { return }
        if request.tell(title, inOgg: mount.description.isOgg) { titles.told() }
    }

    private borrowing func ask() -> PushMachine.Event {
        let isAnswered = request.isAnswered()
        if isAnswered { shout.trust() }
        return .asked(isAnswered: isAnswered)
    }

    /// To where the stream goes: another address of the host's may lead elsewhere or nowhere, and a look-up of its name
    /// has no deadline.
    private var request: PushRequest {
        let addresses = shout.peer.map { [$0] } ?? PushAddresses.lookUp(target.host)
        return PushRequest(target: target, addresses: addresses, isCancelled: isStopping)
    }

    private borrowing func report() {
        let behind = mount.newest.map { progress.behind($0.end) } ?? .zero
        shared.status.withLock { $0.follow(machine, behind: behind, at: clock.now) }
    }
}
