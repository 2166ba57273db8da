/// What a person does at the keyboard of a show.
enum LiveKey: Equatable {
    case mute
    case cue
    case end
    /// A line was typed: a title, or the answer to a question.
    case line(String)
}

/// Makes keys of a terminal's bytes, as they come: letters gather into a line, which Enter hands over; what no title
/// holds, Tab and the control keys, acts at once.
struct Keyboard {
    /// The line so far.
    private(set) var typed = ""
    /// Bytes of a character that is not whole yet.
    private var part: [UInt8] = []
    private var escape = Escape.none
    private static let longest = 250

    /// An arrow or a function key sends ESC, [ or O, and up to a letter or ~ what belongs to it.
    private enum Escape {
        case none
        case begun
        case sequence
    }

    mutating func take(_ bytes: some Sequence<UInt8>) -> [LiveKey] { bytes.compactMap { take($0) } }

    private mutating func take(_ byte: UInt8) -> LiveKey? {
        switch escape {
        case .begun:
            escape = byte == UInt8(ascii: "[") || byte == UInt8(ascii: "O") ? .sequence : .none
            return nil
        case .sequence:
            if (0x40...0x7e).contains(byte) { escape = .none }
            return nil
        case .none: break
        }
        guard byte < 0x20 || byte == 0x7f else {
            add(byte)
            return nil
        }
        part = []
        switch byte {
        case 0x03: return .end  // Ctrl-C
        case 0x04: return typed.isEmpty ? .end : nil  // Ctrl-D
        case 0x08, 0x7f: typed = String(typed.dropLast())
        case 0x09: return .mute  // Tab
        case 0x0a, 0x0d:
            defer { typed = "" }
            return .line(typed)
        case 0x12: return .cue  // Ctrl-R
        case 0x15: typed = ""  // Ctrl-U
        case 0x1b: escape = .begun
        default: break
        }
        return nil
    }

    private mutating func add(_ byte: UInt8) {
        part.append(byte)
        if let text = String(validating: part, as: UTF8.self) {
            if typed.count < Self.longest { typed += text }
            part = []
        } else if part.count >= 4 {
            part = []
        }
    }
}
