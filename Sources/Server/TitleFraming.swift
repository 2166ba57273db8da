internal import Broadcast

/// How titles reach a listener of a mount (design, section 4.3).
enum TitleFraming: Sendable, Hashable {
    /// Not in the stream: one logical stream for ever.
    case plain
    /// The plain bytes with a small block between them after each `icy-metaint` bytes.
    case icy
    /// A new link of the container at each title; only of a mount that has links.
    case chained
}

/// One row of the table that says who gets what.
struct TitleFramingRule: Sendable {
    enum Trait: Sendable {
        /// The User-Agent begins so, whatever the case.
        case agent(String)
        /// The User-Agent holds this, whatever the case.
        case agentHolds(String)
        /// `Icy-MetaData: 1`.
        case asksForBlocks
    }

    let trait: Trait
    /// Whether it speaks of players' ways with Ogg, and other mounts are not concerned.
    var isOfOgg = true
    let framing: TitleFraming
    let reason: String

    /// The table; the first row that fits decides, and whom none fits gets `plain`.
    static let table: [TitleFramingRule] = [
        .init(
            trait: .agent("icecast"), framing: .chained,
            reason: """
                A relaying Icecast reads titles from the comments of the links and takes the stream apart itself; \
                it may ask for blocks all the same, and blocks inside Ogg would break what it passes on.
                """),
        .init(
            trait: .agent("ogg123"), framing: .chained,
            reason: "ogg123 knows no blocks, follows links to the sample, and shows the comments of each."),
        .init(
            trait: .agentHolds("vorbis-tools"), framing: .chained,
            reason: "The programs of vorbis-tools are libvorbis's own: links are what they are made for."),
        .init(
            trait: .agent("mplayer"), framing: .plain,
            reason: """
                MPlayer asks for blocks, but takes every stream with blocks for MP3 and then never starts; at a link \
                it plays the first packet twice. `?titles=chained` shows it the titles at that price.
                """),
        .init(
            trait: .asksForBlocks, isOfOgg: false, framing: .icy,
            reason: """
                Players that ask show every title from a block and lose no sample, while a link makes several of \
                them rebuild their decoder.
                """),
    ]

    /// What a request for a mount gets: what its `titles` parameter says, else what the table says. Where the table
    /// says links and the mount has none, it is the plain stream.
    static func framing(for head: RequestHead, of mount: MountDescription) throws(Refusal) -> TitleFraming {
        guard let wish = head.parameters("titles").first else {
            let framing = table.first { $0.fits(head, mount) }?.framing ?? .plain
            return framing == .chained && !mount.hasLinks ? .plain : framing
        }
        switch wish {
        case "none": return .plain
        case "icy": return .icy
        case "chained" where mount.hasLinks: return .chained
        case "chained": throw .noLinks
        default: throw .unknownTitles
        }
    }

    private func fits(_ head: RequestHead, _ mount: MountDescription) -> Bool {
        guard mount.isOgg || !isOfOgg else { return false }
        let agent = head["user-agent"]?.lowercased() ?? ""
        return switch trait {
        case .agent(let name): agent.hasPrefix(name)
        case .agentHolds(let name): agent.contains(name)
        case .asksForBlocks: head["icy-metadata"] == "1"
        }
    }
}
