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

extension MediaFault {
    /// Whether the same file may well be fine at a second try: its worker was killed, stood still or was not there.
    public var isPassing: Bool {
        switch self {
        case .crashed, .exited, .hung, .nonsense, .changed, .workerMissing: true
        default: false
        }
    }

    /// Whether it is a fault of the file's bytes, which stays until they are others.
    public var isLasting: Bool {
        switch self {
        case .missing, .permissionDenied, .unreadable: false
        default: !isPassing
        }
    }
}
