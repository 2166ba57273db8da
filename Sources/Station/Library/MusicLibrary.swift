internal import Audio
internal import Codecs
internal import History
internal import Playout
internal import Programme
internal import Synchronization
internal import Threads

/// What the station knows of its music: the playlists' files as the watch sees them, what measuring found out about
/// each, and the programming that follows from both.
///
/// It has a thread of its own, `measuring`, which measures one file after the other, those first that come next in the
/// plan. `scanned` is called by the watch's thread, the rest by any. Only measured files are planned; with nothing
/// measured yet the rotation holds every file, without lengths, and each is played to its end.
final class MusicLibrary: Sendable {
    /// Measures one file, in a worker; blocks for as long as that takes.
    typealias Measure = @Sendable (_ path: String) -> Result<FileMeasurement, MediaFailure>
    /// Gets the programming when it has changed. On the thread that brought the change.
    typealias Changed = @Sendable (Programming) -> Void

    private struct State {
        var configuration: Configuration
        var schedule: Schedule
        var scans: [String: PlaylistScan] = [:]
        /// What shows play beside playlists: of each content the file that is wanted first.
        var showFiles: [Content: [ShowFile]] = [:]
        /// What is known, by path.
        var index: [String: LibraryEntry] = [:]
        var hasIndex = false
        /// What follows from all this; nil after a change.
        var programming: Programming?
        /// Paths whose measuring failed for no fault of their bytes: tried again after `patience`, and at the next look at
        /// the disk.
        var passing: Set<String> = []
        /// Playlists that could be planned once.
        var plannable: Set<String> = []
        /// Files that have to be measured: path, size and time of modification.
        var unmeasured: [LibraryFile] = []
        var isMeasuring = false
        var stopping = false
        /// Measured files in the programming that was given out last.
        var published = 0
        var hasScanned = false
    }

    private let state: Mutex<State>
    private let measure: Measure
    private let store: @Sendable (LibraryEntry) -> Void
    /// Paths that come next in the plan, so that they are measured first.
    private let upcoming: @Sendable () -> [String]
    private let changed: Changed
    private let now: @Sendable () -> Instant
    private let thread = OwnedThread(name: "measuring")
    private let wakeUp = WakeUp()
    private let firstScan = WakeUp()
    /// While the library is being measured for the first time, a part of it is planned from when it is so large.
    private static let fair = 100
    /// So many measured files are a programme, however many are still to be measured.
    private static let few = 10
    /// How long a file that could not be measured for no fault of its own is left alone.
    private static let patience: Duration = .seconds(300)

    init(
        configuration: Configuration, schedule: Schedule = .empty, measure: @escaping Measure,
        store: @escaping @Sendable (LibraryEntry) -> Void, upcoming: @escaping @Sendable () -> [String],
        now: @escaping @Sendable () -> Instant, changed: @escaping Changed
    ) {
        state = Mutex(State(configuration: configuration, schedule: schedule))
        self.measure = measure
        self.store = store
        self.upcoming = upcoming
        self.now = now
        self.changed = changed
    }

    // MARK: Life

    /// Starts measuring.
    func start() { thread.start { self.run() } }

    /// Ends the thread, once the meter is cancelled. One that a dead disk holds is left behind after three seconds.
    func stop() {
        state.withLock { $0.stopping = true }
        wakeUp.signal()
        thread.join(within: .seconds(3))
    }

    /// Waits for the index and the first look at the playlists; false when the disk took longer.
    func waitForFirstScan(_ patience: Duration) -> Bool {
        state.withLock { $0.hasScanned && $0.hasIndex } || firstScan.wait(patience)
    }

    // MARK: News

    /// The rules or the shows may have changed.
    func follow(_ configuration: Configuration, _ schedule: Schedule) {
        let programming = state.withLock { state in
            (state.configuration, state.schedule) = (configuration, schedule)
            state.programming = nil
            return Self.programming(&state)
        }
        changed(programming)
    }

    /// What was known before; to be called once. It may be read while the first look at the playlists is under way.
    func know(_ index: [LibraryEntry]) {
        let index = Dictionary(index.map { ($0.path, $0) }) { _, newer in newer }
        news { state in
            state.index = index
            state.hasIndex = true
        }
    }

    /// The playlists' files have changed.
    func scanned(_ scans: [String: PlaylistScan]) {
        news { state in
            state.scans = scans
            state.hasScanned = true
        }
    }

