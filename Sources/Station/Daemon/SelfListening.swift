internal import Foundation
internal import Logging
internal import Monitor
internal import Playout
internal import Server
internal import Synchronization

/// How the station listens to itself, as the daemon's configuration wants it.
extension ListeningRoom.Settings {
    /// - Parameters:
    ///   - ports: the front door's, the encrypted one last if there is one.
    ///   - pass: by which the door knows the station's own listeners.
    init(_ configuration: Configuration, ports: [Int], pass: String) {
        func urls(_ mount: Configuration.Mount) -> (plain: String, encrypted: String?) {
            configuration.server.urls(of: mount.path, ports: ports, everywhere: "127.0.0.1")
        }
        // What can be wrong at the encrypted port alone, such as its certificate, is wrong for all mounts alike.
        let encrypted = configuration.server.tls.flatMap { tls in
            configuration.mounts.first.flatMap { mount in
                urls(mount).encrypted.map { (mount.path, $0, tls.certificate) }
            }
        }
        self.init(
            silence: configuration.alarm.silence.inSeconds,
            mounts: configuration.mounts.map { ($0.path, urls($0).plain) },
            encrypted: encrypted, targets: configuration.icecast.compactMap(\.listenAt), pass: pass)
    }
}

extension Configuration {
    /// How people are called.
    func alarmSettings(_ environment: [String: String]) -> Monitor.Alarm.Settings {
        func secret(_ source: SecretSource) -> SecretText {
            SecretText(source: "\(source)") { try source.read(environment: environment).text }
        }
        let mail = alarm.mail.map { mail in
            AlarmWay.mail(
                AlarmWay.Mail(
                    server: mail.server, user: mail.user, password: mail.password.map(secret),
                    from: mail.from,
                    to: mail.to))
        }
        let ways = [alarm.command.map(AlarmWay.command), mail, alarm.webhook.map { .webhook(secret($0)) }]
        return Monitor.Alarm.Settings(
            station: station.name, zone: TimeZone(identifier: station.timezone) ?? .gmt,
            ways: ways.compactMap(\.self))
    }
}

/// Tells the front door how the station is, for `/health` and `/metrics`. It waits for nothing.
struct StationVitals: Vitals {
    let room: ListeningRoom
    let control: MasterControl
    let lateness: Lateness

    var troubles: [String] { room.disturbances.map(\.words) }

    var isHeard: Bool { room.hearings.allSatisfy { $0.state == .heard } }

    var figures: [Figure] {
        let hearings = room.hearings
        let clock = control.clock
        func ear(_ name: String, _ help: String, _ value: (Hearing) -> Double?) -> Figure {
            Figure(
                name, help,
                samples: hearings.compactMap { hearing in
                    value(hearing).map { (labels: [("address", hearing.address)], value: $0) }
                })
        }
        return [
            Figure(
                "funkhaus_healthy", "1 while what is on air is right, as far as it is known.",
                value: troubles.isEmpty ? 1 : 0),
            Figure(
                "funkhaus_loudness_momentary_lufs", "Loudness of the mix over 0.4 s (EBU R128).",
                value: room.loudness?.momentary),
            Figure(
                "funkhaus_loudness_short_term_lufs", "Loudness of the mix over 3 s (EBU R128).",
                value: room.loudness?.shortTerm),
            Figure(
                "funkhaus_silence_seconds", "Seconds since the last sound of the mix.", value: room.silence),
            ear("funkhaus_heard", "1 while the station hears itself there as it was mixed.") {
                $0.state == .heard ? 1 : 0
            },
            ear("funkhaus_heard_lag_seconds", "How far what is heard there lies behind the mix.", \.lag),
            Figure(
                "funkhaus_disturbed", "1 for what is wrong now.",
                samples: room.disturbances.map { disturbance in
                    let place = disturbance.address.isEmpty ? "programme" : disturbance.address
                    return (labels: [("place", place), ("kind", disturbance.fault.code)], value: 1)
                }),
            Figure(
                "funkhaus_clock_late_blocks_total", "Blocks that were mixed later than they were due.",
                kind: .counter,
                value: Double(clock.late)),
            Figure(
                "funkhaus_clock_resets_total", "How often the clock fell so far behind that it began anew.",
                kind: .counter, value: Double(clock.resets)),
            Figure(
                "funkhaus_encoder_lost_frames_total",
                "Frames that encoders left out because they were too slow.",
                kind: .counter, value: Double(control.lostFrames)),
            Figure(
                "funkhaus_pages_late_total",
                "Pages that reached their mount more than half a second behind the mix.", kind: .counter,
                samples: lateness.counts.sorted { $0.key < $1.key }.map {
                    (labels: [("mount", $0.key)], value: Double($0.value))
                }),
        ]
    }
}

/// Counts the pages that come late to their mounts. Any thread.
final class Lateness: Sendable {
    private let late = Mutex<[String: Int]>([:])
    /// Behind the mix, in seconds.
    private static let limit = 0.5
    /// What is rendered ahead at the start comes faster than encoders are: the mix's first seconds do not count.
    private static let warmUp = 15.0

    var counts: [String: Int] { late.withLock { $0 } }

    func follow(_ mount: String) { late.withLock { $0[mount, default: 0] += 0 } }

    /// Takes note of a page, `behind` seconds behind a mix that is `position` seconds old.
    func note(_ mount: String, behind: Double, at position: Double) {
        guard behind > Self.limit, position > Self.warmUp else { return }
        late.withLock { $0[mount, default: 0] += 1 }
    }
}
