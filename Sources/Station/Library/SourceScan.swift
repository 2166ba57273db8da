internal import Glibc
internal import Programme

/// What one `from` of a playlist holds: a folder with all below it, a list, or a single file.
///
/// Bounded in depth, number and problems, so that no library, however rotten, makes it endless: folders are entered
/// once each, however many links lead to them.
struct SourceScan: Equatable {
    static let mostFiles = 100_000
    static let mostDepth = 32
    static let mostProblems = 1_000

    private(set) var files: [LibraryFile] = []
    private(set) var problems: [Problem] = []
    /// Folders whose change can change this.
    private(set) var folders: Set<String> = []
    /// Whether nothing came of it, or the disk failed: then an earlier scan says better what the station has.
    private(set) var isLost = false

    private let root: String
    private let place: Place
    private var isFull = false
    private var entered: Set<FileStatus.Identity> = []

    /// Looks at the disk, which may take as long as the disk takes.
    ///
    /// - Parameters:
    ///   - root: an absolute path.
    ///   - place: where the configuration names it.
    init(root: String, place: Place) {
        self.root = root
        self.place = place
        do throws(FileFailure) {
            let status = try FileStatus(root)
            switch (status.kind, FileKind(name: root)) {
            case (.folder, _): walk(root, key: "", identity: status.identity, depth: 0)
            case (.file, .list): readList()
            case (.file, .other):
                report(
                    "\(root.shown) does not end like audio or a list (.m3u, .m3u8, .pls, .xspf): rename it",
                    place)
            default:
                folders.insert(parent(of: root))
                take(root, status, key: name(of: root), place: place)
            }
        } catch {
            folders.insert(parent(of: root))
            report(error.sentence(root, remedy: "correct the path, or mount its disk"), place)
        }
        if files.isEmpty {
            isLost = true
            if problems.isEmpty {
                report("\(root.shown) holds no audio file: put some there, or correct the path", place)
            }
        }
        entered = []
    }

    /// This scan with the files of an earlier one.
    func keeping(_ earlier: SourceScan) -> SourceScan {
        var kept = self
        kept.files = earlier.files
        kept.folders.formUnion(earlier.folders)
        let count = earlier.files.count == 1 ? "1 file" : "\(earlier.files.count) files"
        kept.problems.append(
            Problem(
                "\(root.shown) had \(count) before, and the programme goes on with that: look after its disk or mount, "
                    + "or correct the path and reload", at: place))
        return kept
    }

    // MARK: Folders

    private mutating func walk(_ folder: String, key: String, identity: FileStatus.Identity, depth: Int) {
        guard entered.insert(identity).inserted else {
            return report(
                "\(folder.shown) leads to a folder that this playlist has already, and its files are taken once: "
                    + "delete the link", place, .note)
        }
        guard depth <= Self.mostDepth else {
            return report(
                "\(folder.shown) lies deeper than \(Self.mostDepth) folders and is left out: move it up",
                place)
        }
        folders.insert(folder)
        do throws(FileFailure) {
            guard isReadable(folder, R_OK | X_OK) else { throw .notPermitted }
            for bytes in try names(inFolder: folder) {
                guard !isFull else { return }
                look(bytes, folder: folder, key: key, depth: depth)
            }
        } catch {
            if case .system = error { isLost = true }
            report(error.sentence(folder, remedy: "make it a folder again"), place)
        }
    }

    /// One entry of a folder. Hidden ones, the file system's own `lost+found`, and files that do not end like audio are
    /// passed over without a word: covers, texts and lists lie in every music folder.
    private mutating func look(_ bytes: [UInt8], folder: String, key: String, depth: Int) {
        let name = String(decoding: bytes, as: UTF8.self)
        guard bytes.first != UInt8(ascii: "."), name != "lost+found" else { return }
        let path = folder == "/" ? "/" + name : folder + "/" + name
        let looksLikeAudio = FileKind(name: name) == .audio
        guard name.utf8.elementsEqual(bytes) else {
            return report(
                "\(path.shown) has a name that is not UTF-8: rename it, with convmv if there are many", place)
        }
        do throws(FileFailure) {
            let status = try FileStatus(path)
            switch status.kind {
            case .folder:
                if looksLikeAudio {
                    report(
                        "\(path.shown) is a folder, although it is named like a file: rename it", place, .note
                    )
                }
                walk(path, key: key + name + "/", identity: status.identity, depth: depth + 1)
            case .file, .special:
                if looksLikeAudio { take(path, status, key: key + name, place: place) }
            }
        } catch {
            if case .system = error { isLost = true }
            // A link without an ending may have led to a folder of music.
            if looksLikeAudio || !name.contains(".") {
                report(
                    error.sentence(path, remedy: "it went away while the folder was read; look again"), place)
            }
        }
    }

