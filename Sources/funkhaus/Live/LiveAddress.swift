internal import ArgumentParser
internal import Foundation
internal import Station
internal import Studio

/// Where a show goes: `http://anna@radio.example:8000/live`, of which user and mount may be given beside it.
struct LiveAddress: Equatable {
    let host: String
    let port: Int
    let usesTLS: Bool
    let mount: String
    let user: String

    init(_ text: String, user: String?, mount: String?) throws {
        let form = "Write it as http://radio.example:8000 or https://radio.example."
        guard let url = URLComponents(string: text.contains("://") ? text : "http://" + text),
            let scheme = url.scheme?.lowercased(), scheme == "http" || scheme == "https",
            let host = url.host?.trimmingCharacters(in: ["[", "]"]), !host.isEmpty,
            url.query == nil, url.fragment == nil
        else { throw ValidationError("That is no station's address. \(form)") }
        guard url.password == nil else {
            throw ValidationError(
                "Everybody on this machine can read a command line: leave the secret out of it. It is asked for, or taken "
                    + "from --secret-file or FUNKHAUS_SECRET.")
        }
        guard let user = user ?? url.user, !user.isEmpty else {
            throw ValidationError("Who are you? Add --as and the name of your account.")
        }
        let path = url.path.isEmpty || url.path == "/" ? "/live" : url.path
        let mount = mount ?? path
        guard mount.hasPrefix("/"), mount.count > 1 else {
            throw ValidationError("A mount begins with a slash: --mount /live")
        }
        self.host = host
        self.usesTLS = scheme == "https"
        self.port = url.port ?? (scheme == "https" ? 443 : 80)
        self.mount = mount
        self.user = user
    }

    /// The station as people name it.
    var place: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    func target(secret: String) -> UplinkTarget {
        UplinkTarget(host: host, port: port, usesTLS: usesTLS, mount: mount, user: user, secret: secret)
    }
}

/// The secret: of a file, of the environment, or of the person at the terminal; never of the command line.
enum LiveSecret {
    static func find(
        file: String?, for address: LiveAddress, environment: [String: String],
        ask: (String) -> String? = RawTerminal.ask
    ) throws -> String {
        do throws(SecretFailure) {
            if let file {
                return try SecretSource.file(URL(fileURLWithPath: file).path).read(environment: environment)
                    .text
            }
            if environment["FUNKHAUS_SECRET"] != nil {
                return try SecretSource.environment("FUNKHAUS_SECRET").read(environment: environment).text
            }
        } catch {
            throw CommandError(code: .usage, sentence: "There is no secret: \(error).")
        }
        guard let typed = ask("Secret of \(address.user.safe) at \(address.place.safe): "), !typed.isEmpty
        else {
            throw CommandError(
                code: .usage, sentence: "No secret was given.",
                remedy: "Name its file with --secret-file, or put it into FUNKHAUS_SECRET.")
        }
        return typed
    }
}
