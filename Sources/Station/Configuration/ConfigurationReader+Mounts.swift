extension ConfigurationReader {
    /// Nil when one is wrong, so that nobody can say whether a reference is.
    func readMounts(_ setting: Setting) -> [Configuration.Mount]? {
        guard let items = setting.list(of: "mounts") else { return nil }
        if items.isEmpty { setting.report("has no mount, and nobody could listen: add - path: /stream.ogg") }
        var mounts: [Configuration.Mount] = []
        var fallbacks: [Setting?] = []
        for item in items {
            guard let section = item.section(ConfigurationKeys.mount) else { continue }
            let path = section.required("path", example: "path: /stream.ogg").flatMap {
                readMountPath($0, mounts)
            }
            let format = readFormat(section)
            let rules = readRules(section)
            guard let path, let format, let rules else { continue }
            mounts.append(Configuration.Mount(path: path, format: format, rules: rules))
            fallbacks.append(section["fallback"])
        }
        guard mounts.count == items.count else { return nil }
        return readFallbacks(fallbacks, &mounts) ? mounts : nil
    }

    /// Paths that the embedded server answers itself, and Icecast's own.
    private static let ownPaths = ["/status-json.xsl", "/admin", "/api", "/health", "/metrics"]

    func readMountPath(_ setting: Setting, _ before: [Configuration.Mount]) -> String? {
        guard let path = setting.text("a path such as /stream.ogg") else { return nil }
        if let sentence = mountFault(path) {
            setting.report("is \(path.quoted), which \(sentence)")
            return nil
        }
        let isOwn = Self.ownPaths.contains { path == $0 || path.hasPrefix($0 + "/") }
        if isOwn || [".m3u", ".pls", ".xspf"].contains(where: path.hasSuffix) {
            setting.report(
                "is \(path), which the server keeps for itself: choose another, such as /stream.ogg")
            return nil
        }
        if before.contains(where: { $0.path == path }) {
            setting.report("is \(path), which another mount has already: choose another path")
            return nil
        }
        return path
    }

    func readTargets(_ setting: Setting, _ mounts: [Configuration.Mount]?) -> [Configuration.IcecastTarget] {
        var targets: [Configuration.IcecastTarget] = []
        for item in setting.list(of: "targets") ?? [] {
            guard let section = item.section(ConfigurationKeys.icecast, refused: ["password"]) else {
                continue
            }
            let address = section.required(
                "url", example: "url: http://source@icecast.example:8000/radio.ogg"
            )
            .flatMap { readAddress($0, targets) }
            let password = readPassword(section)
            let from = readFrom(section, mounts)
            let format = mounts?.first { $0.path == from }?.format
            let titles = readTitles(section, of: format, usesTLS: address?.usesTLS == true)
            let isPublic = section.value("public", otherwise: false) { $0.flag() }
            let listenAt = section.value("listen_at", otherwise: address?.publicURL) { readListenAt($0) }
            guard let address, let password, let from, let titles, let isPublic, let listenAt else {
                continue
            }
            targets.append(
                Configuration.IcecastTarget(
                    address: address, password: password, from: from, titles: titles, isPublic: isPublic,
                    listenAt: listenAt))
        }
        return targets
    }

    /// Where the public hears a target; `none` is an address of its own kind.
    private func readListenAt(_ setting: Setting) -> String?? {
        setting.value("the address at which people listen, such as https://radio.example/radio.ogg, or none")
        {
            text -> String?? in
            if text.lowercased() == "none" { return .some(nil) }
            let scheme = ["http://", "https://"].first(where: text.lowercased().hasPrefix)
            guard let scheme, text.utf8.count > scheme.utf8.count, !text.contains("@"),
                text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
            else { return nil }
            return .some(text)
        }
    }

    func readAddress(_ setting: Setting, _ before: [Configuration.IcecastTarget]) -> IcecastAddress? {
        guard let text = setting.text("the server's address") else { return nil }
        switch IcecastAddress.read(text) {
        case .failure(let refusal):
            setting.report(refusal.sentence)
            return nil
        case .success(let address):
            let isTaken = before.contains {
                ($0.address.host, $0.address.port, $0.address.mount) == (
                    address.host, address.port, address.mount
                )
            }
            guard !isTaken else {
                setting.report("is \(address), to which another target pushes already: choose another mount")
                return nil
            }
            return address
        }
    }

    func readPassword(_ section: Section, example: String = "icecast.secret") -> SecretSource? {
        readSecret(section, "password", what: "password", example: example)
    }

    /// What lies in a file or in the environment, by the keys `…_file` and `…_env`.
    func readSecret(_ section: Section, _ key: String, what: String, example: String) -> SecretSource? {
        if let written = section[key] {
            written.report(
                "stands in this file, where many may read it: put it alone into a file and write \(key)_file: "
                    + example)
            return nil
        }
        let file = section["\(key)_file"]?.text("the path of a file that holds the \(what) alone")
        let variable = section["\(key)_env"]?.text("the name of an environment variable")
        switch (section["\(key)_file"] != nil, section["\(key)_env"] != nil) {
        case (true, true): section.report("has \(key)_file and \(key)_env: keep one of them")
        case (false, false):
            section.report(
                "has no \(what): put it alone into a file and add the line \(key)_file: \(example)")
        default: break
        }
        return file.map { .file(folders.resolve($0)) } ?? variable.map { .environment($0) }
    }

    func readFrom(_ section: Section, _ mounts: [Configuration.Mount]?) -> String? {
        let paths = mounts?.map(\.path)
        guard let setting = section["from"] else {
            if let paths, paths.count > 1 {
                section.report("has no from: add the line from: and \(paths.listed("or"))")
            }
            return paths.flatMap(\.first)
        }
        return readReference(setting, to: "mount", among: paths)
    }
}
