import Testing

@testable import Studio

struct UplinkTitlesTests {
    private func told(_ titles: inout UplinkTitles, from start: Int, until end: Int) -> [String] {
        var told: [String] = []
        for second in start..<end {
            guard let request = titles.next(at: .seconds(second)) else { continue }
            told.append("\(second) \(request)")
            titles.answered(true, at: .seconds(second))
        }
        return told
    }

    @Test func anIcecastIsToldNoTitleWhileItReadsTheHeadersOfAStream() {
        var titles = UplinkTitles()
        titles.want("Eins")
        titles.connected(resumes: false, isFunkhaus: false, at: .zero)
        titles.want("Zwei")
        #expect(told(&titles, from: 0, until: 20) == ["2 Zwei"])
        titles.connected(resumes: false, isFunkhaus: false, at: .seconds(30))
        #expect(told(&titles, from: 30, until: 50) == ["32 Zwei"])
    }

    @Test func aStationOfOursIsToldAtOnceAndAgainAfterALossOfTheShowAlone() {
        var titles = UplinkTitles()
        titles.want("Eins")
        titles.connected(resumes: false, isFunkhaus: true, at: .zero)
        #expect(told(&titles, from: 0, until: 20) == ["0 Eins"])
        titles.connected(resumes: true, isFunkhaus: true, at: .seconds(20))
        #expect(told(&titles, from: 20, until: 30) == [])
        titles.connected(resumes: false, isFunkhaus: true, at: .seconds(30))
        #expect(told(&titles, from: 30, until: 40) == ["30 Eins"])
    }

    @Test func aTitleThatComesWhileOneIsToldFollowsAtOnce() {
        var titles = UplinkTitles()
        titles.want("Eins")
        titles.connected(resumes: false, isFunkhaus: true, at: .zero)
        #expect(titles.next(at: .zero) == "Eins")
        titles.want("Zwei")
        #expect(titles.next(at: .zero) == nil)
        titles.answered(true, at: .zero)
        #expect(told(&titles, from: 0, until: 20) == ["0 Zwei"])
    }

    @Test func whatIsRefusedIsTriedFiveTimes() {
        var titles = UplinkTitles()
        titles.want("Eins")
        titles.connected(resumes: false, isFunkhaus: true, at: .zero)
        var tries = 0
        for second in 0..<60 where titles.next(at: .seconds(second)) != nil {
            tries += 1
            titles.answered(false, at: .seconds(second))
        }
        #expect(tries == 5)
    }
}
