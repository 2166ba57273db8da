import Audio
import TestKit

@testable import Monitor

/// Contours that nobody played.
enum MadeUpMusic {
    static let silence = Contour(power: SIMD4(repeating: 0))

    /// Something like music: notes of their own length in each band, over a noise.
    static func contours(_ seconds: Double, seed: UInt64) -> [Contour] {
        var random = SeededGenerator(seed: seed)
        var levels = SIMD4<Float>(repeating: -30)
        var left = SIMD4<Int>(repeating: 0)
        return (0..<Comparison.lines(seconds)).map { _ in
            for band in 0..<4 {
                left[band] -= 1
                if left[band] <= 0 {
                    left[band] = .random(in: 4...25, using: &random)
                    levels[band] = .random(in: (-45)...(-12), using: &random)
                } else {
                    levels[band] -= .random(in: 0...0.6, using: &random)
                }
            }
            return contour(levels)
        }
    }

    private static func contour(_ decibels: SIMD4<Float>) -> Contour {
        var power = SIMD4<Float>()
        for band in 0..<4 { power[band] = Float(Decibels.linear(Double(decibels[band]) * 2)) }
        return Contour(power: power)
    }

    /// The same through something like a codec: each level off by a little.
    static func coded(
        _ contours: some Sequence<Contour>, seed: UInt64, by most: Float = 1.5
    ) -> [Contour] {
        var random = SeededGenerator(seed: seed)
        return contours.map { contour in
            var power = contour.power
            for band in 0..<4 {
                power[band] *= Float(
                    Decibels.linear(Double(Float.random(in: -most...most, using: &random)) * 2))
            }
            return Contour(power: power)
        }
    }
}

extension Trace {
    init(_ contours: some Sequence<Contour>) {
        self.init()
        for contour in contours { append(contour) }
    }
}
