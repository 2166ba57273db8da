public import Audio

/// Why a file is not, or no longer, heard: which file, and what is wrong with it.
public struct MediaFailure: Error, Hashable, Sendable {
    public var file: String
    public var fault: MediaFault

    public init(file: String, fault: MediaFault) {
        self.file = file
        self.fault = fault
    }

    /// Place, what is wrong, and the remedy, as one line of words for people.
    public var sentence: String { "\(file): \(fault.explanation)" }
}