    /// Recordings and episodes of shows have come or gone.
    func found(_ files: [Content: [ShowFile]]) {
        guard state.withLock({ $0.showFiles != files }) else { return }
        news { $0.showFiles = files }
    }

    /// Gives out what follows from a piece of news, once both index and playlists are there.
    private func news(_ news: (inout State) -> Void) {
        let programming: Programming? = state.withLock { state in
            news(&state)
            guard state.hasIndex, state.hasScanned else { return nil }
            Self.listUnmeasured(&state)
            state.programming = nil
            state.published = Self.measured(state)
            return Self.programming(&state)
        }
        guard let programming else { return }
        firstScan.signal()
        wakeUp.signal()
        changed(programming)
    }

    // MARK: Answers

    /// What can be planned now.
    var programming: Programming { state.withLock { Self.programming(&$0) } }

    /// All files of the shows that no playlist names.
    var showFiles: Set<String> {
        state.withLock { Set($0.showFiles.values.joined().map(\.file.path)) }
    }

    /// Whether a file was looked at and cannot be played, as long as its bytes are what they were.
    func isBroken(_ path: String) -> Bool {
        state.withLock { $0.index[path]?.failure != nil && !$0.passing.contains(path) }
    }

    /// How measuring stands, and what is wrong with files.
    var report: LibraryReport {
        state.withLock { state in
            let files = Self.files(state)
            let known = Self.measured(state)
            let failures = files.compactMap { file in
                Self.entry(file, state)?.failure.map { "\(file.place): \($0)" }
            }
            let problems = state.scans.sorted { $0.key < $1.key }.flatMap { $0.value.problems }
                .filter { $0.severity == .wrong }.map(\.description)
            return LibraryReport(
                files: files.count, measured: known, measuring: state.unmeasured.count,
                problems: problems + failures)
        }
    }

    /// A file as the queue plays it, measured if it has been; a file outside the playlists is measured now.
    ///
    /// - Parameter measure: the same as the library's own, for somebody who may cease to wait.
    func track(
        at path: String, size: Int64, modified: Int64,
        measure: (_ path: String) -> Result<FileMeasurement, MediaFailure>
    ) -> Result<Track, MediaFailure> {
        let known = state.withLock { state in
            state.index[path].flatMap { $0.size == size && $0.modified == modified ? $0 : nil }
        }
        if let known, let length = known.length {
            return .success(Self.track(path: path, key: path, entry: known, length: length))
        }
        switch measure(path) {
        case .failure(let failure): return .failure(failure)
        case .success(let found):
            let entry = remember(path: path, size: size, modified: modified, .success(found))
            return .success(Self.track(path: path, key: path, entry: entry, length: entry.length))
        }
    }

    // MARK: The plan

    /// Files that the programme and the shows use, each path once.
    private static func files(_ state: State) -> [LibraryFile] {
        let programme = state.configuration.programme
        let names =
            [programme.standard] + (programme.identification.map { [$0.playlist] } ?? [])
            + state.schedule.contents.compactMap(\.playlist)
        let ofShows = state.schedule.contents.flatMap { state.showFiles[$0] ?? [] }.map(\.file)
        var seen: Set<String> = []
        let all = names.flatMap { [$0] + state.configuration.drawn(by: $0) }
        return (all.flatMap { state.scans[$0]?.files ?? [] } + ofShows).filter {
            seen.insert($0.path).inserted
        }
    }

    private static func measured(_ state: State) -> Int {
        files(state).count { entry($0, state)?.length != nil }
    }

    private static func entry(_ file: LibraryFile, _ state: State) -> LibraryEntry? {
        state.index[file.path].flatMap { $0.size == file.size && $0.modified == file.modified ? $0 : nil }
    }

    /// Lists what has to be measured: what never was, and once more what could not be for no fault of its own.
    private static func listUnmeasured(_ state: inout State) {
        var left: [LibraryFile] = []
        for file in files(state) where state.passing.contains(file.path) || entry(file, state) == nil {
            left.append(file)
        }
        state.unmeasured = left
        state.passing = []
    }

    private static func programming(_ state: inout State) -> Programming {
        if let known = state.programming { return known }
        notePlannable(&state)
        let standard = rotation(state.configuration.programme.standard, state)
        var sources: [Content: Programming.Source] = [:]
        for content in state.schedule.contents { sources[content] = source(content, state) }
        let identification = state.configuration.programme.identification
        if let name = identification?.playlist { sources[.playlist(name)] = .rotation(rotation(name, state)) }
        let programming = Programming(
            rotation: standard, schedule: state.schedule, sources: sources, identification: identification)
        state.programming = programming
        return programming
    }

