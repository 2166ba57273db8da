internal import Yams

/// Collects what is wrong while a configuration is read, so that a person sees all of it at once.
final class Findings {
    let path: String
    private(set) var problems: [Problem] = []
    private(set) var places: [String: Place] = [:]

    init(path: String) { self.path = path }

    /// The beginning of the file for what has no place of its own.
    func place(_ mark: Mark?) -> Place { Place(path: path, line: mark?.line ?? 1, column: mark?.column ?? 1) }
    func report(_ sentence: String, at place: Place) { problems.append(Problem(sentence, at: place)) }
    func remember(_ name: String, at place: Place) { places[name] = place }
}

/// One value of the file, with its full name (`mounts[0].quality`) and place.
///
/// Each way of reading it reports what is wrong, names the form that is expected, and gives nil.
struct Setting {
    private let node: Node
    let name: String
    /// What sentences call it, where people know it by another name than its place in a list.
    private var spoken: String?
    /// Of the value.
    let place: Place
    /// Of its key; of the value where it has none.
    let keyPlace: Place
    private let findings: Findings

    init(node: Node, name: String, keyPlace: Place? = nil, findings: Findings) {
        self.node = node
        self.name = name
        place = findings.place(node.mark)
        self.keyPlace = keyPlace ?? place
        self.findings = findings
        // A group or a list is looked for at its name.
        findings.remember(name, at: node.scalar == nil ? self.keyPlace : place)
    }

    /// What sentences call it.
    fileprivate var title: String { spoken ?? (name.isEmpty ? "the file" : name) }

    /// Itself under the name that one of its keys gives it, and whose its keys are then: `“at” of the show Küchenradio`.
    func called(_ kind: String, by key: String) -> Setting {
        let own = node.mapping?.first { $0.key.scalar?.string == key }?.value.scalar?.string.trimmed
        guard let own, !own.isEmpty else { return self }
        var setting = self
        setting.spoken = "\(kind) \(String(own).shown)"
        return setting
    }

    func report(_ sentence: String) { findings.report("\(title) \(sentence)", at: place) }

    /// The same where its key stands, for what the key says.
    func reportAtKey(_ sentence: String) { findings.report("\(title) \(sentence)", at: keyPlace) }

    /// Whether the value is a group of keys.
    var isGroup: Bool { node.mapping != nil }

