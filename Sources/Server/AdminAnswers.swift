internal import Audio
internal import Broadcast
internal import Codecs
internal import Hummingbird

extension Response {
    static func xml(_ body: String) -> Response {
        Response(
            text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\(body)\n", type: "text/xml; charset=utf-8")
    }

    /// Icecast's answer to a command.
    static func iceResponse(_ message: String, done: Bool) -> Response {
        xml("<iceresponse>\(element("message", message))\(element("return", done ? 1 : 0))</iceresponse>")
    }

    /// A mount a line, for a relaying Icecast. It would give everybody what it relays, so members' mounts are left out.
    static func streamList(_ desk: FrontDesk) -> Response {
        let paths = desk.mounts.filter { $0.hasBegun && $0.rules.members == nil }.map {
            urlPath($0.mount.path)
        }
        return Response(text: paths.map { $0 + "\r\n" }.joined(), type: "text/plain; charset=utf-8")
    }
}

private func element(_ name: String, _ value: some CustomStringConvertible) -> String {
    "<\(name)>\(xmlEscaped("\(value)"))</\(name)>"
}

private func source(_ mount: PublicMount, _ content: String) -> String {
    "<source mount=\"\(xmlEscaped(mount.mount.path))\">\(content)</source>"
}

/// The documents of the administration, element by element as Icecast 2.4 has them (icecast-protocol 1.8).
extension FrontDesk {
    /// - Parameter base: `http://host:port` as whoever asks knows us.
    func statsXML(_ mounts: [PublicMount], base: String) -> String {
        let running = mounts.filter(\.hasBegun)
        var stats = element("client_connections", turnstile.allConnections)
        stats +=
            element("clients", turnstile.connectionsNow) + element("connections", turnstile.allConnections)
        stats += element("host", address) + element("listener_connections", listenersSoFar)
        stats += element("listeners", turnstile.listenersNow) + element("location", "")
        stats += element("server_id", serverName) + element("server_start", statusDate(since))
        stats += element("server_start_iso8601", statusDateISO8601(since)) + element("sources", running.count)
        return "<icestats>\(stats)\(running.map { sourceXML($0, base) }.joined())</icestats>"
    }

    private func sourceXML(_ mount: PublicMount, _ base: String) -> String {
        let (about, audience, title) = (mount.mount.description, mount.audience, mount.mount.newest?.title)
        var content = title?.artist.map { element("artist", $0) } ?? ""
        if about.isReadByIcecast {
            content += element("audio_bitrate", about.bitrate)
            content += element("audio_channels", EngineFormat.channels)
        }
        content += element("audio_info", about.audioInfo)
        if about.isReadByIcecast { content += element("audio_samplerate", about.sampleRate) }
        content += element("bitrate", about.bitrate / 1000) + element("channels", EngineFormat.channels)
        content += element("genre", about.genre) + element("listener_peak", audience.peak)
        content += element("listeners", audience.now)
        content += element("listenurl", base + urlPath(mount.mount.path))
        content += element("max_listeners", mount.rules.maxListeners.map { "\($0)" } ?? "unlimited")
        content += element("public", 0) + (about.quality.map { element("quality", $0) } ?? "")
        content += element("samplerate", about.sampleRate)
        content += element("server_description", about.description)
        content += element("server_name", about.name) + element("server_type", about.contentType)
        if !about.url.isEmpty { content += element("server_url", about.url) }
        content += element("slow_listeners", audience.departures[.slow] ?? 0)
        content += element("stream_start", statusDate(mount.since))
        content += element("stream_start_iso8601", statusDateISO8601(mount.since))
        content += element("subtype", about.subtype)
        content += title.map { element("title", $0.title) } ?? ""
        return source(mount, content)
    }

    var mountsXML: String {
        let now = now()
        let sources = mounts.filter(\.hasBegun).map { mount in
            source(
                mount,
                (mount.rules.fallback.map { element("fallback", $0) } ?? "")
                    + element("listeners", mount.audience.now)
                    + element("Connected", (now - mount.since) / 1_000_000_000)
                    + element("content-type", mount.mount.description.contentType))
        }
        return "<icestats>\(sources.joined())</icestats>"
    }

    func clientsXML(_ mount: PublicMount, _ listeners: [Listener.Place]) -> String {
        let now = now()
        let clients = listeners.map { listener in
            "<listener>" + element("IP", listener.address?.description ?? "")
                + element("UserAgent", listener.agent)
                + element("Connected", (now - listener.since) / 1_000_000_000) + element("ID", listener.id)
                + "</listener>"
        }
        return "<icestats>\(source(mount, element("Listeners", clients.count) + clients.joined()))</icestats>"
    }
}
