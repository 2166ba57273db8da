internal import CCrypt
internal import Glibc
internal import Server
internal import Synchronization
internal import Threads

/// Checks members' and DJs' passwords: slow on purpose, so on a thread of its own, one after the other.
///
/// The queues are bounded: who comes when one is full is told so at once. What was verified is remembered, for a player
/// asks again at each connection; only keyed digests are kept, never the password. Who is remembered has a queue of its
/// own, which goes first: nobody who guesses keeps it waiting. Any thread may ask.
final class PasswordClerk: Sendable {
    private struct Request {
        var book: AccountBook
        var user: String
        var password: String
        var answer: CheckedContinuation<MembershipAnswer, Never>

        var digest: Int { PasswordClerk.digest(book, user, password) }
    }

    /// Swift's hashes are keyed with a secret of this process.
    private static func digest(_ book: AccountBook, _ user: String, _ password: String) -> Int {
        [book.path, user, password].hashValue
    }

    private struct State {
        /// Those whose login was verified before, which takes no time unless it has changed; and the others.
        var known: [Request] = []
        var others: [Request] = []
        var isStopping = false
        /// Digests of what was verified, without and with the hash that it fitted, oldest first.
        var verified: [(login: Int, whole: Int)] = []

        func isKnown(_ login: Int) -> Bool { verified.contains { $0.login == login } }

        mutating func next() -> Request? {
            if !known.isEmpty { return known.removeFirst() }
            return others.isEmpty ? nil : others.removeFirst()
        }
    }

    /// Requests of those nobody knows that wait: sixteen yescrypt hashes take 0.4 s, and who would wait for longer does
    /// better to come again. Those who are known cost a look at the file: their queue is longer, and bounded all the same.
    static let most = 16
    static let mostKnown = 32
    private static let remembered = 256

    private let state = Mutex(State())
    private let work = Signal()
    private let thread = OwnedThread(name: "fh-passwords")

    func start() { thread.start { [self] in run() } }

    /// Who waits is told that nobody checks any more.
    func stop() {
        state.withLock { $0.isStopping = true }
        work.wake()
        thread.join()
    }

    /// Whether a login was verified since this clerk began, and nobody has seen it fail since. It does not wait.
    func isKnown(_ book: AccountBook, user: String, password: String) -> Bool {
        let login = Self.digest(book, user, password)
        return state.withLock { $0.isKnown(login) }
    }

    func verify(_ book: AccountBook, user: String, password: String) async -> MembershipAnswer {
        await withCheckedContinuation { answer in
            let request = Request(book: book, user: user, password: password, answer: answer)
            let digest = request.digest
            let isTaken = state.withLock { state in
                let isKnown = state.isKnown(digest)
                let queue = isKnown ? \State.known : \.others
                let most = isKnown ? Self.mostKnown : Self.most
                guard !state.isStopping, state[keyPath: queue].count < most else { return false }
                state[keyPath: queue].append(request)
                return true
            }
            if isTaken { work.wake() } else { answer.resume(returning: .unavailable) }
        }
    }

    private func run() {
        let data = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        defer { data.deallocate() }
        while true {
            let (request, isStopping) = state.withLock { ($0.next(), $0.isStopping) }
            guard let request else {
                if isStopping { return }
                work.wait()
                continue
            }
            request.answer.resume(returning: isStopping ? .unavailable : check(request, data))
        }
    }

    private func check(_ request: Request, _ data: UnsafeMutablePointer<crypt_data>) -> MembershipAnswer {
        // Read anew each time: whoever is crossed out of the file is out.
        guard let hashes = request.book.hashes() else { return .unavailable }
        // For an unknown name something is computed too, so that the time tells nobody which names there are.
        let own = hashes[request.user]
        let hash = own ?? hashes.first?.value ?? ""
        let whole = [request.book.path, request.user, request.password, hash].hashValue
        if own != nil, state.withLock({ $0.verified.contains { $0.whole == whole } }) { return .member }
        guard Self.fits(request.password, hash, data), own != nil else {
            // It was right once, and its account has changed.
            state.withLock { $0.verified.removeAll { $0.login == request.digest } }
            return .stranger
        }
        state.withLock { state in
            state.verified.append((request.digest, whole))
            if state.verified.count > Self.remembered { state.verified.removeFirst() }
        }
        return .member
    }

    /// crypt_r(3). A password with a zero byte is none: C would see its beginning alone.
    private static func fits(_ password: String, _ hash: String, _ data: UnsafeMutablePointer<crypt_data>)
        -> Bool
    {
        guard !password.utf8.contains(0) else { return false }
        memset(data, 0, MemoryLayout<crypt_data>.size)
        defer { explicit_bzero(data, MemoryLayout<crypt_data>.size) }
        guard let result = crypt_r(password, hash, data) else { return false }
        let (made, wanted) = (Array(String(cString: result).utf8), Array(hash.utf8))
        guard made.count == wanted.count, made.first == UInt8(ascii: "$") else { return false }
        // In Swift | binds no weaker than ^.
        return zip(made, wanted).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// A file with accounts.
enum AccountBook: Hashable, Sendable {
    /// The absolute path of a `MembersFile`.
    case members(String)
    /// The absolute path of a `DJBook`.
    case djs(String)

    var path: String {
        switch self {
        case .members(let path), .djs(let path): path
        }
    }

    /// The hashes by name, as they are now; nil when the file cannot be read. Blocks for the disk.
    func hashes() -> [String: String]? {
        switch self {
        case .members(let path):
            let file = MembersFile(path: path)
            return file.hashes.isEmpty && !file.faults.isEmpty ? nil : file.hashes
        // Why it cannot be read is told by `funkhaus dj`; here nobody gets in.
        case .djs(let path): return (try? DJBook(path: path))?.hashes
        }
    }
}

/// The members of one file.
struct Members: Membership {
    let path: String
    let clerk: PasswordClerk

    func verify(user: String, password: String) async -> MembershipAnswer {
        await clerk.verify(.members(path), user: user, password: password)
    }
}
