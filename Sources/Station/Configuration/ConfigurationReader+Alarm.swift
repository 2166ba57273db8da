/// How people are called when something is wrong on air.
extension ConfigurationReader {
    func readAlarm(_ setting: Setting?) -> Configuration.Alarm? {
        guard let setting else { return Configuration.Alarm() }
        guard let section = setting.section(ConfigurationKeys.alarm) else { return nil }
        var alarm = Configuration.Alarm()
        var isRight = true
        func read<T>(
            _ key: String, into place: WritableKeyPath<Configuration.Alarm, T>, _ read: (Setting) -> T?
        ) {
            guard let setting = section[key] else { return }
            if let value = read(setting) { alarm[keyPath: place] = value } else { isRight = false }
        }
        read("silence", into: \.silence) {
            $0.value("a time from 3s to 1h, such as 10s") { duration($0, .seconds(3) ... .seconds(3_600)) }
        }
        read("command", into: \.command) { readCommand($0) }
        read("mail", into: \.mail) { readMail($0) }
        read("webhook", into: \.webhook) { readWebhook($0) }
        return isRight ? alarm : nil
    }

    private func readCommand(_ setting: Setting) -> [String]?? {
        guard let items = setting.list(of: "the program and its arguments", allowsOne: true) else {
            return nil
        }
        let words = items.compactMap { $0.text("the program or an argument", mayBeEmpty: true) }
        guard words.count == items.count else { return nil }
        guard let program = words.first, !program.isEmpty else {
            setting.report("names no program: write command: [ /usr/local/bin/alarm ]")
            return nil
        }
        // A name without a slash is looked for in PATH.
        return .some([program.contains("/") ? folders.resolve(program) : program] + words.dropFirst())
    }

    private func readMail(_ setting: Setting) -> Configuration.Mail?? {
        guard let section = setting.section(ConfigurationKeys.mail, refused: ["password"]) else { return nil }
        let server = section.required("server", example: "server: smtps://mail.example:465")?.value(
            "the mail server's address, such as smtps://mail.example:465 or smtp://localhost", mailServer)
        let user = section["user"]?.text("the name of the account")
        let isSecret = ["password_file", "password_env", "password"].contains { section[$0] != nil }
        let password = user != nil || isSecret ? readPassword(section, example: "mail.secret") : nil
        if isSecret, section["user"] == nil {
            section.report("has a password and no user: add the line user:")
        }
        let from = section.required("from", example: "from: station@radio.example").flatMap(readMailbox)
        let to = section.required("to", example: "to: [ crew@radio.example ]").flatMap { setting in
            setting.list(of: "addresses", allowsOne: true).flatMap { items -> [String]? in
                let boxes = items.compactMap(readMailbox)
                if items.isEmpty { setting.report("names nobody: write to: [ crew@radio.example ]") }
                return boxes.count == items.count && !items.isEmpty ? boxes : nil
            }
        }
        guard let server, let from, let to, (user == nil) == (password == nil) else { return nil }
        return .some(Configuration.Mail(server: server, user: user, password: password, from: from, to: to))
    }

    /// A mailbox goes into a header as it is: only what is plainly one.
    private func readMailbox(_ setting: Setting) -> String? {
        setting.value("a mail address such as crew@radio.example") { text in
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !"<>,;:\"\\()".utf8.contains($0) }
            return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && isPlain ? text : nil
        }
    }

    private func readWebhook(_ setting: Setting) -> SecretSource?? {
        guard let section = setting.section(ConfigurationKeys.webhook, refused: ["url"]) else { return nil }
        return readSecret(section, "url", what: "address", example: "webhook.secret").map { .some($0) }
    }
}

/// An SMTP server by its URL; nil for any other text.
private func mailServer(_ text: String) -> String? {
    guard let scheme = ["smtp://", "smtps://"].first(where: text.lowercased().hasPrefix) else { return nil }
    let rest = text.dropFirst(scheme.count)
    let isPlain = rest.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._:[]".contains($0)) }
    return !rest.isEmpty && isPlain ? text : nil
}
