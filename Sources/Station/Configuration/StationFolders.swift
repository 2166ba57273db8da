internal import Glibc

/// Where a station's paths lie: those of the file relative to it, the others where the system wants them.
struct StationFolders {
    /// What `sockaddr_un` holds, without its zero byte.
    static let mostSocketBytes = 107

    /// The folder of the configuration, without links, so that `..` leads where a person sees it lead.
    private let base: String
    private let environment: [String: String]

    init(configuration path: String, environment: [String: String]) {
        let folder = path.lastIndex(of: "/").map { path[..<$0].isEmpty ? "/" : String(path[..<$0]) } ?? "."
        base = realPath(folder) ?? folder
        self.environment = environment
    }

    /// An absolute path as it is, another one relative to the configuration; without `.` and `..`.
    func resolve(_ path: String) -> String { joinPath(base, path) }

    /// systemd's StateDirectory, else the XDG state folder; nil when the environment names neither it nor a home.
    var data: String? {
        absolute("STATE_DIRECTORY") ?? absolute("XDG_STATE_HOME").map { $0 + "/funkhaus" }
            ?? absolute("HOME").map { $0 + "/.local/state/funkhaus" }
    }

    /// In systemd's RuntimeDirectory, else in the XDG runtime folder, else beside the journal.
    func control(data: String?) -> String? {
        let folder =
            absolute("RUNTIME_DIRECTORY") ?? absolute("XDG_RUNTIME_DIR").map { $0 + "/funkhaus" } ?? data
        return folder.map { $0 + "/control.sock" }
    }

    /// The first folder of a variable (systemd joins several with colons). Relative ones count as not set (XDG
    /// Base Directory Specification).
    private func absolute(_ variable: String) -> String? {
        guard let first = environment[variable]?.split(separator: ":").first, first.hasPrefix("/") else {
            return nil
        }
        return joinPath("/", String(first))
    }
}

/// `path` seen from the folder `base`, without `.`, `..` and doubled slashes. Links are not looked at.
func joinPath(_ base: String, _ path: String) -> String {
    var names: [Substring] = []
    for name in (path.hasPrefix("/") ? path : base + "/" + path).split(separator: "/") {
        switch name {
        case ".": continue
        case "..": _ = names.popLast()
        default: names.append(name)
        }
    }
    return "/" + names.joined(separator: "/")
}

/// The absolute path of something that exists, without links; nil when it does not.
func realPath(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(validatingCString: real)
}
