/// Reads the files of a configuration, and remembers what each of them held: what is in force can be told from what lies
/// on the disk.
///
/// Of one thread, for one reading. Blocks for the disk.
final class ConfigurationSources {
    /// The bytes of each file, or why it has none.
    typealias Contents = [String: Result<[UInt8], FileFailure>]

    private(set) var contents: Contents = [:]

    func read(_ path: String) throws(FileFailure) -> [UInt8] {
        let content = Self.content(of: path)
        contents[path] = content
        return try content.get()
    }

    /// What some files hold now.
    static func contents(of paths: some Sequence<String>) -> Contents {
        Contents(uniqueKeysWithValues: paths.map { ($0, content(of: $0)) })
    }

    private static func content(of path: String) -> Result<[UInt8], FileFailure> {
        do throws(FileFailure) {
            return .success(try readFile(path, most: ConfigurationDocument.mostBytes))
        } catch {
            return .failure(error)
        }
    }

    /// The folders in which some files lie, those that links lead to among them.
    static func folders(of paths: some Sequence<String>) -> Set<String> {
        Set(
            paths.flatMap { [$0, realPath($0) ?? $0] }.map { path in
                path.lastIndex(of: "/").map { path[..<$0].isEmpty ? "/" : String(path[..<$0]) } ?? "."
            })
    }
}
