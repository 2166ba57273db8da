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
///
/// A sound card for which the machine has no time leaves out some of it: tenths that are not as loud as the track count
/// as a pause.
struct HeardTones {
    /// The tracks in the order in which they were heard.
    private(set) var tracks: [Int] = []
    /// In seconds.
    private(set) var longestPause = 0.0

    init(_ signal: TestSignal) {
        let window = signal.rate / 10
        let windows = stride(from: 0, through: signal.count - window, by: window).map { $0..<($0 + window) }
        let isFull = { (frames: Range<Int>) in abs(signal.decibels(frames) - ToneStation.decibels) < 1 }
        var pause = 0.0
        for frames in windows.drop(while: { !isFull($0) }) {
            pause = isFull(frames) ? 0 : pause + 0.1
            longestPause = max(longestPause, pause)
            let tone = ToneStation.tones.max { signal.power(at: $0, frames) < signal.power(at: $1, frames) }
            if pause == 0, let tone, tone != tracks.last { tracks.append(tone) }
        }
    }

    /// Whether it was the station's stream, across two track changes at the least.
    var isWhole: Bool {
        let tones = ToneStation.tones
        let followsOn = zip(tracks, tracks.dropFirst()).allSatisfy { one, next in
            tones.firstIndex(of: one).map { tones[($0 + 1) % tones.count] == next } ?? false
        }
        return tracks.count >= 3 && followsOn && longestPause < 2
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
