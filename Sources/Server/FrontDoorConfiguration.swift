public import Audio
public import Foundation

/// What the front door is told before it opens.
public struct FrontDoorConfiguration: Sendable {
    /// Where to listen; each gets a socket of its own.
    public var listen: [ListenAddress]
    /// The encrypted port; nil for none.
    public var tls: TLS?
    /// Where sources that speak SHOUTcast connect; nil for nowhere.
    public var shoutcast: ListenAddress?
    /// The `host:port` that goes into addresses when a request names no usable Host; nil for `localhost` and the
    /// first port.
    public var address: String?
    /// How much audio a newcomer gets at once.
    public var burst: FrameCount
    public var station: StationTexts
    public var limits: Limits
    /// Proxies in front of us, whose word on who asks, and how, is taken (`X-Forwarded-For`, `-Proto`, `-Host`).
    public var trustedProxies: [AddressRange]
    /// Who may use `/admin`; nil for nobody.
    public var admin: Login?
    /// Who may ask for the list of mounts, to relay them; nil for the operator alone.
    public var relay: Login?
    /// The descriptors that the process has; nil to ask the system at the start.
    public var descriptors: Int?
    /// Event loops, each on a thread of its own. One serves many thousands of listeners.
    public var eventLoops: Int

    public init(
        listen: [ListenAddress], tls: TLS? = nil, shoutcast: ListenAddress? = nil, address: String? = nil,
        burst: FrameCount = FrameCount(seconds: 4),
        station: StationTexts, limits: Limits = Limits(),
        trustedProxies: [AddressRange] = [], admin: Login? = nil, relay: Login? = nil,
        descriptors: Int? = nil, eventLoops: Int = 1
    ) {
        self.listen = listen
        self.tls = tls
        self.shoutcast = shoutcast
        self.address = address
        self.burst = burst
        self.station = station
        self.limits = limits
        self.trustedProxies = trustedProxies
        self.admin = admin
        self.relay = relay
        self.descriptors = descriptors
        self.eventLoops = eventLoops
    }

    /// The encrypted port, and its files in PEM form: the certificate with its chain, and the key.
    public struct TLS: Sendable, Hashable {
        public var listen: ListenAddress
        public var certificate: String
        public var key: String

        public init(listen: ListenAddress, certificate: String, key: String) {
            self.listen = listen
            self.certificate = certificate
            self.key = key
        }
    }

    /// What the listeners together, and one connection, may cost.
    public struct Limits: Sendable {
        /// The most listeners of all mounts together.
        public var listeners: Int
        /// The most bytes of a request's head.
        public var headBytes: Int
        /// From the connection, or from the last answer, to a complete head.
        public var headTime: Duration
        /// The same while connections take of what is kept for the operator and the DJs.
        public var crowdedHeadTime: Duration
        /// From a head to the end of a page's transfer.
        public var pageTime: Duration
        /// How long a listener waits for the first page of a mount that is just starting.
        public var firstPageTime: Duration
        /// The most connections that follow the running order at one time; one more is asked to come later.
        public var followers: Int
        /// Between two signs of life to those who follow the running order.
        public var heartbeat: Duration
        /// How long a DJ's connection may bring nothing before it counts as dead.
        public var sourcePatience: Duration
        /// How long a listener whose time is over may take over what was written to it.
        public var farewell: Duration

        public init(
            listeners: Int = 10_000, headBytes: Int = 8192, headTime: Duration = .seconds(10),
            crowdedHeadTime: Duration = .seconds(3),
            pageTime: Duration = .seconds(30), firstPageTime: Duration = .seconds(5),
            followers: Int = 4096, heartbeat: Duration = .seconds(15),
            sourcePatience: Duration = .seconds(10), farewell: Duration = .seconds(2)
        ) {
            self.listeners = listeners
            self.headBytes = headBytes
            self.headTime = headTime
            self.crowdedHeadTime = crowdedHeadTime
            self.pageTime = pageTime
            self.firstPageTime = firstPageTime
            self.followers = followers
            self.heartbeat = heartbeat
            self.sourcePatience = sourcePatience
            self.farewell = farewell
        }
    }
}

/// What the station says of itself on its page and in its status. Free text: each form adds its own escaping.
public struct StationTexts: Sendable, Hashable {
    public var name: String
    public var description: String
    /// Where its clocks show the time.
    public var zone: TimeZone

    public init(name: String, description: String, zone: TimeZone = .gmt) {
        self.name = name
        self.description = description
        self.zone = zone
    }
}

/// An address to listen at: `[::]:8000`, `0.0.0.0:8000`, `localhost:8000`. `[::]` means every address of the machine,
/// IPv6 and IPv4.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    public let host: String
    /// 0 for any free port.
    public let port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Parses `host:port`, an IPv6 address in brackets; nil when it is neither.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.init(host: String(host), port: Int(port))
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Why the front door could not open.
public enum FrontDoorError: Error, Sendable, Equatable, CustomStringConvertible {
    case addressInUse(ListenAddress)
    case notPermitted(ListenAddress)
    case noSuchAddress(ListenAddress)
    case other(ListenAddress, reason: String)
    /// The certificate or its key is no good: a sentence with the remedy.
    case certificate(String)

    public var description: String {
        switch self {
        case .addressInUse(let address):
            """
            Another program already listens at \(address): end it (`ss -ltnp` shows which it is), or choose another \
            port under server:.
            """
        case .notPermitted(let address):
            """
            Listening at \(address) is not permitted: ports below 1024 need a right that this user does not have. \
            Choose a higher port under server:.
            """
        case .noSuchAddress(let address):
            """
            This machine does not have the address of \(address): write one that it has, or [::]:\(address.port) for \
            all of them, under server: listen:.
            """
        case .certificate(let sentence): sentence
        case .other(let address, let reason):
            "Listening at \(address) failed (\(reason)): check server: listen:."
        }
    }
}
