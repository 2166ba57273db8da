internal import Dispatch
internal import Glibc

/// The signals by which a system, or a person at a terminal, tells the daemon something.
enum Wish: Sendable {
    case stop
    case reload

    /// What is wished from now on, in order; the signals no longer end the process. The newest four wait: more of the
    /// same say nothing new.
    static func signals() -> AsyncStream<Wish> {
        let (stream, continuation) = AsyncStream<Wish>.makeStream(bufferingPolicy: .bufferingNewest(4))
        for (number, wish) in [(SIGTERM, Wish.stop), (SIGINT, .stop), (SIGHUP, .reload)] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            // The handler holds the source, which holds the handler: both live as long as the process.
            source.setEventHandler {
                _ = source
                continuation.yield(wish)
            }
            source.resume()
        }
        return stream
    }
}
