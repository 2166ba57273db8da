internal import ArgumentParser
internal import Foundation
internal import Station

struct HistoryCommand: StationCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Tells what was on air, and what happened.",
        discussion: """
            Every item to the millisecond with its file, and every act of a person and accident in its place, oldest \
            first. --since takes \(SpokenTime.forms)

              funkhaus history --last 50
              funkhaus history --since 2026-03-01 --csv > march.csv
            """)

    @Option(help: ArgumentHelp("Begin with what was on air then.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("So many lines before the newest (default: 20).", valueName: "count"))
    var last: Int?

    @Flag(help: "Print a table for spreadsheets: comma-separated values, as in RFC 4180.")
    var csv = false

    @OptionGroup var station: StationOptions

    func validate() throws {
        guard since == nil || last == nil else { throw ValidationError("Use --since or --last, not both.") }
        guard !csv || !station.json else { throw ValidationError("Use --json or --csv, not both.") }
        guard last.map({ (1...1_000_000).contains($0) }) ?? true else {
            throw ValidationError("--last takes a number from 1 to 1000000.")
        }
    }

    func ask(_ desk: Desk) throws {
        var page = try desk.client.history(from: try start(desk))
        var sheet = Sheet(form: station.json ? .json : csv ? .csv : .words)
        try sheet.write(page.entries, to: desk)
        while page.more, let last = page.entries.last {
            page = try desk.client.history(from: .after(id: last.id))
            try sheet.write(page.entries, to: desk)
        }
        try sheet.end(desk)
    }

    private func start(_ desk: Desk) throws(CommandError) -> HistoryStart {
        guard let since else { return .last(last ?? 20) }
        guard let zone = desk.place.zone else {
            throw CommandError(
                sentence: "The configuration tells no time zone, so the time of --since cannot be read.",
                remedy: "Run funkhaus check, and put station.timezone right.")
        }
        return .since(
            StationTime(nanoseconds: try SpokenTime.instant(since, "--since", desk.now, zone), zone: zone))
    }
}

/// The history as it is printed page by page.
private struct Sheet {
    enum Form {
        case words
        case json
        case csv
    }

    let form: Form
    private var table = ItemTable()
    private var isEmpty = true

    init(form: Form) { self.form = form }

    mutating func write(_ entries: [HistoryEntry], to desk: Desk) throws {
        if form == .csv, isEmpty { try desk.out.write(Report.csv(HistoryEntry.csvHeader) + "\r\n") }
        for entry in entries {
            switch form {
            case .words: try desk.out.print(entry.lines(in: &table))
            case .json: try desk.out.write((isEmpty ? "[\n" : ",\n") + Report.json(entry))
            case .csv: try desk.out.write(Report.csv(entry.csvCells) + "\r\n")
            }
            isEmpty = false
        }
    }

    func end(_ desk: Desk) throws {
        switch form {
        case .words: try desk.out.print(isEmpty ? ["Nothing was on air then."] : table.legend)
        case .json: try desk.out.write(isEmpty ? "[]\n" : "\n]\n")
        case .csv: break
        }
    }
}

extension SpokenTime {
    /// The instant of an option, or what is wrong with it.
    static func instant(_ text: String, _ option: String, _ now: Int64, _ zone: TimeZone) throws(CommandError)
        -> Int64
    {
        if let instant = parse(text, now: now, zone: zone) { return instant }
        throw CommandError(
            code: .usage, sentence: "\(option) does not understand “\(text)”.",
            remedy: "Write now, 18:00, 2026-03-29, \"2026-03-29 18:00\" or 2026-03-29T18:00:00+02:00.")
    }
}
