import Server
import TestKit
import Testing

@testable import Station

/// Members' accounts, checked by the system's own crypt.
@Suite struct MembersTests {
    // "geheim" each, by the least costs that the methods have: bcrypt, SHA-512, yescrypt.
    private static let hashes = [
        "$2b$04$KBCwKxOzLha2MUDgW0PjXe.XIKdoyzE5kDAgRNttH9VmpCuc4gk8C",
        "$6$rounds=1000$k2XAnEHBqQ1Ct2aM$2rxhZpGD5ttxM6b42DI0n1P2MHcE4d/WV/qbj.EIgdSweBFXvTIgNat7a/XZ5Bu3svUh8oHPA5/f3KJdla6Js.",
        "$y$j75$k2XAnEHBqQ1Ct2aMXFKNa/$zRaek0EKnUjl1wtUnGp/MIJwc.arQ7UWRrQKUnroOEB",
    ]

    private func withClerk(_ lines: String, _ body: (Members, TemporaryDirectory) async throws -> Void)
        async throws
    {
        let folder = try TemporaryDirectory()
        try folder.write("members", lines)
        let clerk = PasswordClerk()
        clerk.start()
        defer { clerk.stop() }
        try await body(Members(path: folder.path + "/members", clerk: clerk), folder)
    }

    @Test(arguments: Self.hashes)
    func aPasswordFitsItsHashAndNoOtherDoes(_ hash: String) async throws {
        try await withClerk("# members\n\nana:\(hash):and more\nbob:\(hash)x\n") { members, _ in
            #expect(await members.verify(user: "ana", password: "geheim") == .member)
            // Again, from memory.
            #expect(await members.verify(user: "ana", password: "geheim") == .member)
            for (user, password) in [
                ("ana", "Geheim"), ("ana", ""), ("ana", "geheim\0"), ("bob", "geheim"), ("carl", "geheim"),
                ("", "geheim"), ("ana", hash),
            ] {
                #expect(
                    await members.verify(user: user, password: password) == .stranger, "\(user):\(password)")
            }
        }
    }

    /// One of twenty got in once: the hashes were compared by their ends.
    @Test func noneOfHundredsOfWrongPasswordsFits() async throws {
        try await withClerk("ana:\(Self.hashes[0])\nbob:\(Self.hashes[1])\n") { members, _ in
            for number in 0..<400 {
                let user = number % 2 == 0 ? "ana" : "bob"
                #expect(await members.verify(user: user, password: "falsch\(number)") == .stranger)
            }
        }
    }

    @Test func whoIsCrossedOutIsOutAtOnce() async throws {
        try await withClerk("ana:\(Self.hashes[0])\n") { members, folder in
            #expect(await members.verify(user: "ana", password: "geheim") == .member)
            try folder.write("members", "bob:\(Self.hashes[0])\n")
            #expect(await members.verify(user: "ana", password: "geheim") == .stranger)
            try folder.write("members", "")
            #expect(await members.verify(user: "bob", password: "geheim") == .stranger)
        }
    }

    @Test func withoutTheFileNobodyIsCalledAStranger() async throws {
        try await withClerk("") { members, _ in
            let other = Members(path: members.path + "-gone", clerk: members.clerk)
            #expect(await other.verify(user: "ana", password: "x") == .unavailable)
        }
    }

    @Test func whoWasVerifiedIsNotKeptWaitingByThoseWhoGuess() async throws {
        try await withClerk("ana:\(Self.hashes[0])\n") { members, _ in
            #expect(await members.verify(user: "ana", password: "geheim") == .member)
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<(3 * PasswordClerk.most) {
                    group.addTask { _ = await members.verify(user: "ana", password: "\(number)") }
                    group.addTask {
                        guard number % 6 == 0 else { return }
                        #expect(await members.verify(user: "ana", password: "geheim") == .member)
                    }
                }
            }
        }
    }

    @Test func aLoginIsKnownFromItsFirstTimeUntilItsAccountChanges() async throws {
        try await withClerk("ana:\(Self.hashes[0])\n") { members, folder in
            func isKnown(_ password: String = "geheim") -> Bool {
                members.clerk.isKnown(.members(members.path), user: "ana", password: password)
            }
            #expect(!isKnown())
            #expect(await members.verify(user: "ana", password: "falsch") == .stranger)
            #expect(await members.verify(user: "ana", password: "geheim") == .member)
            #expect(isKnown() && !isKnown("falsch"))
            #expect(!members.clerk.isKnown(.djs(members.path + "x"), user: "ana", password: "geheim"))
            try folder.write("members", "ana:\(Self.hashes[0])x\n")
            #expect(await members.verify(user: "ana", password: "geheim") == .stranger)
            #expect(!isKnown())
        }
    }

    @Test func aCrowdIsToldSoAtOnceAndAStoppedClerkAnswersToo() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("members", "ana:\(Self.hashes[0])\n")
        let clerk = PasswordClerk()
        let members = Members(path: folder.path + "/members", clerk: clerk)
        let answers = await withTaskGroup(of: MembershipAnswer.self) { group in
            // Nobody checks yet.
            for _ in 0..<(PasswordClerk.most + 5) {
                group.addTask { await members.verify(user: "ana", password: "geheim") }
            }
            var answers: [MembershipAnswer] = []
            for _ in 0..<5 { answers += [await group.next()].compactMap(\.self) }
            #expect(answers == [MembershipAnswer](repeating: .unavailable, count: 5))
            clerk.start()
            for await answer in group { answers.append(answer) }
            return answers
        }
        #expect(answers.count { $0 == .member } == PasswordClerk.most)
        clerk.stop()
        #expect(await members.verify(user: "ana", password: "geheim") == .unavailable)
    }

    @Test func aLineThatLetsNobodyInIsToldWithItsNumber() throws {
        let folder = try TemporaryDirectory()
        try folder.write(
            "members", "# x\nana:plain\nbob\n:\(Self.hashes[0])\ncarl:{SHA}abc\ndora:\(Self.hashes[0])\n")
        let file = MembersFile(path: folder.path + "/members")
        #expect(file.hashes.keys.sorted() == ["dora"])
        #expect(
            file.faults.map { $0.replacing(folder.path + "/", with: "") } == [
                "line 2 of members has a password that is not hashed, or in a way that is not safe: make the line with "
                    + "htpasswd -nB, or the hash with mkpasswd",
                "line 3 of members is no account: write user:hash",
                "line 4 of members is no account: write user:hash",
                "line 5 of members has a password that is not hashed, or in a way that is not safe: make the line with "
                    + "htpasswd -nB, or the hash with mkpasswd",
            ])
        #expect(!file.faults.joined().contains("plain"))
    }
}
