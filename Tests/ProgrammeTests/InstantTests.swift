import Programme
import Testing

@Suite struct InstantTests {
    @Test func `the origin is Monday the third of January 2000 in UTC`() {
        #expect(Instant(frames: 0).wallNanoseconds == 946_857_600 * 1_000_000_000)
    }

    @Test func `a frame's wall time gives the same frame back`() {
        for frames in [0, 1, 2, 44_099, 44_100, 37_000_000_000_123, 99_999_999_999] as [Int64] {
            #expect(Instant(wallNanoseconds: Instant(frames: frames).wallNanoseconds).frames == frames)
        }
    }
}
