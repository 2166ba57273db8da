internal import CCrypt
internal import Glibc
internal import Yams

/// The DJs' accounts: a YAML file of mode 600 that `funkhaus dj` writes and the daemon reads at each login, so that a change
/// counts at once. A secret stands in it as a yescrypt hash (crypt(5)) and in no other form.
///
/// ```yaml
/// anna: { secret: $y$j9T$…, disabled: true }
/// bert: { secret: $y$j9T$…, when: [ mon-fri 18:00-22:00, sat ] }
/// ```
public struct DJBook: Sendable, Equatable {
    public struct DJ: Sendable, Equatable {
        public let name: String
        var hash: String
        public var isDisabled = false
        /// When it may have the air beside the shows that name it; always, if there are none.
        public var times: [AccountTime] = []
    }

    /// By name.
    public private(set) var djs: [DJ] = []
    static let mostBytes = 1_048_576

    /// An empty book.
    public init() {}

    /// Reads a file; one that does not exist is an empty book. Blocks for the disk.
    public init(path: String) throws(DJBookFailure) {
        let bytes: [UInt8]
        do throws(FileFailure) {
            bytes = try readFile(path, most: Self.mostBytes)
        } catch {
            guard error != .missing else { return }
            throw DJBookFailure(sentence: error.sentence(path, remedy: "funkhaus dj writes it anew"))
        }
        let broken = DJBookFailure(
            sentence:
                "\(path.shown) is no book of accounts: put it right, or delete it and use funkhaus dj add")
        guard let text = String(validating: bytes, as: UTF8.self) else { throw broken }
        // When the last DJ is gone, our own first line stays.
        let lines = text.split(whereSeparator: \.isNewline)
        guard lines.contains(where: { !$0.allSatisfy(\.isWhitespace) && !$0.hasPrefix("#") }) else { return }
        guard let tree = try? Yams.load(yaml: text) else { throw broken }
        guard let entries = tree as? [String: [String: Any]] else { throw broken }
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
            guard Self.isName(name), let hash = entry["secret"] as? String, hash.hasPrefix("$") else {
                throw broken
            }
            djs.append(
                DJ(
                    name: name, hash: hash, isDisabled: entry["disabled"] as? Bool ?? false,
                    times: try Self.times(entry["when"], of: name, path, text)))
        }
    }

    /// The times of an account: a text or some.
    private static func times(
        _ value: Any?, of name: String, _ path: String, _ file: String
    ) throws(DJBookFailure) -> [AccountTime] {
        guard let value else { return [] }
        let texts = value as? [String] ?? (value as? String).map { [$0] } ?? []
        let times = texts.map { AccountTime($0) }
        if let wrong = zip(texts, times).first(where: { $0.1 == nil })?.0 {
            throw DJBookFailure(
                sentence: "\(place(of: name, path, file)): \(wrong.quoted) is no time: \(AccountTime.form)")
        }
        guard !times.isEmpty else {
            throw DJBookFailure(
                sentence:
                    "\(place(of: name, path, file)): when: has no time, so that \(name) could never be on air: "
                    + "\(AccountTime.form), or delete when:")
        }
        guard times.count <= mostTimes else {
            throw DJBookFailure(
                sentence:
                    "\(place(of: name, path, file)): when: has more than \(mostTimes) times: join some of them"
            )
        }
        return times.compactMap(\.self)
    }

    /// The line with an account's times.
    private static func place(of name: String, _ path: String, _ file: String) -> String {
        let line = (try? Yams.compose(yaml: file))?.mapping?[name]?["when"]?.mark?.line
        return "\(path.shown)" + (line.map { ", line \($0)" } ?? "")
    }

    /// For one account.
    static let mostTimes = 50

    /// The hashes by which DJs log in.
    var hashes: [String: String] {
        Dictionary(uniqueKeysWithValues: djs.filter { !$0.isDisabled }.map { ($0.name, $0.hash) })
    }

    /// Letters, digits, - and _, 32 at the most: what every client can send, and nothing that means something in a file.
    public static func isName(_ name: String) -> Bool {
        (1...32).contains(name.count) && name != "source"
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || "-_".contains($0) }
    }

    // MARK: Changing

    /// Adds a DJ, or gives it another secret. Hashing takes some 30 ms.
    public mutating func set(_ name: String, secret: String) throws(DJBookFailure) {
        guard Self.isName(name) else {
            throw DJBookFailure(
                sentence: "\(name.quoted) cannot be a DJ's name: use letters, digits, - and _, but not source"
            )
        }
        guard secret.count >= 8, !secret.utf8.contains(0) else {
            throw DJBookFailure(sentence: "The secret is too short: use 8 characters at least")
        }
        guard let hash = Self.hash(secret) else {
            throw DJBookFailure(
                sentence: "This system's libcrypt makes no yescrypt hashes: install libcrypt1 4.4 or newer")
        }
        if let place = djs.firstIndex(where: { $0.name == name }) {
            djs[place].hash = hash
        } else {
            djs.append(DJ(name: name, hash: hash))
            djs.sort { $0.name < $1.name }
        }
    }

    /// Takes a DJ the right to come in, or gives it back. False when there is none of that name.
    public mutating func disable(_ name: String, _ isDisabled: Bool) -> Bool {
        guard let place = djs.firstIndex(where: { $0.name == name }) else { return false }
        djs[place].isDisabled = isDisabled
        return true
    }

    /// Has a DJ be on air at some times alone, beside the shows that name it; at any, if there are none. False when there
    /// is none of that name.
    public mutating func set(_ name: String, times: [AccountTime]) -> Bool {
        guard let place = djs.firstIndex(where: { $0.name == name }) else { return false }
        djs[place].times = times
        return true
    }

    /// False when there is none of that name.
    public mutating func remove(_ name: String) -> Bool {
        guard let place = djs.firstIndex(where: { $0.name == name }) else { return false }
        djs.remove(at: place)
        return true
    }

    /// Writes the file, whole or not at all.
    public func write(to path: String) throws(DJBookFailure) {
        var text = "# Written by funkhaus dj. A change counts at once.\n"
        for dj in djs {
            let times = dj.times.map { "\"\($0.text)\"" }.joined(separator: ", ")
            text += "\(dj.name): { secret: \"\(dj.hash)\"\(dj.isDisabled ? ", disabled: true" : "")"
            text += (times.isEmpty ? "" : ", when: [ \(times) ]") + " }\n"
        }
        let new = path + ".new"
        let file = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Self.failure(path) }
        fchmod(file, 0o600)
        let bytes = Array(text.utf8)
        let isWritten = Glibc.write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
        close(file)
        guard isWritten, rename(new, path) == 0 else {
            let failure = Self.failure(path)
            unlink(new)
            throw failure
        }
    }

    private static func failure(_ path: String) -> DJBookFailure {
        DJBookFailure(
            sentence:
                "\(path.shown) cannot be written (\(String(cString: strerror(errno)))): look at the folder's rights"
        )
    }

    /// crypt_gensalt(3) and crypt(3) with yescrypt's standard cost.
    private static func hash(_ secret: String) -> String? {
        var settings = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
        guard crypt_gensalt_rn("$y$", 0, nil, 0, &settings, Int32(settings.count)) != nil else { return nil }
        let data = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        defer { data.deallocate() }
        memset(data, 0, MemoryLayout<crypt_data>.size)
        defer { explicit_bzero(data, MemoryLayout<crypt_data>.size) }
        guard let made = crypt_r(secret, settings, data) else { return nil }
        let hash = String(cString: made)
        return hash.hasPrefix("$y$") ? hash : nil
    }

    /// A secret that can be read aloud and typed: eight syllables, about 50 bits.
    public static func speakableSecret() -> String {
        var random = SystemRandomNumberGenerator()
        let consonants = Array("bdfghklmnprstvwz")
        let vowels = Array("aeiou")
        return (0..<4).map { _ in
            (0..<2).map { _ in
                "\(consonants.randomElement(using: &random)!)\(vowels.randomElement(using: &random)!)"
            }.joined()
        }.joined(separator: "-")
    }
}

/// Why the accounts cannot be read or changed, with the remedy.
public struct DJBookFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public let sentence: String
    public var description: String { sentence }
}
