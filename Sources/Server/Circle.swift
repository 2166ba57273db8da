internal import Broadcast
internal import Codecs
internal import NIOCore
internal import Synchronization

/// The listeners of one mount on one event loop. Runs on that loop only; the encoder's thread wakes it and does no
/// more than that. It must not block: everybody on the loop would wait.
///
/// It holds the mount's newest pages, and the listeners, each with the number of the page that it wants next:
///
/// ```
///     [ page page page page page page page ]
///             ↑ slow listener          ↑ listener of another phase
/// ```
///
/// The number of writes is the whole cost of a listener (swift-on-debian, S5), so a listener is served every `batch`
/// pages: one page while there are few listeners, about a second of audio when there are many. The place in the array
/// is the listener's phase, so that each page wakes one part of them and the load is even.
final class Circle {
    /// Listeners for each page by which the batch grows.
    static let listenersPerPage = 100

    let publicMount: PublicMount
    private let loop: any EventLoop
    private let desk: FrontDesk
    private let whenEmpty: (Circle) -> Void
    /// The circle of another mount on this loop.
    private let neighbour: (PublicMount) -> Circle
    private var mount: Mount { publicMount.mount }
    /// First read when there is a page, and never changing after that.
    private lazy var plainHeaders = ByteBuffer(bytes: mount.plainHeaders)
    private var sheets: Sheets
    /// The page up to which listeners have had their turn: a newcomer may take in pages before that.
    private var turn: Int
    private var listeners: [Listener] = []
    /// The pages of a whole turn up to the newest one; nil while a turn is a page.
    private var parcel: Parcel?
    /// The ICY block of the title that was last asked for.
    private var block: (title: Title?, bytes: ByteBuffer)?
    /// Those who came before the first page.
    private var waiting: [Listener] = []
    private var wake: MountWake?
    private var ended = false

    init(
        _ publicMount: PublicMount, on loop: any EventLoop, desk: FrontDesk,
        neighbour: @escaping (PublicMount) -> Circle, whenEmpty: @escaping (Circle) -> Void
    ) {
        self.neighbour = neighbour
        self.publicMount = publicMount
        self.loop = loop
        self.desk = desk
        self.whenEmpty = whenEmpty
        sheets = Sheets(of: publicMount.mount, burst: desk.burst)
        turn = sheets.first
        let circle = NIOLoopBound(self, eventLoop: loop)
        let isDue = DueFlag()
        wake = mount.onAppend {
            guard !isDue.raised.exchange(true, ordering: .acquiringAndReleasing) else { return }
            circle.eventLoop.execute {
                isDue.raised.store(false, ordering: .releasing)
                circle.value.follow()
            }
        }
    }

    private func takePages() { sheets.follow(burst: desk.burst) }

    // MARK: Coming and going

    /// Takes a listener in: it gets the burst at once, or waits for the first page.
    func admit(_ listener: Listener) {
        guard let cursor = mount.join(burst: desk.burst) else {
            waiting.append(listener)
            return
        }
        takePages()
        begin(listener, at: cursor)
    }

    private func begin(_ listener: Listener, at cursor: Int) {
        // A page may have left the ring between the two looks at the mount.
        let cursor = min(max(cursor, sheets.first), sheets.edge - 1)
        listener.seat = listeners.count
        listeners.append(listener)
        if !listener.place.isOfTheHouse { publicMount.listenerCame() }
        listener.begin(sheets[from: cursor], upTo: sheets.edge, plainHeaders: plainHeaders)
    }

    /// Lets a listener go, whose connection is closed.
    func dismiss(_ listener: Listener, _ departure: Departure) {
        waiting.removeAll { $0 === listener }
        seeOff(listener, departure)
    }

    /// Takes its seat from a listener that gets nothing more, whether its connection is closed yet or not.
    func seeOff(_ listener: Listener, _ departure: Departure) {
        if stand(listener), !listener.place.isOfTheHouse { publicMount.listenerWent(departure) }
        closeIfEmpty()
    }

    /// Takes a listener's seat; false when it has none.
    private func stand(_ listener: Listener) -> Bool {
        guard let seat = listener.seat else { return false }
        listener.seat = nil
        let last = listeners.removeLast()
        if last !== listener {
            listeners[seat] = last
            last.seat = seat
        }
        return true
    }

    private func closeIfEmpty() {
        guard listeners.isEmpty, waiting.isEmpty else { return }
        wake?.cancel()
        whenEmpty(self)
    }

