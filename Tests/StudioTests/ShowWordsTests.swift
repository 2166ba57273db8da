import Audio
import Codecs
import Foundation
import TestKit
import Testing

@testable import Studio

/// What people write: titles, devices, formats of bare samples.
@Suite struct ShowWordsTests {
    @Test(arguments: [
        ("Nina Simone - Sinnerman", "Nina Simone", "Sinnerman"), ("Jingle", nil, "Jingle"),
        ("A - B - C", "A", "B - C"), (" - B", nil, "- B"), ("Rock-n-Roll", nil, "Rock-n-Roll"),
    ])
    func aTitlesLineIsArtistAndTitle(line: String, artist: String?, title: String) {
        #expect(Title(line: line) == Title(artist: artist, title: title))
    }

    @Test func aTitlesFileTellsItsLastLineWheneverItChanges() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path + "/now.txt"
        var file = TitlesFile(path: path)
        #expect(file.changed() == nil)
        func write(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
        try write("Eins - Zwei\n")
        #expect(file.changed() == Title(artist: "Eins", title: "Zwei"))
        #expect(file.changed() == nil)
        try write("Eins - Zwei\nDrei - Vier\r\n\n")
        #expect(file.changed() == Title(artist: "Drei", title: "Vier"))
        try write(String(repeating: "x", count: 9_000) + "\nFünf")
        #expect(file.changed() == Title(title: "Fünf"))
        try write("")
        #expect(file.changed() == nil)
    }

    @Test func bareSamplesAreNamedInThreeWords() {
        #expect(RawSound("48000:1:s24le")?.sample == .s24le)
        for wrong in ["", "44100", "44100:2", "44100:0:s16le", "1:2:s16le", "44100:2:s16le:x", "44100:2:mp3"]
        {
            #expect(RawSound(wrong) == nil, "\(wrong)")
        }
        let header = RawSound("44100:2:s16le")!.header
        #expect(header.count == 44 && header[22] == 2 && header[34] == 16)
    }

    @Test func aDeviceIsNamedByItsSystem() {
        #expect(SoundDevice(address: "pulse:a.monitor") == SoundDevice(.pulse, name: "a.monitor"))
        #expect(SoundDevice(address: "alsa:hw:1,0")?.name == "hw:1,0")
        for file in ["show.flac", "c:music.flac", "pulse:", "pulse"] {
            #expect(SoundDevice(address: file) == nil)
        }
    }
}

/// What a DJ sees follows from what happened.
@Suite struct ShowStateTests {
    private let second: Int64 = 1_000_000_000

    @Test func theTimeOnAirRunsOnlyOnAir() {
        var state = ShowState()
        state.take(.connected(resumes: false, isFunkhaus: true), at: 0)
        #expect(state.line == .connected(.greenRoom))
        state.take(.state(.onAir), at: 10 * second)
        #expect(state.timeOnAir(at: 15 * second) == 5)
        // The station still has something in hand: the clock runs on.
        state.take(.lost("away"), at: 20 * second)
        #expect(state.line == .lost("away") && state.timeOnAir(at: 21 * second) == 11)
        state.take(.connected(resumes: true, isFunkhaus: true), at: 21 * second)
        state.take(.state(.bridged), at: 25 * second)
        #expect(state.timeOnAir(at: 90 * second) == 15)
        state.take(.state(.onAir), at: 100 * second)
        #expect(state.timeOnAir(at: 101 * second) == 16)
    }

    @Test func whatWasRepairedAndLostAddsUp() {
        var state = ShowState()
        for seconds in [1.5, 2] { state.take(.repaired(seconds: seconds), at: 0) }
        state.take(.dropped(seconds: 0.5), at: 0)
        #expect(state.repaired == 3.5 && state.dropped == 0.5)
    }

    @Test func anotherServerThanFunkhausIsOnAirAtOnce() {
        var state = ShowState()
        state.take(.connected(resumes: false, isFunkhaus: false), at: 0)
        #expect(state.line == .connected(nil) && state.timeOnAir(at: second) == 1)
        state.take(.refused("The mount is taken."), at: second)
        #expect(state.refusal == "The mount is taken." && state.line == .over)
    }
}
