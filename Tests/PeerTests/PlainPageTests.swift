import Foundation
import TestKit
import Testing

/// The station's page in browsers without JavaScript, by what comes out of the loudspeaker.
@Suite(.timeLimit(.minutes(10))) struct PlainPageTests {
    /// How long is listened: two track changes, and the browser's own beginning.
    private static let seconds = 22

    @Test(.peers("chromium", "pulseaudio", "parecord")) func `Chromium is heard through the track changes`()
        async throws
    {
        try await hear { url, sound in
            let browser = try await WatchedBrowser(environment: sound)
            try await browser.open(url, scripts: false)
            return browser
        }
    }

    @Test(.peers("firefox-esr", "pulseaudio", "parecord")) func `Firefox is heard through the track changes`()
        async throws
    {
        try await hear { url, sound in
            let browser = try await PlainFirefox(environment: sound)
            try await browser.open(url)
            return browser
        }
    }

    /// A browser for which the machine has no time begins late, or runs dry. It gets another chance: a fault of the page
    /// or of the stream would be heard each time.
    private func hear(
        _ open: (_ url: String, _ sound: [String: String]) async throws -> any ClickableBrowser
    ) async throws {
        try await ToneStation.listen { station in
            let sink = try await NullSink()
            var heard: HeardTones?
            for _ in 0..<3 where heard?.isWhole != true {
                let browser = try await open(station.url("/"), sink.environment)
                let next = try await browser.value("document.querySelector('#next ol').textContent")
                #expect(ToneStation.tones.contains { next.contains("\($0)") })
                let button = "document.getElementById('play').getClientRects().length"
                #expect(try await browser.value(button) == "0", "the script's own button is shown")
                // The button of the browser's own controls is at their left.
                let place = try await browser.value(
                    "(b => [b.left + 28, b.top + b.height / 2])"
                        + "(document.querySelector('audio').getBoundingClientRect())")
                let point = place.split(separator: ",").compactMap { Double($0) }
                try await browser.click(x: point[0], y: point[1])
                heard = HeardTones(try await sink.record(seconds: Self.seconds))
            }
            let last = try #require(heard)
            #expect(last.isWhole, "\(last)")
        }
    }
}

/// A browser into whose page a test looks and clicks.
protocol ClickableBrowser {
    func value(_ expression: String) async throws -> String
    func click(x: Double, y: Double) async throws
}

extension WatchedBrowser: ClickableBrowser {}
extension PlainFirefox: ClickableBrowser {}
