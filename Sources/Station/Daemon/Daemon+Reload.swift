internal import Broadcast
internal import Foundation
internal import Logging
internal import Monitor
internal import Playout
internal import Programme
internal import Server
internal import Synchronization

/// Changes while the station is on air: each whole or not at all, and nobody is disconnected. On the control socket's, the
/// signals', the files' or the calendars' thread; one at a time.
extension Daemon {
    /// Takes up the configuration's files as they are now, whole or not at all.
    func reloadConfiguration() -> Result<String, ReloadRefusal> {
        reloading.withLock { _ in
            let sources = ConfigurationSources()
            let result = takeUp(sources)
            files.know(sources.contents)
            running.withLock { running in
                if case .failure(let refusal) = result {
                    running.refused = refusal.sentences
                } else {
                    running.refused = []
                }
            }
            return result
        }
    }

    private func takeUp(_ sources: ConfigurationSources) -> Result<String, ReloadRefusal> {
        let old = running.withLock { $0.configuration }
        let new: Configuration
        do throws(ConfigurationErrors) {
            new = try Configuration.load(path: path, environment: environment, from: sources)
        } catch {
            return .failure(ReloadRefusal(sentences: error.problems.map(\.description)))
        }
        let refused = new.changesNeedingRestart(from: old)
        guard refused.isEmpty else {
            return .failure(ReloadRefusal(sentences: refused.map(\.description)))
        }
        let secrets = StationSecrets(new, environment: environment)
        guard secrets.problems.isEmpty else {
            return .failure(ReloadRefusal(sentences: secrets.problems.map(\.description)))
        }
        do {
            let plan = try plan(of: new)
            adopt(plan, from: "the station's files")
            return .success(apply(new, secrets, plan.schedule, instead: old))
        } catch {
            return .failure(ReloadRefusal(sentences: ["the schedule cannot be followed: \(error)"]))
        }
    }

    /// Somebody has saved a file of the configuration.
    func takeUpChangedFiles() { tell(reloadConfiguration()) }

    /// Says what has become of a reload that no command waits for.
    func tell(_ result: Result<String, ReloadRefusal>) {
        switch result {
        case .success(let done): logger.notice("reloaded", metadata: ["what": "\(done)"])
        case .failure(let refusal): logger.error("reload refused", metadata: ["why": "\(refusal)"])
        }
    }

    /// What the schedule would be from now on with this configuration.
    func plan(of configuration: Configuration) throws -> ShowGrid.Plan {
        try ShowGrid.Plan(
            configuration, calendars: calendars.shows(for: configuration), isWithoutShows: waitsForClock,
            since: Self.now())
    }

    /// A calendar says something else than before, or the clock can be right now.
    ///
    /// - Parameter source: what brought the change, for people; nil when nobody is to be told of it.
    func adoptCalendars(from source: String?) {
        reloading.withLock { _ in
            let configuration = running.withLock { $0.configuration }
            calendars.tellNotes(of: configuration)
            do {
                let plan = try plan(of: configuration)
                adopt(plan, from: source)
                library.follow(configuration, plan.schedule)
                podcasts.follow(configuration, plan.schedule)
                lookAtShowFiles()
                try control.apply(Self.settings(configuration, grid, logger))
            } catch {
                logger.error("the schedule stays as it is", metadata: ["why": "\(error)"])
            }
        }
    }

    /// Goes by this schedule from now on, and says before what it changes.
    private func adopt(_ plan: ShowGrid.Plan, from source: String?) {
        let changes = source == nil ? [] : plan.changes(since: grid.plan, from: plan.since)
        for sentence in changes {
            logger.notice("the schedule changes", metadata: ["what": "\(sentence)"])
        }
        scheduleNews.put(changes)
        if let source, !changes.isEmpty {
            let applied = ScheduleDiff.Applied(
                source: source, at: StationTime(nanoseconds: Self.wall(), zone: plan.zone), changes: changes)
            running.withLock { $0.changes[source] = applied }
        }
        grid.adopt(plan)
        relayStreams()
    }

    private func apply(
        _ new: Configuration, _ secrets: StationSecrets, _ schedule: Schedule, instead old: Configuration
    ) -> String {
        let (oldMounts, oldTargets) = running.withLock { ($0.mounts, $0.targets) }
        var mounts: [Mount] = []
        for wanted in new.mounts {
            if let mount = oldMounts.first(where: { $0.path == wanted.path }) {
                mount.description = describe(wanted, new)
                mounts.append(mount)
            } else {
                mounts.append(mount(wanted, new))
            }
        }
        roster.follow(new)
        stage.follow(new)
        door.apply(FrontDoorConfiguration(new, secrets))
        let rules = MountRules.all(of: new, passwords)
        waitFor { [door, mounts] in
            await door.setMounts(mounts, rules: rules)
            await door.renewCertificate()
        }
        let targets = Targets(new, secrets, mounts, keeping: oldTargets)
        targets.replace(oldTargets)
        // It refuses only while the station is ending.
        try? control.apply(Self.settings(new, grid, logger))
        running.withLock { ($0.configuration, $0.mounts, $0.targets) = (new, mounts, targets) }
        record(new, mounts)
        alarm.follow(new.alarmSettings(environment))
        room.follow(ListeningRoom.Settings(new, ports: running.withLock { $0.ports }, pass: door.pass))
        calendars.follow(new)
        watch.follow(new)
        library.follow(new, schedule)
        podcasts.follow(new, schedule)
        lookAtShowFiles()
        return "The configuration is in force: \(mounts.count) mounts, \(targets.entries.count) targets, "
            + "\(new.playlists.count) playlists."
            + (new.station.name == old.station.name
                ? "" : " Streams that run keep the old name in their own headers until a restart.")
    }

    /// Runs something asynchronous from one of our own threads and waits for it.
    private func waitFor(_ body: @escaping @Sendable () async -> Void) {
        let done = DispatchSemaphore(value: 0)
        Task {
            await body()
            done.signal()
        }
        done.wait()
    }
}

/// Why a reload was refused: the station goes on as it was.
struct ReloadRefusal: Error, CustomStringConvertible {
    var sentences: [String]
    var description: String { sentences.joined(separator: "\n") }
}
