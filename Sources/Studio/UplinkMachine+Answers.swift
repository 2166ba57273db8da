/// What follows from what the station says.
extension UplinkMachine {
    mutating func replied(_ number: Int, _ reply: UplinkReply, at now: Duration) -> [Action] {
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
            guard current == nil, untold == nil else { return [.close(number)] }
            return [.close(number)] + tellLost("The station cannot take the show now: \(words)")
        }
    }

    mutating func adopt(_ asked: Dial, _ reply: UplinkReply, at now: Duration) -> [Action] {
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

    mutating func begin(
        _ number: Int, isFunkhaus: Bool, at place: Int64, resumes: Bool, _ now: Duration
    ) -> [Action] {
        current = Current(number: number, isFunkhaus: isFunkhaus, sent: place, aliveAt: now)
        return tellConnected(resumes: resumes, isFunkhaus: isFunkhaus) + pump()
    }

    mutating func tellConnected(resumes: Bool, isFunkhaus: Bool) -> [Action] {
        (told, untold) = (nil, nil)
        // From one connection to the next without a loss between them is no news.
        if resumes, isShown { return [] }
        isShown = true
        return [.tell(.connected(resumes: resumes, isFunkhaus: isFunkhaus))]
    }

    /// The station has nothing of this session: a new one begins with the headers.
    mutating func beginAnew(at now: Duration) -> [Action] {
        session = newSession()
        isKnown = false
        var actions = dials.map { Action.close($0.number) }
        dials = []
        nextDial = now
        actions += drop(backlog.restart(headers: headers, newest: target.buffer))
        return actions + dial(at: now)
    }

    mutating func heard(_ number: Int, _ line: UplinkLine, at now: Duration) -> [Action] {
        guard var known = current, known.number == number else { return [] }
        var actions: [Action] = []
        known.aliveAt = now
        if known.isDoubted {
            // It was slow, not dead: the next time it is given longer.
            known.isDoubted = false
            patience = min(.seconds(3), patience * 3 / 2)
            actions += tellConnected(resumes: true, isFunkhaus: true)
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
            let left = line.left.flatMap { (0...604_800).contains($0) ? $0 : nil }
            if left != nil || isTimed { actions.append(.tell(.left(seconds: left))) }
            isTimed = left != nil
            if state != .onAir { actions += catchUp(at: now) }
        }
        return actions + pump()
    }

    /// Not on air, what is older than the buffer would not be heard any more: the newest is sent at once.
    mutating func catchUp(at now: Duration) -> [Action] {
        guard let line = current, backlog.seconds(from: line.sent) > target.buffer + 1 else { return [] }
        var actions = drop(backlog.keep(newest: target.buffer), all: true)
        guard line.sent < backlog.start else { return actions }
        // A gap is told by the offset of a new connection.
        current = nil
        nextDial = now
        actions.append(.close(line.number))
        return actions + dial(at: now)
    }
}
