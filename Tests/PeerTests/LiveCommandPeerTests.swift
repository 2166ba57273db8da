import Foundation
import TestKit
import Testing

/// `funkhaus live` on a real station, on a real icecast2, and from real sound devices.
@Suite(.timeLimit(.minutes(8))) struct LiveCommandPeerTests {
    private static let seconds = 8

    /// A station that takes DJs, and the secret of one.
    private func station() async throws -> (StationUnderTest, secret: String) {
        let station = try StationUnderTest(sections: "live: { mounts: [ /live ] }")
        let tone = (0..<(20 * 44_100)).map { Float(0.2 * sin(Double($0) / 7)) }
        try Data(TestSignal(left: tone, right: tone).wav()).write(
            to: station.music.appendingPathComponent("tone.wav"))
        let added = try await station.run(["dj", "add", "anna"])
        let secret = String(decoding: added.output, as: UTF8.self).split(separator: " ").last ?? ""
        return (station, secret.trimmingCharacters(in: .newlines))
    }

    private func counter(_ folder: URL) async throws -> String {
        let wav = try await aside { TestSignal.counter(frames: Self.seconds * 44_100).wav() }
        let file = folder.appendingPathComponent("live.wav")
        try Data(wav).write(to: file)
        return file.path
    }

    @Test(.peers("oggdec", "ffmpeg")) func `a file is heard and recorded to its last sample`() async throws {
        let (station, secret) = try await station()
        let wav = try await counter(station.folder)
        try await station.onAir {
            let listener = try await ResilienceListener(to: station.url())
            let live = try LiveCommand(
                "http://127.0.0.1:\(station.port)", as: "anna", secret: secret, ["--input", wav])
            try await until("the show is on air", telling: { live.program.output + station.log }) {
                try await station.now().kind == "live"
            }
            #expect(try await station.now().shown == "anna - Nachtschicht")
            try await live.title("Zählwerk - Счётчик")
            try await until("its title is shown", telling: { live.program.output }) {
                try await station.now().shown == "Zählwerk - Счётчик"
            }
            #expect(try await live.program.wait(.seconds(60)) == 0, "\(live.program.output)")
            for words in [
                "Connected to 127.0.0.1", "ON AIR.", "Title: Zählwerk - Счётчик", "The show is over",
            ] {
                #expect(live.program.output.contains(words), "\(live.program.output)")
            }
            #expect(
                try await live.recording() == TestSignal(wav: [UInt8](Data(contentsOf: URL(filePath: wav)))))
            try await until("the programme is back", telling: { station.log }) {
                try await station.now().kind != "live"
            }
            #expect(listener.isConnected)
            try await Task.sleep(for: .seconds(1))
            let heard = try await listener.hangUp().signal
            let runs = heard.counterRuns(tolerance: 2).filter { $0.frames.count > 22_050 }
            #expect(runs.count == 1, "\(runs)")
            let run = try #require(runs.first)
            let sent = Self.seconds * 44_100
            #expect(
                run.frames.count > sent - 66_150 && abs(run.offset + run.frames.upperBound - sent) < 8_192,
                "\(run)")
            #expect(heard.silences(below: 0.001, atLeast: 2_304).isEmpty)
        }
    }

    @Test(.peers("icecast2", "ffmpeg"), arguments: ["vorbis", "opus:96"])
    func `a plain Icecast gets the show`(format: String) async throws {
        let folder = try TemporaryDirectory()
        let wav = try await counter(URL(fileURLWithPath: folder.path))
        let icecast = try IcecastServer()
        defer { icecast.stop() }
        let live = try LiveCommand(
            "http://127.0.0.1:\(icecast.port)", as: "source", secret: IcecastServer.password,
            ["--mount", "/show.ogg", "--input", wav, "--format", format])
        try await until("Icecast has the show", telling: { live.program.output }) {
            icecast.source("/show.ogg") != nil
        }
        let port = icecast.port
        let heard = try await aside { try IcecastServer.listen(port, "/show.ogg", seconds: 3) }
        #expect(heard.starts(with: Array("OggS".utf8)))
        #expect(try await live.program.wait(.seconds(60)) == 0, "\(live.program.output)")
        #expect(live.program.output.contains("It is not Funkhaus"), "\(live.program.output)")
    }

    @Test(.peers("icecast2")) func `a wrong secret is told, and ends the command`() async throws {
        let folder = try TemporaryDirectory()
        let wav = try await counter(URL(fileURLWithPath: folder.path))
        let icecast = try IcecastServer()
        defer { icecast.stop() }
        let live = try LiveCommand(
            "http://127.0.0.1:\(icecast.port)", as: "source", secret: "falsch",
            ["--mount", "/show.ogg", "--input", wav])
        #expect(try await live.program.wait(.seconds(60)) == 1)
        #expect(live.program.output.contains("does not take the show"), "\(live.program.output)")
        #expect(!live.program.output.contains("falsch"))
    }

    // MARK: Devices

    @Test(.peers("pulseaudio", "paplay", "ffmpeg"))
    func `what a PulseAudio monitor gives is sent and recorded without a break`() async throws {
        let sound = try await PrivateSound()
        let (station, secret) = try await station()
        let wav = try await counter(station.folder)
        try await station.onAir {
            let live = try LiveCommand(
                "http://127.0.0.1:\(station.port)", as: "anna", secret: secret,
                ["--input", "pulse:\(PrivateSound.monitor)"], environment: sound.environment)
            try await until("sound comes in", telling: { live.program.output }) {
                live.program.output.contains("Sound comes in")
            }
            // Silence puts nobody on air.
            #expect(try await station.now().kind != "live")
            let player = try sound.play(wav)
            try await until("the show is on air", telling: { live.program.output + player.errors }) {
                try await station.now().kind == "live"
            }
            #expect(try await player.wait(.seconds(60)) == 0, "\(player.errors)")
            live.program.signalAlone(SIGINT)
            #expect(try await live.program.wait(.seconds(60)) == 0, "\(live.program.output)")
            try expectCount(try await live.recording(), seconds: Self.seconds)
        }
    }

    @Test(.peers("ffmpeg")) func `what an ALSA device gives is recorded without a break`() async throws {
        let folder = try TemporaryDirectory()
        let samples = try await aside { TestSignal.counter(frames: 20 * 44_100).wav().dropFirst(44) }
        try Data(samples).write(to: URL(fileURLWithPath: folder.path + "/in.raw"))
        let alsa = """
            pcm.nothing { type null }
            pcm.counter { type file slave.pcm nothing file /dev/null infile "\(folder.path)/in.raw" format raw }
            """
        try Data(alsa.utf8).write(to: URL(fileURLWithPath: folder.path + "/alsa.conf"))
        let live = try LiveCommand(
            "http://127.0.0.1:\(IcecastLoopback.freePort())", as: "anna", secret: "s",
            ["--input", "alsa:counter"],
            environment: ["ALSA_CONFIG_PATH": folder.path + "/alsa.conf"])
        try await until("sound comes in", telling: { live.program.output }) {
            live.program.output.contains("Sound comes in")
        }
        try await Task.sleep(for: .seconds(6))
        live.program.signalAlone(SIGINT)
        // Nobody was there to take the show; what was recorded is there all the same.
        #expect(try await live.program.wait(.seconds(60)) == 3, "\(live.program.output)")
        try expectCount(try await live.recording(), seconds: 4)
    }

    /// One stretch of the count, nearly so long at least.
    private func expectCount(_ signal: TestSignal, seconds: Int) throws {
        let runs = signal.counterRuns(tolerance: 1).filter { $0.frames.count > 8_192 }
        #expect(runs.count == 1, "\(runs)")
        #expect(try #require(runs.first).frames.count > seconds * 44_100 - 16_384, "\(runs)")
    }
}
