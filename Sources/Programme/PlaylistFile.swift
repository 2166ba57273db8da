/// What a list of files says: M3U, PLS or XSPF, as values with the place of each.
///
/// Bytes in, entries and faults out; no file is touched. Whether an entry's file exists is for whoever looks it up.
/// A list never fails as a whole for one bad line: the other entries stay, and each fault has a line and a sentence
/// that tells the remedy.
///
/// Bounds: `mostBytes`, `mostEntries`, `mostFaults`; what is beyond them is left out, and the last fault says so.
public struct PlaylistFile: Hashable, Sendable {
    /// One file of the list.
    public struct Entry: Hashable, Sendable {
        /// The path as the list has it, relative to the list's folder or absolute; the percent signs of a URI are
        /// decoded. Windows lists write backslashes: they are left as they are.
        public var path: String
        /// What the list calls the piece (`#EXTINF`, `Title1`, `<title>`); many files carry better tags themselves.
        public var artist: String?
        public var title: String?
        /// Counted from 1.
        public var line: Int
        /// In characters, counted from 1.
        public var column: Int
    }

    /// A line that is not understood or not allowed.
    public struct Fault: Hashable, Sendable {
        public var line: Int
        public var column: Int
        /// One sentence with its remedy.
        public var sentence: String
    }

    public private(set) var entries: [Entry] = []
    public private(set) var faults: [Fault] = []
    /// The first address of the web that it names: a station's list of its streams. It is no entry but a fault.
    public private(set) var address: String?
    private var isFull = false

    /// 10 MB: a list of 100,000 long paths.
    public static let mostBytes = 10_000_000
    public static let mostEntries = 100_000
    /// The faults of a file that is no list at all shall not fill a log.
    public static let mostFaults = 1_000

    /// An empty list, for a reader of one of the formats.
    public init() {}

    /// Adds the entry that a list writes as `location`, or the fault that it is.
    ///
    /// - Parameters:
    ///   - isURI: whether the format writes URIs (XSPF), so that percent signs are decoded in relative ones, too.
    public mutating func add(
        location: String, isURI: Bool, artist: String? = nil, title: String? = nil, line: Int, column: Int
    ) {
        guard entries.count < Self.mostEntries else {
            if !isFull {
                addFault(
                    "the list has more than \(Self.mostEntries) entries and ends here: divide it into several lists",
                    line: line, column: column)
            }
            isFull = true
            return
        }
        if address == nil, ["http://", "https://"].contains(where: location.lowercased().hasPrefix) {
            address = location
        }
        switch PlaylistLocation(location, isURI: isURI) {
        case .path(let path):
            entries.append(Entry(path: path, artist: artist, title: title, line: line, column: column))
        case .refused(let sentence):
            addFault(sentence, line: line, column: column)
        }
    }

    /// Adds a fault, unless there are too many already.
    public mutating func addFault(_ sentence: String, line: Int, column: Int) {
        guard faults.count < Self.mostFaults else { return }
        let isLast = faults.count == Self.mostFaults - 1
        faults.append(
            Fault(
                line: line, column: column,
                sentence: isLast ? "there are more faults than can be listed: is this a playlist?" : sentence)
        )
    }
}
