import Testing

@testable import Monitor

/// When something that is heard is a trouble: once, not too soon, and in time.
@Suite struct JudgementTests {
    /// Findings twice a second.
    private func changes(
        of judgement: inout Judgement, _ findings: [(seconds: Double, Judgement.Finding)], from start: Double
    ) -> [(at: Double, Judgement.Change)] {
        var now = start
        var changes: [(at: Double, Judgement.Change)] = []
        for (seconds, finding) in findings {
            let end = now + seconds
            while now < end {
                if let change = judgement.note(finding, at: now) { changes.append((now, change)) }
                now += 0.5
            }
        }
        return changes
    }

    @Test func `a trouble is told once when it is certain, and once when it is over`() {
        var judgement = Judgement(at: 0)
        let told = changes(
            of: &judgement,
            [(30, .good), (20, .bad(.wrong)), (1, .unknown), (20, .bad(.silent)), (10, .good)], from: 0)
        #expect(told.map(\.1) == [.began(.wrong), .ended(.silent)])
        #expect(told.first.map { $0.at - 30 <= 6 } == true)
        #expect(judgement.state == .well)
    }

    @Test func `nothing is told of the first ten seconds, but of what lasts longer`() {
        var judgement = Judgement(at: 0)
        let told = changes(of: &judgement, [(9.5, .bad(.gone(.refused(404)))), (20, .good)], from: 0)
        #expect(told.isEmpty)
        var other = Judgement(at: 0)
        let late = changes(of: &other, [(12, .bad(.gone(.refused(404))))], from: 0)
        #expect(late.map(\.1) == [.began(.gone(.refused(404)))])
    }

    @Test func `a change of connections is no trouble`() {
        var judgement = Judgement(at: 0)
        let told = changes(
            of: &judgement, [(30, .good), (3, .bad(.gone(.ended))), (6, .unknown), (30, .good)], from: 0)
        #expect(told.isEmpty)
    }

    @Test func `an address of which nothing is ever known is a trouble within 15 seconds`() {
        var judgement = Judgement(at: 0)
        let told = changes(of: &judgement, [(30, .good), (20, .unknown)], from: 0)
        #expect(told.map(\.1) == [.began(.gone(.noAudio))])
        #expect(told.first.map { $0.at - 30 <= 15 } == true)
    }

    @Test func `a glimpse of the programme is not the end of a trouble`() {
        var judgement = Judgement(at: 0)
        let told = changes(
            of: &judgement,
            [
                (30, .good), (10, .bad(.silent)), (2, .good), (5, .bad(.silent)), (2, .good),
                (5, .bad(.silent)),
            ],
            from: 0)
        #expect(told.map(\.1) == [.began(.silent)])
    }

    @Test func `what cannot be judged for a while begins anew`() {
        var judgement = Judgement(at: 0)
        _ = changes(of: &judgement, [(30, .good), (4, .bad(.wrong))], from: 0)
        judgement.rest(at: 60)
        #expect(changes(of: &judgement, [(4, .bad(.wrong)), (10, .good)], from: 60).isEmpty)
    }
}
