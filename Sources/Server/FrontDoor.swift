public import Broadcast
internal import Glibc
public import Logging
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// The station's one port: listeners and the web behind the same sockets (design, section 4.6).
///
/// Everything about a connection happens on the event loop that it belongs to; this object only opens, tells the loops
/// what changed, and closes. Any thread may call it.
public final class FrontDoor: Sendable {
    private struct State {
        var sockets: [any Channel] = []
        var shoutcastPort: Int?
        var rooms: [NIOLoopBound<Room>] = []
        var group: MultiThreadedEventLoopGroup?
        var certificate: Certificate?
    }

    /// How often the certificate's files are looked at.
    private static let certificateTime = TimeAmount.minutes(1)

    private let desk: FrontDesk
    private let listen: [ListenAddress]
    private let eventLoops: Int
    private let hasAddress: Bool
    /// One thread for what reads files: certificates.
    private let files = NIOThreadPool(numberOfThreads: 1)
    private let state = Mutex(State())

    /// - Parameters:
    ///   - mounts: What is served, in the order in which the station's page shows it.
    ///   - titles: Where the operator's titles go; nil to refuse them.
    ///   - stage: Where DJs come in; nil to take none.
    ///   - vitals: What `/health` and `/metrics` tell of the rest of the house.
    ///   - guide: Who knows the shows; nil for a station that has none to tell of.
    ///   - now: The wall clock, in nanoseconds since 1970.
    public init(
        configuration: FrontDoorConfiguration, mounts: [Mount], titles: (any TitleOverride)? = nil,
        stage: (any StageDoor)? = nil, vitals: (any Vitals)? = nil, guide: (any ShowGuide)? = nil,
        logger: Logger, now: @escaping @Sendable () -> Int64
    ) {
        desk = FrontDesk(
            configuration, mounts: mounts, titles: titles, stage: stage, vitals: vitals, guide: guide,
            logger: logger, now: now)
        listen = configuration.listen
        eventLoops = configuration.eventLoops
        hasAddress = configuration.address != nil
    }

    // MARK: Opening and closing

