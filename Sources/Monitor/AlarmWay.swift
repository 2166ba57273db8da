internal import CCurl
internal import CShims
internal import Foundation
internal import Glibc
internal import Web

/// A text that must not be seen. It is read where it is used, so that a changed file needs no reload.
public struct SecretText: Sendable, Equatable {
    /// Tells two of them apart without reading.
    private let source: String
    let read: @Sendable () throws -> String

    /// - Parameter source: where it is kept.
    public init(source: String, read: @escaping @Sendable () throws -> String) {
        self.source = source
        self.read = read
    }

    public static func == (a: SecretText, b: SecretText) -> Bool { a.source == b.source }
}

/// How people are called.
public enum AlarmWay: Sendable, Equatable {
    /// A program with its arguments, run without a shell.
    case command([String])
    case mail(Mail)
    /// A POST of `{"text": …}`, as Mattermost, Rocket.Chat and bridges to Matrix take it; the URL is the secret.
    case webhook(SecretText)

    public struct Mail: Sendable, Equatable {
        /// `smtp://host:port` (STARTTLS where the server has it, and always with a password) or `smtps://host:port`.
        public var server: String
        public var user: String?
        public var password: SecretText?
        public var from: String
        public var to: [String]

        public init(server: String, user: String?, password: SecretText?, from: String, to: [String]) {
            self.server = server
            self.user = user
            self.password = password
            self.from = from
            self.to = to
        }
    }

    /// For the log.
    var name: String {
        switch self {
        case .command: "command"
        case .mail: "mail"
        case .webhook: "webhook"
        }
    }

    /// Makes a call on the calling thread, which is the line's own.
    func make(
        _ call: AlarmCall, within deadline: Duration, unless isStopping: @escaping () -> Bool
    ) throws(AlarmFailure) {
        switch self {
        case .command(let words): try run(words, call, within: deadline, unless: isStopping)
        case .mail(let mail): try send(mail, call, within: deadline, unless: isStopping)
        case .webhook(let url): try post(to: url, call, within: deadline, unless: isStopping)
        }
    }

    private func secret(_ text: SecretText) throws(AlarmFailure) -> String {
        do { return try text.read() } catch { throw AlarmFailure("\(error)") }
    }

    // MARK: Commands

    private func run(
        _ words: [String], _ call: AlarmCall, within deadline: Duration, unless isStopping: () -> Bool
    ) throws(AlarmFailure) {
        let variables = call.facts.map { "FUNKHAUS_\($0.name.uppercased())=\($0.value)" }
        // What a program needs to find its way; the daemon's own environment may hold secrets.
        let kept = ["PATH", "HOME", "LANG", "LC_ALL", "TZ"].compactMap { name in
            ProcessInfo.processInfo.environment[name].map { "\(name)=\($0)" }
        }
        let process = try start(words, environment: kept + variables, input: AlarmCall.json(call.facts))
        let end = cshims_monotonic_now() + deadline.components.seconds * 1_000_000_000
        var status: Int32 = 0
        while true {
            let ended = unsafe waitpid(process, &status, WNOHANG)
            if ended == process { break }
            if ended < 0, errno != EINTR { return }
            if cshims_monotonic_now() >= end || isStopping() {
                kill(-process, SIGKILL)
                while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
                throw AlarmFailure(
                    "\(words[0]) took longer than \(deadline.components.seconds) s and was ended")
            }
            cshims_sleep_until(cshims_monotonic_now() + 20_000_000)
        }
        guard status == 0 else {
            throw AlarmFailure(
                "\(words[0]) ended with status \(status & 0x7f == 0 ? status >> 8 & 0xff : status)")
        }
    }

    private func start(
        _ words: [String], environment: [String], input: [UInt8]
    ) throws(AlarmFailure) -> pid_t {
        // Unsafe: the texts live until the call has copied them, and are freed once.
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        var variables = unsafe environment.map { unsafe strdup($0) } + [nil]
        defer { unsafe (arguments + variables).forEach { unsafe free($0) } }
        var process: pid_t = 0
        let code = unsafe input.withUnsafeBufferPointer { input in
            unsafe cshims_spawn_command(&arguments, &variables, input.baseAddress, input.count, &process)
        }
        guard code == 0 else {
            throw AlarmFailure("\(words[0]) cannot be started: \(unsafe String(cString: strerror(code)))")
        }
        return process
    }

    // MARK: By network

    private func post(
        to url: SecretText, _ call: AlarmCall, within deadline: Duration,
        unless isStopping: @escaping () -> Bool
    ) throws(AlarmFailure) {
        let transfer = try Transfer(secret(url), "http,https", deadline, isStopping)
        transfer.curl.set(CURLOPT_HTTPHEADER, ["Content-Type: application/json"])
        transfer.curl.set(CURLOPT_FAILONERROR, 1)
        transfer.curl.set(CURLOPT_POST, 1)
        try transfer.perform(sending: AlarmCall.json([("text", call.line)]))
    }

    private func send(
        _ mail: Mail, _ call: AlarmCall, within deadline: Duration, unless isStopping: @escaping () -> Bool
    ) throws(AlarmFailure) {
        let transfer = try Transfer(mail.server, "smtp,smtps", deadline, isStopping)
        if let user = mail.user, let password = mail.password {
            transfer.curl.set(CURLOPT_USERNAME, user)
            transfer.curl.set(CURLOPT_PASSWORD, try secret(password))
            transfer.curl.set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue))
        } else {
            transfer.curl.set(CURLOPT_USE_SSL, Int(CURLUSESSL_TRY.rawValue))
        }
        transfer.curl.set(CURLOPT_MAIL_FROM, mail.from)
        transfer.curl.set(CURLOPT_MAIL_RCPT, mail.to)
        transfer.curl.set(CURLOPT_UPLOAD, 1)
        try transfer.perform(sending: mail.message(call))
    }
}

extension AlarmWay.Mail {
    /// A mail as it goes over the line (RFC 5322, RFC 2047, RFC 2045): plain text in UTF-8, as base64.
    func message(_ call: AlarmCall) -> [UInt8] {
        func encoded(_ text: String) -> String {
            // A word of a header is at most 75 bytes long; a name that is longer than that gets several.
            var words: [String] = []
            var part = ""
            for character in text {
                if part.utf8.count + character.utf8.count > 42 {
                    words.append(part)
                    part = ""
                }
                part.append(character)
            }
            words.append(part)
            return words.map { "=?UTF-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(
                separator: "\r\n ")
        }
        let body = "\(call.words)\n\n\(call.time)\n\(call.station)\n"
        let text = Data(body.utf8).base64EncodedString(
            options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed])
        let lines = [
            "From: <\(from)>", "To: \(to.map { "<\($0)>" }.joined(separator: ",\r\n "))",
            "Subject: \(encoded(call.subject))", "Date: \(Self.date(call.date))",
            "Message-ID: <\(UUID().uuidString)@\(from.split(separator: "@").last ?? "funkhaus")>",
            "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", "", text, "",
        ]
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    /// A date as a mail has it (RFC 5322, 3.3).
    private static func date(_ date: Date) -> String {
        let form = DateFormatter()
        form.locale = Locale(identifier: "en_US_POSIX")
        form.timeZone = .gmt
        form.dateFormat = "EEE, dd MMM yyyy HH:mm:ss Z"
        return form.string(from: date)
    }
}
