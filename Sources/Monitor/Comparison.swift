internal import Audio

/// Finds what a listener hears in what was mixed.
///
/// Two stretches of audio are as far apart as their levels differ on average: a fraction of a decibel for the same audio
/// through a codec, even at 16 kbit/s, and over three for any two others.
///
/// Pure; lines are those of `Trace`, lags count in them.
enum Comparison {
    /// The length of a stretch that is compared: 5 s.
    static let window = lines(5)
    /// The furthest lag that is looked for: 45 s.
    static let furthest = lines(45)
    /// The furthest lag that is no trouble: 15 s. A buffer of a server's or two is in it.
    static let allowed = lines(15)
    /// Up to this many decibels apart, it is the same audio.
    private static let likeness: Float = 2.5
    /// Up to this many, it is the very same again: music that repeats itself does so by hand.
    private static let sameness: Float = 0.5
    /// From this many on, it is surely not the same again.
    private static let difference: Float = 3
    /// The length of what is looked for again: 3 s.
    private static let loop = lines(3)
    /// The periods of a loop that are looked for: from 0.3 s to 15 s. One that is longer is late when it comes again.
    private static let periods = lines(0.3)...allowed
    /// What is heard is silent when it has been for 3 s.
    private static let silence = lines(3)
    /// Every fourth line is compared: they are smoothed over as many.
    private static let step = 4

    static func lines(_ seconds: Double) -> Int { Int((seconds * Contour.rate).rounded()) }
    static func seconds(_ lines: Int) -> Double { Double(lines) / Contour.rate }

    /// What is to be said of what is heard.
    ///
    /// A loop is found by its first 3 s that come again, and what is heard until then is the programme: a listener who
    /// comes when it runs already hears it once in its length, and nobody can know.
    ///
    /// - Parameter lag: where it was found before, and then where it is found now, in lines.
    static func finding(_ heard: Trace, in mix: Trace, lag: inout Int?) -> Judgement.Finding {
        guard heard.end >= window else { return .unknown }
        lag = Self.lag(of: heard, in: mix, last: lag)
        if isLooping(heard, mix, lag: lag), heard.silentLines < silence { return .bad(.frozen) }
        if let lag {
            return lag <= allowed ? .good : .bad(.late(seconds: Int(seconds(lag).rounded())))
        }
        // In the mix's first seconds, what listeners hear of it may be from before the record.
        guard mix.end >= 2 * window else { return .unknown }
        return .bad(heard.silentLines >= silence ? .silent : .wrong)
    }

    /// How far the newest of what is heard lies behind the newest of the mix; nil when it is nothing of the mix's last
    /// 45 s. Of several places that fit, it is the best of those that are no trouble.
    ///
    /// - Parameter last: where it was found before, which is nearly always where it still is.
    static func lag(of heard: Trace, in mix: Trace, last: Int?) -> Int? {
        if let last, last <= allowed,
            let lag = best(of: max(0, last - step)...(last + step), heard, mix)
        {
            return lag
        }
        return best(of: 0...allowed, heard, mix) ?? best(of: (allowed + 1)...furthest, heard, mix)
    }

    private static func best(of lags: ClosedRange<Int>, _ heard: Trace, _ mix: Trace) -> Int? {
        var best: (lag: Int, distance: Float)?
        for lag in lags {
            let most = best?.distance ?? likeness
            guard
                let distance = distance(
                    heard.lines, heard.lines.count, mix.lines, mix.lines.count - lag, window, upTo: most)
            else { continue }
            best = (lag, distance)
        }
        return best?.lag
    }

    /// Whether the newest seconds of what is heard are the same as some before, and those of the mix are not.
    ///
    /// - Parameter lag: where what is heard was found in the mix, if it was.
    static func isLooping(_ heard: Trace, _ mix: Trace, lag: Int?) -> Bool {
        periods.contains { period in
            guard repeats(heard, before: 0, period, upTo: sameness) else { return false }
            guard let lag else { return true }
            return !repeats(mix, before: lag, period, upTo: difference)
        }
    }

    private static func repeats(_ trace: Trace, before lag: Int, _ period: Int, upTo most: Float) -> Bool {
        let end = trace.lines.count - lag
        return distance(trace.lines, end, trace.lines, end - period, loop, upTo: most) != nil
    }

    /// The mean distance in decibels of the `count` lines before `a` and those before `b`; nil when it is more than
    /// `most`, or when there are not so many.
    private static func distance(
        _ first: [SIMD4<Float>], _ a: Int, _ second: [SIMD4<Float>], _ b: Int, _ count: Int, upTo most: Float
    ) -> Float? {
        guard a >= count, b >= count, a <= first.count, b <= second.count else { return nil }
        let points = count / step
        let limit = most * Float(4 * points)
        var sum: Float = 0
        for point in 1...points {
            let difference = first[a - point * step] - second[b - point * step]
            sum += difference.replacing(with: -difference, where: difference .< 0).sum()
            if sum > limit { return nil }
        }
        return sum / Float(4 * points)
    }
}
