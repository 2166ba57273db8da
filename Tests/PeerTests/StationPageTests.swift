import Foundation
import TestKit
import Testing

/// The station's page in a real browser.
@Suite(.timeLimit(.minutes(10))) struct StationPageTests {
    /// Tracks that the page can tell apart by ear and by title.
    private static let tones = [500, 1_000, 1_500, 2_000]
    private static let trackSeconds = 8

    private func withTones(_ body: (StationUnderTest) async throws -> Void) async throws {
        let station = try StationUnderTest()
        let music = station.music
        try await aside {
            for (number, hertz) in Self.tones.enumerated() {
                let frames = Self.trackSeconds * 44_100
                var signal = TestSignal.noise(seed: UInt64(number), frames: frames, level: 0.05)
                let tone = TestSignal.sine(hertz: Double(hertz), frames: frames)
                for frame in 0..<frames {
                    signal.left[frame] += tone.left[frame]
                    signal.right[frame] += tone.right[frame]
                }
                let file = music.appendingPathComponent("Sinus - \(hertz).wav")
                try Data(signal.wav()).write(to: file)
            }
        }
        try await station.measure()
        try await station.onAir { try await body(station) }
    }

    /// Writes down, twenty times a second, which tone is heard and which title is shown.
    private static let observer = """
        (() => {
          const radio = document.querySelector("audio"), context = new AudioContext()
          const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 })
          context.createMediaElementSource(radio).connect(analyser).connect(context.destination)
          const levels = new Float32Array(analyser.frequencyBinCount)
          self.seen = []
          setInterval(() => {
            analyser.getFloatFrequencyData(levels)
            let loudest = 0
            levels.forEach((level, bin) => { if (level > levels[loudest]) loudest = bin })
            const hertz = Math.round(loudest * context.sampleRate / 4096 / 500) * 500
            const heard = levels[loudest] > -50 ? hertz : 0
            self.seen.push([Math.round(performance.now()), heard, Number(document.getElementById("title").textContent)])
          }, 50)
          document.getElementById("play").click()
        })()
        """

    @Test(.peers("chromium")) func titlesMoveWhenTheyAreHeard() async throws {
        try await withTones { station in
            let browser = try await WatchedBrowser()
            try await browser.open(station.url("/"))
            _ = try await browser.value(Self.observer)
            try await until("four tracks were heard", within: .seconds(120)) {
                try await browser.value("document.querySelector('audio').currentTime").toSeconds
                    > Double(4 * Self.trackSeconds)
            }
            let json = try await browser.value("JSON.stringify(self.seen)")
            let seen = try JSONDecoder().decode([[Int]].self, from: Data(json.utf8))
            let sounding = seen.map { ($0[0], $0[1]) }.filter { $0.1 > 0 }
            let begin = sounding.first?.0 ?? 0
            // What is first to begin may be on the page already: it shows what a listener would hear before there is one.
            let heard = changes(sounding).filter { $0.0 > begin + 5_000 }
            let shown = changes(seen.map { ($0[0], $0[2]) })
            #expect(heard.count >= 3, "\(heard)")
            for (time, hertz) in heard {
                let late = shown.filter { $0.1 == hertz }.map { $0.0 - time }.min { abs($0) < abs($1) }
                #expect(abs(late ?? .max) < 1_000, "\(hertz) Hz: shown \(late ?? .max) ms late; \(shown)")
            }
        }
    }

    private func changes(_ seen: [(Int, Int)]) -> [(Int, Int)] {
        zip(seen, seen.dropFirst()).filter { $0.1 != $1.1 }.map { $1 }
    }

    @Test(.peers("chromium")) func withoutJavaScriptThePagePlaysAndHasItsList() async throws {
        try await CounterStation.listen { station in
            let browser = try await WatchedBrowser()
            try await browser.open(station.url("/"), scripts: false)
            let texts = try await browser.value("document.querySelector('#next ol').textContent")
            #expect(texts.contains("Abschnitt"))
            #expect(try await browser.value("document.getElementById('play').checkVisibility()") == "false")
            // The button of the browser's own controls is at their left.
            let place = try await browser.value(
                "(b => [b.left + 28, b.top + b.height / 2])(document.querySelector('audio').getBoundingClientRect())"
            )
            let point = place.split(separator: ",").compactMap { Double($0) }
            try await browser.click(x: point[0], y: point[1])
            try await until("it plays", within: .seconds(60)) {
                try await browser.value("document.querySelector('audio').currentTime").toSeconds > 3
            }
        }
    }

    @Test(.peers("chromium")) func whenTheStreamBreaksThePageSaysSoAndComesBack() async throws {
        try await withTones { station in
            let browser = try await WatchedBrowser()
            try await browser.open(station.url("/"))
            _ = try await browser.value("document.getElementById('play').click()")
            try await until("it plays", within: .seconds(60)) {
                try await browser.value("document.querySelector('audio').currentTime").toSeconds > 2
            }
            let port = station.port
            try await station.stop()
            try await until("it says so", within: .seconds(60)) {
                try await browser.value("document.getElementById('state').textContent").contains("lost")
            }
            try station.configure(
                try String(contentsOf: station.folder.appendingPathComponent("station.yaml"), encoding: .utf8)
                    .replacing("127.0.0.1:0", with: "127.0.0.1:\(port)"))
            try await station.start()
            try await until("it plays again", within: .seconds(120)) {
                let state = try await browser.value("document.getElementById('state').textContent")
                let time = try await browser.value("document.querySelector('audio').currentTime")
                return state.isEmpty && time.toSeconds > 2
            }
        }
    }
}

extension String {
    fileprivate var toSeconds: Double { Double(self) ?? 0 }
}
