internal import Audio
internal import Glibc

/// The newest audio of one place as levels: what its contours are in decibels, a line of four bands for each, smoothed
/// over a tenth of a second.
///
/// A line's number counts from the first contour on. At least the newest `span` lines are kept, and at most twice as many.
struct Trace: Sendable {
    /// Lines that are kept: a minute of them.
    static let span = Int(60 * Contour.rate)
    /// Below it there is nothing to hear, in dB.
    static let floor: Float = -66
    /// The level in dBFS below which audio counts as silent.
    static let silence: Float = -60
    /// Contours that go into a line.
    private static let width = 4

    /// The kept lines, oldest first.
    private(set) var lines: [SIMD4<Float>] = []
    /// The number of `lines[0]`.
    private(set) var first = 0
    /// Lines in a row, up to the newest one, without sound.
    private(set) var silentLines = 0
    private var recent: [SIMD4<Float>] = []

    /// The number that the next line will have.
    var end: Int { first + lines.count }

    mutating func append(_ contour: Contour) {
        recent.append(contour.power)
        if recent.count > Self.width { recent.removeFirst() }
        let power = recent.reduce(SIMD4<Float>(), +) / Float(recent.count)
        lines.append(
            SIMD4(
                Self.decibels(power[0]), Self.decibels(power[1]), Self.decibels(power[2]),
                Self.decibels(power[3])))
        silentLines = Self.decibels(power.sum()) > Self.silence ? 0 : silentLines + 1
        if lines.count >= 2 * Self.span {
            lines.removeFirst(Self.span)
            first += Self.span
        }
    }

    private static func decibels(_ power: Float) -> Float { max(floor, 10 * log10f(power + 1e-12)) }
}
