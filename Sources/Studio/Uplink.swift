internal import Dispatch
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// The DJ's line to the station: keeps what the station has not acknowledged, and resumes after a loss, so that one that
/// is shorter than the station's buffer is not heard. Speaks plainly with a plain Icecast.
///
/// Any thread may call; no call but `end` waits. All else happens on one thread of the uplink's own, on which events are
/// given, in order; whoever takes them must return soon. The protocol stands in `Uplink.md`.
public final class Uplink: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let loop: any EventLoop
    private let core: NIOLoopBoundBox<UplinkCore?>
    private let life: Life

    /// What callers leave for the loop, and who waits for the end.
    private final class Life: Sendable {
        struct State {
            var left: [Input] = []
            /// Nothing more is taken.
            var isStopped = false
            /// The thread has ended.
            var isOver = false
            var waiters: [CheckedContinuation<Void, Never>] = []
        }
        let state = Mutex(State())
    }

    private enum Input {
        case event(UplinkMachine.Event)
        case title(artist: String?, title: String)
    }

    /// The loop takes what is left for it at once. Should it stand still, the oldest is dropped.
    private static let mostLeft = 4_096

    /// Begins to connect.
    ///
    /// - Parameter events: told what happens, on the uplink's thread.
    public init(_ target: UplinkTarget, events: @escaping @Sendable (UplinkEvent) -> Void) {
        let (group, life) = (group, Life())
        let loop = group.next()
        let core = NIOLoopBoundBox<UplinkCore?>.makeEmptyBox(valueType: UplinkCore.self, eventLoop: loop)
        (self.loop, self.core, self.life) = (loop, core, life)
        loop.execute {
            let made = UplinkCore(target, on: loop, events: events) {
                life.state.withLock { $0.isStopped = true }
                group.shutdownGracefully(queue: .global()) { _ in
                    let waiters = life.state.withLock { state in
                        state.isOver = true
                        defer { state.waiters = [] }
                        return state.waiters
                    }
                    for waiter in waiters { waiter.resume() }
                }
            }
            core.value = made
            made.run()
        }
    }

    deinit { abandon() }

    /// The headers of the codec. They come before the first page; those of a later link of the stream before its first.
    public func send(headers: [UInt8]) { leave(.event(.headers(headers))) }

    /// A page, or some packets, and what they play, in seconds: kept until the station has them. More than the buffer and
    /// a minute is not kept: the oldest pages are dropped, and that is told.
    public func send(page: [UInt8], seconds: Double) { leave(.event(.page(page, seconds: seconds))) }

    /// Tells the station what is played from now on.
    public func announce(artist: String?, title: String) { leave(.title(artist: artist, title: title)) }

    /// Sends what is kept, waits until the station has it, and says goodbye; gives up when that takes too long. When it
    /// returns, the uplink's thread has ended.
    public func end() async {
        leave(.event(.end))
        await withCheckedContinuation { waiter in
            let isOver = life.state.withLock { state in
                if !state.isOver { state.waiters.append(waiter) }
                return state.isOver
            }
            if isOver { waiter.resume() }
        }
    }

    /// Ends at once, without a goodbye.
    public func abandon() { leave(.event(.abandon)) }

    private func leave(_ input: Input) {
        let (core, life) = (core, life)
        life.state.withLock { state in
            guard !state.isStopped else { return }
            if state.left.count == Self.mostLeft { state.left.removeFirst() }
            state.left.append(input)
            // Under the lock: a loop that is not stopped yet takes it.
            guard state.left.count == 1 else { return }
            loop.execute {
                let inputs = life.state.withLock { state in
                    defer { state.left = [] }
                    return state.left
                }
                for input in inputs {
                    switch input {
                    case .event(let event): core.value?.handle(event)
                    case .title(let artist, let title): core.value?.announce(artist: artist, title: title)
                    }
                }
            }
        }
    }
}
