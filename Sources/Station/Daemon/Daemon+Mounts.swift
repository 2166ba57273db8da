internal import Audio
internal import Broadcast
internal import Codecs
internal import Logging
internal import Playout
internal import Server

/// Mounts as the configuration wants them.
extension Daemon {
    /// A mount, and the rendition that fills it.
    func mount(_ wanted: Configuration.Mount, _ configuration: Configuration) -> Mount {
        let mount = Mount(describe(wanted, configuration))
        let isTaken = control.add(
            wanted.format,
            output: RenditionOutput(
                open: { headers in mount.open(plainHeaders: headers) },
                page: { [control, lateness] page in
                    let position = control.position
                    lateness.note(
                        mount.path, behind: (position - page.end).seconds,
                        at: Double(position.frames) / Double(EngineFormat.sampleRate))
                    mount.append(page)
                }))
        lateness.follow(wanted.path)
        if !isTaken { logger.error("too many mounts", metadata: ["mount": "\(wanted.path)"]) }
        return mount
    }

    func describe(_ wanted: Configuration.Mount, _ configuration: Configuration) -> MountDescription {
        let station = configuration.station
        return MountDescription(
            path: wanted.path, format: wanted.format, name: station.name, description: station.description,
            genre: station.genre, url: station.url)
    }
}
