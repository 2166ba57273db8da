internal import Broadcast

/// The Icecast targets of a configuration, in its order: each with its push, or with why there is none.
struct Targets: Sendable {
    struct Entry: Sendable {
        let wanted: Configuration.IcecastTarget
        let push: Result<Push, Problem>
    }

    private(set) var entries: [Entry] = []

    /// No target.
    init() {}

    /// A target that is the same as before keeps its push, and so its connection; the others get new ones, which are
    /// still to be started.
    init(
        _ configuration: Configuration, _ secrets: StationSecrets, _ mounts: [Mount],
        keeping old: Targets = Targets()
    ) {
        entries = zip(configuration.icecast, secrets.targets).map { wanted, target in
            let push = target.flatMap { target -> Result<Push, Problem> in
                let kept = old.entries.first { $0.wanted == wanted }.flatMap { try? $0.push.get() }
                if let kept, kept.target == target { return .success(kept) }
                guard let mount = mounts.first(where: { $0.path == wanted.from }) else {
                    return .failure(
                        Problem("no mount \(wanted.from) runs", at: configuration.place(of: "mounts")))
                }
                return .success(Push(of: mount, to: target))
            }
            return Entry(wanted: wanted, push: push)
        }
    }

    var pushes: [Push] { entries.compactMap { try? $0.push.get() } }

    /// Stops the pushes of before that are not among these, and starts those that are new.
    func replace(_ old: Targets) {
        let (new, before) = (pushes, old.pushes)
        for push in before where !new.contains(where: { $0 === push }) { push.stop() }
        for push in new where !before.contains(where: { $0 === push }) { push.start() }
    }

    /// For `funkhaus status`.
    var reports: [PushReport] {
        entries.map { entry in
            let url = entry.wanted.address.description
            return switch entry.push {
            case .success(let push):
                PushReport(url: url, connected: push.status.isConnected, state: push.status.words())
            case .failure(let problem):
                PushReport(
                    url: url, connected: false,
                    state: "not pushed: \(problem.sentence), and then: funkhaus reload")
            }
        }
    }
}
