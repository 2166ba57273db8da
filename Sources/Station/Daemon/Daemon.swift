internal import Audio
internal import Broadcast
internal import CShims
internal import Calendar
internal import Codecs
internal import Foundation
internal import History
internal import Logging
internal import Monitor
internal import Playout
internal import Programme
internal import Server
internal import Synchronization

/// The station: everything wired together, from its configuration to its listeners.
///
/// `run` starts the rooms from the bottom up (journal, music, playout, door, pushes, commands), waits for signals, and
/// stops them from the top down. `reload` and what the commands ask come on the control socket's threads. Nothing here
/// is on the path of a block of audio.
public final class Daemon: Sendable {
    struct Running: Sendable {
        var configuration: Configuration
        var mounts: [Mount] = []
        var targets = Targets()
        /// The front door's, the encrypted one last if there is one.
        var ports: [Int] = []
        /// Why the files of the configuration, as they are now, are not in force.
        var refused: [String] = []
        /// Whether the machine's clock could not be right at the start, and has not been since: no show is on.
        var waitsForClock = false
        /// What the last change of the schedule changed, by where it came from.
        var changes: [String: ScheduleDiff.Applied] = [:]
    }

    let path: String
    let environment: [String: String]
    let logger: Logger
    let history: History
    let library: MusicLibrary
    let control: MasterControl
    let door: FrontDoor
    let grid: ShowGrid
    let calendars: CalendarFeeds
    let podcasts: Podcasts
    let passwords = PasswordClerk()
    let roster: Roster
    let stage: Stage
    let recorder: ShowRecorder
    let aircheck: Aircheck
    let room: ListeningRoom
    let alarm: Alarm
    let lateness = Lateness()
    /// The streams that shows play.
    private let relays = Mutex<[Relay]>([])
    private let announcer = Announcer()
    let running: Mutex<Running>
    /// When it went on air, by the clock that is trusted now.
    let since: Mutex<Instant>
    var onAirSince: Instant { since.withLock { $0 } }
    /// One reload at a time, and one look at the files of shows.
    let reloading = Mutex(())
    private let looking = Mutex(())
    private let opener: MediaOpener
    let meter: MediaMeter
    let watch: LibraryWatch
    /// Tells when somebody has saved a file of the configuration.
    let files: ConfigurationWatch
    let rehearsal: DailyRehearsal
    let scheduleNews = ScheduleNews()
    let clockWait = ClockWait(Daemon.clock)
    private let commands = Mutex<ControlServer?>(nil)

    /// The wall clock, read here and nowhere below.
    static func wall() -> Int64 { clock.now() }
    static let clock = StationClock()
    static func now() -> Instant { Instant(wallNanoseconds: wall()) }

    /// How long the first look at the music may hold up the start: 2 s.
    private static let firstScan: Duration = .seconds(2)

    // MARK: Running

    /// Puts the station on air and keeps it there until SIGTERM or SIGINT.
    ///
    /// - Parameters:
    ///   - configuration: the path of its file.
    ///   - onAir: called once, when listeners can come.
    /// - Throws: `ConfigurationErrors`, `ControlError` when another daemon has the control socket, `FrontDoorError`;
    ///   then nothing runs.
    public static func serve(
        configuration path: String, environment: [String: String], onAir: (StatusReport) -> Void
    ) async throws {
        prepareProcess()
        let wishes = Wish.signals()
        let sources = ConfigurationSources()
        let configuration = try Configuration.load(path: path, environment: environment, from: sources)
        let secrets = StationSecrets(configuration, environment: environment)
        let daemon = try Daemon(
            configuration: configuration, secrets, files: sources.contents, environment: environment)
        do {
            try await daemon.start(secrets)
        } catch {
            await daemon.stop()
            throw error
        }
        onAir(try await daemon.firstReport())
        cshims_forget_startup()
        for await wish in wishes {
            guard wish == .reload else { break }
            daemon.tell(daemon.reloadConfiguration())
        }
        await daemon.stop()
    }

