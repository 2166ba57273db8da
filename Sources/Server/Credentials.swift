internal import Foundation

/// User and password of a request, as `Authorization: Basic` has them (RFC 7617).
struct Credentials: Sendable, Equatable {
    let user: String
    let password: String

    /// nil when the request has none, or broken ones. The scheme's case does not matter, and neither does a colon
    /// in the password. Text that is not UTF-8 is taken for Latin-1, which old clients send.
    init?(_ head: RequestHead) {
        guard let field = head["authorization"] else { return nil }
        let parts = field.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "basic",
            let bytes = Data(base64Encoded: padded(parts[1]))
        else { return nil }
        let text =
            String(validating: bytes, as: UTF8.self)
            ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        guard let colon = text.firstIndex(of: ":") else { return nil }
        user = String(text[..<colon])
        password = String(text[text.index(after: colon)...])
    }
}

/// Some clients leave out the padding.
private func padded(_ text: Substring) -> String {
    let bare = text.filter { $0 != "=" && $0 != " " }
    return bare + String(repeating: "=", count: (4 - bare.utf8.count % 4) % 4)
}

/// Compares two secrets in a time that does not tell where they differ.
func isSameSecret(_ given: String, _ secret: String) -> Bool {
    let (given, secret) = (Array(given.utf8), Array(secret.utf8))
    guard !secret.isEmpty else { return false }
    var difference = given.count ^ secret.count
    for (index, byte) in given.enumerated() { difference |= Int(byte ^ secret[index % secret.count]) }
    return difference == 0
}

/// Households from which somebody came in by a right login within the last hour. They stay in memory, a thousand at the
/// most; the one that was not seen for longest makes room.
struct Acquaintances {
    private static let capacity = 1024
    private static let memory: Int64 = 3_600_000_000_000
    private var seen: [NetworkAddress: Int64] = [:]

    var count: Int { seen.count }

    /// - Parameter now: in nanoseconds since 1970, here and below.
    func knows(_ address: NetworkAddress?, at now: Int64) -> Bool {
        guard let last = (address?.household).flatMap({ seen[$0] }) else { return false }
        return now - last < Self.memory
    }

    mutating func met(_ address: NetworkAddress?, at now: Int64) {
        guard let address = address?.household else { return }
        seen[address] = now
        guard seen.count > Self.capacity else { return }
        guard let oldest = seen.min(by: { $0.value < $1.value }) else { return }
        seen[oldest.key] = nil
    }
}
