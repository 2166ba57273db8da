/// The accounts of a members' mount, as `htpasswd` and `mkpasswd` write them: a line `user:hash` each, lines that begin
/// with # left out. The hashes are those of crypt(5): yescrypt (`$y$`), bcrypt (`$2y$`), SHA-512 (`$6$`).
struct MembersFile: Sendable {
    static let mostBytes = 1_048_576

    private(set) var hashes: [String: String] = [:]
    /// A sentence for each line that lets nobody in, or for the file as a whole.
    private(set) var faults: [String] = []

    /// Reads it. Blocks for the disk.
    init(path: String) {
        let remedy = "write a line user:hash into it for each member"
        do throws(FileFailure) {
            guard let text = String(validating: try readFile(path, most: Self.mostBytes), as: UTF8.self)
            else {
                faults = ["\(path.shown) is not UTF-8: \(remedy)"]
                return
            }
            read(text, path)
        } catch {
            faults = [error.sentence(path, remedy: remedy)]
        }
    }

    private mutating func read(_ text: String, _ path: String) {
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .enumerated()
        {
            guard !line.allSatisfy(\.isWhitespace), !line.hasPrefix("#") else { continue }
            let place = "line \(index + 1) of \(path.shown)"
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count >= 2, !parts[0].isEmpty else {
                faults.append("\(place) is no account: write user:hash")
                continue
            }
            let hash = String(parts[1])
            guard Self.kinds.contains(where: hash.hasPrefix) else {
                faults.append(
                    "\(place) has a password that is not hashed, or in a way that is not safe: make the line with "
                        + "htpasswd -nB, or the hash with mkpasswd")
                continue
            }
            hashes[String(parts[0])] = hash
        }
    }

    private static let kinds = ["$y$", "$gy$", "$2b$", "$2y$", "$2a$", "$6$", "$5$", "$7$"]
}
