import Testing

@testable import Studio

struct UplinkTitlesTests {
    private func told(_ titles: inout UplinkTitles, until end: Int) -> [String] {
        var told: [String] = []
        for second in 0..<end {
            guard let request = titles.next(at: .seconds(second)) else { continue }
            told.append("\(second) \(request)")
            titles.answered(true, at: .seconds(second))
        }
        return told
    }

    @Test func aTitleThatAnIcecastForgetsAsItsStreamBeginsIsToldAgain() {
        var titles = UplinkTitles()
        titles.want("Eins")
        titles.connected(resumes: false, isFunkhaus: false)
        #expect(told(&titles, until: 20) == ["0 Eins", "2 Eins"])
        titles.want("Zwei")
        #expect(told(&titles, until: 20) == ["0 Zwei"])
    }

    @Test func aStationOfOursIsToldOnceAndAgainAfterALossOfTheShowAlone() {
        var titles = UplinkTitles()
        titles.want("Eins")
        titles.connected(resumes: false, isFunkhaus: true)
        #expect(told(&titles, until: 20) == ["0 Eins"])
        titles.connected(resumes: true, isFunkhaus: true)
        #expect(told(&titles, until: 20) == [])
        titles.connected(resumes: false, isFunkhaus: true)
        #expect(told(&titles, until: 20) == ["0 Eins"])
    }

    @Test func aTitleThatComesWhileOneIsToldFollowsAtOnce() {
        var titles = UplinkTitles()
        titles.want("Eins")
        titles.connected(resumes: false, isFunkhaus: false)
        #expect(titles.next(at: .zero) == "Eins")
        titles.want("Zwei")
        #expect(titles.next(at: .zero) == nil)
        titles.answered(true, at: .zero)
        #expect(told(&titles, until: 20) == ["0 Zwei", "2 Zwei"])
    }

    @Test func whatIsRefusedIsTriedFiveTimes() {
        var titles = UplinkTitles()
        titles.want("Eins")
        titles.connected(resumes: false, isFunkhaus: true)
        var tries = 0
        for second in 0..<60 where titles.next(at: .seconds(second)) != nil {
            tries += 1
            titles.answered(false, at: .seconds(second))
        }
        #expect(tries == 5)
    }
}
