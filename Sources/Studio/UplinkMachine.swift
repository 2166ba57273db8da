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
    private struct Dial {
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
    private let newSession: () -> String
    private var session: String
    private var headers: [UInt8] = []
    var backlog = UplinkBacklog()
    private var dials: [Dial] = []
    private(set) var current: Current?
    private var lastNumber = 0
    private var nextDial = Duration.zero
    /// Since when nothing carries the stream.
    private var lostSince = Duration.zero
    /// Whether a station has taken the stream once, and whether it was one that resumes.
    private var wasTaken = false
    private var isPlain = false
    /// Whether the station has this session.
    private var isKnown = false
    /// Why the line is gone, as told last.
    private var told: String?
    private var untoldDrops = 0.0
    /// What crosses a loss: told when the station has all of it, up to this place.
    private var crossing: (upTo: Int64, seconds: Double)?
    /// How long the station may say nothing before another connection is dialled.
    private var patience = Duration.milliseconds(700)
    private var dialTime = Duration.seconds(2)
    /// By when a show that is being ended has to be over.
    private var endingBy: Duration?
    private(set) var isOver = false

    /// What may wait in this process at one time: the backlog is the queue, not the socket.
    private static let window = 65_536
    private static let mostDials = 16
    /// What is kept beyond the station's buffer, in seconds.
    private static let reserve = 60.0
    /// What a stream that begins anew at a plain Icecast begins with, in seconds.
    private static let edge = 1.0

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

    private mutating func take(_ bytes: [UInt8], _ seconds: Double, at now: Duration) -> [Action] {
        guard endingBy == nil else { return [] }
        backlog.append(bytes, seconds: seconds)
        var actions = drop(backlog.keep(newest: target.buffer + Self.reserve))
        if let line = current, line.sent < backlog.start {
            actions += lose("The line is too slow for the stream.", at: now) + [.close(line.number)]
        }
        return actions + pump()
    }

    /// Tells drops by the second.
    private mutating func drop(_ seconds: Double, all: Bool = false) -> [Action] {
        untoldDrops += seconds
        guard untoldDrops >= (all ? 0.001 : 1) else { return [] }
        defer { untoldDrops = 0 }
        return [.tell(.dropped(seconds: untoldDrops))]
    }

    /// Sends what there is, as far as there is room; and the goodbye when all has arrived.
    private mutating func pump() -> [Action] {
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

    // MARK: Connections

    private mutating func dial(at now: Duration) -> [Action] {
        let most = wasTaken && !isPlain ? Self.mostDials : 1
        guard current == nil || current?.isDoubted == true, now >= nextDial, dials.count < most else {
            return []
        }
        lastNumber += 1
        dials.append(Dial(number: lastNumber, since: now))
        nextDial = now + pause(at: now)
        return [.dial(lastNumber)]
    }

    /// Between two dials: a buffer that is running dry is worth some packets more.
    private func pause(at now: Duration) -> Duration {
        guard wasTaken, !isPlain else { return .seconds(1) }
        switch now - lostSince {
        case ..<(.seconds(2)): return .milliseconds(125)
        case ..<(.seconds(60)): return .milliseconds(250)
        default: return .seconds(1)
        }
    }

    private mutating func ask(_ number: Int) -> [Action] {
        guard let place = dials.firstIndex(where: { $0.number == number }) else { return [.close(number)] }
        dials[place].offset = backlog.start
        return [
            .ask(
                number,
                UplinkWire.request(target, session: session, attempt: number, offset: backlog.start))
        ]
    }

    private mutating func closed(_ number: Int, _ why: String, at now: Duration) -> [Action] {
        if current?.number == number { return lose(why, at: now) }
        guard dials.contains(where: { $0.number == number }) else { return [] }
        dials.removeAll { $0.number == number }
        return current == nil ? tellLost(why) : []
    }

    /// The connection that carried the stream is gone.
    private mutating func lose(_ why: String, at now: Duration) -> [Action] {
        if current?.isDoubted != true { lostSince = now }
        current = nil
        // One that has been asked already may be answered any moment.
        if dials.isEmpty { nextDial = now }
        return tellLost(why) + dial(at: now)
    }

    private mutating func tellLost(_ why: String) -> [Action] {
        guard told != why, told == nil || !wasTaken else { return [] }
        told = why
        return [.tell(.lost(why))]
    }

    private mutating func tick(at now: Duration) -> [Action] {
        if let endingBy, now >= endingBy { return over() }
        var actions: [Action] = []
        for late in dials.filter({ now - $0.since >= (wasTaken ? dialTime : .seconds(10)) }) {
            actions.append(.close(late.number))
            actions += closed(late.number, "The station does not answer.", at: now)
        }
        if let line = current {
            let quiet = now - line.aliveAt
            if line.isFunkhaus, quiet >= patience, !line.isDoubted {
                current?.isDoubted = true
                lostSince = now
                nextDial = now
                actions += tellLost("Nothing is heard of the station.")
            } else if quiet >= .seconds(5), line.isFunkhaus || line.inFlight > 0 {
                actions.append(.close(line.number))
                actions += lose("The station takes nothing more.", at: now)
            }
        }
        return actions + dial(at: now)
    }

    // MARK: What the station says

    private mutating func replied(_ number: Int, _ reply: UplinkReply, at now: Duration) -> [Action] {
        guard let asked = dials.first(where: { $0.number == number }) else { return [.close(number)] }
        dials.removeAll { $0.number == number }
        switch reply.status {
        case 200: return adopt(asked, reply, at: now)
        case 401:
            return refused("The station does not know this name with this secret: check both.")
        // Another attempt has overtaken this one.
        case 409: return [.close(number)]
        case 410:
            guard endingBy == nil else { return over() }
            return [.close(number)] + beginAnew(at: now)
        default:
            let passes = [408, 429].contains(reply.status) || reply.status >= 500
            let words = reply.sentence.isEmpty ? "It answered with \(reply.status)." : reply.sentence
            // An Icecast that has not noticed the loss says that the mount is in use.
            guard passes || wasTaken && now - lostSince < .seconds(120) else {
                return refused("The station does not take the show: \(words)")
            }
            nextDial = max(nextDial, now + .seconds(reply.status == 429 ? 60 : 1))
            return [.close(number)]
                + (current == nil ? tellLost("The station cannot take the show now: \(words)") : [])
        }
    }

    private mutating func adopt(_ asked: Dial, _ reply: UplinkReply, at now: Duration) -> [Action] {
        // The station serves the newest; what it said to an older one came late.
        if let line = current, line.number > asked.number { return [.close(asked.number)] }
        if !wasTaken { dialTime = min(.seconds(10), max(dialTime, (now - asked.since) * 3)) }
        var actions: [Action] = current.map { [.close($0.number)] } ?? []
        for older in dials where older.number < asked.number { actions.append(.close(older.number)) }
        dials.removeAll { $0.number < asked.number }
        let resumes = isKnown
        guard let received = reply.received else {
            (wasTaken, isPlain, isKnown) = (true, true, false)
            actions += drop(backlog.restart(headers: headers, newest: Self.edge), all: true)
            return actions + begin(asked.number, isFunkhaus: false, at: 0, resumes: false, now)
        }
        let place = max(received, asked.offset ?? 0)
        guard received >= 0, place <= backlog.end else {
            // It speaks of bytes that were never sent.
            current = nil
            return actions + [.close(asked.number)] + beginAnew(at: now)
        }
        (wasTaken, isPlain, isKnown) = (true, false, true)
        backlog.acknowledge(received)
        guard place >= backlog.start else {
            // What it waits for was dropped while it was asked: it has to be asked anew.
            current = nil
            nextDial = now
            return actions + [.close(asked.number)] + dial(at: now)
        }
        actions += drop(0, all: true)
        actions += begin(asked.number, isFunkhaus: true, at: place, resumes: resumes, now)
        if resumes { crossing = (backlog.end, backlog.seconds(from: place)) }
        return actions
    }

    private mutating func begin(
        _ number: Int, isFunkhaus: Bool, at place: Int64, resumes: Bool, _ now: Duration
    ) -> [Action] {
        current = Current(number: number, isFunkhaus: isFunkhaus, sent: place, aliveAt: now)
        told = nil
        return [.tell(.connected(resumes: resumes, isFunkhaus: isFunkhaus))] + pump()
    }

    /// The station has nothing of this session: a new one begins with the headers.
    private mutating func beginAnew(at now: Duration) -> [Action] {
        session = newSession()
        isKnown = false
        var actions = dials.map { Action.close($0.number) }
        dials = []
        nextDial = now
        actions += drop(backlog.restart(headers: headers, newest: target.buffer))
        return actions + dial(at: now)
    }

    private mutating func heard(_ number: Int, _ line: UplinkLine, at now: Duration) -> [Action] {
        guard var known = current, known.number == number else { return [] }
        var actions: [Action] = []
        known.aliveAt = now
        if known.isDoubted {
            // It was slow, not dead: the next time it is given longer.
            known.isDoubted = false
            patience = min(.seconds(3), patience * 3 / 2)
            told = nil
            actions.append(.tell(.connected(resumes: true, isFunkhaus: true)))
        }
        current = known
        if let received = line.received, received > backlog.start || received == backlog.end,
            received <= known.sent
        {
            backlog.acknowledge(received)
            actions.append(.tell(.acknowledged(bytes: received)))
            if let (upTo, seconds) = crossing, received >= upTo {
                crossing = nil
                if seconds > 0 { actions.append(.tell(.repaired(seconds: seconds))) }
            }
        }
        if let words = line.say { actions.append(.tell(.says(UplinkWire.visible(words)))) }
        if let words = line.goodbye {
            return actions
                + (endingBy == nil
                    ? refused("The station has ended the show: \(UplinkWire.visible(words))") : over())
        }
        if let state = line.state.flatMap(UplinkState.init) {
            actions.append(.tell(.state(state)))
            if state != .onAir { actions += catchUp(at: now) }
        }
        return actions + pump()
    }

    /// Not on air, what is older than the buffer would not be heard any more: the newest is sent at once.
    private mutating func catchUp(at now: Duration) -> [Action] {
        guard let line = current, backlog.seconds(from: line.sent) > target.buffer + 1 else { return [] }
        var actions = drop(backlog.keep(newest: target.buffer), all: true)
        guard line.sent < backlog.start else { return actions }
        // A gap is told by the offset of a new connection.
        current = nil
        nextDial = now
        actions.append(.close(line.number))
        return actions + dial(at: now)
    }

    // MARK: The end

    private mutating func refused(_ words: String) -> [Action] { [.tell(.refused(words))] + over() }

    private mutating func over() -> [Action] {
        isOver = true
        let links = dials.map(\.number) + (current.map { [$0.number] } ?? [])
        (dials, current) = ([], nil)
        return links.map { .close($0) } + [.tell(.ended), .stop]
    }
}
