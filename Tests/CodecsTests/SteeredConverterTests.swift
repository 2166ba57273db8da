import Foundation
import Testing

@testable import Codecs

/// A converter that is steered while it runs: no sample is lost or doubled, and the sound stays what it is.
@Suite struct SteeredConverterTests {
    private func tone(_ hertz: Double, frames: Int) -> [Float] {
        (0..<frames).map { Float(0.5 * sin(2 * Double.pi * hertz * Double($0) / 44_100)) }
    }

    /// Converts a tone block by block; `ratio` says to what it is steered at each.
    private func convert(_ tone: [Float], ratio: (Int) -> Double) -> [Float] {
        var converter = SteeredConverter()
        var heard: [Float] = []
        for start in stride(from: 0, to: tone.count, by: 1_000) {
            let block = Array(tone[start..<min(start + 1_000, tone.count)])
            converter.steer(to: ratio(start))
            converter.convert(left: block.span, right: block.span) { left, right in
                for frame in left.indices {
                    #expect(left[frame] == right[frame])
                    heard.append(left[frame])
                }
            }
        }
        converter.finish { left, _ in for frame in left.indices { heard.append(left[frame]) } }
        return heard
    }

    /// What is left of a signal when the sine of a frequency that is in it is taken out, in dB below that.
    private func residue(_ heard: ArraySlice<Float>, hertz: Double) -> Double {
        let turn = 2 * Double.pi * hertz / 44_100
        let waves = heard.indices.map { (sin(turn * Double($0)), cos(turn * Double($0))) }
        let amplitudes = zip(heard, waves).reduce((0.0, 0.0)) {
            ($0.0 + Double($1.0) * $1.1.0, $0.1 + Double($1.0) * $1.1.1)
        }
        let (sine, cosine) = (2 * amplitudes.0 / Double(heard.count), 2 * amplitudes.1 / Double(heard.count))
        let left = zip(heard, waves).reduce(0.0) { sum, pair in
            let rest = Double(pair.0) - sine * pair.1.0 - cosine * pair.1.1
            return sum + rest * rest
        }
        return 10 * log10((sine * sine + cosine * cosine) / 2 * Double(heard.count) / left)
    }

    @Test(arguments: [1_000.0, 10_000, 16_000])
    func unsteeredItGivesWhatItTook(hertz: Double) {
        let tone = tone(hertz, frames: 48_100)
        let heard = convert(tone) { _ in 1 }
        #expect(abs(heard.count - tone.count) <= 1)
        let loudest = heard[2_000..<46_100].map(abs).max() ?? 0
        #expect(abs(loudest - 0.5) < 0.003, "\(loudest)")
        let residue = residue(heard[2_000..<46_100], hertz: hertz)
        #expect(residue > 80, "\(residue)")
    }

    @Test func unsteeredItGivesTheSameSamplesHoweverItsInputIsCut() {
        let tone = tone(441, frames: 100_000)
        func convert(_ sizes: [Int]) -> [Float] {
            var converter = SteeredConverter()
            var (heard, start, turn) = ([Float](), 0, 0)
            while start < tone.count {
                let piece = Array(tone[start..<min(tone.count, start + sizes[turn % sizes.count])])
                converter.steer(to: 1)
                converter.convert(left: piece.span, right: piece.span) { left, _ in
                    for frame in left.indices { heard.append(left[frame]) }
                }
                (start, turn) = (start + piece.count, turn + 1)
            }
            converter.finish { left, _ in for frame in left.indices { heard.append(left[frame]) } }
            return heard
        }
        #expect(convert([1_024]) == convert([1, 7, 4_410, 300, 20_000]))
    }

    @Test func steeredItTakesMoreOrLessAndNeverJumps() {
        let tone = tone(1_000, frames: 200_000)
        for most in [0.000_5, -0.000_5] {
            let heard = convert(tone) { 1 + most * sin(Double($0) / 40_000) }
            // A sine's neighbours differ by no more than its slope: a jump would stand out.
            let slope = Float(0.5 * 2 * Double.pi * 1_000 / 44_100 * 1.01)
            let steepest = (2_000..<(heard.count - 2_000)).reduce(Float(0)) {
                max($0, abs(heard[$1] - heard[$1 - 1]))
            }
            #expect(steepest < slope, "\(steepest)")
        }
        let faster = convert(tone) { _ in 1.000_5 }.count
        #expect(abs(faster - 199_900) < 20, "\(faster)")
        #expect(convert(tone) { _ in 1.5 }.count > 199_700)
    }
}