    /// What a show's content is, as far as it is known; nil when there is nothing to play.
    private static func source(_ content: Content, _ state: State) -> Programming.Source? {
        let name = content.playlist ?? ""
        switch content {
        case .playlist, .continued: return .rotation(rotation(name, state))
        case .file:
            return state.scans[name]?.files.first.flatMap { track($0, state) }.map(Programming.Source.file)
        case .newest:
            let newest = (state.scans[name]?.files ?? [])
                .sorted { ($0.modified, $0.path) > ($1.modified, $1.path) }
            // One that cannot be played does not silence those that were good enough until it came.
            return newest.lazy.compactMap { track($0, state) }.first.map(Programming.Source.file)
        case .dated(let pattern):
            var days: [Day: Track] = [:]
            for file in state.scans[name]?.files ?? [] {
                if let day = Day(named: file.path, by: pattern) { days[day] = track(file, state) }
            }
            return .days(days)
        case .podcast, .recording:
            let files = state.showFiles[content] ?? []
            let tracks = files.compactMap { part in track(part.file, state).flatMap { Track(part, of: $0) } }
            guard let first = tracks.first else { return nil }
            // The turn of one that cannot be played has no end to wait for.
            guard first.file == files[0].file.path else { return .file(first) }
            return files[0].until.map { .series(first, until: $0, then: tracks.dropFirst().first) }
                ?? .file(first)
        case .stream: return nil
        }
    }

    private static func rotation(_ name: String, _ state: State) -> Rotation {
        let identification = state.configuration.programme.identification
        // Identifications have to be measured before they can be planned between the tracks.
        var (identifications, every) = ([Track](), 0)
        if let identification, case .every(let tracks) = identification.due {
            identifications = self.tracks(identification.playlist, state).filter { $0.length != nil }
            every = tracks
        }
        let configuration = state.configuration
        let playlist = configuration.playlist(name)
        let parts = configuration.drawn(by: name)
        guard let draws = playlist?.draws else {
            return Rotation(
                station: configuration.station.seed, playlist: name, order: playlist?.order ?? .sequence,
                tracks: tracks(name, state), rules: playlist?.rules ?? .none,
                identifications: identifications,
                every: every)
        }
        return Rotation(
            station: configuration.station.seed, playlist: name,
            parts: parts.map { part in
                RotationPart(
                    playlist: part, order: configuration.playlist(part)?.order ?? .shuffle,
                    tracks: tracks(part, state), weight: draws.weight(of: part),
                    hours: configuration.playlist(part)?.hours)
            }, clock: draws.turns(of: parts),
            // What a part keeps apart stays so beside the others.
            rules: ([name] + parts).compactMap { configuration.playlist($0)?.rules }.reduce(.none) {
                $0.wider($1)
            },
            identifications: identifications, every: every)
    }

    /// A file as a track, with its length if it is measured; nil when it cannot be played.
    private static func track(_ file: LibraryFile, _ state: State) -> Track? {
        guard let entry = entry(file, state) else {
            return Track(file: file.path, key: file.key, artist: file.artist, title: file.title)
        }
        guard let length = entry.length, length > .zero else { return nil }
        var track = track(path: file.path, key: file.key, entry: entry, length: length)
        if track.title == nil { (track.artist, track.title) = (file.artist ?? track.artist, file.title) }
        return track
    }

    /// A playlist's tracks: those that are measured, or, before it could ever be planned, all of them without lengths.
    private static func tracks(_ name: String, _ state: State) -> [Track] {
        let all = (state.scans[name]?.files ?? []).compactMap { track($0, state) }
        let measured = all.filter { $0.length != nil }
        guard measured.isEmpty || !state.plannable.contains(name) else { return measured }
        return all.map { track in
            var track = track
            track.length = nil
            return track
        }
    }

    /// Notes which playlists can be planned: those of which enough is measured. It stays so: an album that comes later has
    /// to wait until it is measured, and does not take the plan from what was there before.
    private static func notePlannable(_ state: inout State) {
        for (name, scan) in state.scans where !state.plannable.contains(name) {
            let measured = scan.files.count { entry($0, state)?.length != nil }
            let left = scan.files.count { entry($0, state) == nil }
            if measured > 0, left <= measured || measured >= few { state.plannable.insert(name) }
        }
    }

