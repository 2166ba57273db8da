internal import Glibc

/// An instant as RFC 9110, 5.6.7 has it: `Sun, 06 Nov 1994 08:49:37 GMT`.
func httpDate(_ nanoseconds: Int64) -> String { formatted(nanoseconds, "%a, %d %b %Y %H:%M:%S GMT") }

/// As Icecast's status has it: `Sun, 06 Nov 1994 08:49:37 +0000`.
func statusDate(_ nanoseconds: Int64) -> String { formatted(nanoseconds, "%a, %d %b %Y %H:%M:%S +0000") }

/// As Icecast's status has it, without a colon in the offset: `1994-11-06T08:49:37+0000`.
func statusDateISO8601(_ nanoseconds: Int64) -> String { formatted(nanoseconds, "%Y-%m-%dT%H:%M:%S+0000") }

/// The names of days and months are English: the process never leaves the C locale.
private func formatted(_ nanoseconds: Int64, _ format: String) -> String {
    var seconds = time_t(nanoseconds / 1_000_000_000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 64)
    let length = strftime(&text, text.count, format, &parts)
    return String(decoding: text.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
}
