internal import Broadcast
internal import Codecs
internal import Foundation
internal import History
internal import Monitor
internal import Playout
internal import Programme
internal import Server
internal import Synchronization

/// Answers the commands for the daemon, on the control socket's threads.
struct DaemonControl: ControlHandler {
    // The daemon lets go of the control server when it stops; a thread that a dead disk holds may still be in here then.
    let daemon: Daemon

    private var configuration: Configuration { daemon.running.withLock { $0.configuration } }

    private var words: ItemWords { ItemWords(zone: configuration.station.timezone) }
    private func time(_ instant: Instant) -> StationTime { words.time(instant) }

    private func report(count: Int = 1) throws(ControlRefusal) -> MasterControl.Report {
        do throws(ActRefusal) {
            return try daemon.control.report(count: count)
        } catch {
            throw ControlRefusal(error.words, remedy: "")
        }
    }

    // MARK: Items

    private func item(_ item: Item, at now: Instant? = nil) -> OnAirItem { words.item(item, at: now) }

    /// The items that follow; once one is provisional, so is the start of all behind it.
    private func items(_ items: [Item]) -> [OnAirItem] {
        var isProvisional = false
        return items.map { item in
            var shown = self.item(item)
            shown.provisional = shown.provisional || isProvisional
            isProvisional = isProvisional || item.isProvisional
            return shown
        }
    }

    private func entry(_ item: Item) -> QueueEntry {
        QueueEntry(id: item.queueID ?? 0, item: self.item(item))
    }

    // MARK: Questions

    func status() throws(ControlRefusal) -> StatusReport {
        let report = try report()
        guard let onAir = report.onAir else { throw ControlRefusal(ActRefusal.notOnAir.words, remedy: "") }
        let running = daemon.running.withLock { $0 }
        let listeners = daemon.door.listeners
        var library = daemon.library.report
        library = LibraryReport(
            files: library.files, measured: library.measured, measuring: library.measuring,
            problems: library.problems + daemon.troublesOfShows
                + report.troubles.map { trouble in
                    let at = time(trouble.at).local
                    return "\(trouble.words) (\(at.day) \(at.clock))"
                })
        let now = Daemon.now()
        return StatusReport(
            station: configuration.station.name, version: Release.version,
            onAirSince: time(daemon.onAirSince),
            uptime: (now - daemon.onAirSince).seconds, now: item(onAir, at: report.now),
            next: report.next.first.map { item($0) },
            mounts: running.mounts.map { mount in
                let count = listeners[mount.path]
                let urls = running.configuration.server.urls(of: mount.path, ports: running.ports)
                return MountReport(
                    path: mount.path, url: urls.plain, tlsURL: urls.encrypted, listeners: count?.now ?? 0,
                    peak: count?.peak ?? 0, bitrate: mount.description.bitrate)
            },
            icecast: running.targets.reports,
            library: library, journal: daemon.history.status.words,
            clock: ClockReport(blocksLate: report.clock.late, resets: report.clock.resets), air: air,
            live: report.live.map { dj in
                DJReport(
                    dj: dj.account, place: dj.placeWord, since: time(dj.since),
                    buffer: dj.buffer.seconds, title: dj.title.line, until: dj.until.map(time),
                    advice: dj.advice.map { daemon.stage.words($0, to: dj.account).en })
            }, calendars: daemon.calendars.reports, troubles: daemon.troubles)
    }

    private var air: AirReport {
        AirReport(
            troubles: daemon.room.disturbances.map {
                AirReport.Trouble(
                    place: $0.address.isEmpty ? "programme" : $0.address, kind: $0.fault.code, words: $0.words
                )
            },
            ears: daemon.room.hearings.map { hearing in
                let isHeard: Bool? =
                    switch hearing.state {
                    case .listening: nil
                    case .heard: true
                    case .disturbed: false
                    }
                return AirReport.Ear(address: hearing.address, heard: isHeard, behind: hearing.lag)
            },
            loudness: daemon.room.loudness?.shortTerm)
    }

    func now() throws(ControlRefusal) -> OnAirItem {
        let report = try report()
        guard let onAir = report.onAir else { throw ControlRefusal(ActRefusal.notOnAir.words, remedy: "") }
        return item(onAir, at: report.now)
    }

    func next(count: Int) throws(ControlRefusal) -> [OnAirItem] {
        let report = try report(count: count)
        var items = items(report.next)
        guard let timeline = report.timeline else { return items }
        var behind = aired() + [report.onAir].compactMap(\.self)
        for (place, item) in report.next.enumerated() {
            let why = timeline.reasons(for: item, behind: behind).map { words.reason($0) }
            items[place].why = why.isEmpty ? nil : why
            behind.append(item)
        }
        return items
    }

    /// What was on air lately, as far as rules look back; nothing while the journal cannot be read.
    private func aired() -> [Item] {
        let lines = (try? daemon.history.lines(from: .last(500), limit: 500)) ?? []
        return lines.compactMap { line in
            guard case .aired(let aired) = line.content else { return nil }
            let track = Track(
                file: aired.file, key: aired.key ?? "", artist: aired.artist, title: aired.title)
            return Item(
                kind: aired.kind, track: track, start: aired.start, length: aired.length, after: Cursor())
        }
    }

    func queue() throws(ControlRefusal) -> [QueueEntry] { try report().queued.map(entry) }

