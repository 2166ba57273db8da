/// Where a show goes, and as whom: everything that a request of the DJ's side says about itself.
public struct UplinkTarget: Sendable {
    /// A name or an address literal, without brackets.
    public var host: String
    public var port: Int
    /// Whether the line is https; the station's certificate is then verified against the system's roots.
    public var usesTLS: Bool
    /// A file with certificates that are trusted beside those.
    public var authorities: String?
    /// The mount's path, beginning with a slash: `/live`.
    public var mount: String
    public var user: String
    /// The account's secret, which appears in no message.
    public var secret: String
    /// What the stream is: `audio/ogg`, `application/ogg`, `audio/mpeg`.
    public var contentType: String
    /// What the request says of the show: Ice-Name, Ice-Genre, Ice-Description, Ice-Url.
    public var showName: String?
    public var genre: String?
    public var description: String?
    public var url: String?
    public var userAgent: String
    /// How much of the show the station may hold ahead of the air, in seconds: the longest loss that nobody hears.
    public var buffer: Double
    /// In which language the station should speak to the DJ, as in `Accept-Language`: `de`, `en`.
    public var language: String?

    public init(
        host: String, port: Int, usesTLS: Bool = false, mount: String = "/live", user: String, secret: String,
        contentType: String = "audio/ogg", showName: String? = nil, genre: String? = nil,
        description: String? = nil, url: String? = nil, userAgent: String = "Funkhaus", buffer: Double = 1.5,
        language: String? = nil
    ) {
        self.host = host
        self.port = port
        self.usesTLS = usesTLS
        self.mount = mount
        self.user = user
        self.secret = secret
        self.contentType = contentType
        self.showName = showName
        self.genre = genre
        self.description = description
        self.url = url
        self.userAgent = userAgent
        self.buffer = buffer
        self.language = language
    }
}
