internal import Yams

/// A YAML file as a tree with places, or the one problem for which it has none.
///
/// Bounded before it is parsed: 256 KB, UTF-8, 24 aliases (so that the product of what they repeat stays small; a
/// chain of aliases can blow a small file up to any size).
struct ConfigurationDocument {
    static let mostBytes = 262_144
    static let mostAliases = 24

    let root: Setting
    let findings: Findings

    /// - Parameter remedy: what to do when there is no such file.
    init(
        path: String, from sources: ConfigurationSources = ConfigurationSources(),
        remedy: String = "name the station's YAML file with --config"
    ) throws(ConfigurationErrors) {
        let bytes: [UInt8]
        do throws(FileFailure) {
            bytes = try sources.read(path)
        } catch {
            throw Self.refusal(
                error.sentence(path, remedy: remedy), Place(path: path))
        }
        try self.init(bytes: bytes, path: path)
    }

    init(bytes: [UInt8], path: String) throws(ConfigurationErrors) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Self.refusal(
                "this character is not UTF-8: save the file as UTF-8", Self.firstFault(bytes, path))
        }
        guard text.split(separator: "*", omittingEmptySubsequences: false).count <= Self.mostAliases + 1
        else {
            throw Self.refusal(
                "this file has more than \(Self.mostAliases) asterisks (YAML aliases): write the values out",
                Place(path: path))
        }
        let node: Node?
        do {
            node = try compose(yaml: text)
        } catch let error as YamlError {
            throw Self.refusal(error.sentence, error.place(path))
        } catch {
            throw Self.refusal("this is not YAML: \(error)", Place(path: path))
        }
        guard let node else {
            throw Self.refusal(
                "this file is empty: copy Config/station.example.yaml and change it", Place(path: path))
        }
        findings = Findings(path: path)
        root = Setting(node: node, name: "", findings: findings)
    }

    private static func refusal(_ sentence: String, _ place: Place) -> ConfigurationErrors {
        ConfigurationErrors(problems: [Problem(sentence, at: place)])
    }

    /// The place of the first byte that is not UTF-8.
    private static func firstFault(_ bytes: [UInt8], _ path: String) -> Place {
        let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where String(validating: line, as: UTF8.self) == nil {
            let valid =
                line.indices.last { String(validating: line[..<$0], as: UTF8.self) != nil } ?? line.startIndex
            return Place(
                path: path, line: index + 1,
                column: String(decoding: line[..<valid], as: UTF8.self).unicodeScalars.count + 1)
        }
        return Place(path: path)
    }
}

extension YamlError {
    fileprivate func place(_ path: String) -> Place {
        switch self {
        case .parser(let context?, let problem, _, _) where problem.contains("',' or"):
            // An open bracket is noticed lines later; the context is the bracket.
            Place(path: path, line: context.mark.line, column: context.mark.column)
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
            Place(path: path, line: mark.line, column: mark.column)
        case .duplicatedKeysInMapping(_, let context):
            Place(path: path, line: context.mark.line, column: context.mark.column)
        case .reader(_, let offset, _, let text):
            Self.place(at: offset ?? 0, of: text, path)
        default:
            Place(path: path)
        }
    }

    private static func place(at offset: Int, of text: String, _ path: String) -> Place {
        let before = text.prefix(offset).split(separator: "\n", omittingEmptySubsequences: false)
        return Place(path: path, line: max(1, before.count), column: (before.last?.count ?? 0) + 1)
    }

    /// libyaml's words, or plainer ones for what happens most.
    fileprivate var sentence: String {
        switch self {
        case .duplicatedKeysInMapping(let keys, _):
            return "\(keys.map(\.quoted).joined(separator: " and ")) stands here twice: keep one of them"
        case .reader:
            return "this is a control character that YAML does not allow: delete it"
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _):
            let known = Self.plainWords.first { problem.contains($0.key) }?.value
            return known ?? "this is not YAML (\(problem.shown)): compare it with Config/station.example.yaml"
        default:
            return "this is not YAML: compare it with Config/station.example.yaml"
        }
    }

    private static let plainWords: KeyValuePairs = [
        "character that cannot start any token":
            "a value cannot begin with this character: indent with spaces, not tabs, and put text with @, %, ` or a "
            + "tab in quotation marks",
        "mapping values are not allowed":
            "there is a second colon in this line, or it is indented wrongly: put text that holds a colon and a "
            + "space in quotation marks",
        "could not find expected ':'": "a colon is missing behind the key: write it as key: value",
        "did not find expected key":
            "this line does not fit to those above: indent it as they are, and close every bracket and quotation "
            + "mark that text above begins with",
        "did not find expected node content":
            "a value is missing here, or text begins with [ or {: put such text in quotation marks",
        "did not find expected '-' indicator":
            "this line does not fit to the list above: indent it as the list is",
        "did not find expected ',' or":
            "a bracket is not closed: add ] or }, or put text that begins with one in quotation marks",
        "found unexpected end of stream": "a quotation mark is not closed: add it at the end of the text",
        "undefined alias":
            "a * begins an alias in YAML, and this one is not defined: put the text in quotation marks",
        "another document":
            "only one YAML document belongs into this file: delete the line --- and what follows",
        "block sequence entries are not allowed": "a list cannot begin here: put it into lines of its own",
        "Maximum nesting level":
            "brackets or lists stand in one another more than a thousand times: delete them",
    ]
}
