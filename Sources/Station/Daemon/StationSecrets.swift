internal import Broadcast
internal import Server

/// The passwords that a configuration needs from its start on, each read once: those of the Icecast targets, of the
/// operator and of relays. The others are read when they are used.
///
/// A start goes on without what cannot be read, and says so. A reload is refused: what runs with the password of before
/// would end.
struct StationSecrets {
    /// Each target in the configuration's order, or why there is none.
    let targets: [Result<PushTarget, Problem>]
    let admin: Login?
    let relay: Login?
    /// What cannot be read or used, where the configuration names it.
    let problems: [Problem]

    /// Blocks for the disk.
    init(_ configuration: Configuration, environment: [String: String]) {
        func read(_ source: SecretSource, _ section: String) -> Result<Secret, Problem> {
            do throws(SecretFailure) {
                return .success(try source.read(environment: environment))
            } catch {
                let place = configuration.place(of: source.key(in: section))
                return .failure(Problem(error.description, at: place))
            }
        }
        func login(_ account: Configuration.Account?, _ section: String) -> Result<Login, Problem>? {
            guard let account else { return nil }
            return read(account.password, section).map { Login(user: account.user, password: $0.text) }
        }
        let admin = login(configuration.server.admin, "server.admin")
        let relay = login(configuration.server.relay, "server.relay")
        let targets: [Result<PushTarget, Problem>] = configuration.icecast.enumerated().map { index, wanted in
            let section = "icecast[\(index)]"
            return read(wanted.password, section).flatMap { password in
                do throws(PushTargetFault) {
                    return .success(try wanted.target(of: configuration.station, password: password))
                } catch {
                    let place = configuration.place(of: "\(section).url")
                    return .failure(Problem(error.description, at: place))
                }
            }
        }
        self.targets = targets
        (self.admin, self.relay) = (try? admin?.get(), try? relay?.get())
        problems = [admin?.problem, relay?.problem].compactMap(\.self) + targets.compactMap(\.problem)
    }
}

extension Problem: Error {}

extension Result where Failure == Problem {
    fileprivate var problem: Problem? { if case .failure(let problem) = self { problem } else { nil } }
}

extension Configuration.IcecastTarget {
    fileprivate func target(
        of station: Configuration.Station, password: Secret
    ) throws(PushTargetFault) -> PushTarget {
        let titles: PushTarget.Titles =
            switch titles {
            case .chained: .chained
            case .admin: .admin
            case .none: .none
            }
        return try PushTarget(
            host: address.host, port: UInt16(address.port), mount: address.mount, user: address.user,
            password: PushPassword(password.text), usesTLS: address.usesTLS, titles: titles,
            texts: PushTarget.Texts(
                name: station.name, description: station.description, genre: station.genre, url: station.url,
                isPublic: isPublic))
    }
}
