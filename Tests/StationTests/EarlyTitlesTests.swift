import Codecs
import Testing

@testable import Station

/// Titles that come while their DJ is not there.
@Suite struct EarlyTitlesTests {
    private static let second: Int64 = 1_000_000_000
    private let song = Title(title: "Song")

    @Test func aTitleThatComesBeforeItsDJWaitsForAMinute() {
        var titles = EarlyTitles()
        titles.keep(song, of: "anna", at: 0)
        #expect(titles.take(of: "bert", at: 1) == nil)
        #expect(titles.take(of: "anna", at: 59 * Self.second) == song)
        #expect(titles.take(of: "anna", at: 59 * Self.second) == nil)
        titles.keep(song, of: "anna", at: 0)
        #expect(titles.take(of: "anna", at: 60 * Self.second) == nil)
    }

    /// It was given to the account's next show.
    @Test func theLastTitleDoesNotOutliveItsDJ() {
        var titles = EarlyTitles()
        titles.left("anna", at: 0)
        titles.keep(song, of: "anna", at: Self.second)
        #expect(titles.take(of: "anna", at: 4 * Self.second) == nil)
        titles.keep(song, of: "anna", at: 0)
        titles.left("anna", at: 1)
        #expect(titles.take(of: "anna", at: 2) == nil)
    }

    @Test func aTitleThatOvertakesItsDJsNextConnectionIsNotLost() {
        var titles = EarlyTitles()
        titles.left("anna", at: 0)
        titles.keep(song, of: "anna", at: 5 * Self.second)
        #expect(titles.take(of: "anna", at: 6 * Self.second) == song)
        // A minute behind a goodbye nobody sends what was before it.
        titles.left("anna", at: 0)
        titles.keep(song, of: "anna", at: 60 * Self.second)
        #expect(titles.take(of: "anna", at: 100 * Self.second) == song)
    }

    @Test func aDJWhoseLineBrokeComesBackToTheTitle() {
        var titles = EarlyTitles()
        titles.keep(song, of: "anna", at: 0)
        #expect(titles.take(of: "anna", at: 30 * Self.second) == song)
        titles.left("bert", at: 0)
        titles.keep(song, of: "anna", at: Self.second)
        #expect(titles.take(of: "anna", at: 30 * Self.second) == song)
    }

    @Test func manyAccountsFillNoMemory() {
        var titles = EarlyTitles()
        for index in 0..<100 {
            titles.keep(song, of: "\(index)", at: 0)
            titles.left("x\(index)", at: 0)
        }
        #expect(titles.take(of: "63", at: 1) == song && titles.take(of: "64", at: 1) == nil)
        // Those that are forgotten make room.
        titles.keep(song, of: "later", at: 61 * Self.second)
        #expect(titles.take(of: "later", at: 62 * Self.second) == song)
    }
}
