public import Codecs

/// Puts another title on air than the programme's: the station's side of `/admin/metadata`.
public protocol TitleOverride: Sendable {
    /// Shows a title until the next item begins.
    ///
    /// - Returns: nil when it is done, else one sentence that says why not.
    func announce(_ title: Title, on mount: String) async -> String?
}
