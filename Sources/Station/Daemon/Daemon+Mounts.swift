internal import Audio
internal import Broadcast
internal import Codecs
internal import Logging
internal import Playout
internal import Server

/// Mounts and pushes as the configuration wants them.
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

    func push(
        _ wanted: Configuration.IcecastTarget, _ configuration: Configuration, _ mounts: [Mount]
    ) -> Push? {
        guard let mount = mounts.first(where: { $0.path == wanted.from }) else { return nil }
        do {
            return Push(of: mount, to: try target(wanted, configuration))
        } catch {
            logger.error("not pushed", metadata: ["target": "\(wanted.address)", "why": "\(error)"])
            return nil
        }
    }

    func target(
        _ wanted: Configuration.IcecastTarget, _ configuration: Configuration
    ) throws -> PushTarget {
        let station = configuration.station
        let titles: PushTarget.Titles =
            switch wanted.titles {
            case .chained: .chained
            case .admin: .admin
            case .none: .none
            }
        return try PushTarget(
            host: wanted.address.host, port: UInt16(wanted.address.port), mount: wanted.address.mount,
            user: wanted.address.user,
            password: PushPassword(try wanted.password.read(environment: environment).text),
            usesTLS: wanted.address.usesTLS, titles: titles,
            texts: PushTarget.Texts(
                name: station.name, description: station.description, genre: station.genre, url: station.url,
                isPublic: wanted.isPublic))
    }
}
