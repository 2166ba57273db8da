internal import Dispatch
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Performs what the machine decides, and tells it what became of that. Confined to the uplink's event loop; it waits for
/// nothing.
final class UplinkCore {
    private let target: UplinkTarget
    private let loop: any EventLoop
    private let events: @Sendable (UplinkEvent) -> Void
    private let stopped: () -> Void
    private let tls: NIOSSLContext?
    private var machine: UplinkMachine
    private var titles = UplinkTitles()
    private var connections: [Int: UplinkConnection] = [:]
    /// Where the station was reached last: a name cannot be looked up while the network is away.
    private var address: SocketAddress?
    private var waiting: [UplinkMachine.Event] = []
    private var isBusy = false
    private let start = NIODeadline.now()

    /// How often time is looked at.
    private static let beat = TimeAmount.milliseconds(25)
    /// How long a station may leave sent bytes unconfirmed before the kernel gives the connection up: 10 s.
    private static let userTimeout = ChannelOptions.Types.SocketOption(
        level: .tcp, name: NIOBSDSocket.Option(rawValue: 18))

    init(
        _ target: UplinkTarget, on loop: any EventLoop, events: @escaping @Sendable (UplinkEvent) -> Void,
        stopped: @escaping () -> Void
    ) {
        self.target = target
        self.loop = loop
        self.events = events
        self.stopped = stopped
        machine = UplinkMachine(target)
        tls = target.usesTLS ? try? NIOSSLContext(configuration: Self.trust(target)) : nil
    }

    /// Whom an encrypted line trusts: the system's roots, and whom else the DJ names.
    private static func trust(_ target: UplinkTarget) -> TLSConfiguration {
        var trust = TLSConfiguration.makeClientConfiguration()
        if let authorities = target.authorities { trust.additionalTrustRoots = [.file(authorities)] }
        return trust
    }

    private var now: Duration { .nanoseconds((NIODeadline.now() - start).nanoseconds) }

    func run() { beat() }

    private func beat() {
        handle(.tick)
        askTitle()
        guard !machine.isOver else { return }
        loop.assumeIsolated().scheduleTask(in: Self.beat) { [self] in beat() }
    }

    /// One event after the other: what is done for one may bring the next.
    func handle(_ event: UplinkMachine.Event) {
        waiting.append(event)
        guard !isBusy else { return }
        isBusy = true
        defer { isBusy = false }
        while !waiting.isEmpty {
            let actions = machine.handle(waiting.removeFirst(), at: now)
            for action in actions { perform(action) }
            machine.current.flatMap { connections[$0.number] }?.flush()
        }
    }

    private func perform(_ action: UplinkMachine.Action) {
        switch action {
        case .dial(let number): dial(number)
        case .ask(let number, let head):
            connections[number]?.write(Array(head.utf8))
            connections[number]?.flush()
        case .write(let number, let bytes): connections[number]?.write(bytes)
        case .close(let number): connections.removeValue(forKey: number)?.close()
        case .tell(let event):
            if case .connected(let resumes, let isFunkhaus) = event {
                address =
                    machine.current.flatMap { connections[$0.number]?.channel?.remoteAddress } ?? address
                titles.connected(resumes: resumes, isFunkhaus: isFunkhaus, at: now)
            }
            events(event)
        case .stop: stopped()
        }
    }

    // MARK: Connections

    private func dial(_ number: Int) {
        let connection = UplinkConnection(number, of: target) { [weak self] in self?.handle($0) }
        connections[number] = connection
        guard let bootstrap = bootstrap(connection) else {
            return connection.failed(UplinkFailure.wordsWithoutTLS(target))
        }
        let dialled =
            if let address, number % 4 != 0 { bootstrap.connect(to: address) } else {
                bootstrap.connect(host: target.host, port: target.port)
            }
        dialled.assumeIsolated().whenFailure { [target] in
            connection.failed(UplinkFailure.words($0, target))
        }
    }

    private func bootstrap(_ handler: any ChannelInboundHandler) -> ClientBootstrap? {
        if target.usesTLS, tls == nil { return nil }
        let handler = NIOLoopBound(handler, eventLoop: loop)
        let (tls, host) = (tls, target.host)
        return ClientBootstrap(group: loop)
            .connectTimeout(.seconds(10))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(Self.userTimeout, value: 10_000)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : host))
                    }
                    try channel.pipeline.syncOperations.addHandler(handler.value)
                }
            }
    }

    // MARK: Titles

    func announce(artist: String?, title: String) {
        titles.want(UplinkWire.titleRequest(target, artist: artist, title: title))
        askTitle()
    }

    private func askTitle() {
        guard machine.current?.isDoubted == false, let request = titles.next(at: now) else { return }
        let call = UplinkTitleCall(request) { [weak self] taken in
            guard let self else { return }
            titles.answered(taken, at: now)
        }
        guard let bootstrap = bootstrap(call) else { return call.finish(taken: false) }
        let dialled =
            if let address { bootstrap.connect(to: address) } else {
                bootstrap.connect(host: target.host, port: target.port)
            }
        dialled.assumeIsolated().whenFailure { _ in call.finish(taken: false) }
    }
}
