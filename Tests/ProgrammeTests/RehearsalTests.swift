import Testing

@testable import Programme

/// What `simulate` tells: each kind of trouble, of whose show, when first and how often.
@Suite struct RehearsalTests {
    private let rotation = playlist("rotation", library(300))
    private let night = Show(name: "Nacht", airings: [], plays: .playlist("night"), host: "Kim")
    private let feature = Show(name: "Feature", airings: [], plays: .newest(folder: "/f"), host: "Ada")
    private let own: [Content: Programming.Source] = [
        .playlist("night"): .rotation(playlist("night", library(300, prefix: "n")))
    ]

    private func rehearse(
        _ shows: [Show], _ times: [(show: Int, from: Int, to: Int)],
        _ sources: [Content: Programming.Source], rotation: Rotation? = nil, minutes: Range<Int> = 0..<300
    ) -> Rehearsal {
        let programming = Programming(
            rotation: rotation ?? self.rotation, schedule: fixed(shows, times), sources: sources)
        return Rehearsal(
            Timeline(programming), from: minute(minutes.lowerBound), to: minute(minutes.upperBound))
    }

    private func file(_ seconds: Double) -> [Content: Programming.Source] {
        [
            .newest(folder: "/f"): .file(Track(file: "/f/1", key: "1", length: Length(seconds: seconds))),
            .playlist("night"): own[.playlist("night")]!,
        ]
    }

    @Test func whereNothingIsWrongNothingIsTold() {
        let rehearsal = rehearse([night], [(0, 60, 120), (0, 200, 240)], own)
        #expect(rehearsal.findings.isEmpty && rehearsal.slots == 5 && rehearsal.items > 50)
    }

    @Test func silenceIsToldWithItsLengthAndItsSlot() {
        let empty = playlist("rotation", [])
        let gaps = rehearse([night], [(0, 60, 120)], own, rotation: empty)
        #expect(gaps.findings.map(\.kind) == [.silence(minute(60) - minute(0))])
        #expect(gaps.findings[0].at == minute(0) && gaps.findings[0].show == nil)
        #expect(gaps.findings[0].count == 2)
        // Behind a file nothing is left to play.
        let behind = rehearse([feature], [(0, 60, 120)], file(1_800), rotation: empty, minutes: 60..<120)
        #expect(behind.findings.contains { $0.kind == .silence(minute(30) - minute(0)) })
        #expect(behind.findings.first { $0.kind.word == "silence" }?.show == feature)
    }

    @Test func aShowWithNothingToPlayIsToldEachTime() {
        func nothings(_ rehearsal: Rehearsal) -> [Rehearsal.Finding] {
            rehearsal.findings.filter { $0.kind == .nothingToPlay }
        }
        let findings = nothings(rehearse([night, feature], [(0, 60, 120), (1, 80, 90), (0, 200, 240)], [:]))
        #expect(findings.map(\.show?.host) == ["Kim", "Ada"])
        // What an interruption leaves of a slot is no slot of its own.
        #expect(findings.map(\.count) == [2, 1])
        #expect(findings.map(\.at) == [minute(60), minute(80)])
        let live = Show(name: "Live", airings: [], live: ["kim"])
        let gap = rehearse([live], [(0, 60, 120)], [:])
        #expect(nothings(gap).isEmpty, "A DJ comes, or the rotation is on.")
    }

    @Test func aFileThatDoesNotFitIsToldByHowMuch() {
        func findings(_ seconds: Double, _ show: Show? = nil) -> [Rehearsal.Finding] {
            rehearse([show ?? feature, night], [(0, 60, 120), (1, 120, 180)], file(seconds)).findings
        }
        #expect(findings(3_599).isEmpty && findings(3_601).isEmpty)
        #expect(findings(3_000).map(\.kind) == [.tooShort(Length(seconds: 600))])
        #expect(findings(3_000)[0].at == minute(110))
        #expect(findings(4_000).map(\.kind) == [.tooLong(Length(seconds: 400))])
        #expect(findings(4_000)[0].at == minute(120) && findings(4_000)[0].show?.host == "Ada")
        var long = feature
        long.overlong = .run(seconds: 600)
        let late = findings(4_000, long)
        #expect(late.map(\.kind) == [.late(Length(seconds: 400))])
        #expect(late[0].show?.name == "Nacht" && late[0].at == minute(120))
        #expect(
            findings(4_500, long).map(\.kind) == [
                .late(Length(seconds: 600)), .tooLong(Length(seconds: 300)),
            ])
    }

    @Test func whatAnInterruptionDividesIsOneFile() {
        func findings(_ seconds: Double) -> [Rehearsal.Finding.Kind] {
            rehearse([feature, night], [(0, 60, 120), (1, 80, 85)], file(seconds), minutes: 60..<120)
                .findings.map(\.kind)
        }
        #expect(findings(3_300).isEmpty)
        #expect(findings(3_000) == [.tooShort(Length(seconds: 300))])
        #expect(findings(3_600) == [.tooLong(Length(seconds: 300))])
        // It has ended before the interruption.
        #expect(findings(600) == [.tooShort(Length(seconds: 3_000))])
    }

    @Test func aSoftStartThatWaitsLongIsLate() {
        var soft = night
        soft.start = .soft
        let long = playlist("rotation", [Track(file: "/l", key: "l", length: Length(seconds: 7_000))])
        let findings = rehearse([soft], [(0, 60, 120)], own, rotation: long, minutes: 0..<120).findings
        #expect(findings.map(\.kind.word) == ["late"] && findings[0].show == soft)
    }

    @Test func whatComesAgainWithinAnHourIsToldOnceAndCounted() {
        let three = playlist("night", library(3, prefix: "n"))
        let rehearsal = rehearse(
            [night], [(0, 60, 120)], [.playlist("night"): .rotation(three)], minutes: 60..<120)
        #expect(rehearsal.findings.count == 1 && rehearsal.findings[0].count == rehearsal.items - 3)
        guard case .repeated(let file, let after) = rehearsal.findings[0].kind else {
            Issue.record("\(rehearsal.findings[0])")
            return
        }
        #expect(file.hasPrefix("/n") && after < Rehearsal.close && after > .zero)
        #expect(rehearsal.findings[0].show == night)
    }

    /// However long it goes on.
    @Test func theFindingsAreNoMoreThanTheShowsHaveKindsOfTrouble() {
        let jingle = playlist("rotation", [Track(file: "/j", key: "j", length: Length(seconds: 5))])
        let rehearsal = rehearse([], [], [:], rotation: jingle, minutes: 0..<1_440)
        #expect(rehearsal.findings.count == 1 && rehearsal.findings[0].count == 1_440 * 12 - 1)
        #expect(rehearsal.items == 1_440 * 12)
    }
}
