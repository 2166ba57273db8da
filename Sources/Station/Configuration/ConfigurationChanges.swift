extension Configuration {
    /// What a reload must refuse, because listeners or commands hang on it: with anything in it, the daemon stays on
    /// the old configuration as a whole. New mounts, texts, targets, playlists and rules need no restart.
    public func changesNeedingRestart(from old: Configuration) -> [Problem] {
        let remedy = "restart the daemon for that, or put it back"
        var problems: [Problem] = []
        func refuse(_ sentence: String, _ key: String) {
            problems.append(Problem("\(sentence): \(remedy)", at: place(of: key)))
        }
        for mount in old.mounts {
            guard let index = mounts.firstIndex(where: { $0.path == mount.path }) else {
                refuse("the mount \(mount.path) is on air and cannot be renamed or taken away", "mounts")
                continue
            }
            guard mounts[index].format != mount.format else { continue }
            let key =
                switch (mount.format, mounts[index].format) {
                case (.vorbis, .vorbis): "quality"
                case (.mp3, .mp3), (.opus, .opus): "bitrate"
                default: "codec"
                }
            refuse(
                "the \(key) of \(mount.path) cannot change while it is on air", "mounts[\(index)].\(key)")
        }
        if server.listen != old.server.listen {
            refuse(
                "the station listens at \(old.server.listen) and cannot move while it is on air",
                "server.listen")
        }
        if server.tls != old.server.tls {
            refuse(
                "the encrypted port and the names of its files cannot change while it is open", "server.tls")
        }
        if live?.shoutcastPort != old.live?.shoutcastPort {
            refuse("the SHOUTcast port cannot change while the station is on air", "live.shoutcast_port")
        }
        if server.data != old.server.data {
            refuse(
                "the journal lies in \(old.server.data.shown) and cannot move while it is on air",
                "server.data")
        }
        if server.control != old.server.control {
            refuse(
                "commands come through \(old.server.control.shown), which cannot move while the station is on air",
                "server.control")
        }
        return problems
    }
}
