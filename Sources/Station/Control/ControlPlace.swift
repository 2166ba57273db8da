public import Foundation
internal import Glibc

/// Where the commands find the daemon of a configuration, and the zone in which its times are meant.
///
/// It is read from as much of the file as is right: the daemon stays on air when a person has just broken its
/// configuration, and must still be talked to.
public struct ControlPlace: Sendable {
    /// The control socket's path.
    public let socket: String
    /// The station's zone; nil when the file does not tell it.
    public let zone: TimeZone?

    /// Where the unit's station has its socket; a command that is typed does not have systemd's environment.
    public static let unit = "/run/funkhaus/control.sock"

    /// Reads a station's file. Blocks for the disk.
    ///
    /// - Parameter unit: taken when the file names no socket, and none is where this user's station would have it.
    public init(
        configuration path: String, environment: [String: String], unit: String = Self.unit
    ) throws(ConfigurationErrors) {
        let document = try ConfigurationDocument(path: path)
        let reader = ConfigurationReader(document, path: path, environment: environment)
        let file = document.root.section(ConfigurationKeys.file)
        guard let file, let server = reader.readServer(file["server"]) else {
            throw ConfigurationErrors(problems: document.findings.problems)
        }
        let isNamed = file["server"]?.section(ConfigurationKeys.server)?["control"] != nil
        let isElsewhere = !isNamed && access(server.control, F_OK) != 0 && access(unit, F_OK) == 0
        socket = isElsewhere ? unit : server.control
        zone = file["station"]?.section(ConfigurationKeys.station)?["timezone"]
            .flatMap(reader.readTimezone).flatMap(TimeZone.init(identifier:))
    }
}
