internal import Calendar
internal import Programme

extension Configuration {
    /// Which show is on when: those of this file, and what calendars add to them.
    ///
    /// Reads the files of the zones: blocks for the disk.
    ///
    /// - Parameter calendars: the shows that each calendar's file gave. One that bears the name of a show of this file
    ///   is that show, on air at the calendar's times too; the calendar's own words for it do not count.
    func schedule(with calendars: [[Show]] = []) throws(AlmanacProblem) -> Schedule {
        let known = Dictionary(shows.enumerated().map { ($1.name, $0) }) { first, _ in first }
        var all = shows
        for show in calendars.joined() {
            if let place = known[show.name] {
                all[place].airings += show.airings
            } else {
                all.append(show)
            }
        }
        return Schedule(shows: all, agenda: try Almanac(shows: all, zone: station.timezone))
    }
}
