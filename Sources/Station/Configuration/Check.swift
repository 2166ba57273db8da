internal import Glibc
internal import Server

/// Looks at a station before it is on air: its configuration, its playlists, every file in them, and its secrets.
///
/// The same looks as the daemon's, so that what is said here is what would happen there. It may take minutes for a
/// large library: each file is opened by `probe`.
public struct Check {
    /// Opens a file as the daemon would, and gives one sentence with its remedy when it cannot be played.
    public typealias Probe = (_ path: String) -> String?

    /// Everything that is wrong with the station whose file lies at `path`, and what is worth knowing: each once, in
    /// the order of the file, then of the playlists.
    ///
    /// - Parameters:
    ///   - progress: called before each file with how many are done, and of how many.
    public static func problems(
        path: String, environment: [String: String], probe: Probe,
        progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) -> [Problem] {
        let configuration: Configuration
        do throws(ConfigurationErrors) {
            configuration = try Configuration.load(path: path, environment: environment)
        } catch {
            return error.problems
        }
        var check = Check(configuration: configuration)
        check.lookAtMounts()
        check.lookAtSecrets(environment)
        check.lookAtShows(Daemon.now())
        check.lookAtPlaylists()
        check.lookAtEmergency()
        check.lookAtFiles(probe, progress)
        return check.problems
    }

    let configuration: Configuration
    private(set) var problems: [Problem] = []
    /// Files to be opened, each with the first place that calls for it.
    private var files: [(path: String, place: Place)] = []
    private var seen: Set<String> = []

    init(configuration: Configuration) { self.configuration = configuration }

    mutating func report(_ sentence: String, _ key: String, _ severity: Problem.Severity = .wrong) {
        problems.append(Problem(sentence, at: configuration.place(of: key), severity: severity))
    }

    /// Players go by the ending of an address; and who writes `.mp3` may think that this makes it one.
    private mutating func lookAtMounts() {
        let endings = ["ogg": "vorbis or opus", "oga": "vorbis or opus", "opus": "opus", "mp3": "mp3"]
        for (index, mount) in configuration.mounts.enumerated() {
            let codec = mount.format.name.lowercased()
            guard let ending = mount.path.split(separator: ".").last.map(String.init),
                let codecs = endings[ending], !codecs.contains(codec)
            else { continue }
            report(
                "the mount \(mount.path) carries \(codec), and players go by its ending: write codec: \(codecs), or "
                    + "choose another path", "mounts[\(index)].path", .note)
        }
    }

    private mutating func lookAtSecrets(_ environment: [String: String]) {
        let accounts = [("admin", configuration.server.admin), ("relay", configuration.server.relay)]
        for (name, account) in accounts {
            if let account { lookAt(account.password, "server.\(name)", environment) }
        }
        for (index, target) in configuration.icecast.enumerated() {
            lookAt(target.password, "icecast[\(index)]", environment)
        }
        if let mail = configuration.alarm.mail?.password { lookAt(mail, "alarm.mail", environment) }
        for (index, calendar) in configuration.calendars.enumerated() {
            if let password = calendar.password { lookAt(password, "calendars[\(index)]", environment) }
        }
        if let webhook = configuration.alarm.webhook {
            lookAt(webhook, "alarm.webhook", environment, named: "url")
        }
        if let program = configuration.alarm.command?.first, program.contains("/"), access(program, X_OK) != 0
        {
            report(
                "alarm.command names \(program.shown), which cannot be run: \(String(cString: strerror(errno)))",
                "alarm.command")
        }
        if let tls = configuration.server.tls { lookAt(tls) }
        for (index, mount) in configuration.mounts.enumerated() {
            guard let path = mount.rules.accounts else { continue }
            let key = "mounts[\(index)].accounts"
            let file = MembersFile(path: path)
            for sentence in file.faults { report(sentence, key) }
            if let sentence = SecretSource.file(path).exposure() { report(sentence, key, .note) }
        }
    }

    /// Without a good certificate and its key the station does not begin.
    private mutating func lookAt(_ tls: Configuration.TLS) {
        if let fault = FrontDoorConfiguration.TLS(tls).fault {
            report(fault, fault.hasPrefix(tls.key) ? "server.tls.key" : "server.tls.certificate")
        }
        if let sentence = SecretSource.file(tls.key).exposure() { report(sentence, "server.tls.key", .note) }
    }

    private mutating func lookAt(
        _ password: SecretSource, _ section: String, _ environment: [String: String],
        named: String = "password"
    ) {
        let key = password.key(in: section, named: named)
        do throws(SecretFailure) {
            _ = try password.read(environment: environment)
        } catch {
            report(error.description, key)
        }
        if let sentence = password.exposure() { report(sentence, key, .note) }
    }

    private mutating func lookAtPlaylists() {
        let used =
            [configuration.programme.standard, configuration.programme.identification?.playlist].compactMap(
                \.self)
            + playlistsOfShows
        let drawn = used.flatMap(configuration.drawn(by:))
        for playlist in configuration.watched {
            if !used.contains(playlist.name), !drawn.contains(playlist.name) {
                report(
                    "the playlist \(playlist.name) is not used in programme, nor by a show: delete it, or name it there",
                    "playlists.\(playlist.name)", .note)
            }
            let scan = PlaylistScan(of: playlist, in: configuration)
            problems += scan.problems
            for file in scan.files where seen.insert(file.path).inserted {
                files.append((file.path, file.place))
            }
        }
    }

    private mutating func lookAtEmergency() {
        guard let path = configuration.programme.emergency else {
            return report(
                "programme has no emergency file, and listeners would hear a tone when nothing can be played: add "
                    + "emergency: and a calm piece of music", "programme", .note)
        }
        let place = configuration.place(of: "programme.emergency")
        let scan = SourceScan(root: path, place: place)
        if let file = scan.files.first, scan.files.count == 1, file.path == path {
            if seen.insert(path).inserted { files.append((path, place)) }
        } else if scan.problems.isEmpty || !scan.files.isEmpty {
            report("programme.emergency is \(path.shown): name a single audio file", "programme.emergency")
        } else {
            problems += scan.problems
        }
    }

    private mutating func lookAtFiles(_ probe: Probe, _ progress: (Int, Int) -> Void) {
        for (index, file) in files.enumerated() {
            progress(index, files.count)
            if let sentence = probe(file.path) { problems.append(Problem(sentence, at: file.place)) }
        }
    }
}

extension SecretSource {
    /// The key that names it in the configuration.
    func key(in section: String, named name: String = "password") -> String {
        switch self {
        case .file: "\(section).\(name)_file"
        case .environment: "\(section).\(name)_env"
        }
    }
}
