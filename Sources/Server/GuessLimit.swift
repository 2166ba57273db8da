/// Slows down who guesses passwords, and nobody else.
///
/// A household: ten wrong ones, then one every six seconds. An account, from wherever: fifty, then one every two seconds,
/// which is more than one household may try, so that nobody alone can shut a DJ out, and less than many can together.
/// A household from which a DJ came in within the last hour is never slowed down: somebody there has the right one.
///
/// Addresses, and digests of the accounts' names, stay in memory, a thousand of each kind at the most; the one that was
/// quiet for longest makes room. Any thread.
struct GuessLimit {
    /// Wrong ones that are free, and seconds for each after them.
    static let household = (free: 10.0, secondsEach: 6.0)
    static let account = (free: 50.0, secondsEach: 2.0)
    private static let trust: Int64 = 3_600_000_000_000

    private var households = Guesses<NetworkAddress>(secondsEach: household.secondsEach)
    /// By a hash of the name, which is keyed with a secret of this process: a name may be of any length.
    private var accounts = Guesses<Int>(secondsEach: account.secondsEach)
    /// When somebody came in from there last.
    private var trusted: [NetworkAddress: Int64] = [:]

    var count: Int { max(households.count, accounts.count, trusted.count) }

    /// Whether a household has guessed too often at the moment.
    func isTired(of address: NetworkAddress?, at now: Int64) -> Bool {
        guard let address = address?.household, !isTrusted(address, now) else { return false }
        return households.spent(address, now) >= Self.household.free
    }

    /// Whether an account was guessed at too often at the moment for somebody from there to be asked again.
    func isTired(of account: String, from address: NetworkAddress?, at now: Int64) -> Bool {
        if let address = address?.household, isTrusted(address, now) { return false }
        return accounts.spent(account.hashValue, now) >= Self.account.free
    }

    mutating func cameIn(_ address: NetworkAddress?, at now: Int64) {
        guard let address = address?.household else { return }
        trusted[address] = now
        guard trusted.count > guessesCapacity else { return }
        guard let oldest = trusted.min(by: { $0.value < $1.value }) else { return }
        trusted[oldest.key] = nil
    }

    /// - Parameter account: at which one; nil where there are none.
    mutating func guessedWrong(_ address: NetworkAddress?, account: String? = nil, at now: Int64) {
        if let address = address?.household { households.add(address, now) }
        if let account { accounts.add(account.hashValue, now) }
    }

    private func isTrusted(_ household: NetworkAddress, _ now: Int64) -> Bool {
        trusted[household].map { now - $0 < Self.trust } ?? false
    }
}

private let guessesCapacity = 1024

/// What was spent of late, by whom or at what.
private struct Guesses<Key: Hashable> {
    private struct Guesser {
        var spent: Double
        var at: Int64
    }

    private let secondsEach: Double
    private var guessers: [Key: Guesser] = [:]

    init(secondsEach: Double) { self.secondsEach = secondsEach }

    var count: Int { guessers.count }

    func spent(_ key: Key, _ now: Int64) -> Double {
        guard let guesser = guessers[key] else { return 0 }
        return max(0, guesser.spent - Double(max(0, now - guesser.at)) / 1e9 / secondsEach)
    }

    mutating func add(_ key: Key, _ now: Int64) {
        guessers[key] = Guesser(spent: spent(key, now) + 1, at: now)
        guard guessers.count > guessesCapacity else { return }
        guard let quietest = guessers.min(by: { $0.value.at < $1.value.at }) else { return }
        guessers[quietest.key] = nil
    }
}
