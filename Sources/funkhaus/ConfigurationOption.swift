internal import ArgumentParser
internal import Glibc

/// `--config`, and where the configuration is when it is not given.
struct ConfigurationOption: ParsableArguments {
    /// Looked for in this order.
    static let standard = ["./station.yaml", "./Config/station.yaml", "/etc/funkhaus/station.yaml"]

    @Option(
        help: ArgumentHelp(
            "The station's YAML file (default: FUNKHAUS_CONFIG, \(standard.joined(separator: ", "))).",
            valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    /// The path of the configuration.
    func find(
        environment: [String: String], exists: (String) -> Bool = { access($0, F_OK) == 0 }
    ) throws(CommandError) -> String {
        if let config { return config }
        if let path = environment["FUNKHAUS_CONFIG"], !path.isEmpty { return path }
        if let path = Self.standard.first(where: exists) { return path }
        throw CommandError(
            code: .usage, sentence: "There is no \(Self.standard.joined(separator: ", no ")).",
            remedy: "Name the station's YAML file with --config or in FUNKHAUS_CONFIG.")
    }
}
