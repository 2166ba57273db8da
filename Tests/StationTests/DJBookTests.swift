import Foundation
import TestKit
import Testing

@testable import Station

/// The DJs' accounts: what is written, read, and let in.
@Suite struct DJBookTests {
    private func clerk<R>(_ body: (PasswordClerk) async throws -> R) async throws -> R {
        let clerk = PasswordClerk()
        clerk.start()
        defer { clerk.stop() }
        return try await body(clerk)
    }

    @Test func aChangeCountsAtOnceAndOnlyHashesAreWritten() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.path + "/djs.yaml"
        try await clerk { clerk in
            func verify(_ name: String, _ secret: String) async -> String {
                "\(await clerk.verify(.djs(path), user: name, password: secret))"
            }
            var book = DJBook()
            try book.set("anna", secret: "geheim:nis \u{e4}")
            try book.set("bert", secret: "noch eines")
            try book.write(to: path)
            #expect(await verify("anna", "geheim:nis \u{e4}") == "member")
            #expect(await verify("anna", "geheim:nis") == "stranger")
            #expect(await verify("carl", "geheim:nis \u{e4}") == "stranger")
            var read = try DJBook(path: path)
            #expect(read == book)
            let isKnown = read.disable("anna", true)
            #expect(isKnown)
            try read.write(to: path)
            // Also a login that was verified a moment ago.
            #expect(await verify("anna", "geheim:nis \u{e4}") == "stranger")
            let removals = [read.remove("bert"), read.remove("bert"), read.disable("bert", true)]
            #expect(removals == [true, false, false])
            _ = read.disable("anna", false)
            try read.set("anna", secret: "ein anderes")
            try read.write(to: path)
            let now = await verify("anna", "geheim:nis \u{e4}")
            #expect(now == "stranger")
            #expect(await verify("anna", "ein anderes") == "member")
        }
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains("$y$") && !text.contains("anderes"))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test(arguments: ["source", "", "an na", "ann\u{e4}", "../x", String(repeating: "a", count: 33), "a:b"])
    func whatIsNoNameIsRefused(name: String) {
        var book = DJBook()
        #expect(throws: DJBookFailure.self) { try book.set(name, secret: "geheimnis") }
    }

    @Test func aShortSecretIsRefusedAndOneThatIsMadeIsNot() throws {
        var book = DJBook()
        #expect(throws: DJBookFailure.self) { try book.set("anna", secret: "1234567") }
        let made = Set((0..<50).map { _ in DJBook.speakableSecret() })
        #expect(made.count == 50 && made.allSatisfy { $0.count == 19 })
        try book.set("anna", secret: made.first ?? "")
    }

    @Test(arguments: ["- a", "anna: 5", "anna: { secret: geheim }", "{", "\u{0}", "anna: { disabled: true }"])
    func aBrokenBookLetsNobodyInAndSaysSo(text: String) async throws {
        let folder = try TemporaryDirectory()
        let path = folder.path + "/djs.yaml"
        try Data(text.utf8).write(to: URL(filePath: path))
        #expect(throws: DJBookFailure.self) { try DJBook(path: path) }
        try await clerk { clerk in
            #expect("\(await clerk.verify(.djs(path), user: "anna", password: "geheim"))" == "unavailable")
        }
    }

    @Test func aBookWhoseLastDJIsGoneIsNotBroken() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path + "/djs.yaml"
        var book = DJBook()
        try book.set("anna", secret: "geheimnis")
        _ = book.remove("anna")
        try book.write(to: path)
        var again = try DJBook(path: path)
        #expect(again.djs.isEmpty)
        try again.set("anna", secret: "geheimnis")
        try again.write(to: path)
        #expect(try DJBook(path: path).djs.map(\.name) == ["anna"])
    }

    @Test func noBookIsAnEmptyOne() throws {
        let folder = try TemporaryDirectory()
        #expect(try DJBook(path: folder.path + "/none.yaml").djs.isEmpty)
    }
}
