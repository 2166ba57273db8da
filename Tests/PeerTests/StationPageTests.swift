import Foundation
import TestKit
import Testing

/// The station's page in a real browser.
@Suite(.timeLimit(.minutes(10))) struct StationPageTests {
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
        try await ToneStation.listen { station in
            let browser = try await WatchedBrowser()
            try await browser.open(station.url("/"))
            _ = try await browser.value(Self.observer)
            try await until("four tracks were heard", within: .seconds(120)) {
                try await browser.value("document.querySelector('audio').currentTime").toSeconds
                    > Double(4 * ToneStation.trackSeconds)
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

    @Test(.peers("chromium")) func whenTheStreamBreaksThePageSaysSoAndComesBack() async throws {
        try await ToneStation.listen { station in
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
