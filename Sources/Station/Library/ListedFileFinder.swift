internal import Glibc
internal import Programme

/// Finds the file that a list means, although another program on another system wrote the list: with backslashes,
/// percent signs, or accents composed otherwise than the disk has them.
struct ListedFileFinder {
    enum Result {
        case found(String, FileStatus)
        /// `suggestion` is the path that differs in upper and lower case only.
        case missing(String, suggestion: String?)
        case failed(String, FileFailure)
    }

    /// The list's own folder, an absolute path.
    let folder: String
    /// Names in folders that were looked into for a missing file; few, as lists go through folders in order.
    private var listings: [String: Listing] = [:]
    private static let mostListings = 64

    init(folder: String) { self.folder = folder }

    mutating func find(_ written: String) -> Result {
        var readings = [written]
        if written.contains("\\") { readings.append(written.replacing("\\", with: "/")) }
        if let decoded = PlaylistFile.percentDecoded(written), decoded != written { readings.append(decoded) }
        for reading in readings {
            let path = joinPath(folder, reading)
            do throws(FileFailure) {
                return .found(path, try FileStatus(path))
            } catch {
                guard error == .missing else { return .failed(path, error) }
            }
        }
        var suggestion: String?
        for reading in readings {
            guard let (path, isSame) = namesake(of: joinPath(folder, reading)) else { continue }
            if isSame, let status = try? FileStatus(path) { return .found(path, status) }
            suggestion = suggestion ?? path
        }
        return .missing(joinPath(folder, readings[readings.count > 1 ? 1 : 0]), suggestion: suggestion)
    }

    /// The path on the disk that reads as this one: `isSame` when only the composition of accents differs, which no
    /// person can see; otherwise upper and lower case differ, too.
    private mutating func namesake(of path: String) -> (path: String, isSame: Bool)? {
        var found = ""
        var isSame = true
        for wanted in path.split(separator: "/").map(String.init) {
            if isReadable(found + "/" + wanted, F_OK) {
                found += "/" + wanted
                continue
            }
            let listing = listing(of: found.isEmpty ? "/" : found)
            if let composed = listing.byName[wanted] {
                found += "/" + composed
            } else if let other = listing.byLowercase[wanted.lowercased()] {
                found += "/" + other
                isSame = false
            } else {
                return nil
            }
        }
        return (found, isSame)
    }

    /// A folder's names. Swift compares texts, not bytes: é is é, composed or not.
    private struct Listing {
        var byName: [String: String] = [:]
        var byLowercase: [String: String] = [:]
    }

    private mutating func listing(of folder: String) -> Listing {
        if let known = listings[folder] { return known }
        var listing = Listing()
        for bytes in (try? names(inFolder: folder)) ?? [] {
            guard let name = String(validating: bytes, as: UTF8.self) else { continue }
            listing.byName[name] = name
            listing.byLowercase[name.lowercased()] = name
        }
        if listings.count >= Self.mostListings { listings = [:] }
        listings[folder] = listing
        return listing
    }
}