    /// Listens, and tells the ports in the order of the configuration, the encrypted one last. Called once.
    ///
    /// - Throws: `FrontDoorError`; then nothing listens.
    public func start() async throws -> [Int] {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: eventLoops)
        var rooms: [NIOLoopBound<Room>] = []
        for loop in group.makeIterator() {
            rooms.append(
                try await loop.submit { [desk] in NIOLoopBound(Room(on: loop, desk: desk), eventLoop: loop) }
                    .get())
        }
        var sockets: [any Channel] = []
        var shoutcast: (any Channel)?
        var certificate: Certificate?
        do {
            files.start()
            let open = bootstrap(group, rooms, nil)
            for address in listen { sockets.append(try await Self.bind(open, to: address)) }
            if let tls = desk.configuration.tls {
                let loaded = try await files.runIfActive { try Certificate(tls) }
                certificate = loaded
                sockets.append(try await Self.bind(bootstrap(group, rooms, loaded), to: tls.listen))
            }
            if let address = desk.configuration.shoutcast, let stage = desk.stage {
                shoutcast = try await Self.bind(shoutcastBootstrap(group, stage), to: address)
            }
        } catch {
            // What went wrong before is the reason that is told.
            try? await group.shutdownGracefully()
            try? await files.shutdownGracefully()
            throw error
        }
        let ports = sockets.map { $0.localAddress?.port ?? 0 }
        if !hasAddress, let port = ports.first { desk.address = "localhost:\(port)" }
        let all = sockets + [shoutcast].compactMap(\.self)
        state.withLock { [rooms, certificate] in
            $0 = State(
                sockets: all, shoutcastPort: shoutcast?.localAddress?.port, rooms: rooms, group: group,
                certificate: certificate)
        }
        if certificate != nil { watchCertificate(on: group.next()) }
        return ports
    }

    /// The port at which sources that speak SHOUTcast connect, while it is open.
    public var shoutcastPort: Int? { state.withLock { $0.shoutcastPort } }

    private func shoutcastBootstrap(
        _ group: MultiThreadedEventLoopGroup, _ stage: any StageDoor
    ) -> ServerBootstrap {
        let desk = desk
        return ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Self.keepFromChildren(channel)
                    // The protocol has no word for this.
                    let ticket = try Self.ticket(of: channel, at: desk, hasWords: false)
                    try channel.pipeline.syncOperations.addHandler(
                        ShoutcastPorter(desk: desk, stage: stage, ticket: ticket))
                }
            }
    }

    /// Ends with its event loop.
    private func watchCertificate(on loop: any EventLoop) {
        _ = loop.scheduleRepeatedAsyncTask(
            initialDelay: Self.certificateTime, delay: Self.certificateTime
        ) { [weak self] _ in
            guard let door = self else { return loop.makeSucceededVoidFuture() }
            return loop.makeFutureWithTask { await door.renewCertificate() }
        }
    }

    /// Takes up a renewed certificate now; one that is no good is reported in the log, and the old one stays in force.
    public func renewCertificate() async {
        guard let certificate = state.withLock({ $0.certificate }) else { return }
        guard let renewal = try? await files.runIfActive({ certificate.renew() }) else { return }
        switch renewal {
        case .unchanged: break
        case .renewed: desk.logger.info("The renewed certificate is in force.")
        case .kept(let why):
            desk.logger.warning(
                "The new certificate is no good, and the old one stays in force.", metadata: ["why": "\(why)"]
            )
        }
    }

    /// Accepts nobody any more, ends every listener's response behind a whole page, and stops the event loops.
    public func shutdown() async {
        let old = state.withLock { state in
            defer { state = State() }
            return state
        }
        // What is closed already is as it should be, here and below.
        for socket in old.sockets { try? await socket.close() }
        await end(desk.mounts, in: old.rooms)
        for room in old.rooms {
            try? await room.eventLoop.flatSubmit { room.value.followers.end() }.get()
        }
        try? await old.group?.shutdownGracefully()
        try? await files.shutdownGracefully()
    }

    private func bootstrap(
        _ group: MultiThreadedEventLoopGroup, _ rooms: [NIOLoopBound<Room>], _ certificate: Certificate?
    ) -> ServerBootstrap {
        let roomOf = Dictionary(uniqueKeysWithValues: rooms.map { (ObjectIdentifier($0.eventLoop), $0) })
        let website = Website(desk: desk, office: AdminOffice(desk: desk, rooms: rooms))
        return ServerBootstrap(group: group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try Self.keepFromChildren(channel) }
            }
            // Icecast's backlog of 5 loses listeners when many come at once (swift-on-debian, S5).
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            // The channel keeps it, and a listener, who says nothing more, costs no more than it must.
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 256))
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 16 * 1024, high: 64 * 1024))
            .childChannelInitializer { [desk] channel in
                channel.eventLoop.makeCompletedFuture {
                    try Self.keepFromChildren(channel)
                    guard let room = roomOf[ObjectIdentifier(channel.eventLoop)] else { return }
                    let ticket = try Self.ticket(of: channel, at: desk, hasWords: true)
                    let porter = Porter(
                        desk: desk, room: room.value, website: website, isEncrypted: certificate != nil,
                        ticket: ticket)
                    let pipeline = channel.pipeline.syncOperations
                    if let certificate {
                        try pipeline.addHandler(NIOSSLServerHandler(context: certificate.context))
                    }
                    try pipeline.addHandler(porter)
                }
            }
    }

    /// Lets a connection in, or lets somebody tell it that there is no room.
    ///
    /// - Throws: when it is to be closed at once, which it is by that.
    private static func ticket(
        of channel: any Channel, at desk: FrontDesk, hasWords: Bool
    ) throws -> Turnstile.Ticket {
        let address = NetworkAddress(channel.remoteAddress)
        guard let ticket = desk.connectionCame(from: address, hasWords: hasWords) else { throw NoRoom() }
        channel.closeFuture.whenComplete { _ in ticket.end() }
        return ticket
    }

    private struct NoRoom: Error {}

    /// A worker process that inherited a listener's socket would keep it open when we close it, and NIO accepts
    /// without `SOCK_CLOEXEC`.
    private static func keepFromChildren(_ channel: any Channel) throws {
        try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            _ = fcntl($0, F_SETFD, FD_CLOEXEC)
        }
    }

    private static func bind(_ bootstrap: ServerBootstrap, to address: ListenAddress) async throws
        -> any Channel
    {
        // One socket for IPv6 and IPv4, whatever the machine's default is.
        let bootstrap =
            address.host.contains(":")
            ? bootstrap.serverChannelOption(
                ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only), value: 0) : bootstrap
        do {
            return try await bootstrap.bind(host: address.host, port: address.port).get()
        } catch let error as IOError {
            switch error.errnoCode {
            // A machine without IPv6.
            case EAFNOSUPPORT where address.host == "::", EADDRNOTAVAIL where address.host == "::":
                return try await bind(bootstrap, to: ListenAddress(host: "0.0.0.0", port: address.port))
            case EADDRINUSE: throw FrontDoorError.addressInUse(address)
            case EACCES, EPERM: throw FrontDoorError.notPermitted(address)
            case EADDRNOTAVAIL: throw FrontDoorError.noSuchAddress(address)
            default: throw FrontDoorError.other(address, reason: "\(error)")
            }
        } catch {
            throw FrontDoorError.other(address, reason: "\(error)")
        }
    }

    // MARK: While it is open

    /// Serves these mounts and no others from now on. A mount that stays keeps its listeners; those of a mount that
    /// is gone are ended behind a whole page.
    ///
    /// - Parameter rules: by the mount's path; a mount without any is open to everybody.
    public func setMounts(_ mounts: [Mount], rules: [String: MountRules] = [:]) async {
        await end(desk.setMounts(mounts, rules: rules), in: state.withLock { $0.rooms })
    }

    /// Runs the house by another configuration from now on; `listen`, `descriptors` and `eventLoops` stay as they were.
    public func apply(_ configuration: FrontDoorConfiguration) { desk.configuration = configuration }

    /// What the station says of itself on its page.
    public var station: StationTexts {
        get { desk.station }
        set { desk.station = newValue }
    }

    /// The line of a request's head by which the station's own listeners are known. It is a secret.
    public var pass: String { "\(FrontDesk.passField): \(desk.pass)" }

    /// Connections that are open now, listeners included.
    public var connections: Int { desk.turnstile.connectionsNow }

    /// Those of them that are neither listeners' nor DJs', or not yet.
    var connectionsInHall: Int { desk.turnstile.inHall }

    /// How many listeners it can hold.
    public var capacity: Capacity {
        let allowed = desk.limits.listeners
        let turnstile = desk.turnstile
        return Capacity(
            listeners: min(allowed, turnstile.room), allowed: allowed, descriptors: turnstile.descriptors)
    }

    /// What is on air, what was, what comes: to be set whenever it has changed. Those who follow it are told at once.
    public var runningOrder: RunningOrder? {
        get { desk.board.order }
        set {
            desk.board.order = newValue
            for room in state.withLock({ $0.rooms }) {
                room.eventLoop.execute { room.value.followers.tell() }
            }
        }
    }

    /// How many listen to each mount, by path.
    public var listeners: [String: AudienceCount] {
        Dictionary(desk.mounts.map { ($0.mount.path, $0.audience) }) { first, _ in first }
    }

    private func end(_ mounts: [PublicMount], in rooms: [NIOLoopBound<Room>]) async {
        for room in rooms {
            // A loop that has ended has no listener left.
            try? await room.eventLoop.flatSubmit {
                EventLoopFuture.andAllComplete(mounts.map(room.value.end), on: room.eventLoop)
            }.get()
        }
    }
}
