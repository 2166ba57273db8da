public import Programme

/// When shows are on, as instants: the rules of their airings, read on the clocks of their zones.
///
/// A pure value; asking costs what is asked for. A start in the hour that the clocks leave out or repeat is what its
/// airing says (`Airing.Gap`, `Airing.Repeat`). An end is where clocks show it first: what begins before the repeated
/// hour and ends in it ends the first time, what begins in its second pass ends in that. Where the clocks leave
/// nothing between start and end, the show is not on that night.
public struct Almanac: Agenda {
    private struct Entry: Equatable {
        var show: Int
        var airing: DatedAiring
    }

    private let airings: [Entry]
    private let zone: Zone

    /// Reads every rule and zone; blocks for the disk.
    public init(shows: [Show], zone: String) throws(AlmanacProblem) {
        do throws(CalendarProblem) {
            self.zone = try Zone(zone)
        } catch {
            throw AlmanacProblem(show: "", airing: 0, problem: error)
        }
        var airings: [Entry] = []
        for (number, show) in shows.enumerated() {
            for (place, airing) in show.airings.enumerated() {
                do throws(CalendarProblem) {
                    airings.append(
                        Entry(show: number, airing: try DatedAiring(airing, zone: Zone(airing.zone ?? zone))))
                } catch {
                    throw AlmanacProblem(show: show.name, airing: place, problem: error)
                }
            }
        }
        self.airings = airings
    }

    public func occurrences(from: Instant, to: Instant) -> [Occurrence] {
        // Two airings of one show can name the same time.
        Array(
            Set(
                airings.flatMap { entry in
                    entry.airing.spans(from: from, to: to).map {
                        Occurrence(show: entry.show, start: $0.lowerBound, end: $0.upperBound)
                    }
                }))
    }

    public func local(at instant: Instant) -> LocalTime {
        zone.local(instant.wallNanoseconds / 1_000_000_000)
    }
}

/// An airing that cannot be read.
public struct AlmanacProblem: Error, Hashable, Sendable, CustomStringConvertible {
    public var show: String
    /// Its place among the show's airings.
    public var airing: Int
    public var problem: CalendarProblem

    public var description: String { "\(show): \(problem)" }
}
