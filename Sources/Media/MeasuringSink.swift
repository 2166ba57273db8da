internal import Audio
internal import Glibc

/// Counts, weighs and cues the frames of one file.
final class MeasuringSink: FrameSink {
    /// −60 dBFS.
    private static let audible: Float = 0.001

    private var meter: LoudnessMeter
    private var frames: Int64 = 0
    private var cueIn: Int64?
    private var cueOut: Int64 = 0
    private var unannounced = 0
    private let signOfLife: () throws(MediaFault) -> Void

    /// Calls `signOfLife` every ten seconds of audio.
    init(signOfLife: @escaping () throws(MediaFault) -> Void) throws(MediaFault) {
        meter = try LoudnessMeter()
        self.signOfLife = signOfLife
    }

    func take(left: Span<Float>, right: Span<Float>) throws(MediaFault) {
        try meter.take(left: left, right: right)
        if cueIn == nil, let first = left.indices.first(where: { Self.isAudible(left[$0], right[$0]) }) {
            cueIn = frames + Int64(first)
        }
        if cueIn != nil, let last = left.indices.last(where: { Self.isAudible(left[$0], right[$0]) }) {
            cueOut = frames + Int64(last) + 1
        }
        frames += Int64(left.count)
        unannounced += left.count
        if unannounced >= 10 * EngineFormat.sampleRate {
            unannounced = 0
            try signOfLife()
        }
    }

    func measurement(of source: SourceDescription) -> FileMeasurement {
        FileMeasurement(
            frames: FrameCount(frames: frames), loudness: meter.loudness,
            truePeak: meter.truePeak > 0 ? 20 * log10(meter.truePeak) : nil,
            cueIn: FrameCount(frames: cueIn ?? 0), cueOut: FrameCount(frames: cueIn == nil ? frames : cueOut),
            source: source)
    }

    private static func isAudible(_ left: Float, _ right: Float) -> Bool {
        max(left.magnitude, right.magnitude) > audible
    }
}
