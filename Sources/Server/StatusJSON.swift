internal import Audio
internal import Broadcast
internal import Codecs
internal import Foundation
internal import Hummingbird

/// `/status-json.xsl` in the shape of Icecast 2.4, which tools and directories read (icecast-protocol 1.8): one source
/// is an object, several are an array, none is a missing key. Unlike Icecast's it is always valid JSON, and a title
/// that looks like a number stays a string.
struct StatusJSON: Encodable {
    private let icestats: Stats

    static func response(_ desk: FrontDesk, for request: Request) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let wanted = request.uri.queryParameters["mount"].map { String($0) }
        let base = desk.base(of: request)
        let sources = desk.mounts.filter { wanted == nil || $0.mount.path == wanted }.compactMap {
            Source($0, base: base)
        }
        let status = StatusJSON(
            icestats: Stats(
                host: request.head.authority ?? desk.address, serverID: serverName, start: desk.since,
                sources: sources))
        let json = String(decoding: try encoder.encode(status), as: UTF8.self)
        return Response(
            text: json, type: "application/json; charset=utf-8", headers: [.accessControlAllowOrigin: "*"])
    }

    private struct Stats: Encodable {
        let host: String
        let serverID: String
        let start: Int64
        let sources: [Source]

        enum Key: String, CodingKey {
            case admin
            case host
            case location
            case serverID = "server_id"
            case start = "server_start"
            case startISO = "server_start_iso8601"
            case source
            case dummy
        }

        func encode(to encoder: any Encoder) throws {
            var stats = encoder.container(keyedBy: Key.self)
            try stats.encode("", forKey: .admin)
            try stats.encode(host, forKey: .host)
            try stats.encode("", forKey: .location)
            try stats.encode(serverID, forKey: .serverID)
            try stats.encode(statusDate(start), forKey: .start)
            try stats.encode(statusDateISO8601(start), forKey: .startISO)
            switch sources.count {
            case 0: try stats.encodeNil(forKey: .dummy)
            case 1: try stats.encode(sources[0], forKey: .source)
            default: try stats.encode(sources, forKey: .source)
            }
        }
    }

    private struct Source: Encodable {
        let mount: PublicMount
        let description: MountDescription
        let title: Title?
        let listenURL: String

        /// nil for a mount that has no page yet: Icecast does not list a mount without its source either.
        init?(_ mount: PublicMount, base: String) {
            guard let newest = mount.mount.newest else { return nil }
            self.mount = mount
            description = mount.mount.description
            title = newest.title
            listenURL = base + urlPath(mount.mount.path)
        }

        enum Key: String, CodingKey {
            case artist
            case audioBitrate = "audio_bitrate"
            case audioChannels = "audio_channels"
            case audioInfo = "audio_info"
            case audioSampleRate = "audio_samplerate"
            case bitrate
            case channels
            case genre
            case listenerPeak = "listener_peak"
            case listeners
            case listenURL = "listenurl"
            case quality
            case sampleRate = "samplerate"
            case serverDescription = "server_description"
            case serverName = "server_name"
            case serverType = "server_type"
            case serverURL = "server_url"
            case start = "stream_start"
            case startISO = "stream_start_iso8601"
            case subtype
            case title
            case dummy
        }

        func encode(to encoder: any Encoder) throws {
            var source = encoder.container(keyedBy: Key.self)
            let audience = mount.audience
            try source.encodeIfPresent(title?.artist, forKey: .artist)
            if description.isReadByIcecast {
                try source.encode(description.bitrate, forKey: .audioBitrate)
                try source.encode(EngineFormat.channels, forKey: .audioChannels)
                try source.encode(description.sampleRate, forKey: .audioSampleRate)
            }
            try source.encode(description.audioInfo, forKey: .audioInfo)
            try source.encode(description.bitrate / 1000, forKey: .bitrate)
            try source.encode(EngineFormat.channels, forKey: .channels)
            try source.encode(description.genre, forKey: .genre)
            try source.encode(audience.peak, forKey: .listenerPeak)
            try source.encode(audience.now, forKey: .listeners)
            try source.encode(listenURL, forKey: .listenURL)
            try source.encodeIfPresent(description.quality, forKey: .quality)
            try source.encode(description.sampleRate, forKey: .sampleRate)
            try source.encode(description.description, forKey: .serverDescription)
            try source.encode(description.name, forKey: .serverName)
            try source.encode(description.contentType, forKey: .serverType)
            if !description.url.isEmpty { try source.encode(description.url, forKey: .serverURL) }
            try source.encode(statusDate(mount.since), forKey: .start)
            try source.encode(statusDateISO8601(mount.since), forKey: .startISO)
            if description.isOgg { try source.encode(description.subtype, forKey: .subtype) }
            try source.encodeIfPresent(title?.title, forKey: .title)
            try source.encodeNil(forKey: .dummy)
        }
    }
}

extension MountDescription {
    /// Whether Icecast tells of such a stream what it reads in its headers, too (`audio_bitrate`, in bits a second, and the
    /// like). Of all streams it tells what their source says of them (`ice-audio-info`), a field for each key.
    var isReadByIcecast: Bool { subtype == "Vorbis" }
}
