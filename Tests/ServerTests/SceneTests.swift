import Foundation
import TestKit
import Testing

@testable import Server

/// Streams that come, go, stall and are too full, at a real icecast2 and at our front door side by side: sections 1.5 to
/// 1.9 of Icecast's behaviour, where one answer does not tell it.
@Suite(.peers("icecast2"), .timeLimit(.minutes(5))) struct SceneTests {
    private static let scenes =
        Scene.beginning + Scene.sources + Scene.listeners + Scene.fallbacks + Scene.office

    @Test func `every scene is numbered once, and every difference has a reason`() {
        #expect(Set(Self.scenes.map(\.number)).count == Self.scenes.count)
        #expect(Self.scenes.allSatisfy { ($0.icecast == $0.ours) == ($0.reason == nil) })
    }

    @Test func `icecast2 and ours play the scenes as the table says`() async throws {
        let icecast = try IcecastServer { try IcecastScene.configuration($0, $1, Self.scenes) }
        let (mounts, rules) = OwnScene.house(Self.scenes)
        let stage = SourceTests.FakeStage()
        try await withHouse(
            mounts, rules: rules, stage: stage,
            configured: {
                $0.limits.sourcePatience = .seconds(Scene.silence)
                $0.admin = Login(user: "admin", password: IcecastServer.password)
                $0.limits.firstPageTime = .milliseconds(200)
            }
        ) { house in
            let servers: [any SceneServer] = [
                IcecastScene(port: Int(icecast.port)), OwnScene(house, mounts.map(\.mount), rules, stage),
            ]
            for scene in Self.scenes {
                for (server, expected) in zip(servers, [scene.icecast, scene.ours]) {
                    let name = server is IcecastScene ? "icecast2" : "ours"
                    do {
                        let seen = try await scene.play(ScenePlayer(scene: scene, server: server))
                        #expect(seen == expected, "\(scene.number) \(scene.name): \(name)")
                    } catch {
                        Issue.record("\(scene.number) \(scene.name): \(name): \(error)")
                    }
                }
            }
        }
    }
}

extension Scene {
    /// Section 1.8: before there is anything to hear. It comes first.
    static let beginning: [Scene] = [
        .same(819, "the status of a server that has no stream yet", ["200", "no source", "\"dummy\":null"]) {
            player in
            let answer = try await player.status()
            return [
                String(answer.dropFirst("HTTP/1.x ".count).prefix(3)),
                answer.contains("\"source\"") ? answer : "no source",
                answer.contains("\"dummy\":null") ? "\"dummy\":null" : answer,
            ]
        }
    ]

    /// How long a source may be silent, in seconds.
    static let silence = 2

    /// Sections 1.1 and 1.9: sources.
    static let sources: [Scene] = [
        .same(130, "audio that comes in one write with the head of its source", ["xa"]) { player in
            let source = try await player.comeIn("a", saying: "x")
            source.send([UInt8](repeating: UInt8(ascii: "a"), count: 20_000))
            let heard = try await player.hear(of: "a", 30_000)
            source.hangUp()
            return [heard]
        },
        .same(
            931, "a source that falls silent", rules: ["a": SceneRules(silence: silence)], ["sent away"]
        ) { player in
            _ = try await player.comeIn("a", saying: "x").readToEnd()
            return ["sent away"]
        },
    ]

