internal import Foundation

extension ConfigurationReader {
    func readStation(_ setting: Setting) -> Configuration.Station? {
        guard let section = setting.section(ConfigurationKeys.station) else { return nil }
        let name = section.required("name", example: "name: Radio Beispiel")?.text("the station's name")
        let timezone = section.required("timezone", example: "timezone: Europe/Berlin").flatMap(readTimezone)
        let description = section["description"]?.text("a sentence", mayBeEmpty: true)
        let genre = section["genre"]?.text("a genre such as community", mayBeEmpty: true)
        let url = section["url"].flatMap(readWebSite)
        let seed = section["seed"]?.text("any text")
        guard let name, let timezone else { return nil }
        return Configuration.Station(
            name: name, description: description ?? "", genre: genre ?? "", url: url ?? "",
            timezone: timezone,
            seed: seed ?? name)
    }

    func readWebSite(_ setting: Setting) -> String? {
        guard let text = setting.text("an address", mayBeEmpty: true), !text.isEmpty else { return nil }
        let scheme = ["http://", "https://"].first(where: text.lowercased().hasPrefix)
        guard let scheme, text.count > scheme.count, !text.contains(" ") else {
            setting.report("is \(text.quoted): write the web site's address, such as https://radio.example")
            return nil
        }
        return text
    }

    func readTimezone(_ setting: Setting) -> String? {
        guard let text = setting.text("a time zone such as Europe/Berlin") else { return nil }
        let known = TimeZone.knownTimeZoneIdentifiers
        if text == "UTC" || known.contains(text) { return text }
        let nearest = nearestWord(to: text, among: known)
        setting.report(
            "is \(text.quoted), which is no time zone: "
                + (nearest.map { "did you mean \($0)?" } ?? "write continent and city, such as Europe/Berlin")
        )
        return nil
    }

    func readServer(_ setting: Setting?) -> Configuration.Server? {
        let section = setting?.section(ConfigurationKeys.server)
        guard setting == nil || section != nil else { return nil }
        let listen = section?["listen"]?.value(
            "an address and a port in quotation marks, such as \"[::]:8000\" or \"0.0.0.0:8000\"",
            ListenAddress.init)
        let data = section?["data"].map { $0.text("a folder").map(folders.resolve) } ?? folders.data
        let control =
            section?["control"].map { $0.text("a path for the socket").map(folders.resolve) }
            ?? folders.control(data: data)
        let tls = section?["tls"].map(readTLS)
        let admin = section?["admin"].map { readAccount($0, user: "admin") }
        let relay = section?["relay"].map { readAccount($0, user: "relay") }
        let limits = readLimits(section?["limits"])
        let proxies = readProxies(section?["trusted_proxies"])
        func refuse(_ key: String, _ sentence: String) {
            findings.report(
                "server.\(key) \(sentence)",
                at: section?[key]?.place ?? setting?.keyPlace ?? Place(path: path))
        }
        if data == nil, section?["data"] == nil {
            refuse(
                "data", "is not set, and the environment has no HOME: add the line data: /var/lib/funkhaus")
        }
        if let control, control.utf8.count > StationFolders.mostSocketBytes {
            refuse(
                "control",
                "is longer than the \(StationFolders.mostSocketBytes) bytes that a socket's path may have: write a "
                    + "shorter one, such as /run/funkhaus/control.sock")
        }
        guard let data, let control, let limits, let proxies else { return nil }
        return Configuration.Server(
            listen: listen ?? .standard, data: data, control: control, tls: tls ?? nil, admin: admin ?? nil,
            relay: relay ?? nil, limits: limits, trustedProxies: proxies)
    }
}
