internal import Foundation

/// The station's own programs on the disk.
public enum Programs {
    /// The worker: beside the program that runs, or in libexec beside its bin folder.
    public static var media: String {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let bin = own.deletingLastPathComponent()
        let beside = bin.appendingPathComponent("funkhaus-media").path
        if FileManager.default.isExecutableFile(atPath: beside) { return beside }
        return bin.deletingLastPathComponent().appendingPathComponent("libexec/funkhaus/funkhaus-media").path
    }
}
