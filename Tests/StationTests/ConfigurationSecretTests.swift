import TestKit
import Testing

@testable import Station

@Suite struct ConfigurationSecretTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func read(_ source: SecretSource, _ environment: [String: String] = [:]) -> String {
        do throws(SecretFailure) {
            return try source.read(environment: environment).text
        } catch {
            return error.description.replacing(folder.path + "/", with: "")
        }
    }

    @Test func aSecretIsReadWithoutTheNewlineOfItsEditor() throws {
        for (text, secret) in [
            ("hackme", "hackme"), ("hackme\n", "hackme"), ("hack me \r\n", "hack me "), ("ä\n\n", "ä"),
        ] {
            try folder.write("secret", text)
            #expect(read(.file(folder.path + "/secret")) == secret)
            #expect(read(.environment("PASSWORD"), ["PASSWORD": text]) == secret)
        }
    }

    @Test func aChangedFileIsReadAnewEachTime() throws {
        try folder.write("secret", "old")
        let source = SecretSource.file(folder.path + "/secret")
        #expect(read(source) == "old")
        try folder.write("secret", "new")
        #expect(read(source) == "new")
    }

    @Test func aSecretThatCannotBeReadIsASentenceWithoutIt() throws {
        let remedy = "write the password into it and nothing else"
        try folder.write("empty", "\n")
        try folder.write("two", "hackme\nhackme too\n")
        try folder.write("latin", [0x68, 0xe4])
        try folder.write("large", String(repeating: "hackme", count: 1_000))
        folder.pipe("pipe")
        #expect(read(.file(folder.path + "/none")) == "none is not there: \(remedy)")
        #expect(read(.file(folder.path + "/empty")) == "empty is empty: write the password into it")
        #expect(read(.file(folder.path + "/two")) == "two has more than one line: \(remedy)")
        #expect(read(.file(folder.path + "/latin")) == "latin is not UTF-8: \(remedy)")
        #expect(read(.file(folder.path + "/large")) == "large is larger than 4096 bytes: \(remedy)")
        #expect(read(.file(folder.path + "/pipe")).hasPrefix("pipe is a pipe"))
        #expect(
            read(.environment("PASSWORD"))
                == "the environment has no variable PASSWORD: set it where the daemon is started")
    }

    @Test func aSecretIsNeverPrinted() throws {
        let secret = try SecretSource.environment("P").read(environment: ["P": "hackme"])
        var dumped = ""
        dump(secret, to: &dumped)
        dump([secret: secret], to: &dumped)
        let printed =
            "\(secret) \([secret]) \(String(reflecting: secret)) \(String(describing: Optional(secret))) \(dumped)"
        #expect(!printed.contains("hackme"))
        #expect(printed.contains("(secret)"))
    }

    @Test func aFileThatOthersCanReadIsNamed() throws {
        try folder.write("secret", "hackme")
        let source = SecretSource.file(folder.path + "/secret")
        folder.mode("secret", 0o640)
        #expect(
            source.exposure()?.replacing(folder.path + "/", with: "")
                == "secret can be read by others on this machine: run chmod 600 secret")
        folder.mode("secret", 0o600)
        #expect(source.exposure() == nil)
        #expect(SecretSource.environment("P").exposure() == nil)
    }
}
