public import Audio
public import Codecs
internal import Synchronization

/// What a mount is, apart from what runs through it.
public struct MountDescription: Sendable, Hashable {
    /// The path under which listeners ask for it, with its leading slash.
    public var path: String
    /// `application/ogg` for Vorbis and Opus, `audio/mpeg` for MP3.
    public var contentType: String
    /// The codec's name, as Icecast's status has it for Ogg: `Vorbis`, `Opus`; `MP3`.
    public var subtype: String
    /// Nominal bits a second.
    public var bitrate: Int
    /// The encoder's quality (Vorbis: −1…10), if it has one.
    public var quality: Double?
    /// Frames a second.
    public var sampleRate: Int
    /// Whether its pages have the chained framing beside the plain one.
    public var hasLinks: Bool
    public var name: String
    public var description: String
    public var genre: String
    public var url: String

    public init(
        path: String, contentType: String, subtype: String, bitrate: Int, quality: Double?,
        sampleRate: Int = EngineFormat.sampleRate, hasLinks: Bool = true, name: String,
        description: String, genre: String, url: String
    ) {
        self.path = path
        self.contentType = contentType
        self.subtype = subtype
        self.bitrate = bitrate
        self.quality = quality
        self.sampleRate = sampleRate
        self.hasLinks = hasLinks
        self.name = name
        self.description = description
        self.genre = genre
        self.url = url
    }

    /// A mount of what is encoded so.
    public init(
        path: String, format: StreamFormat, name: String, description: String, genre: String, url: String
    ) {
        self.init(
            path: path, contentType: format.contentType, subtype: format.name,
            bitrate: format.nominalBitrate, quality: format.quality, sampleRate: format.sampleRate,
            hasLinks: format.hasLinks, name: name, description: description, genre: genre, url: url)
    }

    /// Whether the stream is cut into pages of Ogg, into which nothing else may come for who takes them apart.
    public var isOgg: Bool { contentType == "application/ogg" }
}

/// The hinge of the house: what one rendition's encoder appends in audio time, listeners and pushes read in network
/// time (design, section 4.4).
///
/// A mount is a ring of pages with consecutive numbers. One thread appends; any number of readers follow, each with
/// a cursor of its own: the number of the page that it wants next. The ring holds the newest `span` of audio; a
/// reader whose cursor has fallen behind the oldest page is told so, and is to be dropped.
///
/// Any thread may call any method. The lock is held for a few array operations and never while anything is sent.
public final class Mount: Sendable {
    /// What a reader gets.
    public enum Reading: Sendable {
        /// The pages from the cursor on, oldest first; empty when the reader is at the live edge.
        case pages([StreamPage])
        /// The cursor's page is gone: the reader was too slow.
        case lost
    }

    private struct State {
        var description: MountDescription
        var pages: [StreamPage] = []
        /// The number of `pages[0]`.
        var first = 0
        /// The headers of the plain stream, which some codecs have none of; nil before the encoder has opened the
        /// mount, and then no page can be read.
        var plainHeaders: [UInt8]?
        var wakes: [Int: @Sendable () -> Void] = [:]
        var nextWake = 0
    }

    private let state: Mutex<State>
    /// The most audio that the ring holds.
    public let span: FrameCount
    public let path: String

    public init(_ description: MountDescription, span: FrameCount = FrameCount(seconds: 30)) {
        path = description.path
        self.span = span
        state = Mutex(State(description: description))
    }

    /// The mount's texts; the path never changes.
    public var description: MountDescription {
        get { state.withLock { $0.description } }
        set {
            state.withLock { state in
                state.description = newValue
                state.description.path = path
            }
        }
    }

    // MARK: The encoder's side

    /// Sets the headers of the plain stream, once, before the first page.
    public func open(plainHeaders: [UInt8]) {
        state.withLock { $0.plainHeaders = plainHeaders }
    }

    /// Appends a page, drops those that are older than `span`, and wakes the readers. An encoder whose time begins anew
    /// drops all pages of the time before.
    public func append(_ page: StreamPage) {
        let wakes = state.withLock { state in
            let beginsAnew = state.pages.last.map { $0.end > page.end } ?? false
            let old = state.pages.prefix { beginsAnew || page.end - $0.end > span }.count
            state.pages.append(page)
            if old > 0 {
                state.pages.removeFirst(old)
                state.first += old
            }
            return Array(state.wakes.values)
        }
        for wake in wakes { wake() }
    }

    // MARK: The readers' side

    /// The headers of the plain stream; empty where there are none, and before the encoder has opened the mount.
    public var plainHeaders: [UInt8] { state.withLock { $0.plainHeaders ?? [] } }

    /// The number of the page with which a newcomer begins, so that it gets `burst` of audio at once; nil before the
    /// first page exists.
    public func join(burst: FrameCount) -> Int? {
        state.withLock { state in
            guard let newest = state.pages.last, state.plainHeaders != nil else { return nil }
            let back = state.pages.reversed().prefix { newest.end - $0.end < burst }.count
            return state.first + state.pages.count - max(1, back)
        }
    }

    /// The pages from number `cursor` on, at most `most` of them.
    public func read(from cursor: Int, most: Int = .max) -> Reading {
        state.withLock { state in
            guard cursor >= state.first else { return .lost }
            let start = cursor - state.first
            guard start < state.pages.count else { return .pages([]) }
            return .pages(Array(state.pages[start..<(start + min(most, state.pages.count - start))]))
        }
    }

    /// The number that the next appended page will have.
    public var edge: Int { state.withLock { $0.first + $0.pages.count } }

    /// The newest page.
    public var newest: StreamPage? { state.withLock { $0.pages.last } }

    /// Asks for a call after each appended page, on the encoder's thread: it must return at once and never block. One
    /// that is under way when the wake is cancelled may still come.
    public func onAppend(_ wake: @escaping @Sendable () -> Void) -> MountWake {
        let id = state.withLock { state in
            state.nextWake += 1
            state.wakes[state.nextWake] = wake
            return state.nextWake
        }
        return MountWake { [weak self] in _ = self?.state.withLock { $0.wakes.removeValue(forKey: id) } }
    }
}

/// Ends the calls of `Mount.onAppend` when it is cancelled.
public struct MountWake: Sendable {
    private let end: @Sendable () -> Void

    init(_ end: @escaping @Sendable () -> Void) { self.end = end }

    public func cancel() { end() }
}
