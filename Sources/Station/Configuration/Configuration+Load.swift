extension Configuration {
    /// Reads a station's file: complete and right, or refused whole with every problem that it has.
    ///
    /// Nothing but this file, and that of the schedule if it names one, is read. Blocks for the disk.
    ///
    /// - Parameters:
    ///   - path: of the YAML file; relative paths in it are relative to its folder.
    ///   - environment: for the default folders of systemd and XDG.
    public static func load(
        path: String, environment: [String: String]
    ) throws(ConfigurationErrors) -> Configuration {
        try load(path: path, environment: environment, from: ConfigurationSources())
    }

    /// The same, so that somebody knows afterwards which files were read and what each held: also when they are refused.
    static func load(
        path: String, environment: [String: String], from sources: ConfigurationSources
    ) throws(ConfigurationErrors) -> Configuration {
        try ConfigurationReader(
            ConfigurationDocument(path: path, from: sources), path: path, environment: environment,
            sources: sources
        ).read()
    }

    /// The same for the bytes of a file that was to lie at `path`.
    static func load(
        bytes: [UInt8], path: String, environment: [String: String]
    ) throws(ConfigurationErrors) -> Configuration {
        try ConfigurationReader(
            ConfigurationDocument(bytes: bytes, path: path), path: path, environment: environment
        ).read()
    }
}
