/// A show's way to the station: `Uplink`, and in tests what stands in for it. Any thread may call; only `end` waits.
public protocol ShowLine: AnyObject, Sendable {
    /// The stream's own headers, once, before its first page.
    func send(headers: [UInt8])
    /// The stream's next page, and how long it sounds.
    func send(page: [UInt8], seconds: Double)
    /// What is played from now on.
    func announce(artist: String?, title: String)
    /// Says goodbye when all that was sent has arrived.
    func end() async
    /// Hangs up at once.
    func abandon()
}

extension Uplink: ShowLine {}
