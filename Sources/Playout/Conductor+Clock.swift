internal import Audio
internal import Programme

/// How the station's time follows the wall clock (design, section 4.1).
extension Conductor {
    /// Up to here the two are the same: 200 ms.
    private static let tolerance = Length(seconds: 0.2)
    /// From here on the programme follows at once rather than at the next boundary: 30 s.
    private static let jump = Length(seconds: 30)

    /// Follows the wall clock, which has gone `ahead` of the station's time since the start (back, when negative).
    ///
    /// - Parameter stood: of that, for how long the engine has stood still, and never played it.
    ///
    /// Up to 30 s (a step of NTP, a stall of the machine) the time is set right at the next boundary; what is on air is
    /// not touched. Further ahead (the machine slept), the programme goes to where it would be, with a fade. Further
    /// back, the time is set back at once and what is on air goes on.
    func follow(ahead: Length, stood: Length = .zero) {
        let off = ahead - followed
        guard let current, cutFact == nil else { return }
        if stood > standstill {
            record(
                .reset,
                words: "The station stood still for \(Self.words(stood - standstill)): "
                    + "the machine was asleep or had no time for it.")
            standstill = stood
        }
        guard abs(off.frames) > Self.tolerance.frames else {
            guard pendingShift != nil else { return }
            pendingShift = nil
            return replan()
        }
        if abs(off.frames) <= Self.jump.frames {
            if pendingShift == nil {
                record(
                    .clock,
                    words: "The programme is \(Self.words(off)) \(off > .zero ? "behind" : "ahead of") the "
                        + "wall clock; it follows at the next boundary.")
            }
            // What is to follow has been opened for this; a few milliseconds are no reason to open it again.
            if let pendingShift, abs((off - pendingShift).frames) <= Self.tolerance.frames { return }
            pendingShift = off
            return replan()
        }
        pendingShift = nil
        let there = now + off
        // A DJ is where the programme is.
        if off > .zero, onAir?.session == nil, let item = timeline.item(at: there), !item.isProvisional {
            leap(to: item, at: there, off: off)
        } else {
            shift(by: off)
            timeline.move(current, by: off)
            onAir?.item.start = current.start + off
            onAir?.item.until = current.until.map { $0 + off }
            tone?.start = current.start + off
            replan()
            record(
                .clock,
                words: "The wall clock jumped \(off > .zero ? "ahead" : "back") by \(Self.words(off)); "
                    + "the programme goes on in the new time.")
        }
    }

    /// Goes to the place in the programme at which the station would be if it had not slept.
    private func leap(to item: Item, at instant: Instant, off: Length) {
        record(
            .clock,
            words: "The wall clock is ahead by \(Self.words(off)); the programme follows with a fade.")
        cutFact = .clock
        leap = off
        replace(next: item, from: instant - item.start)
    }

    private static func words(_ length: Length) -> String {
        let tenths = abs(length.frames) * 10 / Instant.rate
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
