import Foundation
import TestKit
import Testing

/// A station whose tracks are told apart by ear and by title: each is a sine, named by its frequency, over a little
/// noise.
enum ToneStation {
    /// The tracks, in hertz and in their order.
    static let tones = [500, 1_000, 1_500, 2_000]
    static let trackSeconds = 8
    /// The level of each track: a sine's whose peak is a half.
    static let decibels = -9.0

    /// Puts it on air, with every file measured, for as long as the body takes.
    static func listen(_ body: (StationUnderTest) async throws -> Void) async throws {
        let station = try StationUnderTest()
        let music = station.music
        try await aside {
            for (number, hertz) in tones.enumerated() {
                let frames = trackSeconds * 44_100
                var signal = TestSignal.noise(seed: UInt64(number), frames: frames, level: 0.05)
                let tone = TestSignal.sine(hertz: Double(hertz), frames: frames)
                for frame in 0..<frames {
                    signal.left[frame] += tone.left[frame]
                    signal.right[frame] += tone.right[frame]
                }
                let file = music.appendingPathComponent("Sinus - \(hertz).wav")
                try Data(signal.wav()).write(to: file)
            }
        }
        try await station.measure()
        try await station.onAir { try await body(station) }
    }
}

/// What was heard of a `ToneStation`, a tenth of a second at a time, from the first sound on.
struct HeardTones {
    /// The tracks in the order in which they were heard.
    private(set) var tracks: [Int] = []
    /// The lowest and the highest level of a tenth of a second, in dB below full scale.
    private(set) var levels = (least: Double.infinity, most: -Double.infinity)
    private(set) var seconds = 0.0

    init(_ signal: TestSignal) {
        let window = signal.rate / 10
        let windows = stride(from: 0, through: signal.count - window, by: window).map { $0..<($0 + window) }
        // A player fades in; and the last one may be the recorder's own end.
        let sounding = windows.drop { signal.decibels($0) < -30 }.dropFirst(3).dropLast()
        for frames in sounding {
            let level = signal.decibels(frames)
            levels = (min(levels.least, level), max(levels.most, level))
            let tone = ToneStation.tones.max { signal.power(at: $0, frames) < signal.power(at: $1, frames) }
            if let tone, tone != tracks.last { tracks.append(tone) }
        }
        seconds = Double(sounding.count) / 10
    }

    /// Whether it was the station's stream without a hole, across two track changes at the least.
    var isWhole: Bool {
        let tones = ToneStation.tones
        let followsOn = zip(tracks, tracks.dropFirst()).allSatisfy { one, next in
            tones.firstIndex(of: one).map { tones[($0 + 1) % tones.count] == next } ?? false
        }
        return tracks.count >= 3 && followsOn && abs(levels.least - ToneStation.decibels) < 1
            && abs(levels.most - ToneStation.decibels) < 1
    }
}

extension TestSignal {
    /// How much of a frequency is in some frames of the left side, in no unit (Goertzel's algorithm).
    fileprivate func power(at hertz: Int, _ frames: Range<Int>) -> Float {
        let turn = Float(2 * cos(2 * Double.pi * Double(hertz) / Double(rate)))
        var (last, before): (Float, Float) = (0, 0)
        for frame in frames { (last, before) = (left[frame] + turn * last - before, last) }
        return last * last + before * before - turn * last * before
    }
}
