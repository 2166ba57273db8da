internal import Glibc
public import Testing

extension Trait where Self == ConditionTrait {
    /// The test needs these programs of the system's. Where one is missing it is skipped, visibly; where the
    /// environment says `FUNKHAUS_PEERS=required`, as CI does, it fails.
    public static func peers(_ programs: String...) -> Self {
        .enabled(
            if: try areInstalled(programs), "\(programs.joined(separator: ", ")): `make test` installs them")
    }
}

private func areInstalled(_ programs: [String]) throws -> Bool {
    guard let missing = programs.first(where: { Tool.find($0) == nil }) else { return true }
    guard getenv("FUNKHAUS_PEERS").map({ String(cString: $0) }) != "required" else {
        throw Tool.Failure.notFound(missing)
    }
    return false
}