    /// Sections 1.5 and 1.7: bursts, stalled listeners, those whose time is over.
    static let listeners: [Scene] = [
        .other(
            703, "what a newcomer gets of the past of 32 kbit/s", rules: ["a": SceneRules(bitrate: 32)],
            icecast: ["64 kB"], ours: ["16 kB"],
            because: "It is four seconds, whatever the bit rate."
        ) { player in
            try await player.feed("a")
            let first = try player.listen("a")
            _ = try await first.readHead()
            try await player.feed("a", 100_000)
            try await player.feed("a", as: "b")
            _ = try await player.kilobytes(first, before: "b")
            let newcomer = try player.listen("a")
            _ = try await newcomer.readHead()
            try await player.feed("a", as: "c")
            let size = try await player.kilobytes(newcomer, before: "c")
            return ["\((size + 4) / 8 * 8) kB"]
        },
        .same(
            704, "a listener that takes nothing is thrown out and counted, and others hear all",
            ["a", "thrown out", "1 slow"]
        ) { player in
            try await player.feed("a")
            let (stalled, good) = (try player.listen("a", receiveBuffer: 4_096), try player.listen("a"))
            return try await player.feed("a") {
                _ = try await good.readHead()
                let heard = Task { try await player.hear(good, 1_000_000) }
                let mount = player.scene.path("a")
                while try await !player.read("stats?mount=\(mount)").contains("<slow_listeners>1<") {
                    try await Task.sleep(for: .milliseconds(50))
                }
                let letters = try await heard.value
                _ = try await stalled.readToEnd()
                return [letters, "thrown out", "1 slow"]
            }
        },
        .same(
            516, "a listener whose time on the mount is over", rules: ["a": SceneRules(seconds: 1)],
            ["a and closed"]
        ) {
            player in
            try await player.feed("a")
            let client = try player.listen("a")
            return try await player.feed("a") {
                _ = try await client.readHead()
                return [try await player.hear(client, .max)]
            }
        },
        .same(517, "the source goes, and there is no fallback", ["a and closed"]) { player in
            try await player.feed("a")
            let client = try player.listen("a")
            _ = try await client.readHead()
            _ = try await client.read(1_000)
            try await player.end("a")
            return [try await player.hear(client)]
        },
    ]

    private static let byReload =
        "A mount of ours ends when a reload takes it from the station, its fallback with it; a source that fails is "
        + "the programme's matter, which goes on."

    /// Section 1.9: fallbacks.
    static let fallbacks: [Scene] = [
        .other(
            921, "a mount that is not running, without a fallback", icecast: ["404"], ours: ["503"],
            because: "It is known, and will run."
        ) { player in [try await player.status(player.listen("a"))] },
        .same(
            922, "a mount that is not running, with a fallback: its stream under its own head",
            rules: ["a": SceneRules(fallback: "b")], ["200", "icy-name of b", "b"]
        ) { player in
            try await player.feed("b")
            let client = try player.listen("a")
            try await player.feed("b", 100_000)
            let head = try await client.readHead()
            return [
                String(head.dropFirst("HTTP/1.x ".count).prefix(3)),
                head.contains("icy-name:\(player.scene.path("b"))") ? "icy-name of b" : "another icy-name",
                try await player.hear(client, 20_000),
            ]
        },
        .same(
            923, "the fallback is not running either, and has one",
            rules: ["a": SceneRules(fallback: "b"), "b": SceneRules(fallback: "c")], ["200", "c"]
        ) { player in
            try await player.feed("c")
            let client = try player.listen("a")
            try await player.feed("c", 100_000)
            return [try await player.status(client), try await player.hear(client, 20_000)]
        },
        .other(
            924, "fallbacks in a circle",
            rules: ["a": SceneRules(fallback: "b"), "b": SceneRules(fallback: "a")],
            icecast: ["404"], ours: ["503"], because: "As without one."
        ) { player in [try await player.status(player.listen("a"))] },
        .other(
            925, "the source comes back, and the fallback's listeners are to go over to it",
            rules: ["a": SceneRules(fallback: "b", overrides: true)], icecast: ["ba"], ours: ["b"],
            because:
                "A listener's stream does not begin a second time; who comes next hears the mount itself."
        ) { player in
            try await player.feed("b")
            let client = try player.listen("a")
            try await player.feed("b", 70_000)
            _ = try await client.readHead()
            _ = try await client.read(1_000)
            try await player.feed("a")
            return [try await player.feed("ab") { try await player.hear(client, 400_000) }]
        },
        .same(
            926, "the source comes back, and nothing is said about those listeners",
            rules: ["a": SceneRules(fallback: "b")], ["b"]
        ) { player in
            try await player.feed("b")
            let client = try player.listen("a")
            try await player.feed("b", 70_000)
            _ = try await client.readHead()
            try await player.feed("a")
            return [try await player.feed("ab") { try await player.hear(client, 400_000) }]
        },
        .other(
            927, "the source goes, and there is a fallback", rules: ["a": SceneRules(fallback: "b")],
            icecast: ["ab"], ours: ["a and closed"], because: byReload
        ) { player in
            try await player.feed("b")
            try await player.feed("a")
            let client = try player.listen("a")
            try await player.feed("a")
            _ = try await client.readHead()
            _ = try await client.read(1_000)
            try await player.end("a")
            return [try await player.feed("b") { try await player.hear(client, 400_000) }]
        },
        .other(
            928, "the mount is full, and the fallback is for that, too",
            rules: ["a": SceneRules(fallback: "b", whenFull: true, most: 1)], icecast: ["200", "b"],
            ours: ["403", ""],
            because: "Who sets a limit means it. The fallback is for a mount that is not running."
        ) { player in
            for letter in "ab" { try await player.feed(letter) }
            let first = try player.listen("a")
            try await player.feed("a")
            _ = try await first.readHead()
            let client = try player.listen("a")
            try await player.feed("b", 70_000)
            let status = try await player.status(client)
            return [status, status == "200" ? try await player.hear(client, 20_000) : ""]
        },
        .other(
            929, "the fallback is a file", rules: ["a": SceneRules(fallback: "file.mp3")],
            icecast: ["200", "f"],
            ours: ["503", ""],
            because:
                "What is played when nothing else is stands in the programme (emergency), for every mount."
        ) { player in
            let client = try player.listen("a")
            let status = try await player.status(client)
            return [status, status == "200" ? try await player.hear(client, 1_000) : ""]
        },
    ]

