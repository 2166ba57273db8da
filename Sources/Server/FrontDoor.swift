public import Broadcast
internal import Glibc
public import Logging
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// The station's one port: listeners and the web behind the same sockets (design, section 4.6).
///
/// Everything about a connection happens on the event loop that it belongs to; this object only opens, tells the loops
/// what changed, and closes. Any thread may call it.
public final class FrontDoor: Sendable {
    private struct State {
        var sockets: [any Channel] = []
        var rooms: [NIOLoopBound<Room>] = []
        var group: MultiThreadedEventLoopGroup?
    }

    private let desk: FrontDesk
    private let listen: [ListenAddress]
    private let eventLoops: Int
    private let hasAddress: Bool
    private let state = Mutex(State())

    /// - Parameters:
    ///   - mounts: What is served, in the order in which the station's page shows it.
    ///   - now: The wall clock, in nanoseconds since 1970.
    public init(
        configuration: FrontDoorConfiguration, mounts: [Mount], logger: Logger,
        now: @escaping @Sendable () -> Int64
    ) {
        desk = FrontDesk(configuration, mounts: mounts, logger: logger, now: now)
        listen = configuration.listen
        eventLoops = configuration.eventLoops
        hasAddress = configuration.address != nil
    }

    // MARK: Opening and closing

    /// Listens, and tells the ports in the order of the configuration. Called once.
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
        let bootstrap = bootstrap(group, rooms)
        var sockets: [any Channel] = []
        do {
            for address in listen { sockets.append(try await Self.bind(bootstrap, to: address)) }
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        let ports = sockets.map { $0.localAddress?.port ?? 0 }
        if !hasAddress, let port = ports.first { desk.address = "localhost:\(port)" }
        state.withLock { [sockets, rooms] in $0 = State(sockets: sockets, rooms: rooms, group: group) }
        return ports
    }

    /// Accepts nobody any more, ends every listener's response behind a whole page, and stops the event loops.
    public func shutdown() async {
        let old = state.withLock { state in
            defer { state = State() }
            return state
        }
        for socket in old.sockets { try? await socket.close() }
        await end(desk.mounts, in: old.rooms)
        for room in old.rooms {
            try? await room.eventLoop.flatSubmit { room.value.followers.end() }.get()
        }
        try? await old.group?.shutdownGracefully()
    }

    private func bootstrap(
        _ group: MultiThreadedEventLoopGroup, _ rooms: [NIOLoopBound<Room>]
    ) -> ServerBootstrap {
        let roomOf = Dictionary(uniqueKeysWithValues: rooms.map { (ObjectIdentifier($0.eventLoop), $0) })
        let website = Website(desk: desk)
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
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 2048))
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 16 * 1024, high: 64 * 1024))
            .childChannelInitializer { [desk] channel in
                channel.eventLoop.makeCompletedFuture {
                    try Self.keepFromChildren(channel)
                    guard let room = roomOf[ObjectIdentifier(channel.eventLoop)] else { return }
                    let porter = Porter(desk: desk, room: room.value, website: website)
                    try channel.pipeline.syncOperations.addHandler(porter)
                }
            }
    }

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
    public func setMounts(_ mounts: [Mount]) async {
        await end(desk.setMounts(mounts), in: state.withLock { $0.rooms })
    }

    /// What the station says of itself on its page.
    public var station: StationTexts {
        get { desk.station }
        set { desk.station = newValue }
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
            try? await room.eventLoop.flatSubmit {
                EventLoopFuture.andAllComplete(mounts.map(room.value.end), on: room.eventLoop)
            }.get()
        }
    }
}