    /// Ends every listener's response behind a whole page; the future comes when all connections are closed.
    func end() -> EventLoopFuture<Void> {
        ended = true
        takePages()
        let all = listeners + waiting
        for listener in listeners {
            _ = serve(listener)
            listener.end(.ended)
        }
        for listener in waiting { listener.giveUp() }
        return EventLoopFuture.andAllComplete(all.compactMap(\.closed), on: loop)
    }

    // MARK: Following the mount

    /// Takes what the mount has got and serves those whose turn it is.
    private func follow() {
        guard !ended else { return }
        takePages()
        if !waiting.isEmpty, let cursor = mount.join(burst: desk.burst), !sheets.isEmpty {
            for listener in waiting { begin(listener, at: cursor) }
            waiting = []
        }
        let (batch, edge) = (batch, sheets.edge)
        parcel = batch > 1 && edge - batch >= sheets.first ? Parcel(sheets[from: edge - batch]) : nil
        // A write that finds the connection broken dismisses its listener at once: the array may change below.
        let listeners = listeners
        var slow: [Listener] = []
        for number in max(turn, edge - batch)..<max(turn, edge) {
            for seat in stride(from: number % batch, to: listeners.count, by: batch)
            where !serve(listeners[seat]) {
                slow.append(listeners[seat])
            }
        }
        turn = edge
        for listener in slow { listener.drop(.slow) }
    }

    /// Pages that a listener gets at a time.
    private var batch: Int { max(1, min(sheets.inASecond, listeners.count / Self.listenersPerPage)) }

    /// Sends a listener all pages that it has not got, unless its connection is still full.
    ///
    /// - Returns: false when its next page is gone: it is too slow.
    func serve(_ listener: Listener) -> Bool {
        guard listener.place.cursor >= sheets.first else { return false }
        guard listener.isReady, listener.place.cursor < sheets.edge else { return true }
        let rest = sheets[from: listener.place.cursor]
        if let destination = listener.destination, let seam = seam(in: rest) {
            listener.send(rest[..<seam], upTo: sheets.number(at: seam))
            handOver(listener, to: destination)
        } else if let parcel, parcel.holds(rest), let bytes = parcel.bytes(listener.place.framing) {
            listener.send(bytes, title: parcel.title, upTo: sheets.edge)
        } else {
            listener.send(rest, upTo: sheets.edge)
        }
        return true
    }

    // MARK: The operator's acts

    /// All who listen, but for the house itself.
    var places: [Listener.Place] { guests.map(\.place) }

    private var guests: [Listener] { listeners.filter { !$0.place.isOfTheHouse } }

    /// Sends one away; false when it is not here.
    func remove(_ id: Int) -> Bool {
        guard let listener = listeners.first(where: { $0.place.id == id }) else { return false }
        listener.drop(.removed)
        return true
    }

    /// Lets those go over to another mount whose stream may begin anew: in links, or without a container at all.
    func move(to destination: PublicMount) -> (moving: Int, staying: Int) {
        let movable = guests.filter { $0.place.framing == .chained || !mount.description.isOgg }
        for listener in movable { listener.destination = destination }
        return (movable.count, guests.count - movable.count)
    }

    /// Where a stream may end: before a link, or anywhere when it has no container.
    private func seam(in sheets: ArraySlice<Sheet>) -> Int? {
        mount.description.isOgg ? sheets.firstIndex { $0.page.startsLink } : sheets.startIndex
    }

    private func handOver(_ listener: Listener, to destination: PublicMount) {
        listener.destination = nil
        do throws(Refusal) {
            try destination.admit(as: listener.place.standing)
        } catch {
            // The other mount is full by now: it stays here, and what it did not get comes with the next page.
            return
        }
        guard stand(listener) else { return destination.leave() }
        publicMount.listenerMoved()
        neighbour(destination).takeOver(listener)
        closeIfEmpty()
    }

    /// Takes in a listener that comes from another mount, at the newest page of this one.
    private func takeOver(_ listener: Listener) {
        takePages()
        listener.seat = listeners.count
        listeners.append(listener)
        publicMount.listenerCame()
        listener.goOver(to: self, sheets.newest, upTo: sheets.edge)
    }

    /// A title as an ICY block, made once for all who are shown it.
    func icyBlock(_ title: Title?) -> ByteBuffer {
        if let block, block.title == title { return block.bytes }
        let bytes = ByteBuffer(bytes: IcyMetadata.block(for: title))
        block = (title, bytes)
        return bytes
    }
}

/// Joins the wake-ups of one circle: no second one is queued while one is under way.
private final class DueFlag: Sendable {
    let raised = Atomic(false)
}
