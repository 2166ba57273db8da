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
        let circle = Circle(mount, on: loop, desk: desk) { [weak self] in self?.circles[key] = nil }
        circles[key] = circle
        return circle
    }

    /// Ends the listeners of a mount behind a whole page.
    func end(_ mount: PublicMount) -> EventLoopFuture<Void> {
        circles.removeValue(forKey: ObjectIdentifier(mount))?.end() ?? loop.makeSucceededVoidFuture()
    }
}
