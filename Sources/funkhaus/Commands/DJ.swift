internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import Station

struct DJCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dj",
        abstract: "Says who may go live.",
        discussion: """
            The accounts lie in the file that the configuration names under live: accounts: (djs.yaml beside it, if it \
            names none). Secrets stand in it as hashes only. Every change counts at once, without a reload.

              funkhaus dj add anna
              funkhaus dj list
            """,
        subcommands: [
            AddDJ.self, ListDJs.self, ChangeSecret.self, DisableDJ.self, EnableDJ.self, RemoveDJ.self,
        ])
}

/// What these commands have in common: the book of accounts.
struct BookOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOption

    func path() throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let path = try configuration.find(environment: environment)
        guard let live = try Configuration.load(path: path, environment: environment).live else {
            throw CommandError(
                sentence: "\(path) says nothing of DJs.",
                remedy: "Add the line live: { mounts: [ /live ] } to it, then: funkhaus reload.")
        }
        return live.accounts
    }

    /// Changes the book, and says what was done.
    func change(_ done: String, _ body: (inout DJBook) throws -> Bool, _ name: String) throws {
        let path = try path()
        var book = try DJBook(path: path)
        guard try body(&book) else {
            throw CommandError(sentence: "There is no DJ \(name).", remedy: "See: funkhaus dj list.")
        }
        try book.write(to: path)
        print(done)
    }

    /// Asks for a secret, or takes it from standard input where nobody sits at a terminal; nothing makes one.
    func secret() throws -> (text: String, isMade: Bool) {
        let isTerminal = isatty(STDIN_FILENO) == 1
        let given = isTerminal ? RawTerminal.ask("Secret (empty for one that is made): ") : readLine() ?? ""
        guard let given else {
            throw CommandError(sentence: "No secret was given.", remedy: "Nothing was changed.")
        }
        guard !given.isEmpty else { return (DJBook.speakableSecret(), true) }
        if isTerminal, RawTerminal.ask("The same again: ") != given {
            throw CommandError(sentence: "The two were not the same.", remedy: "Nothing was changed.")
        }
        return (given, false)
    }
}

private struct AddDJ: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Adds a DJ; asks for the secret, or makes one that can be read aloud.")

    @OptionGroup var book: BookOptions
    @Argument(help: "Letters, digits, - and _.")
    var name: String

    func run() throws {
        let path = try book.path()
        var djs = try DJBook(path: path)
        guard !djs.djs.contains(where: { $0.name == name }) else {
            throw CommandError(
                sentence: "There is a DJ \(name) already.",
                remedy: "For another secret: funkhaus dj passwd \(name).")
        }
        let (secret, isMade) = try book.secret()
        try djs.set(name, secret: secret)
        try djs.write(to: path)
        print("\(name) may go live." + (isMade ? " The secret is: \(secret)" : ""))
    }
}

private struct ListDJs: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the DJs.")

    @OptionGroup var book: BookOptions
    @Flag(help: "Print the answer as JSON.")
    var json = false

    func run() throws {
        let djs = try DJBook(path: try book.path()).djs
        if json {
            let list = djs.map { ["dj": $0.name, "state": $0.isDisabled ? "disabled" : "enabled"] }
            print(String(decoding: try JSONEncoder().encode(list), as: UTF8.self))
        } else if djs.isEmpty {
            print("There are no DJs yet. Add one with: funkhaus dj add NAME")
        } else {
            for dj in djs { print(dj.name + (dj.isDisabled ? "  (disabled)" : "")) }
        }
    }
}

private struct ChangeSecret: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "passwd", abstract: "Gives a DJ another secret.")

    @OptionGroup var book: BookOptions
    @Argument var name: String

    func run() throws {
        let (secret, isMade) = try book.secret()
        try book.change(
            "\(name) has another secret." + (isMade ? " It is: \(secret)" : ""),
            { djs in
                guard djs.djs.contains(where: { $0.name == name }) else { return false }
                try djs.set(name, secret: secret)
                return true
            }, name)
    }
}

private struct DisableDJ: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Keeps a DJ out; the account stays. Who is on air stays: see funkhaus kick.")

    @OptionGroup var book: BookOptions
    @Argument var name: String

    func run() throws {
        try book.change("\(name) may not go live any more.", { $0.disable(name, true) }, name)
    }
}

private struct EnableDJ: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "enable", abstract: "Lets a DJ in again.")

    @OptionGroup var book: BookOptions
    @Argument var name: String

    func run() throws { try book.change("\(name) may go live.", { $0.disable(name, false) }, name) }
}

private struct RemoveDJ: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Deletes a DJ's account.")

    @OptionGroup var book: BookOptions
    @Argument var name: String

    func run() throws { try book.change("The account \(name) is gone.", { $0.remove(name) }, name) }
}
