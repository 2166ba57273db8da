import Programme
import Testing

@testable import History

@Suite struct BacklogTests {
    private func act(_ number: Int) -> Backlog.Line { .fact(fact(number), state(number), isAct: true) }
    private func own(_ number: Int) -> Backlog.Line { .fact(fact(number), state(number), isAct: false) }
    private func aired(_ number: Int) -> Backlog.Line { .aired(item(number, at: midnight)) }

    private func names(_ backlog: Backlog) -> [String] {
        backlog.batch.lines.map { waiting in
            switch waiting.line {
            case .fact(let fact, _, let isAct): (isAct ? "act " : "own ") + fact.words.filter(\.isNumber)
            case .aired(let aired): "aired " + aired.file.filter(\.isNumber)
            }
        }
    }

    @Test func aFullBacklogGivesUpItemsThenItsOwnFactsAndNeverAnAct() {
        var backlog = Backlog(capacity: 4)
        var kept = [act(1), aired(2), own(3), aired(4), aired(5)].map { backlog.put($0) }
        #expect(names(backlog) == ["act 1", "own 3", "aired 4", "aired 5"])
        kept += [act(6), act(7)].map { backlog.put($0) }
        #expect(names(backlog) == ["act 1", "own 3", "act 6", "act 7"])
        kept.append(backlog.put(act(8)))
        #expect(names(backlog) == ["act 1", "act 6", "act 7", "act 8"])
        #expect(!kept.contains(false))
        let refused = [act(9), aired(10)].map { backlog.put($0) }
        #expect(refused == [false, false])
        #expect(names(backlog) == ["act 1", "act 6", "act 7", "act 8"])
        #expect(backlog.lost == 6)
    }

    @Test func whatCameWhileABatchWasWrittenStays() {
        var backlog = Backlog(capacity: 3)
        for number in 1...3 { _ = backlog.put(aired(number)) }
        let batch = backlog.batch
        // Number 1 goes, though it is being written just now.
        _ = backlog.put(aired(4))
        backlog.wrote(batch)
        #expect(names(backlog) == ["aired 4"])
        #expect(backlog.count == 1)
    }

    @Test func measurementsHaveAPlaceOfTheirOwn() {
        var backlog = Backlog(capacity: 3)
        _ = backlog.put(act(1))
        backlog.put((1...5).map(entry))
        #expect(backlog.batch.entries.map(\.entry) == [entry(3), entry(4), entry(5)])
        #expect(names(backlog) == ["act 1"])
        #expect(backlog.lost == 2)
    }

    @Test func anAnswerIsOwedOnce() {
        var backlog = Backlog(capacity: 3)
        _ = backlog.put(act(1), answer: Answer())
        #expect(backlog.isAwaited)
        let first = backlog.takeAnswers()
        let second = backlog.takeAnswers()
        #expect((first.count, second.count) == (1, 0))
        #expect(!backlog.isAwaited)
    }
}