    private static func track(path: String, key: String, entry: LibraryEntry, length: Length?) -> Track {
        Track(
            file: path, key: key, length: length, loudness: entry.loudness, truePeak: entry.truePeak,
            artist: entry.artist, title: entry.title, album: entry.album)
    }

    // MARK: Measuring

    private func run() {
        while true {
            guard let file = nextToMeasure() else {
                if state.withLock({ $0.stopping }) { return }
                if !wakeUp.wait(Self.patience) { state.withLock { Self.listUnmeasured(&$0) } }
                continue
            }
            let result = measure(file.path)
            if state.withLock({ $0.stopping }) { return }
            _ = remember(path: file.path, size: file.size, modified: file.modified, result)
            publishIfGrown()
        }
    }

    /// Measures what is not measured yet, on the calling thread.
    func measureAll(progress: (_ done: Int, _ all: Int) -> Void) {
        let files = state.withLock { $0.unmeasured }
        for (done, file) in files.enumerated() {
            progress(done, files.count)
            _ = remember(path: file.path, size: file.size, modified: file.modified, measure(file.path))
        }
    }

    /// Measures a file in a worker, and a second time when the worker died over it: the file may be bad, or somebody
    /// ended the worker.
    static func measure(
        _ path: String, with meter: MediaMeter, while isWanted: () -> Bool = { true }
    ) -> Result<FileMeasurement, MediaFailure> {
        switch measureOnce(path, with: meter, while: isWanted) {
        case .failure(let failure) where failure.fault.isPassing:
            measureOnce(path, with: meter, while: isWanted)
        case let result: result
        }
    }

    private static func measureOnce(
        _ path: String, with meter: MediaMeter, while isWanted: () -> Bool
    ) -> Result<FileMeasurement, MediaFailure> {
        do throws(MediaFailure) {
            // Nil when the meter was told to stop, or nobody waits any more: then nobody remembers the answer.
            guard let found = try meter.measure(path, while: isWanted) else {
                return .failure(MediaFailure(file: path, fault: .changed))
            }
            return .success(found)
        } catch {
            return .failure(error)
        }
    }

    private func nextToMeasure() -> LibraryFile? {
        let next = upcoming()
        return state.withLock { state in
            guard !state.stopping, !state.unmeasured.isEmpty else { return nil }
            for path in next {
                if let file = state.unmeasured.first(where: { $0.path == path }) { return file }
            }
            return state.unmeasured[0]
        }
    }

    private func remember(
        path: String, size: Int64, modified: Int64, _ result: Result<FileMeasurement, MediaFailure>
    ) -> LibraryEntry {
        let entry = Self.entry(path: path, size: size, modified: modified, result, at: now())
        let isLasting = result.isLasting
        state.withLock { state in
            state.index[path] = entry
            state.programming = nil
            if !isLasting { state.passing.insert(path) }
            state.unmeasured.removeAll { $0.path == path }
        }
        if isLasting { store(entry) }
        return entry
    }

    /// What the index keeps of a measuring.
    static func entry(
        path: String, size: Int64, modified: Int64, _ result: Result<FileMeasurement, MediaFailure>,
        at now: Instant
    ) -> LibraryEntry {
        var entry = LibraryEntry(path: path, size: size, modified: modified, measured: now)
        switch result {
        case .failure(let failure): entry.failure = failure.sentence
        case .success(let found):
            entry.length = Length(frames: found.frames.frames)
            entry.loudness = found.loudness
            entry.truePeak = found.truePeak
            entry.cueIn = Length(frames: found.cueIn.frames)
            entry.cueOut = Length(frames: found.cueOut.frames)
            entry.artist = found.source.artist
            entry.title = found.source.title
            entry.album = found.source.album
            entry.codec = found.source.codec
            entry.container = found.source.container
            entry.sampleRate = found.source.sampleRate
            entry.channels = found.source.channels
        }
        return entry
    }

    /// Gives out what the new measurements make possible: when all files are measured, and on the way whenever twice as
    /// many are, so that a large library becomes plannable early without an epoch for each file.
    private func publishIfGrown() {
        let programming: Programming? = state.withLock { state in
            let count = Self.measured(state)
            guard state.unmeasured.isEmpty || count >= max(Self.fair, 2 * state.published) else { return nil }
            state.published = count
            return Self.programming(&state)
        }
        if let programming { changed(programming) }
    }
}

extension Result<FileMeasurement, MediaFailure> {
    /// Whether it is true of the file for as long as its bytes stay.
    var isLasting: Bool {
        if case .failure(let failure) = self { failure.fault.isLasting } else { true }
    }
}
