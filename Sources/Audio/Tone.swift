internal import Glibc

/// The bottom of the programme: a soft tone, half a second in every two, that needs no file, no worker and no memory.
///
/// A volunteer who hears it knows that the station is on air and that its music is not; its level, −26 dBFS, hurts
/// nobody.
///
/// ## Realtime safety
/// Neither allocates nor locks.
public struct Tone: Sendable {
    /// Frames put out so far.
    private var frame = 0
    private static let period = 2 * EngineFormat.sampleRate
    private static let sounding = EngineFormat.sampleRate / 2
    private static let step = 2 * Double.pi * 440 / Double(EngineFormat.sampleRate)
    private static let level = Float(Decibels.linear(-26))

    public init() {}

    /// Writes `count` frames into a block from its frame `offset` on.
    public mutating func write(into block: inout AudioBlock, at offset: Int, count: Int) {
        var frame = frame
        block.withChannels { (left: inout MutableSpan<Float>, right: inout MutableSpan<Float>) in
            for index in offset..<(offset + count) {
                let place = frame % Self.period
                var sample: Float = 0
                if place < Self.sounding {
                    // Raised by a half sine, so that it neither begins nor ends with a click.
                    let swell = sin(Double.pi * Double(place) / Double(Self.sounding))
                    sample = Float(sin(Double(place) * Self.step) * swell) * Self.level
                }
                left[index] = sample
                right[index] = sample
                frame += 1
            }
        }
        self.frame = frame
    }
}
