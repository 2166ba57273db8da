internal import Glibc
public import Programme

/// A time zone: what its clocks are ahead of UTC, at any time.
///
/// The rules are those of the system's own data base (Debian's tzdata), so that an update of the system brings a
/// parliament's new rules: Foundation carries a data base of its own that only a new build changes. A pure value once
/// it is read.
public struct Zone: Hashable, Sendable {
    /// By its IANA name, or a rule in the form of POSIX's variable TZ.
    public let name: String
    private let file: ZoneFile

    /// Reads the zone's file; blocks for the disk. A rule needs none: one begins with `<`, as no zone's name does.
    ///
    /// - Parameter folder: of the data base.
    public init(_ name: String, folder: String = "/usr/share/zoneinfo") throws(CalendarProblem) {
        if name.first == "<" {
            guard let rule = ZoneRule(name) else { throw .noZone(name) }
            (self.name, file) = (name, ZoneFile(rule: rule))
            return
        }
        let isPlain =
            !name.isEmpty
            && name.utf8.allSatisfy { byte in
                Character(Unicode.Scalar(byte)).isLetter && byte < 0x80 || Self.otherBytes.contains(byte)
            }
            && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
                !$0.isEmpty && $0 != "." && $0 != ".."
            }
        guard isPlain, let bytes = Self.read("\(folder)/\(name)"), let file = ZoneFile(bytes) else {
            throw .noZone(name)
        }
        self.name = name
        self.file = file
    }

    /// UTC, without a file.
    public static let utc = Zone(name: "UTC", file: ZoneFile.utc)

    private init(name: String, file: ZoneFile) {
        self.name = name
        self.file = file
    }

    private static let otherBytes = Array("0123456789/_+-".utf8)

    /// At most 64 KB; Debian's largest has 4.
    private static func read(_ path: String) -> [UInt8]? {
        // The text lives as long as the call.
        let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < 65_536 {
            // The kernel fills at most the array's own count.
            let count = unsafe Glibc.read(descriptor, &part, part.count)
            guard count > 0 else { return count == 0 ? bytes : nil }
            bytes += part[..<count]
        }
        return nil
    }

    /// Whether its clocks go on changing as another's do, whatever they did before.
    func goesOn(like other: Zone) -> Bool { file.rule != nil && file.rule == other.file.rule }

    /// What clocks are ahead of UTC, in seconds.
    ///
    /// - Parameter time: seconds since 1970-01-01T00:00:00Z.
    public func offset(at time: Int64) -> Int { file.offset(at: time) }

    /// What clocks show.
    public func local(_ time: Int64) -> LocalTime { LocalTime(seconds: time + Int64(offset(at: time))) }

    /// When clocks show a time, in seconds since 1970-01-01T00:00:00Z.
    public enum Reading: Hashable, Sendable {
        case once(Int64)
        case twice(Int64, Int64)
        /// They never do: they are put forward over it. With what they showed before, it would be this time.
        case never(shifted: Int64)
    }

    public func reading(_ local: LocalTime) -> Reading {
        // No zone changes its clocks twice within two days.
        let before = Int64(offset(at: local.seconds - 86_400))
        let after = Int64(offset(at: local.seconds + 86_400))
        let times = [before, after].map { local.seconds - $0 }.filter {
            $0 + Int64(offset(at: $0)) == local.seconds
        }
        guard let first = times.min(), let last = times.max() else {
            return .never(shifted: local.seconds - before)
        }
        return first == last ? .once(first) : .twice(first, last)
    }
}
