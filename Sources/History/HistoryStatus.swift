/// How the journal goes.
public struct HistoryStatus: Hashable, Sendable {
    /// Whether what happens reaches the disk.
    public let isWriting: Bool
    /// Entries in memory that are not on disk yet.
    public let waiting: Int
    /// Entries that had to go because too many waited.
    public let lost: Int
    /// The state in words: `writing`, or what is the matter and what to do about it.
    public let words: String

    init(
        folder: String, access: History.Access, isOpened: Bool, isEnded: Bool, trouble: Trouble?,
        busySeconds: Int64, waiting: Int, lost: Int
    ) {
        let entries = "\(waiting) \(waiting == 1 ? "entry waits" : "entries wait") in memory"
        var words: String
        if isEnded {
            words = "closed"
        } else if let trouble {
            words = "\(trouble.matter): \(entries); \(trouble.remedy)"
        } else if busySeconds >= 2 {
            words =
                "the disk of \(folder) has not answered for \(busySeconds) s: \(entries); look after the disk"
        } else {
            words = access == .reading ? "only read" : isOpened ? "writing" : "opening"
        }
        if lost > 0 {
            words += " (\(lost) \(lost == 1 ? "entry was" : "entries were") lost for want of room)"
        }
        isWriting = isOpened && !isEnded && trouble == nil && busySeconds < 2
        self.waiting = waiting
        self.lost = lost
        self.words = words
    }
}

extension Trouble {
    /// For the log, and for whoever asks.
    var sentence: String { "\(matter.prefix(1).uppercased())\(matter.dropFirst()); \(remedy)." }

    /// For a person whose act it holds up.
    var held: String { "This is not on disk yet, because \(matter): it waits in memory; \(remedy)." }
}