    // MARK: Lists

    private mutating func readList() {
        folders.insert(parent(of: root))
        let list: PlaylistFile
        do throws(FileFailure) {
            let bytes = try readFile(root, most: PlaylistFile.mostBytes)
            list =
                switch root.split(separator: ".").last?.lowercased() {
                case "pls": PlaylistFile(pls: bytes)
                case "xspf": PlaylistFile(xspf: bytes)
                default: PlaylistFile(m3u: bytes)
                }
        } catch {
            if case .system = error { isLost = true }
            return report(error.sentence(root, remedy: "divide it into several lists"), place)
        }
        for fault in list.faults {
            report(fault.sentence, Place(path: root, line: fault.line, column: fault.column))
        }
        if list.entries.isEmpty, list.faults.isEmpty {
            report("this list has no entry: write a path a line", Place(path: root))
        }
        var finder = ListedFileFinder(folder: parent(of: root))
        for entry in list.entries where !isFull {
            take(entry, finder: &finder)
        }
        // Faults of the text and missing files in the order of the lines; what is about the whole list comes last.
        let order = { [root] (problem: Problem) in problem.place.path == root ? problem.place.line : .max }
        problems.sort { (order($0), $0.place.column) < (order($1), $1.place.column) }
    }

    private mutating func take(_ entry: PlaylistFile.Entry, finder: inout ListedFileFinder) {
        let place = Place(path: root, line: entry.line, column: entry.column)
        switch finder.find(entry.path) {
        case .missing(let path, let suggestion):
            folders.insert(parent(of: path))
            let remedy = suggestion.map { ", but \($0.shown) is: correct the line" }
            report("\(path.shown) is not there\(remedy ?? ": correct the line, or put it there")", place)
        case .failed(let path, let failure):
            if case .system = failure { isLost = true }
            report(failure.sentence(path, remedy: "correct the line, or put it there"), place)
        case .found(let path, let status):
            folders.insert(parent(of: path))
            switch (status.kind, FileKind(name: path)) {
            case (.folder, _):
                report("\(path.shown) is a folder: list its files, or name the folder in from", place)
            case (.file, .list): report("\(path.shown) is a list itself: name it in from", place)
            case (.file, .other):
                report("\(path.shown) does not end like audio: rename it, or remove the line", place)
            default:
                take(path, status, key: entry.path, place: place, artist: entry.artist, title: entry.title)
            }
        }
    }

    // MARK: Files

    private mutating func take(
        _ path: String, _ status: FileStatus, key: String, place: Place, artist: String? = nil,
        title: String? = nil
    ) {
        if status.kind == .special {
            report(FileFailure.noFile.sentence(path, remedy: "delete it, or put the file there"), place)
        } else if status.size == 0 {
            report("\(path.shown) is empty (0 bytes): copy it anew, or delete it", place)
        } else if !isReadable(path, R_OK) {
            report(FileFailure.notPermitted.sentence(path, remedy: ""), place)
        } else if files.count == Self.mostFiles {
            isFull = true
            report(
                "\(root.shown) has more than \(Self.mostFiles) files, the rest is left out: divide it into several "
                    + "playlists", self.place)
        } else {
            files.append(
                LibraryFile(
                    path: path, key: key, size: status.size, modified: status.modified, place: place,
                    artist: artist, title: title))
        }
    }

    private mutating func report(_ sentence: String, _ place: Place, _ severity: Problem.Severity = .wrong) {
        guard problems.count < Self.mostProblems else { return }
        let isLast = problems.count == Self.mostProblems - 1
        problems.append(
            isLast
                ? Problem(
                    "\(root.shown) has more problems than can be listed: begin with these", at: self.place)
                : Problem(sentence, at: place, severity: severity))
    }
}

/// The folder in which an absolute path lies.
func parent(of path: String) -> String {
    let cut = path.lastIndex(of: "/") ?? path.startIndex
    return cut == path.startIndex ? "/" : String(path[..<cut])
}

/// The last name of a path.
private func name(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
