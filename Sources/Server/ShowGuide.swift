/// What the front door asks the station about its shows. Called on Swift's cooperative threads: nothing in it may wait.
public protocol ShowGuide: Sendable {
    /// The shows that are on in a span, in order; both ends in milliseconds since 1970-01-01T00:00Z.
    func shows(from: Int64, to: Int64) -> [GuideEntry]
    /// The same as JSON, as `/api/schedule` gives it.
    ///
    /// - Parameters:
    ///   - from: a time of RFC 3339 or a date, as it was asked for; nil for this moment.
    ///   - length: a length such as `7d`, as it was asked for; nil for a week.
    ///   - now: in milliseconds since 1970-01-01T00:00Z.
    func json(from: String?, length: String?, now: Int64) throws(GuideRefusal) -> String
    /// An iCalendar file of one show, or of all; nil when there is no such show.
    func calendar(of slug: String?, now: Int64) -> String?
}

/// Why a question about the shows has no answer: a sentence for whoever wrote it.
public struct GuideRefusal: Error, Sendable {
    public let sentence: String
    public init(_ sentence: String) { self.sentence = sentence }
}

/// A show at its place in time. Free texts: each form adds its own escaping.
public struct GuideEntry: Sendable, Equatable {
    public var show: String
    /// Each empty when there is none. A link begins with `http://` or `https://`.
    public var host: String
    public var text: String
    public var link: String
    /// In milliseconds since 1970-01-01T00:00Z.
    public var start: Int64
    public var end: Int64
    /// Whether somebody may take the air.
    public var isLive: Bool

    public init(
        show: String, host: String = "", text: String = "", link: String = "",
        start: Int64, end: Int64, isLive: Bool = false
    ) {
        self.show = show
        self.host = host
        self.text = text
        self.link = link
        self.start = start
        self.end = end
        self.isLive = isLive
    }
}
