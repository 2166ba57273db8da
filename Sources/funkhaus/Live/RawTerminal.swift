internal import Glibc

/// The terminal at which a person sits, key by key and without echo; as it was before when this object goes.
///
/// Ctrl-C is a key here and no signal. One thread.
final class RawTerminal {
    let descriptor: Int32
    private var before = termios()

    /// Standard input, or, when that is a pipe, the terminal of the session. Nil when there is none.
    init?() {
        let own = isatty(STDIN_FILENO) == 1 ? dup(STDIN_FILENO) : open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard own >= 0 else { return nil }
        descriptor = own
        guard tcgetattr(descriptor, &before) == 0 else { return nil }
        var raw = before
        raw.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG | IEXTEN)
        raw.c_iflag &= ~tcflag_t(IXON | ICRNL)
        guard tcsetattr(descriptor, TCSADRAIN, &raw) == 0 else { return nil }
    }

    deinit {
        tcsetattr(descriptor, TCSADRAIN, &before)
        close(descriptor)
    }

    /// What was typed; empty at the terminal's end. Waits for it.
    func read() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 256) { to, filled in
            filled = max(0, Glibc.read(descriptor, to.baseAddress, to.count))
        }
    }

    /// Asks for a line that is not shown; nil when it was not answered.
    static func ask(_ question: String) -> String? {
        guard let terminal = RawTerminal() else { return nil }
        _ = writeAll(question, to: terminal.descriptor)
        defer { _ = writeAll("\r\n", to: terminal.descriptor) }
        var keyboard = Keyboard()
        while true {
            let bytes = terminal.read()
            guard !bytes.isEmpty else { return nil }
            for key in keyboard.take(bytes) {
                switch key {
                case .line(let line): return line
                case .end: return nil
                case .mute, .cue: continue
                }
            }
        }
    }
}
