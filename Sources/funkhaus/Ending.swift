internal import ArgumentParser
internal import Station

/// How a command ends that could not simply answer: the code for scripts, and the words for people.
struct Ending {
    enum Code: Int32 {
        case success = 0
        /// The answer is bad.
        case bad = 1
        /// The command line is wrong.
        case usage = 2
        /// There is no daemon to talk to.
        case unreachable = 3
    }

    let code: Code
    let words: String

    init(_ error: any Error) {
        switch error {
        case let error as ControlError:
            code = error.isUnreachable ? .unreachable : .bad
            words = Self.words(error.sentence, error.remedy)
        case let error as ControlRefusal:
            code = .bad
            words = Self.words(error.sentence, error.remedy)
        case let error as ConfigurationErrors:
            code = .bad
            words = error.problems.map(\.description.safe).joined(separator: "\n")
        case let error as CommandError:
            code = error.code
            words = Self.words(error.sentence, error.remedy)
        case let error as ExitCode:
            code = error.isSuccess ? .success : .bad
            words = ""
        default:
            // The parser's help, version and complaints; or an error of the station, which says all in its words.
            let parsers = Funkhaus.exitCode(for: error)
            code = parsers == .success ? .success : parsers == .validationFailure ? .usage : .bad
            words = code == .bad ? Self.words("\(error)", "") : Funkhaus.fullMessage(for: error)
        }
    }

    /// The sentence, which may bring lines of its own, and the remedy under it.
    private static func words(_ sentence: String, _ remedy: String) -> String {
        let lines = (sentence + (remedy.isEmpty ? "" : "\n\(remedy)")).split(separator: "\n").map {
            String($0).safe
        }
        return "funkhaus: " + lines.joined(separator: "\n          ")
    }
}

/// Why a command itself cannot go on: a sentence, and what to do about it.
struct CommandError: Error, Equatable {
    var code = Ending.Code.bad
    var sentence: String
    var remedy = ""
}
