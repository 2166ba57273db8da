internal import NIOCore

/// All listeners of one event loop, by mount, and those who follow the running order. Runs on that loop only.
final class Room {
    private let loop: any EventLoop
    private let desk: FrontDesk
    private var circles: [ObjectIdentifier: Circle] = [:]
    let followers: Followers

    init(on loop: any EventLoop, desk: FrontDesk) {
        self.loop = loop
        self.desk = desk
        followers = Followers(on: loop, desk: desk)
    }

    /// The circle of a mount; it is there while it has a listener.
    func circle(of mount: PublicMount) -> Circle {
        let key = ObjectIdentifier(mount)
        if let circle = circles[key] { return circle }
        let circle = Circle(
            mount, on: loop, desk: desk,
            // A circle lives no longer than its room.
            neighbour: { [unowned self] in self.circle(of: $0) },
            // One that is seen off late finds another in its place.
            whenEmpty: { [weak self] empty in
                if self?.circles[key] === empty { self?.circles[key] = nil }
            })
        circles[key] = circle
        return circle
    }

    /// Those who listen to a mount here.
    func listeners(of mount: PublicMount) -> [Listener.Place] {
        circles[ObjectIdentifier(mount)]?.places ?? []
    }

    /// Sends a listener away; false when it is not here.
    func remove(_ id: Int, from mount: PublicMount) -> Bool {
        circles[ObjectIdentifier(mount)]?.remove(id) ?? false
    }

    /// Lets the listeners of one mount go over to another, as far as they can.
    func move(from: PublicMount, to: PublicMount) -> (moving: Int, staying: Int) {
        circles[ObjectIdentifier(from)]?.move(to: to) ?? (0, 0)
    }

    /// Ends the listeners of a mount behind a whole page.
    func end(_ mount: PublicMount) -> EventLoopFuture<Void> {
        circles.removeValue(forKey: ObjectIdentifier(mount))?.end() ?? loop.makeSucceededVoidFuture()
    }
}