    /// - Parameter files: what the configuration was read from.
    private init(
        configuration: Configuration, _ secrets: StationSecrets, files: ConfigurationSources.Contents,
        environment: [String: String]
    ) throws {
        let logger = Logger(label: "funkhaus")
        path = configuration.path
        self.environment = environment
        self.logger = logger
        self.files = ConfigurationWatch(files)
        let waitsForClock = !Self.clock.isTrusted
        running = Mutex(Running(configuration: configuration, waitsForClock: waitsForClock))
        history = History(folder: configuration.server.data, now: Self.now()) {
            logger.warning("journal", metadata: ["what": "\($0)"])
        }
        let history = history
        Self.goOn(behind: history)
        let now = Self.now()
        since = Mutex(now)
        calendars = CalendarFeeds(logger: logger) { try $0.read(environment: environment).text }
        calendars.follow(configuration)
        grid = ShowGrid(
            try ShowGrid.Plan(
                configuration, calendars: calendars.shows(for: configuration),
                isWithoutShows: waitsForClock, since: now))
        rehearsal = DailyRehearsal(logger: logger)
        let rehearsal = rehearsal
        let program = Programs.media
        let meter = MediaMeter(program: program)
        self.meter = meter
        opener = MediaOpener(program: program, isOnAir: true)
        control = MasterControl(
            settings: Self.settings(configuration, grid, logger),
            journal: StationJournal(history: history, announcer: announcer, news: scheduleNews),
            wall: Self.wall)
        let control = control
        library = MusicLibrary(
            configuration: configuration, schedule: grid.plan.schedule,
            measure: { MusicLibrary.measure($0, with: meter) },
            store: { history.keep([$0]) },
            upcoming: { ((try? control.report(count: 20))?.next ?? []).map(\.track.file) },
            now: Self.now,
            changed: { programming in
                // Before the station is on air the start takes the newest itself.
                try? control.adopt(programming)
                rehearsal.again()
            })
        let library = library
        podcasts = Podcasts(
            Podcasts.Station(
                now: Self.now, aired: { try? history.aired(below: $0, since: $1) },
                isBroken: { library.isBroken($0) }), logger: logger)
        watch = LibraryWatch(configuration) { scans in
            library.scanned(scans)
            let listed = Set(scans.values.flatMap { $0.files.map(\.path) })
            history.scanned(present: listed.union(library.showFiles), at: Self.now())
        }
        recorder = ShowRecorder(logger: logger, now: Self.wall)
        aircheck = Aircheck(logger: logger, now: Self.wall)
        roster = Roster(grid: grid, logger: logger)
        roster.follow(configuration)
        stage = Stage(
            control: control, opener: opener, passwords: passwords, recorder: recorder, grid: grid,
            roster: roster, logger: logger, now: Self.wall)
        stage.follow(configuration)
        let alarm = Alarm(logger: logger)
        self.alarm = alarm
        room = ListeningRoom(program: program) { alarm.call($0, at: Self.wall()) }
        door = FrontDoor(
            configuration: FrontDoorConfiguration(configuration, secrets), mounts: [],
            titles: OperatorTitles(control: control), stage: stage,
            vitals: StationVitals(room: room, control: control, lateness: lateness),
            guide: PublicSchedule(grid: grid), logger: logger, now: Self.wall)
    }

    static func settings(
        _ configuration: Configuration, _ grid: ShowGrid, _ logger: Logger
    ) -> PlayoutSettings {
        let isByScheduleAlone = configuration.live?.takeover == .scheduled
        return PlayoutSettings(
            stationName: configuration.station.name, loudness: configuration.programme.loudness,
            emergency: configuration.programme.emergency, live: LiveRules(configuration.live),
            windows: { grid.airWindow(at: $0, isByScheduleAlone: isByScheduleAlone) },
            burst: Length(seconds: configuration.server.limits.burst.inSeconds),
            report: { logger.warning("not played", metadata: ["why": "\($0)"]) })
    }

    // MARK: Start and stop

    private func start(_ secrets: StationSecrets) async throws {
        let configuration = running.withLock { $0.configuration }
        for problem in secrets.problems {
            logger.error("a password is missing", metadata: ["why": "\(problem)"])
        }
        let server = try ControlServer(
            path: configuration.server.control, handler: DaemonControl(daemon: self))
        commands.withLock { $0 = server }
        recorder.whenChanged { [self] in lookAtShowFiles() }
        podcasts.follow(configuration, grid.plan.schedule)
        lookAtShowFiles()
        // The look at the disk and the reading of the index need about the same time: both go on at once.
        watch.start()
        library.know((try? history.library()) ?? [])
        let isComplete = library.waitForFirstScan(Self.firstScan)
        if !isComplete {
            logger.warning("the music is slow to answer; the station begins without it")
        }
        let mounts = configuration.mounts.map { self.mount($0, configuration) }
        let kept = Self.keptState(history, at: onAirSince)
        control.tap { [room] block, _ in room.mixed(block) }
        control.start(timeline: Timeline(library.programming, state: kept), opener: opener)
        // What has come in the meantime found nobody.
        if !isComplete { try? control.adopt(library.programming) }
        passwords.start()
        await door.setMounts(mounts, rules: MountRules.all(of: configuration, passwords))
        let ports = try await door.start()
        sayCapacity()
        library.start()
        announce()
        let targets = Targets(configuration, secrets, mounts)
        targets.replace(Targets())
        record(configuration, mounts)
        running.withLock { running in
            running.mounts = mounts
            running.targets = targets
            running.ports = ports
        }
        alarm.follow(configuration.alarmSettings(environment))
        room.start(ListeningRoom.Settings(configuration, ports: ports, pass: door.pass))
        server.start()
        calendars.start { [self] name in adoptCalendars(from: "the calendar \(name)") }
        podcasts.start { [self] in lookAtShowFiles() }
        relayStreams()
        files.start { [self] in takeUpChangedFiles() }
        roster.start { [self] in adoptRoster() }
        rehearse()
        waitForClock()
    }