    /// Section 1.8: the operator sends away and moves those who are there.
    static let office: [Scene] = [
        .same(871, "a listener in the list, with who it is and since when", ["IP, UserAgent, Connected, ID"])
        {
            player in
            try await player.feed("a")
            let client = try player.listen("a")
            try await player.feed("a")
            _ = try await client.readHead()
            let list = try await player.read("listclients?mount=\(player.scene.path("a"))")
            client.hangUp()
            let names = ["IP", "UserAgent", "Connected", "ID"]
            return [names.filter { list.contains("<\($0)>") }.joined(separator: ", ")]
        },
        .same(872, "a listener is sent away", ["removed", "a and closed"]) { player in
            try await player.feed("a")
            let client = try player.listen("a")
            _ = try await client.readHead()
            _ = try await client.read(1_000)
            let path = player.scene.path("a")
            let list = try await player.read("listclients?mount=\(path)")
            let id = list.firstMatch(of: /<ID>(\d+)<\/ID>/).map { String($0.1) } ?? "none"
            let answer = try await player.order("killclient?mount=\(path)&id=\(id)")
            let heard = try await player.feed("a") { try await player.hear(client, .max) }
            return [answer.contains("Client \(id) removed") ? "removed" : answer, heard]
        },
        .other(
            874, "the source of a mount is sent away", icecast: ["Source Removed", "a and closed"],
            ours: ["Source Removed", "a"],
            because: "Who goes is the DJ, and the programme goes on: no listener's stream ends."
        ) { player in
            try await player.feed("a")
            let client = try player.listen("a")
            _ = try await client.readHead()
            _ = try await client.read(1_000)
            let answer = try await player.order("killsource?mount=\(player.scene.path("a"))")
            let heard = try await player.feed("a") { try await player.hear(client, 400_000) }
            return [answer.contains("Source Removed") ? "Source Removed" : answer, heard]
        },
        .same(873, "listeners of a stream without a container are moved", ["Clients moved", "ab"]) { player in
            for letter in "ab" { try await player.feed(letter) }
            let client = try player.listen("a")
            try await player.feed("a")
            _ = try await client.readHead()
            _ = try await client.read(1_000)
            let answer = try await player.order(
                "moveclients?mount=\(player.scene.path("a"))&destination=\(player.scene.path("b"))")
            let heard = try await player.feed("ab") { try await player.hear(client, 400_000) }
            return [answer.contains("Clients moved") ? "Clients moved" : answer, heard]
        },
    ]
}
