internal import Server

/// What listeners and the operator meet at the door: encryption, logins, limits, and each mount's rules.
extension ConfigurationReader {
    // MARK: server

    func readTLS(_ setting: Setting) -> Configuration.TLS? {
        guard let section = setting.section(ConfigurationKeys.tls) else { return nil }
        let listen = section.value("listen", otherwise: ListenAddress(host: "::", port: 8_443)) {
            $0.value("an address and a port in quotation marks, such as \"[::]:8443\"", ListenAddress.init)
        }
        let certificate = section.required("certificate", example: "certificate: cert.pem")?
            .text("a file in PEM form").map(folders.resolve)
        let key = section.required("key", example: "key: key.pem")?
            .text("a file in PEM form").map(folders.resolve)
        guard let listen, let certificate, let key else { return nil }
        return Configuration.TLS(listen: listen, certificate: certificate, key: key)
    }

    func readAccount(_ setting: Setting, user standard: String) -> Configuration.Account? {
        guard let section = setting.section(ConfigurationKeys.account, refused: ["password"]) else {
            return nil
        }
        let user = section.value("user", otherwise: standard) {
            $0.value("a name without a colon") { $0.contains(":") ? nil : $0 }
        }
        let password = readPassword(section, example: "\(standard).secret")
        guard let user, let password else { return nil }
        return Configuration.Account(user: user, password: password)
    }

    func readLimits(_ setting: Setting?) -> Configuration.Limits? {
        let standard = Configuration.Limits()
        guard let setting else { return standard }
        guard let section = setting.section(ConfigurationKeys.limits) else { return nil }
        let listeners = section.value("listeners", otherwise: standard.listeners, readCount)
        let head = section.value("head", otherwise: standard.head) {
            $0.value("a size from 1 KiB to 64 KiB, such as 8 KiB") { bytes($0, 1_024...65_536) }
        }
        let headTime = section.value("head_time", otherwise: standard.headTime) {
            $0.value("a time from 1s to 60s, such as 10s") { duration($0, .seconds(1) ... .seconds(60)) }
        }
        let burst = section.value("burst", otherwise: standard.burst) {
            $0.value("a time from 500ms to 20s, such as 4s") {
                duration($0, .milliseconds(500) ... .seconds(20))
            }
        }
        guard let listeners, let head, let headTime, let burst else { return nil }
        return Configuration.Limits(listeners: listeners, head: head, headTime: headTime, burst: burst)
    }

    func readProxies(_ setting: Setting?) -> [String]? {
        guard let setting else { return [] }
        guard let items = setting.list(of: "addresses", allowsOne: true) else { return nil }
        let proxies = items.compactMap {
            $0.value("an address such as 127.0.0.1 or a network such as 10.0.0.0/8") {
                AddressRange($0) == nil ? nil : $0
            }
        }
        return proxies.count == items.count ? proxies : nil
    }

    // MARK: mounts

    func readRules(_ section: Section) -> Configuration.MountRules? {
        var rules = Configuration.MountRules()
        var isRight = true
        if let setting = section["max_listeners"] {
            rules.maxListeners = readCount(setting)
            isRight = isRight && rules.maxListeners != nil
        }
        if let setting = section["max_time"] {
            rules.maxTime = setting.value("a time from 1s to 1000h, such as 12h") {
                duration($0, .seconds(1) ... .seconds(3_600_000))
            }
            isRight = isRight && rules.maxTime != nil
        }
        if let setting = section["accounts"] {
            rules.accounts = setting.text("a file with a line user:hash for each member").map(folders.resolve)
            isRight = isRight && rules.accounts != nil
        }
        return isRight ? rules : nil
    }

    /// Fallbacks name mounts that may come later in the file.
    func readFallbacks(_ settings: [Setting?], _ mounts: inout [Configuration.Mount]) -> Bool {
        var isRight = true
        for (index, setting) in settings.enumerated() {
            guard let setting else { continue }
            let path = readReference(setting, to: "mount", among: mounts.map(\.path))
            if path == mounts[index].path {
                setting.report("is the mount itself: name another one, or delete the line")
                isRight = false
            }
            mounts[index].rules.fallback = path
            isRight = isRight && path != nil
        }
        return isRight
    }

    private func readCount(_ setting: Setting) -> Int? {
        setting.value("a number from 1 to 1000000") { decimal($0, 1...1_000_000) }
    }
}

/// A size in bytes: `8192`, `8 KiB`, `8kB`, `20 GB`; nil for any other text, and outside the range.
func bytes(_ text: String, _ range: ClosedRange<Int>) -> Int? {
    let units = [
        "": 1, "b": 1, "kib": 1_024, "kb": 1_000, "k": 1_024, "mb": 1_000_000, "gb": 1_000_000_000,
        "tb": 1_000_000_000_000,
    ]
    guard let (number, unit) = numberAndUnit(text), let factor = units[unit] else { return nil }
    let (size, isTooLarge) = number.multipliedReportingOverflow(by: factor)
    return !isTooLarge && range.contains(size) ? size : nil
}

/// A time: `500ms`, `10s`, `5 min`, `12h`, `60d`; nil for any other text, and outside the range.
func duration(_ text: String, _ range: ClosedRange<Duration>) -> Duration? {
    let units: [String: Duration] = [
        "ms": .milliseconds(1), "s": .seconds(1), "m": .seconds(60), "min": .seconds(60),
        "h": .seconds(3_600), "d": .seconds(86_400),
    ]
    guard let (number, unit) = numberAndUnit(text), let one = units[unit] else { return nil }
    let time = one * number
    return range.contains(time) ? time : nil
}

private func numberAndUnit(_ text: String) -> (Int, String)? {
    let digits = text.prefix(while: \.isNumber)
    guard let number = decimal(digits, 0...1_000_000_000) else { return nil }
    return (number, text.dropFirst(digits.count).drop { $0 == " " }.lowercased())
}
