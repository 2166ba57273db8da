internal import Programme

extension ScheduleReport {
    /// What a station's files say, without a daemon; of calendars, what was read of them last. Blocks for the disk.
    ///
    /// - Parameter configuration: the path of the station's file.
    /// - Throws: `ConfigurationErrors`, or what is wrong with a zone or a rule.
    public init(
        configuration path: String, environment: [String: String], from: StationTime, seconds: Int
    ) throws {
        let configuration = try Configuration.load(path: path, environment: environment)
        let start = Instant(wallNanoseconds: from.nanoseconds)
        let grid = ShowGrid(
            try ShowGrid.Plan(
                configuration, calendars: FeedShelf(configuration).shows(of: configuration), since: start)
        )
        self = grid.report(
            from: start, to: start + Length(seconds: Double(seconds)), isForOperator: true)
    }
}