    /// The value on one line, without blanks at the ends of its lines.
    func text(_ form: String, mayBeEmpty: Bool = false) -> String? {
        guard let scalar = node.scalar else {
            report("is \(kind): write \(form)")
            return nil
        }
        let isNothing = scalar.style == .plain && ["~", "null", "Null", "NULL"].contains(scalar.string)
        let lines = isNothing ? [] : scalar.string.split(whereSeparator: \.isNewline).map(\.trimmed)
        let text = lines.filter { !$0.isEmpty }.joined(separator: " ")
        guard !text.isEmpty || mayBeEmpty else {
            report("has no value: write \(form)")
            return nil
        }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            report("holds a control character: delete it")
            return nil
        }
        return text
    }

    /// The value as one of a form of its own.
    func value<T>(_ form: String, _ read: (String) -> T?) -> T? {
        guard let text = text(form) else { return nil }
        guard let value = read(text) else {
            report("is \(text.quoted): write \(form)")
            return nil
        }
        return value
    }

    /// The value as one of a few words.
    func choice<T: RawRepresentable>(_ choices: [T]) -> T? where T.RawValue == String {
        let words = choices.map(\.rawValue)
        guard let text = text(words.joined(separator: " or ")) else { return nil }
        guard let value = T(rawValue: text) else {
            let nearest = nearestWord(to: text, among: words)
            report(
                "is \(text.quoted): "
                    + (nearest.map { "did you mean \($0)?" } ?? "write \(words.listed("or"))"))
            return nil
        }
        return value
    }

    func flag() -> Bool? { value("true or false") { ["true": true, "false": false][$0.lowercased()] } }

    /// The value's parts, when it is a list; itself, when one alone is allowed for a list of one.
    func list(of parts: String, allowsOne: Bool = false) -> [Setting]? {
        if allowsOne, node.scalar != nil { return [self] }
        guard let sequence = node.sequence else {
            report("is \(kind): write a list of \(parts), each line beginning with a dash")
            return nil
        }
        return sequence.enumerated().map { index, node in
            var part = Setting(node: node, name: "\(name)[\(index)]", findings: findings)
            // A single value is told as it stands.
            part.spoken = spoken.map { node.scalar == nil ? "entry \(index + 1) of \($0)" : $0 }
            return part
        }
    }

    /// The value's keys and values in the order of the file.
    func pairs() -> [(key: String, value: Setting)]? {
        guard let mapping = node.mapping else {
            report("is \(kind): write keys and values, such as name: value")
            return nil
        }
        return mapping.compactMap { key, value in
            let keyPlace = findings.place(key.mark)
            guard let text = key.scalar?.string else {
                findings.report("this key is no text: write it as key: value", at: keyPlace)
                return nil
            }
            let full = name.isEmpty ? text : "\(name).\(text)"
            var setting = Setting(node: value, name: full, keyPlace: keyPlace, findings: findings)
            setting.spoken = spoken.map { "\(text.quoted) of \($0)" }
            return (text, setting)
        }
    }

    /// The value as a section with known keys. Reports each key that is not one of them; `refused` are keys that
    /// people write although they must not, and that the caller has a sentence for.
    func section(_ keys: [String], refused: [String] = []) -> Section? {
        guard let pairs = pairs() else { return nil }
        var values: [String: Setting] = [:]
        for (key, value) in pairs {
            guard !keys.contains(key), !refused.contains(key) else {
                values[key] = value
                continue
            }
            let nearest = nearestWord(to: key, among: keys).map { "did you mean \($0)?" }
            findings.report(
                "\(key.quoted) is not a key\(name.isEmpty ? "" : " of \(title)"): "
                    + (nearest ?? "the keys are \(keys.listed("and"))"), at: value.keyPlace)
        }
        return Section(owner: self, values: values, findings: findings)
    }

    private var kind: String {
        switch node {
        case .scalar(let scalar): scalar.string.isEmpty ? "empty" : "a single value"
        case .sequence: "a list"
        case .mapping: "a group of keys"
        case .alias: "an alias"
        }
    }
}

/// A group of keys whose names are known.
struct Section {
    private let owner: Setting
    private let values: [String: Setting]
    private let findings: Findings

    init(owner: Setting, values: [String: Setting], findings: Findings) {
        self.owner = owner
        self.values = values
        self.findings = findings
    }

    /// The value of a key that may be left out.
    subscript(_ key: String) -> Setting? { values[key] }

    /// What a key that may be left out says; nil when it is there and wrong.
    func value<T>(_ key: String, otherwise standard: T, _ read: (Setting) -> T?) -> T? {
        guard let value = values[key] else { return standard }
        return read(value)
    }

    /// The value of a key that must be there; `example` shows how to write it.
    func required(_ key: String, example: String) -> Setting? {
        if let value = values[key] { return value }
        report("has no \(key): add the line \(example)")
        return nil
    }

    /// Reports what is wrong with the group as a whole.
    func report(_ sentence: String) {
        findings.report("\(owner.title) \(sentence)", at: owner.keyPlace)
    }
}

extension StringProtocol where SubSequence == Substring {
    fileprivate var trimmed: Substring {
        guard let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return self[...last].drop(while: \.isWhitespace)
    }
}

extension [String] {
    /// `a, b and c`.
    func listed(_ conjunction: String) -> String {
        count < 2 ? joined() : dropLast().joined(separator: ", ") + " \(conjunction) " + self[count - 1]
    }
}
