internal import Calendar
internal import Programme

/// What a calendar says, with the rights that it has.
struct CalendarReading {
    var shows: [Show] = []
    /// What of it is not on air as it stands there, a sentence each.
    var notes: [String] = []
}

extension Configuration {
    /// Reads a calendar's file with the rights that this configuration gives it; nil for what is none.
    func read(_ calendar: CalendarSource, _ bytes: [UInt8]) -> CalendarReading? {
        guard let zone = try? Zone(station.timezone) else { return nil }
        let file = CalendarFile(
            bytes, zone: zone,
            rights: CalendarRights(
                shows: shows.filter { calendar.shows.contains($0.name) }, playlists: Set(calendar.playlists),
                accounts: Set(calendar.accounts)))
        guard let file else { return nil }
        var reading = CalendarReading(notes: file.notes.map { "\($0)" })
        for show in file.shows {
            // By the name of a show that is not its own it would be on air as that.
            if !calendar.shows.contains(show.name), shows.contains(where: { $0.name == show.name }) {
                reading.notes.append(
                    "\(show.name): that is a show of the station's which this calendar may not put on air: give it "
                        + "another title, or let the operator add it to shows: of the calendar")
            } else {
                reading.shows.append(show)
            }
        }
        return reading
    }
}
