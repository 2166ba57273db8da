/// What the DJ's end of the line does, without doing it: which connection carries the stream, what goes over it, when it
/// counts as dead and when the next is dialled. Time and bytes come in, actions come out.
///
/// A pure value, used on the uplink's own thread. Connections have rising numbers; the newest that the station answers
/// carries the stream, for the station has moved the session there. An old one may live on until then: so a line that is
/// slow, and not dead, is not lost.
struct UplinkMachine {
    enum Event {
        case headers([UInt8])
        case page([UInt8], seconds: Double)
        /// The connection stands and can be asked.
        case opened(Int)
        case replied(Int, UplinkReply)
        case heard(Int, UplinkLine)
        /// So many bytes have left for the kernel.
        case wrote(Int, bytes: Int)
        /// The connection is gone, or could not be made, for a reason in words.
        case closed(Int, why: String)
        /// Some time has passed.
        case tick
        case end
        case abandon
    }

    enum Action: Equatable {
        case dial(Int)
        case ask(Int, String)
        case write(Int, [UInt8])
        case close(Int)
        case tell(UplinkEvent)
        /// Nothing follows.
        case stop
    }

    /// A connection that has not been answered.
    struct Dial {
        let number: Int
        let since: Duration
        /// The offset that its request names.
        var offset: Int64?
    }

    /// The connection that carries the stream.
    struct Current {
        let number: Int
        let isFunkhaus: Bool
        /// The place of the next byte to be sent.
        var sent: Int64
        /// Bytes that wait in this process.
        var inFlight = 0
        /// When the station was heard last, or took bytes last.
        var aliveAt: Duration
        /// No sign of life for too long: another connection is being dialled.
        var isDoubted = false
        var hasSaidGoodbye = false
    }

    let target: UplinkTarget
    let newSession: () -> String
    var session: String
    var headers: [UInt8] = []
    var backlog = UplinkBacklog()
    var dials: [Dial] = []
    var current: Current?
    var lastNumber = 0
    var nextDial = Duration.zero
    /// Since when nothing carries the stream.
    var lostSince = Duration.zero
    /// Whether a station has taken the stream once, and whether it was one that resumes.
    var wasTaken = false
    var isPlain = false
    /// Whether the station has this session.
    var isKnown = false
    /// Why the line is gone, as told last; and what is to be told unless another connection is answered at once.
    var told: String?
    var untold: (why: String, since: Duration)?
    /// Whether it was told last that the line stands.
    var isShown = false
    var untoldDrops = 0.0
    /// What crosses a loss: told when the station has all of it, up to this place.
    var crossing: (upTo: Int64, seconds: Double)?
    /// How long the station may say nothing before another connection is dialled.
    var patience = Duration.milliseconds(700)
    var dialTime = Duration.seconds(2)
    /// By when a show that is being ended has to be over.
    var endingBy: Duration?
    /// Whether the station has told when the time on air is over.
    var isTimed = false
    var isOver = false

    /// What may wait in this process at one time: the backlog is the queue, not the socket.
    static let window = 65_536
    static let mostDials = 16
    /// How long the answer of a newer connection may follow the end of the older one.
    static let grace = Duration.milliseconds(300)
    /// How long it may follow before the DJ is told of a loss.
    static let discretion = Duration.seconds(1)
    /// What is kept beyond the station's buffer, in seconds.
    static let reserve = 60.0
    /// What a stream that begins anew at a plain Icecast begins with, in seconds.
    static let edge = 1.0

    init(_ target: UplinkTarget, newSession: @escaping () -> String = UplinkWire.newSession) {
        self.target = target
        self.newSession = newSession
        session = newSession()
    }

    mutating func handle(_ event: Event, at now: Duration) -> [Action] {
        guard !isOver else { return [] }
        switch event {
        case .headers(let bytes):
            headers = bytes
            backlog.append(bytes, seconds: 0, isHeaders: true)
            return pump()
        case .page(let bytes, let seconds): return take(bytes, seconds, at: now)
        case .opened(let number): return ask(number)
        case .replied(let number, let reply): return replied(number, reply, at: now)
        case .heard(let number, let line): return heard(number, line, at: now)
        case .wrote(let number, let bytes):
            guard current?.number == number else { return [] }
            current?.inFlight -= bytes
            if current?.isFunkhaus == false { current?.aliveAt = now }
            return pump()
        case .closed(let number, let why): return closed(number, why, at: now)
        case .tick: return tick(at: now)
        case .end:
            guard endingBy == nil else { return [] }
            endingBy = now + .seconds(10 + target.buffer)
            return wasTaken ? pump() : over()
        case .abandon: return over()
        }
    }

    // MARK: What is to be sent

    mutating func take(_ bytes: [UInt8], _ seconds: Double, at now: Duration) -> [Action] {
        guard endingBy == nil else { return [] }
        backlog.append(bytes, seconds: seconds)
        var actions = drop(backlog.keep(newest: target.buffer + Self.reserve))
        if let line = current, line.sent < backlog.start {
            actions += lose("The line is too slow for the stream.", at: now) + [.close(line.number)]
        }
        return actions + pump()
    }

    /// Tells drops by the second.
    mutating func drop(_ seconds: Double, all: Bool = false) -> [Action] {
        untoldDrops += seconds
        guard untoldDrops >= (all ? 0.001 : 1) else { return [] }
        defer { untoldDrops = 0 }
        return [.tell(.dropped(seconds: untoldDrops))]
    }

    /// Sends what there is, as far as there is room; and the goodbye when all has arrived.
    mutating func pump() -> [Action] {
        guard var line = current, !line.hasSaidGoodbye else { return [] }
        var actions: [Action] = []
        while line.inFlight < Self.window, let bytes = backlog.bytes(from: line.sent) {
            let framed = line.isFunkhaus ? UplinkWire.chunk(bytes) : Array(bytes)
            actions.append(.write(line.number, framed))
            line.sent += Int64(bytes.count)
            line.inFlight += framed.count
        }
        if !line.isFunkhaus { backlog.acknowledge(line.sent) }
        if endingBy != nil, backlog.start == backlog.end, line.sent == backlog.end {
            if line.isFunkhaus {
                actions.append(.write(line.number, UplinkWire.chunk([])))
                line.hasSaidGoodbye = true
            } else if line.inFlight == 0 {
                return actions + over()
            }
        }
        current = line
        return actions
    }

    // MARK: The end

    mutating func refused(_ words: String) -> [Action] { [.tell(.refused(words))] + over() }

    mutating func over() -> [Action] {
        isOver = true
        let links = dials.map(\.number) + (current.map { [$0.number] } ?? [])
        (dials, current) = ([], nil)
        return links.map { .close($0) } + [.tell(.ended), .stop]
    }
}
