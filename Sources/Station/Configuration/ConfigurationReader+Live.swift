/// How DJs come in and go.
extension ConfigurationReader {
    /// - Parameter mounts: the paths of the station's mounts; nil when they are wrong themselves.
    func readLive(_ setting: Setting, mounts: [String]?) -> Configuration.Live? {
        guard let section = setting.section(ConfigurationKeys.live) else { return nil }
        let entrances = readEntrances(section, mounts ?? [])
        let accounts = section.value("accounts", otherwise: folders.resolve("djs.yaml")) {
            $0.text("the file that funkhaus dj writes").map(folders.resolve)
        }
        guard let entrances, let accounts else { return nil }
        var live = Configuration.Live(mounts: entrances, accounts: accounts)
        let takeover = section.value("takeover", otherwise: live.takeover) {
            $0.choice(Configuration.Live.Takeover.allCases)
        }
        let overtime = section.value("overtime", otherwise: live.overtime) {
            $0.value("a time from 0s to 60 min, such as 5 min") {
                duration($0, .zero ... .seconds(3_600))
            }
        }
        let fade = section.value("fade", otherwise: live.fade) {
            $0.value("a time from 10ms to 10s, such as 1s") {
                duration($0, .milliseconds(10) ... .seconds(10))
            }
        }
        let latency = section.value("latency", otherwise: live.latency) {
            $0.choice(Configuration.Live.Latency.allCases)
        }
        if let port = section["shoutcast_port"] {
            guard let number = port.value("a port from 1 to 65535, such as 8001", { decimal($0, 1...65_535) })
            else {
                return nil
            }
            live.shoutcastPort = number
        }
        guard let takeover, let overtime, let fade, let latency, readBridge(section["bridge"], &live),
            readSilence(section["silence"], &live)
        else { return nil }
        (live.takeover, live.overtime, live.fade, live.latency) = (takeover, overtime, fade, latency)
        if let recordings = section["recordings"] {
            guard let section = recordings.section(ConfigurationKeys.recordings),
                let read = readRecordings(section)
            else { return nil }
            live.recordings = read
        }
        return live
    }

    private func readEntrances(_ section: Section, _ mounts: [String]) -> [String]? {
        guard let setting = section["mounts"] else { return ["/live"] }
        guard let items = setting.list(of: "paths", allowsOne: true) else { return nil }
        if items.isEmpty { setting.report("has no path: write [ /live ]") }
        let paths = items.compactMap { item -> String? in
            let path = item.value("a path such as /live") { text in
                text.hasPrefix("/") && text.count > 1
                    && text.dropFirst().allSatisfy {
                        $0.isASCII && ($0.isLetter || $0.isNumber) || "-_./".contains($0)
                    }
                    ? text : nil
            }
            guard let path else { return nil }
            if mounts.contains(path) {
                item.report(
                    "is \(path.quoted), where listeners come: DJs need a path of their own, such as /live")
                return nil
            }
            return path
        }
        return paths.count == items.count && !paths.isEmpty ? paths : nil
    }

    private func readBridge(_ setting: Setting?, _ live: inout Configuration.Live) -> Bool {
        guard let setting else { return true }
        guard let section = setting.section(ConfigurationKeys.bridge) else { return false }
        if let bed = section["bed"] {
            guard let path = bed.text("an audio file").map(folders.resolve) else { return false }
            live.bed = path
        }
        let time = section.value("for", otherwise: live.bridge) {
            $0.value("a time from 1s to 10 min, such as 20s") { duration($0, .seconds(1) ... .seconds(600)) }
        }
        guard let time else { return false }
        live.bridge = time
        return true
    }

    private func readSilence(_ setting: Setting?, _ live: inout Configuration.Live) -> Bool {
        guard let setting else { return true }
        guard let section = setting.section(ConfigurationKeys.silence) else { return false }
        let level = section.value("below", otherwise: live.silenceBelow) {
            $0.value("a level from -90 dBFS to -20 dBFS, such as -60 dBFS") { text in
                quantity(text, units: ["dBFS", "dB"]).flatMap { (-90...(-20)).contains($0) ? $0 : nil }
            }
        }
        let time = section.value("for", otherwise: live.silence) {
            $0.value("a time from 2s to 10 min, such as 15s") { duration($0, .seconds(2) ... .seconds(600)) }
        }
        guard let level, let time else { return false }
        (live.silenceBelow, live.silence) = (level, time)
        return true
    }
}