    /// The status as soon as something is on air: the bottom of the programme sees to it that this comes.
    private func firstReport() async throws -> StatusReport {
        while true {
            do throws(ControlRefusal) {
                return try DaemonControl(daemon: self).status()
            } catch {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    /// From the top down. Who may be waiting for a file's bytes is told first that nobody wants them any more.
    private func stop() async {
        endInAnyCase()
        meter.cancel()
        library.stop()
        commands.withLock { $0.take() }?.stop()
        files.stop()
        roster.stop()
        clockWait.stop()
        rehearsal.stop()
        calendars.stop()
        podcasts.stop()
        for relay in relays.withLock({ $0 }) { relay.stop() }
        announcer.stop()
        room.stop()
        alarm.stop()
        for push in running.withLock({ $0.targets.pushes }) { push.stop() }
        await door.shutdown()
        stage.stop()
        recorder.stop()
        aircheck.stop()
        passwords.stop()
        watch.stop()
        control.stop()
        opener.stop()
        history.stop()
    }

    /// A thread that a dead disk holds, or several one after the other, must not keep the process: when stopping takes
    /// longer than `stopLimit`, what was aired is written down, and the rest is left to the system.
    private func endInAnyCase() {
        Thread.detachNewThread { [history, logger] in
            Thread.sleep(forTimeInterval: Self.stopLimit)
            logger.error("something does not end, as with a dead disk: it is not waited for any longer")
            history.stop(deadline: .seconds(1))
            _exit(EXIT_SUCCESS)
        }
    }

    /// Below the unit's TimeoutStopSec, in seconds.
    private static let stopLimit = 8.0

    /// Says how many listeners the station can hold.
    private func sayCapacity() {
        let capacity = door.capacity
        guard capacity.isCutBySystem else {
            return logger.info("the door is open", metadata: ["listeners": "\(capacity.listeners)"])
        }
        logger.warning(
            """
            the system's limit of open files (LimitNOFILE, ulimit -n) holds fewer listeners than server: limits: allows
            """,
            metadata: [
                "listeners": "\(capacity.listeners)", "allowed": "\(capacity.allowed)",
                "files": "\(capacity.descriptors)",
            ])
    }

    func record(_ configuration: Configuration, _ mounts: [Mount]) {
        let zone = TimeZone(identifier: configuration.station.timezone) ?? .gmt
        recorder.follow((configuration.live?.recordings).map(RecordingFolder.Rules.init), zone: zone)
        aircheck.follow(configuration.aircheck.map(Aircheck.Rules.init), mounts, zone: zone)
    }

    /// Has the library know which recordings and episodes there are for shows. Blocks for the disk.
    func lookAtShowFiles() {
        looking.withLock { _ in
            let configuration = running.withLock { $0.configuration }
            let repeats = Repeats(configuration, grid.plan.schedule).files(besides: recorder.writing)
            library.found(repeats.merging(podcasts.files) { first, _ in first })
        }
    }

    /// Has the streams fetched that the shows now play.
    func relayStreams() {
        let streams = grid.plan.streams
        var gone: [Relay] = []
        relays.withLock { relays in
            gone = relays.filter { streams[$0.url] != $0.account }
            relays.removeAll { relay in gone.contains { $0 === relay } }
            for (url, account) in streams where !relays.contains(where: { $0.url == url }) {
                let relay = Relay(
                    url: url, account: account, control: control, opener: opener, grid: grid, logger: logger,
                    now: Self.wall)
                relay.start()
                relays.append(relay)
            }
        }
        for relay in gone { relay.stop() }
    }

    /// What is wrong with podcasts and streams, a sentence each.
    var troublesOfShows: [String] {
        podcasts.troubles + relays.withLock { $0.compactMap(\.trouble) }.sorted()
    }

    private func rehearse() {
        rehearsal.start { [control, grid] in
            guard let report = try? control.report(count: 1), let timeline = report.timeline else {
                return nil
            }
            return (timeline, report.now, grid.plan.zone)
        }
    }

    private func announce() {
        announcer.start(
            report: { [control] in try? control.report(count: 20) },
            // Identifications are left out of it.
            aired: { [history] in try? history.aired(last: 40) },
            station: { [door] in door.station.name },
            show: { [grid] in PublicSchedule(grid: grid).show(at: $0) }, now: Self.now,
            tell: { [door] in door.runningOrder = $0 })
    }

    // MARK: The process

    /// As many descriptors as the system allows, and no death by a peer that went away.
    private static func prepareProcess() {
        signal(SIGPIPE, SIG_IGN)
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            limit.rlim_cur = limit.rlim_max
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
    }
}
