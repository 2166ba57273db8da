import Foundation
import TestKit
import Testing

/// Programs that send what a sound card records go live, with their titles right from the first; so does a station that
/// pushes into another one's live mount.
@Suite(.timeLimit(.minutes(8))) struct LiveCapturePeerTests {
    private static let title = "Zählwerk - Счётчик live"

    /// That the count was heard last, in one stretch of at least so many seconds, and nothing was silent.
    ///
    /// - Parameters:
    ///   - order: who is heard, one after the other, as a regular expression.
    ///   - join: frames that the count may be off where one file of the DJ's follows another one; nil: the count is one stretch.
    private func expectHeard(
        _ listener: ResilienceListener, seconds: Int, order: String = "pd", join: Int? = nil
    ) async throws {
        #expect(listener.isConnected)
        let signal = try await listener.hangUp().signal
        let heard = try await aside { HeardAir(signal) }
        #expect(heard.gaps.isEmpty, "\(heard)")
        #expect(heard.order.wholeMatch(of: try Regex(order)) != nil, "\(heard)")
        guard let join else {
            #expect(heard.counts.last.map(\.count) ?? 0 > seconds * 44_100, "\(heard)")
            return
        }
        #expect(heard.counts.reduce(0) { $0 + $1.count } > seconds * 44_100, "\(heard)")
        let period = TestSignal.counterPeriod()
        for (before, after) in zip(heard.counts, heard.counts.dropFirst()) {
            // The frames next to a seam belong to no stretch.
            let off = (after.lowerBound - before.upperBound) % period
            #expect(min(abs(off), period - abs(off)) < join + 2 * 2_048, "\(heard)")
        }
    }

    enum Way: String, CaseIterable { case icecast, shoutcast }

    @Test(
        .peers("butt", "Xvfb", "pulseaudio", "pactl", "paplay", "curl", "oggdec"), arguments: Way.allCases)
    func `butt goes live from a sound card, and changes its title`(by way: Way) async throws {
        try await LiveStation.onAir(shoutcast: true) { live, listener in
            let (card, screen) = (try await NullSink(), try await HiddenScreen())
            let music = try card.play(live.count())
            let folder = live.station.folder
            let song = folder.appendingPathComponent("song.txt")
            try Data(Self.title.utf8).write(to: song)
            let file = folder.appendingPathComponent("butt.conf")
            try Data(try configuration(of: live, by: way, song: song.path).utf8).write(to: file)
            let environment = card.environment.merging(["DISPLAY": screen.display]) { $1 }
            let command = "\(IcecastLoopback.freePort())"
            let butt = try RunningProgram(
                "butt", ["-p", command, "-c", file.path], environment: environment)
            try await live.airs("live")
            #expect(try await live.station.now().shown == Self.title)
            try await Task.sleep(for: .seconds(2))
            try await RunningProgram(
                "butt", ["-p", command, "-u", "Gast - Gespräch"], environment: environment
            ).wait(.seconds(10))
            try await until("the new title is shown", telling: { live.station.log }) {
                try await live.station.now().shown == "Gast - Gespräch"
            }
            try await Task.sleep(for: .seconds(2))
            try await expectHeard(listener, seconds: 4)
            butt.signal(SIGKILL)
            music.signal(SIGKILL)
        }
    }

    /// What butt's window writes; without one of these lines it begins with another server or none. What a DJ types there is
    /// README's.
    private func configuration(of live: LiveStation, by way: Way, song: String) throws -> String {
        let isIcecast = way == .icecast
        let typed = try settings()
        #expect(typed["Type"] == "Icecast" && typed["Address"] == "radio.example" && typed["Port"] == "8000")
        #expect(typed["Password"] == "SECRET")
        return """
            [main]
            server = station
            srv_ent = station
            num_of_srv = 1
            icy =
            icy_ent =
            num_of_icy = 0
            song_path = \(song)
            song_update = 1
            connect_at_startup = 1
            gain = 1.0
            [audio]
            device = default
            resample_mode = 1
            samplerate = 44100
            bitrate = 192
            channel = 2
            codec = \(isIcecast ? "ogg" : "mp3")
            buffer_ms = 50
            [station]
            address = 127.0.0.1
            port = \(live.station.port)
            password = \(isIcecast ? live.secrets["anna"] ?? "" : live.login())
            type = \(isIcecast ? 1 : 0)
            tls = 0
            mount = \(try #require(typed["Mountpoint"]))
            usr = \(try #require(typed["User"]))

            """
    }

    /// What README says is to be typed into butt's window.
    private func settings() throws -> [String: String] {
        let readme = try String(
            contentsOf: StationUnderTest.package.appendingPathComponent("README.md"), encoding: .utf8)
        let part = try #require(readme.components(separatedBy: "In butt it is ").dropFirst().first)
        let lines = part.split(separator: "\n").dropFirst().prefix { $0.hasPrefix("    ") }
        let pairs = lines.joined(separator: "   ").matches(of: /(\w+): (\S+)/).map {
            (String($0.1), String($0.2))
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    @Test(.peers("darkice", "pulseaudio", "pactl", "paplay", "curl", "oggdec"))
    func `darkice goes live from a sound card, under the name of its show, two seconds at a time`()
        async throws
    {
        try await LiveStation.onAir { live, listener in
            let card = try await NullSink()
            let music = try card.play(live.count())
            try live.station.write(
                "darkice.cfg",
                """
                [general]
                duration = 0
                bufferSecs = 1
                reconnect = no
                realtime = no
                [input]
                device = pulseaudio
                paSourceName = \(NullSink.monitor)
                sampleRate = 44100
                bitsPerSample = 16
                channel = 2
                [icecast2-0]
                format = vorbis
                bitrateMode = vbr
                quality = 0.6
                server = 127.0.0.1
                port = \(live.station.port)
                password = \(live.login())
                mountPoint = live
                name = Nachtschicht

                """)
            let file = live.station.folder.appendingPathComponent("darkice.cfg").path
            let darkice = try RunningProgram("darkice", ["-c", file], environment: card.environment)
            try await until(
                "darkice is on air",
                telling: { music.errors + darkice.output + darkice.errors + live.station.log }
            ) {
                try await live.station.now().kind == "live"
            }
            #expect(try await live.station.now().shown == "anna - Nachtschicht")
            // PulseAudio may give it two seconds at once, more than the buffer has at first; not more than it has then.
            try await Task.sleep(for: .seconds(10))
            try await live.airs("live")
            try await Task.sleep(for: .seconds(5))
            try await expectHeard(listener, seconds: 4, order: "pd(bd)?")
            darkice.signal(SIGKILL)
            music.signal(SIGKILL)
        }
    }

    /// libshout without waiting and without TLS, as Mixxx drives it.
    @Test(.peers("curl", "oggdec"))
    func `a station goes live on another one by its push`() async throws {
        try await LiveStation.onAir { live, listener in
            let guest = try StationUnderTest(
                sections: """
                    icecast:
                      - url: http://anna@127.0.0.1:\(live.station.port)/live
                        password_file: push.secret
                    """)
            try guest.write("push.secret", live.secrets["anna"] ?? "")
            // Together they are the count's whole minute, wherever in it the guest is.
            for count in LiveStation.counts {
                try FileManager.default.copyItem(
                    at: URL(fileURLWithPath: live.count(from: count)),
                    to: guest.music.appendingPathComponent("\(Self.title) \(count).wav"))
            }
            try await guest.measure()
            try await guest.onAir {
                try await live.airs("live")
                #expect(try await live.station.now().shown.hasPrefix(Self.title))
                try await Task.sleep(for: .seconds(8))
                // The guest may go from one file to the next meanwhile, which is a link of its chain: libav gives nothing of
                // the first 1,024 frames.
                try await expectHeard(listener, seconds: 6, order: "pdd?", join: 1_024)
            }
        }
    }
}
