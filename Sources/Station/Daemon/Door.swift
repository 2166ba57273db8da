internal import Audio
internal import Codecs
internal import Dispatch
internal import Foundation
internal import Playout
internal import Server

extension FrontDoorConfiguration {
    /// What the configuration says of the door. By a password that could not be read nobody gets in.
    init(_ configuration: Configuration, _ secrets: StationSecrets) {
        let server = configuration.server
        self.init(
            listen: [Server.ListenAddress(server.listen)], tls: server.tls.map(TLS.init),
            shoutcast: configuration.live?.shoutcastPort.map {
                Server.ListenAddress(host: server.listen.host, port: $0)
            },
            burst: FrameCount(seconds: server.limits.burst.inSeconds),
            station: StationTexts(
                name: configuration.station.name, description: configuration.station.description,
                zone: TimeZone(identifier: configuration.station.timezone) ?? .gmt),
            limits: Limits(
                listeners: server.limits.listeners, headBytes: server.limits.head,
                headTime: server.limits.headTime),
            trustedProxies: server.trustedProxies.compactMap { AddressRange($0) },
            admin: secrets.admin, relay: secrets.relay)
    }
}

extension FrontDoorConfiguration.TLS {
    init(_ tls: Configuration.TLS) {
        self.init(
            listen: Server.ListenAddress(tls.listen), certificate: tls.certificate, key: tls.key)
    }
}

extension Server.ListenAddress {
    fileprivate init(_ address: ListenAddress) { self.init(host: address.host, port: address.port) }
}

extension MountRules {
    /// Each mount's rules, by its path.
    static func all(
        of configuration: Configuration, _ passwords: PasswordClerk
    ) -> [String: MountRules] {
        var all: [String: MountRules] = [:]
        for mount in configuration.mounts {
            let rules = mount.rules
            all[mount.path] = MountRules(
                maxListeners: rules.maxListeners, maxTime: rules.maxTime, fallback: rules.fallback,
                members: rules.accounts.map { Members(path: $0, clerk: passwords) })
        }
        return all
    }
}

/// The operator's titles on their way into the mix. The programme answers when it has carried out an act, so that is
/// waited for on a queue of its own, one title after the other.
struct OperatorTitles: TitleOverride {
    let control: MasterControl
    private let queue = DispatchQueue(label: "fh-titles")

    init(control: MasterControl) { self.control = control }

    func announce(_ title: Title, on mount: String) async -> String? {
        await withCheckedContinuation { answer in
            queue.async {
                do throws(ActRefusal) {
                    try control.override(title: title)
                    answer.resume(returning: nil)
                } catch {
                    answer.resume(returning: error.words)
                }
            }
        }
    }
}

extension Duration {
    /// As a number of seconds.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
