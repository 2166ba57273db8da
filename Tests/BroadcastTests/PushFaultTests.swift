import Audio
import Broadcast
import Codecs
import Foundation
import TestKit
import Testing

/// The push against servers that behave as an Icecast should not.
struct PushFaultTests {
    private let mount = PushFixture.mount()
    private let feeder: PushFeeder

    init() throws {
        feeder = PushFeeder(try PushFixture.shared.get(), into: mount)
    }

    private func push(
        to port: UInt16, fails failure: PushFailure, within time: Duration = .seconds(3)
    ) async throws {
        defer { feeder.stop() }
        let push = Push(of: mount, to: try .local(port))
        push.start()
        #expect(await eventually(within: time) { push.status.failure == failure }, "\(push.status)")
        let time = ContinuousClock().measure { push.stop() }
        #expect(time < .milliseconds(500), "stopping took \(time)")
        #expect(push.status.state == .stopped)
    }

    @Test func `a port where nobody listens`() async throws {
        try await push(to: IcecastLoopback.freePort(), fails: .unreachable)
    }

    @Test func `a server that takes the connection and never answers`() async throws {
        let fake = IcecastFake(.silent)
        try await push(to: fake.port, fails: .noAnswer, within: .seconds(12))
    }

    @Test func `a server that resets the login`() async throws {
        let fake = IcecastFake(.resets)
        try await push(to: fake.port, fails: .broken)
    }

    @Test func `a server that hangs up on the login`() async throws {
        let fake = IcecastFake(.hangsUp)
        try await push(to: fake.port, fails: .broken)
    }

    @Test func `a server that stops in the middle of its reply is left after ten seconds`() async throws {
        let fake = IcecastFake(.answers("HTTP/1.0 401 No\r\nContent-Length: 500\r\n\r\nabc"))
        try await push(to: fake.port, fails: .noAnswer, within: .seconds(12))
    }

    @Test(arguments: [
        ("HTTP/1.0 403 Forbidden\r\n\r\nMountpoint in use", PushFailure.mountTaken),
        ("HTTP/1.0 403 Forbidden\r\n\r\nMount taken", .mountTaken),
        ("HTTP/1.0 403 Forbidden\r\n\r\ntoo many sources connected", .full),
        ("HTTP/1.0 403 Forbidden\r\n\r\n", .refused(status: 403)),
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", .refused(status: 404)),
        ("HTTP/1.0 401 Unauthorized\r\n\r\nYou need to authenticate", .passwordRefused),
        ("HTTP/1.0 500 Oops\r\n\r\n", .refused(status: 500)),
    ])
    func `a refusal is told by its reason`(reply: String, failure: PushFailure) async throws {
        let fake = IcecastFake(.answers(reply))
        try await push(to: fake.port, fails: failure)
    }

    @Test func `a server that accepts and then takes no byte is half-open within fifteen seconds`()
        async throws
    {
        let fake = IcecastFake(.stalls)
        try await push(to: fake.port, fails: .stalled, within: .seconds(15))
    }

    @Test func `a hanging target delays neither another nor the encoder`() async throws {
        defer { feeder.stop() }
        let hanging = IcecastFake(.stalls)
        let silent = IcecastFake(.silent)
        let good = IcecastFake(.takes)
        try await withPush(of: mount, to: .local(hanging.port)) { _ in
            try await withPush(of: mount, to: .local(silent.port)) { _ in
                try await withPush(of: mount, to: .local(good.port)) { push in
                    #expect(await eventually(within: .seconds(3)) { push.status.isConnected })
                    try await Task.sleep(for: .seconds(5))
                    // A loaded machine may be slow for a moment; who waits for the others stays so.
                    #expect(
                        await eventually(within: .seconds(10)) {
                            push.status.behind < FrameCount(seconds: 1)
                        })
                    // The same: now and then one append is late; the others, which would wait too, are not.
                    #expect(feeder.slowAppends(from: .milliseconds(50)) <= 1)
                }
            }
        }
    }

    @Test func `after a reconnect the first page has the title of now`() async throws {
        defer { feeder.stop() }
        let fake = IcecastFake(.hangsUp)
        try await withPush(of: mount, to: .local(fake.port)) { push in
            #expect(await eventually(within: .seconds(3)) { push.status.failure == .broken })
            try await Task.sleep(for: .seconds(3))
            // A link lasts two seconds: on a loaded machine the next may begin between a look and the login.
            let before = try number(of: #require(mount.newest?.title?.title))
            fake.behaviour = .takes
            #expect(await eventually(within: .seconds(3)) { fake.taken.count > 8_192 })
            let pages = OggPage.cut(fake.taken)
            let after = try number(of: #require(mount.newest?.title?.title))
            #expect(pages.first?.beginsStream == true)
            let titles = try zip(pages, pages.dropFirst()).filter { $0.0.beginsStream }.map { _, comments in
                try number(of: String(decoding: comments.bytes, as: UTF8.self))
            }
            let first = try #require(titles.first)
            #expect(titles == Array(first..<(first + titles.count)), "no link twice")
            #expect(first >= before)
            #expect(first + titles.count - 1 <= after)
        }
    }

    /// The fixture's titles are numbered.
    private func number(of text: String) throws -> Int {
        let match = try #require(text.firstMatch(of: /Stück ([0-9]+)/))
        return try #require(Int(match.1))
    }

    @Test func `the station's texts go out as headers, one line each`() async throws {
        defer { feeder.stop() }
        let fake = IcecastFake(.takes)
        let target = try PushTarget(
            host: "127.0.0.1", port: fake.port, mount: "/radio.ogg", password: PushPassword("geheim"),
            texts: PushTarget.Texts(
                name: "Öffentlich\r\nX-Evil: 1", description: "", genre: "a", url: "https://x.example",
                isPublic: true))
        try await withPush(of: mount, to: target) { push in
            #expect(await eventually(within: .seconds(3)) { push.status.isConnected })
            let head = try #require(fake.heads.last)
            #expect(head.contains("ice-name: Öffentlich  X-Evil: 1\r\n"))
            #expect(head.contains("ice-public: 1\r\n"))
            #expect(head.contains("Content-Type: audio/ogg\r\n"))
            #expect(head.hasPrefix("SOURCE /radio.ogg HTTP/1.0\r\n"))
            #expect(fake.heads.count == 2)
        }
    }

    @Test func `a push waits for the first page, and knocks only then`() async throws {
        let fake = IcecastFake(.takes)
        let empty = PushFixture.mount()
        try await withPush(of: empty, to: .local(fake.port)) { push in
            try await Task.sleep(for: .milliseconds(300))
            #expect(push.status.state == .idle && fake.heads.isEmpty)
            empty.append(try PushFixture.shared.get().pages[0])
            #expect(await eventually(within: .seconds(2)) { push.status.isConnected })
        }
        feeder.stop()
    }

    @Test func `a thousand listeners' sockets leave the push its own`() async throws {
        defer { feeder.stop() }
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = min(limit.rlim_max, 4_096)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        // libshout aborts the process on a socket with a number from 1,024 on.
        let listeners = (0..<1_100).map { _ in open("/dev/null", O_RDONLY | O_CLOEXEC) }
        defer { for listener in listeners { close(listener) } }
        #expect(listeners.contains { $0 > 1_023 })
        let fake = IcecastFake(.takes)
        try await withPush(of: mount, to: .local(fake.port)) { push in
            #expect(await eventually(within: .seconds(3)) { push.status.isConnected })
        }
    }
}
