/// Which connection carries the stream, and when another is dialled.
extension UplinkMachine {
    mutating func dial(at now: Duration) -> [Action] {
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
    func pause(at now: Duration) -> Duration {
        guard wasTaken, !isPlain else { return .seconds(1) }
        switch now - lostSince {
        case ..<(.seconds(2)): return .milliseconds(125)
        case ..<(.seconds(60)): return .milliseconds(250)
        default: return .seconds(1)
        }
    }

    mutating func ask(_ number: Int) -> [Action] {
        guard let place = dials.firstIndex(where: { $0.number == number }) else { return [.close(number)] }
        dials[place].offset = backlog.start
        return [
            .ask(
                number,
                UplinkWire.request(target, session: session, attempt: number, offset: backlog.start))
        ]
    }

    mutating func closed(_ number: Int, _ why: String, at now: Duration) -> [Action] {
        if current?.number == number { return lose(why, at: now) }
        guard dials.contains(where: { $0.number == number }) else { return [] }
        dials.removeAll { $0.number == number }
        return current == nil && untold == nil ? tellLost(why) : []
    }

    /// The connection that carried the stream is gone.
    mutating func lose(_ why: String, at now: Duration) -> [Action] {
        if current?.isDoubted != true { lostSince = now }
        current = nil
        if dials.contains(where: { $0.offset != nil }) {
            // The station may have moved to one that was asked already, whose answer is on its way.
            nextDial = max(nextDial, now + Self.grace)
            untold = (why, now)
            return []
        }
        nextDial = now
        return tellLost(why) + dial(at: now)
    }

    mutating func tellLost(_ why: String) -> [Action] {
        untold = nil
        guard told != why, told == nil || !wasTaken else { return [] }
        (told, isShown) = (why, false)
        return [.tell(.lost(why))]
    }

    mutating func tick(at now: Duration) -> [Action] {
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
        if let (why, since) = untold, now - since >= Self.discretion { actions += tellLost(why) }
        return actions + dial(at: now)
    }
}
