internal import Audio

/// What is wrong with a DJ's signal or line, or what else a DJ should know, as the station sees it.
public enum LiveAdvice: String, Sendable, Hashable, CaseIterable, Codable {
    case tooQuiet = "too quiet"
    case tooLoud = "too loud"
    case oneChannel = "one channel"
    case outOfPhase = "out of phase"
    case mono
    case hum
    case offset
    case silence
    case wrongRate = "wrong rate"
    case tooSlow = "too slow"
    case unstable
    case somebodyWaits = "somebody waits"
    /// The air is not its own now: it waits for its show.
    case mustWait = "must wait"
    /// Five minutes are left of its time on air.
    case almostOver = "almost over"
    /// One minute is.
    case lastMinute = "last minute"
}

/// What a DJ should know of the others and of the time.
struct LiveCircumstances: Sendable {
    /// Another DJ is ready and waits for the air that this one has.
    var somebodyWaits = false
    /// The schedule gives it no air now.
    var mustWait = false
    /// Until its time on air is over; nil when it is not on air, or for as long as it likes.
    var secondsLeft: Double?
}

/// Judges a DJ's signal and line from what is measured of them: which advice holds now, and which is to be said.
///
/// A pure value: seconds of audio and the mix's time go in. An advice holds when its fault has lasted, and ends when it
/// has not been seen for a while, so that one loud word is no fault and one quiet one no cure. It is said when it
/// begins to hold, and not again within `rest`.
struct LiveJudge: Sendable {
    /// Seen in `needed` of the last `window` seconds (at most 63) it holds; seen in none of them, no longer.
    private struct Rule {
        let needed: Int
        let window: Int
    }

    /// Seconds between two sayings of the same advice: 120.
    static let rest = 120.0

    /// In which of the last seconds each was seen; the newest in the lowest bit.
    private var seen: [LiveAdvice: UInt64] = [:]
    private var holding: Set<LiveAdvice> = []
    /// Those that hold and have not been said.
    private var unsaid: Set<LiveAdvice> = []
    /// When each was said last, in seconds of the mix.
    private var said: [LiveAdvice: Double] = [:]
    private var pace = PaceWatch()
    /// The stream's own channels; nil as long as nobody knows.
    var channels: Int?
    /// The newest second of the signal.
    private(set) var newest: SignalSecond?

    /// What holds now, in the order of its declaration.
    var advice: [LiveAdvice] { LiveAdvice.allCases.filter(holding.contains) }

    /// One second of the signal.
    mutating func take(_ second: SignalSecond) {
        newest = second
        let (left, right) = second.levels
        let (loud, soft) = (max(left, right), min(left, right))
        let isSilent = second.level < -60
        let power = second.power.x + second.power.y
        note(.silence, isSilent, Rule(needed: 5, window: 5))
        note(.tooQuiet, !isSilent && second.level < -36, Rule(needed: 20, window: 25))
        note(.tooLoud, second.clipped >= 12, Rule(needed: 3, window: 10))
        note(.oneChannel, loud > -45 && soft < -60, Rule(needed: 6, window: 8))
        note(.outOfPhase, soft > -50 && second.correlation < -0.6, Rule(needed: 6, window: 8))
        // Who sends one channel means to.
        let isMono = channels != 1 && soft > -50 && second.difference < 1e-8 * power
        note(.mono, isMono, Rule(needed: 45, window: 45))
        note(.hum, second.level > -58 && second.hum > 0.8, Rule(needed: 3, window: 30))
        note(
            .offset, max(abs(second.offset.x), abs(second.offset.y)) > 0.02, Rule(needed: 6, window: 8))
    }

    /// How far the stream has come when the mix is at `time`, both in seconds. Called at every step.
    mutating func look(came: Double, at time: Double) {
        pace.look(came: came, at: time)
        hold(.wrongRate, pace.isTooFast)
        hold(.tooSlow, pace.isTooSlow)
        hold(.unstable, pace.isUnstable)
    }

    mutating func look(_ circumstances: LiveCircumstances) {
        let left = circumstances.secondsLeft ?? .infinity
        hold(.somebodyWaits, circumstances.somebodyWaits)
        hold(.mustWait, circumstances.mustWait)
        hold(.almostOver, (60...300).contains(left))
        hold(.lastMinute, left < 60)
    }

    /// What is to be said at a time of the mix, in seconds.
    mutating func sayings(at time: Double) -> [LiveAdvice] {
        let due = LiveAdvice.allCases.filter {
            unsaid.contains($0) && time - (said[$0] ?? -.infinity) >= Self.rest
        }
        for advice in due {
            unsaid.remove(advice)
            said[advice] = time
        }
        return due
    }

    private mutating func note(_ advice: LiveAdvice, _ isSeen: Bool, _ rule: Rule) {
        let seconds = (seen[advice] ?? 0) << 1 | (isSeen ? 1 : 0)
        seen[advice] = seconds
        let window = seconds & ((1 << UInt64(rule.window)) - 1)
        if window.nonzeroBitCount >= rule.needed {
            hold(advice, true)
        } else if window == 0 {
            hold(advice, false)
        }
    }

    private mutating func hold(_ advice: LiveAdvice, _ holds: Bool) {
        if !holds {
            holding.remove(advice)
            unsaid.remove(advice)
        } else if holding.insert(advice).inserted {
            unsaid.insert(advice)
        }
    }
}
