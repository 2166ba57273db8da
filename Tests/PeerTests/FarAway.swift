import Foundation
import TestKit

/// A network of its own, in which a program runs as on another machine, and of whose packets a test says how many arrive.
/// It needs root, and a kernel that lets root have it.
///
/// One thread at a time. It ends with the object.
final class FarAway {
    /// This machine, seen from there.
    let address: String
    private let name: String
    private static let last = Locked(0)

    /// Whether it can be had here.
    static let isAllowed = getuid() == 0 && Tool.find("iptables") != nil && (try? FarAway()) != nil

    init() throws {
        let number = Self.last.withLock { last in
            last += 1
            return last
        }
        name = "fh\(getpid())-\(number)"
        let (near, far) = ("\(name)n".suffix(15), "\(name)f".suffix(15))
        let network = "10.\(200 + Int(getpid()) % 50).\(number)"
        address = network + ".1"
        try Self.ip("netns", "add", name)
        do {
            try Self.ip("link", "add", "\(near)", "type", "veth", "peer", "name", "\(far)", "netns", name)
            try Self.ip("addr", "add", network + ".1/30", "dev", "\(near)")
            try Self.ip("link", "set", "\(near)", "up")
            try Self.ip("-n", name, "addr", "add", network + ".2/30", "dev", "\(far)")
            try Self.ip("-n", name, "link", "set", "\(far)", "up")
        } catch {
            try? Self.ip("netns", "del", name)
            throw error
        }
    }

    deinit { try? Self.ip("netns", "del", name) }

    /// Starts a program there.
    func run(_ program: String, _ arguments: [String]) throws -> RunningProgram {
        try RunningProgram("ip", ["netns", "exec", name, program] + arguments)
    }

    /// Drops so many of the packets from now on, both ways, by chance; 1 are all, 0 is none.
    func drop(_ share: Double) throws {
        for chain in ["INPUT", "OUTPUT"] {
            try Self.ip("netns", "exec", name, "iptables", "-F", chain)
            guard share > 0 else { continue }
            let chance =
                share < 1 ? ["-m", "statistic", "--mode", "random", "--probability", "\(share)"] : []
            try Self.ip(["netns", "exec", name, "iptables", "-A", chain] + chance + ["-j", "DROP"])
        }
    }

    private static func ip(_ words: String...) throws { try ip(words) }

    private static func ip(_ words: [String]) throws {
        let result = try Tool.run("ip", words)
        guard result.status == 0 else { throw StationTrouble("ip \(words): \(result.errors)") }
    }
}
