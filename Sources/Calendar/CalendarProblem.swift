/// What is wrong with a rule or a zone, as an end of a sentence for people: what it is about stands before it.
public enum CalendarProblem: Error, Hashable, Sendable, CustomStringConvertible {
    case noZone(String)
    case noRule(String)
    case part(String, remedy: String)
    case tooOften
    case never
    /// A calendar of others takes more work than anybody's schedule does.
    case tooMuch

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
        case .tooMuch:
            "the calendar takes too much work to read: look for rules that hardly ever come, and for events that are "
                + "there many times"
        }
    }
}
