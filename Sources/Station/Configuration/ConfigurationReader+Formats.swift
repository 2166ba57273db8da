internal import Codecs

/// What goes with which codec.
extension ConfigurationReader {
    private enum Codec: String, CaseIterable {
        case vorbis, mp3, opus
    }

    /// A mount's codec with the one setting that it has: Vorbis a quality, the others a bit rate.
    func readFormat(_ section: Section) -> StreamFormat? {
        let codec = section.value("codec", otherwise: Codec.vorbis) { $0.choice(Codec.allCases) }
        switch codec {
        case .vorbis:
            let isRefused = refuseBitrate(section)
            let quality = section.value("quality", otherwise: 5) {
                $0.value("a number from -1 (smallest) to 10 (best)", Self.quality)
            }
            return isRefused ? nil : quality.map { .vorbis(quality: $0) }
        case .mp3:
            let isRefused = refuseQuality(section, standard: 128_000)
            let bitrate = section.value("bitrate", otherwise: 128_000, readMP3Bitrate)
            return isRefused ? nil : bitrate.map { .mp3(bitrate: $0) }
        case .opus:
            let isRefused = refuseQuality(section, standard: 96_000)
            let bitrate = section.value("bitrate", otherwise: 96_000) {
                $0.value("a bit rate from 16 to 510 kbit/s, such as 96 kbit/s") { text in
                    Self.bitrate(text).flatMap { StreamFormat.opusBitrates.contains($0) ? $0 : nil }
                }
            }
            return isRefused ? nil : bitrate.map { .opus(bitrate: $0) }
        case nil: return nil
        }
    }

    private func readMP3Bitrate(_ setting: Setting) -> Int? {
        let form = "a bit rate from 32 to 320 kbit/s, such as 128 kbit/s"
        guard let bitrate = setting.value(form, Self.bitrate) else { return nil }
        let nearest = Self.nearestMP3Bitrate(to: bitrate)
        if nearest != bitrate {
            setting.report(
                "is \(Self.words(bitrate)), which MP3 does not have: the nearest is \(Self.words(nearest))")
            return nil
        }
        return bitrate
    }

    /// Reports a bit rate beside Vorbis, with the quality that comes nearest to it.
    private func refuseBitrate(_ section: Section) -> Bool {
        guard let setting = section["bitrate"] else { return false }
        var remedy = "delete it"
        if section["quality"] == nil {
            let wanted = setting.text("a number").flatMap(Self.bitrate) ?? 160_000
            let bitrates = (-1...10).map { ($0, StreamFormat.vorbis(quality: Double($0)).nominalBitrate) }
            let nearest = bitrates.min { abs($0.1 - wanted) < abs($1.1 - wanted) }
            remedy =
                "write quality: \(nearest?.0 ?? 5) instead, which is about \(Self.words(nearest?.1 ?? 0))"
        }
        setting.report("is for mp3 and opus, and this mount is vorbis: \(remedy)")
        return true
    }

    /// Reports a quality beside a codec that has a bit rate.
    private func refuseQuality(_ section: Section, standard: Int) -> Bool {
        guard let setting = section["quality"] else { return false }
        let remedy =
            section["bitrate"] == nil ? "write bitrate: \(Self.words(standard)) instead" : "delete it"
        setting.report("is for vorbis alone: \(remedy)")
        return true
    }

    /// How titles reach a target, which hangs on what is pushed: links are Vorbis's, and Icecast's metadata page takes
    /// none for Opus.
    func readTitles(
        _ section: Section, of format: StreamFormat?, usesTLS: Bool
    ) -> Configuration.IcecastTarget.Titles? {
        let standard: Configuration.IcecastTarget.Titles =
            switch format {
            case .vorbis, nil: .chained
            case .mp3: .admin
            case .opus: .none
            }
        let titles = section.value("titles", otherwise: standard) {
            $0.choice(Configuration.IcecastTarget.Titles.allCases)
        }
        let remedy = standard.rawValue
        switch (titles, format) {
        case (.chained, .mp3), (.chained, .opus):
            section["titles"]?.report("is chained, which only a vorbis mount has: write \(remedy)")
            return nil
        case (.admin, .opus):
            section["titles"]?.report("is admin, and Icecast takes no titles for opus so: write \(remedy)")
            return nil
        case (.admin, _) where usesTLS:
            let other = standard == .chained ? "chained" : "titles: none"
            section.report(
                "has titles: admin, which do not go over https: write \(other), or an http:// address")
            return nil
        default: return titles
        }
    }

    private static func quality(_ text: String) -> Double? {
        Double(text).flatMap { (-1...10).contains($0) ? $0 : nil }
    }

    /// Bits a second.
    private static func bitrate(_ text: String) -> Int? {
        quantity(text, units: ["kbit/s", "kbps"]).flatMap { (1...9_999).contains($0) ? Int($0 * 1_000) : nil }
    }

    private static func nearestMP3Bitrate(to wanted: Int) -> Int {
        StreamFormat.mp3Bitrates.min { abs($0 - wanted) < abs($1 - wanted) } ?? wanted
    }

    /// `128 kbit/s`.
    private static func words(_ bitrate: Int) -> String { "\(bitrate / 1_000) kbit/s" }
}
