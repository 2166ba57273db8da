internal import Codecs
internal import History
internal import Synchronization

extension Check {
    /// The same, with each file decoded as the daemon would: whole, so that damage in its middle is found too. What the
    /// journal knows already is not decoded again, and what is found out here the daemon need not.
    public static func problems(
        path: String, environment: [String: String], progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) -> [Problem] {
        let history = (try? Configuration.load(path: path, environment: environment)).map(History.forCommand)
        defer { history?.stop() }
        // Without an index every file is opened anew.
        let known = (try? history?.library()) ?? []
        let index = Dictionary(known.map { ($0.path, $0) }) { _, newer in newer }
        let meter = MediaMeter(program: Programs.media)
        return problems(
            path: path, environment: environment,
            probe: { file in
                let found = try? FileStatus(file)
                let (size, modified) = (found?.size ?? -1, found?.modified ?? 0)
                if let entry = index[file], entry.size == size, entry.modified == modified {
                    return entry.failure
                }
                let result = MusicLibrary.measure(file, with: meter)
                if result.isLasting {
                    history?.keep([
                        MusicLibrary.entry(
                            path: file, size: size, modified: modified, result, at: Daemon.now())
                    ])
                }
                if case .failure(let failure) = result { return failure.sentence }
                return nil
            },
            progress: progress)
    }
}

extension History {
    /// The history for a command that measures: it writes what it finds unless a daemon does the writing.
    static func forCommand(_ configuration: Configuration) -> History {
        let client = ControlClient(
            socket: configuration.server.control, configuration: configuration.path, patience: .seconds(3))
        let isOnAir = (try? client.queue()) != nil
        return History(
            folder: configuration.server.data, access: isOnAir ? .reading : .writing, now: Daemon.now())
    }
}
