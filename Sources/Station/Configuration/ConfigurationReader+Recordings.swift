/// What is recorded, where, and for how long it is kept.
extension ConfigurationReader {
    /// A section's `to`, `keep` and `at_most`.
    func readRecordings(_ section: Section) -> Configuration.Recordings? {
        guard
            let to = section.required("to", example: "to: ../Recordings").flatMap({
                $0.text("a folder").map(folders.resolve)
            })
        else { return nil }
        var recordings = Configuration.Recordings(to: to)
        if let setting = section["keep"] {
            let form = "a time from 1h to 10000d, such as 60d"
            guard
                let keep = setting.value(
                    form, { duration($0, .seconds(3_600) ... .seconds(864_000_000)) })
            else { return nil }
            recordings.keep = keep
        }
        if let setting = section["at_most"] {
            let form = "a size from 100 MB to 1000 TB, such as 20 GB"
            guard
                let size = setting.value(form, { bytes($0, 100_000_000...1_000_000_000_000_000) })
            else { return nil }
            recordings.atMost = Int64(size)
        }
        return recordings
    }

    /// - Parameters:
    ///   - mounts: nil when they are wrong themselves.
    ///   - shows: where live shows are recorded.
    func readAircheck(
        _ setting: Setting, _ mounts: [Configuration.Mount]?, beside shows: Configuration.Recordings?
    ) -> Configuration.Aircheck? {
        guard let section = setting.section(ConfigurationKeys.aircheck),
            let recordings = readRecordings(section)
        else { return nil }
        if let shows, shows.to == recordings.to {
            section["to"]?.report(
                "is where live shows are recorded, which are kept otherwise: name another folder")
            return nil
        }
        let first = mounts?.first.map(\.path)
        let mount =
            section["mount"].map { readReference($0, to: "mount", among: mounts?.map(\.path)) } ?? first
        return mount.map { Configuration.Aircheck(recordings: recordings, mount: $0) }
    }
}
