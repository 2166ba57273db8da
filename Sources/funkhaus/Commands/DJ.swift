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
            names none). Secrets stand in it as hashes only. Every change counts at once, without a reload: who is on air \
            and may not be any more is sent away.

            A DJ may have the air at any time, or at those of --when alone, and in any case in the shows that name the \
            DJ. Times are those of the station's clocks: days, a span of a day, or both; 22:00-02:00 ends on the next day.

              funkhaus dj add anna
              funkhaus dj add bert --when "mon-fri 18:00-22:00" --when sat
              funkhaus dj when bert "fri, sat 22:00-02:00"
              funkhaus dj when bert --always
              funkhaus dj list
            """,
        subcommands: [
            AddDJ.self, ListDJs.self, ChangeTimes.self, ChangeSecret.self, DisableDJ.self, EnableDJ.self,
            RemoveDJ.self,
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

    @Option(
        help: ArgumentHelp(
            "When the DJ may have the air beside shows: can be given several times. Default: always.",
            valueName: "time"), transform: accountTime)
    var when: [AccountTime] = []

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
        _ = djs.set(name, times: when)
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
            let list = djs.map {
                ListedDJ(
                    dj: $0.name, state: $0.isDisabled ? "disabled" : "enabled",
                    when: $0.times.isEmpty ? nil : $0.times.map(\.text))
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            print(String(decoding: try encoder.encode(list), as: UTF8.self))
        } else if djs.isEmpty {
            print("There are no DJs yet. Add one with: funkhaus dj add NAME")
        } else {
            for dj in djs {
                let times = dj.times.isEmpty ? "" : "  " + dj.times.map(\.text).joined(separator: "; ")
                print(dj.name + (dj.isDisabled ? "  (disabled)" : "") + times)
            }
        }
    }
}

private struct ListedDJ: Encodable {
    var dj: String
    var state: String
    /// Nil for always.
    var when: [String]?
}

private func accountTime(_ text: String) throws -> AccountTime {
    guard let time = AccountTime(text) else {
        throw ValidationError("That is no time: \(AccountTime.form).")
    }
    return time
}

private struct ChangeTimes: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "when", abstract: "Says when a DJ may have the air beside the shows that name the DJ.")

    @OptionGroup var book: BookOptions
    @Argument var name: String
    @Argument(
        help: ArgumentHelp("Days and times of the station's clocks.", valueName: "time"),
        transform: accountTime)
    var times: [AccountTime] = []
    @Flag(help: "At any time.")
    var always = false

    func validate() throws {
        guard times.isEmpty == always else {
            throw ValidationError(
                always
                    ? "--always and times exclude each other."
                    : "When? Write days and times, such as \"mon-fri 18:00-22:00\", or --always.")
        }
    }

    func run() throws {
        let words = times.map(\.text).joined(separator: "; ")
        try book.change(
            always ? "\(name) may go live at any time." : "\(name) may be on air at these times: \(words)",
            { $0.set(name, times: times) }, name)
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
        abstract: "Keeps a DJ out; the account stays. Who is on air is sent away.")

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
        commandName: "remove", abstract: "Deletes a DJ's account. Who is on air is sent away.")

    @OptionGroup var book: BookOptions
    @Argument var name: String

    func run() throws { try book.change("The account \(name) is gone.", { $0.remove(name) }, name) }
}
