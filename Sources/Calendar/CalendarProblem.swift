/// What is wrong with a rule or a zone, as an end of a sentence for people: what it is about stands before it.
public enum CalendarProblem: Error, Hashable, Sendable, CustomStringConvertible {
    case noZone(String)
    case noRule(String)
    case part(String, remedy: String)
    case tooOften
    case never

    public var description: String {
        switch self {
        case .noZone(let name):
            "\(name) is no time zone of this machine: write continent and city, such as Europe/Berlin, and look "
                + "whether the package tzdata is installed"
        case .noRule(let text):
            "“\(text)” is no recurrence rule: write one such as FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"
        case .part(let part, let remedy): "\(part): \(remedy)"
        case .tooOften:
            "the rule gives more than \(Recurrence.mostStartsADay) starts a day: write FREQ=DAILY and the "
                + "times in BYHOUR and BYMINUTE"
        case .never: "the rule gives no start in a hundred years: look whether its month has such a day"
        }
    }
}