    func history(from start: HistoryStart) throws(ControlRefusal) -> HistoryPage {
        let place: JournalPlace =
            switch start {
            case .last(let count): .last(count)
            case .since(let time): .since(Instant(wallNanoseconds: time.nanoseconds))
            case .after(let id): .after(id)
            }
        do {
            let lines = try daemon.history.lines(from: place, limit: HistoryPage.mostEntries + 1)
            return HistoryPage(
                entries: lines.prefix(HistoryPage.mostEntries).map(entry),
                more: lines.count > HistoryPage.mostEntries)
        } catch {
            throw ControlRefusal("The journal cannot be read: \(error)", remedy: "See: funkhaus status.")
        }
    }

    private func entry(_ line: JournalLine) -> HistoryEntry {
        switch line.content {
        case .aired(let aired):
            HistoryEntry(
                id: line.id,
                item: OnAirItem(
                    kind: ItemKind(rawValue: aired.kind.rawValue), start: time(aired.start),
                    duration: aired.length?.seconds, ends: aired.length.map { time(aired.start + $0) },
                    artist: aired.artist, title: aired.title, album: aired.album,
                    file: aired.file.isEmpty ? nil : aired.file, show: aired.show),
                offset: aired.offset == .zero ? nil : aired.offset.seconds, note: aired.why)
        case .fact(let fact):
            HistoryEntry(
                id: line.id,
                item: OnAirItem(
                    kind: ItemKind(rawValue: fact.kind.rawValue), start: time(fact.at), file: fact.file),
                note: fact.words)
        }
    }

    // MARK: Acts

    private func act<Value>(_ body: () throws(ActRefusal) -> Value) throws(ControlRefusal) -> Value {
        do throws(ActRefusal) {
            return try body()
        } catch {
            throw ControlRefusal(error.words, remedy: "")
        }
    }

    func skip() throws(ControlRefusal) -> Acknowledgement {
        let control = daemon.control
        let done = try act { () throws(ActRefusal) in try control.skip() }
        return Acknowledgement(
            done: "Skipped \(done.left.track.shownTitle.line).", warnings: done.held.map { [$0] } ?? [],
            next: item(done.onAir))
    }

    func direct(_ dj: String, _ act: DJAct) throws(ControlRefusal) -> Acknowledgement {
        let control = daemon.control
        let (wish, done): (LiveAct, String) =
            switch act {
            case .takeover: (.takeOver, "\(dj) gets the air as soon as there is something to hear.")
            case .hold:
                (.hold, "\(dj) waits in the green room; to give the air back: funkhaus takeover \(dj).")
            case .kick: (.kick, "\(dj) was sent away; to keep a DJ out: funkhaus dj disable \(dj).")
            }
        let held = try self.act { () throws(ActRefusal) in try control.direct(dj, wish) }
        return Acknowledgement(done: done, warnings: held.map { [$0] } ?? [])
    }

    func schedule(from: StationTime, seconds: Int) throws(ControlRefusal) -> ScheduleReport {
        let start = Instant(wallNanoseconds: from.nanoseconds)
        return daemon.grid.report(
            from: start, to: start + Length(seconds: Double(seconds)), isForOperator: true)
    }

    func scheduleDiff() throws(ControlRefusal) -> ScheduleDiff {
        do {
            let new = try Configuration.load(path: daemon.path, environment: daemon.environment)
            let plan = try daemon.plan(of: new)
            let latest = daemon.running.withLock {
                $0.changes.values.sorted { $0.at.nanoseconds < $1.at.nanoseconds }
            }
            return ScheduleDiff(
                changes: plan.changes(since: daemon.grid.plan, from: plan.since), latest: latest)
        } catch {
            throw ControlRefusal(
                "A reload would be refused:\n\(error)", remedy: "Correct the file, then ask again.")
        }
    }

    func reload() throws(ControlRefusal) -> Acknowledgement {
        switch daemon.reloadConfiguration() {
        case .success(let done): return Acknowledgement(done: done)
        case .failure(let refusal):
            throw ControlRefusal(
                "The station goes on as it was:\n\(refusal)",
                remedy: "Correct the file, then: funkhaus reload.")
        }
    }

    func add(files: [String], while isWanted: () -> Bool) throws(ControlRefusal) -> Acknowledgement {
        guard files.count <= Timeline.queueLimit else {
            throw ControlRefusal(ActRefusal.queueFull.words, remedy: "Nothing was queued.")
        }
        // All are looked at before the first is queued.
        var tracks: [Track] = []
        for file in files { tracks.append(try track(at: file, while: isWanted)) }
        // Whoever gave up may ask again, and would have them twice.
        guard isWanted() else { throw .givenUp }
        let control = daemon.control
        let queued = try act { () throws(ActRefusal) in try control.queue(tracks) }
        return Acknowledgement(
            done: tracks.count == 1 ? "Queued 1 file." : "Queued \(tracks.count) files.",
            warnings: queued.held.map { [$0] } ?? [], entries: queued.items.map(entry))
    }

    private func track(at file: String, while isWanted: () -> Bool) throws(ControlRefusal) -> Track {
        // A file that is not there is measured too, and measuring says so.
        let found = try? FileStatus(file)
        let meter = daemon.meter
        let result = daemon.library.track(
            at: file, size: found?.size ?? -1, modified: found?.modified ?? 0
        ) { MusicLibrary.measure($0, with: meter, while: isWanted) }
        switch result {
        case .success(let track): return track
        case .failure(let failure):
            throw isWanted() ? ControlRefusal(failure.sentence, remedy: "Nothing was queued.") : .givenUp
        }
    }

    func remove(id: Int) throws(ControlRefusal) -> Acknowledgement {
        let control = daemon.control
        let (item, held) = try act { () throws(ActRefusal) in try control.unqueue(id) }
        return Acknowledgement(
            done: "Removed \(item.track.shownTitle.line) from the queue.", warnings: held.map { [$0] } ?? [])
    }
}
