internal import CCurl
internal import Glibc

/// A file of another server's, fetched by GET on the calling thread, which it blocks until the deadline at most.
///
/// Certificates are verified. From https no redirection leads to http. What comes is bounded before it is kept.
public struct Download: Sendable {
    /// `http://` or `https://`. It may be a secret: no error names it.
    public var url: String
    public var user: String?
    public var password: String?
    /// Bytes of the longest answer.
    public var most: Int
    public var deadline: Duration
    /// What is there already.
    public var known = Mark()

    /// By which a server knows whether what somebody has is still the newest (RFC 9110, section 13.1).
    public struct Mark: Sendable, Hashable, Codable {
        public var tag: String?
        public var date: String?

        public init(tag: String? = nil, date: String? = nil) {
            self.tag = tag
            self.date = date
        }
    }

    public enum Answer: Sendable, Hashable {
        case new([UInt8], Mark)
        /// What is there is the newest.
        case unchanged
    }

    /// Why there is no answer, as an end of a sentence without the address.
    public struct Failure: Error, Hashable, CustomStringConvertible {
        public let description: String
        /// That of an answer that was none to go on with; 0 when there was no answer.
        public private(set) var status = 0

        init(description: String, status: Int = 0) {
            self.description = description
            self.status = status
        }
    }

    public init(
        url: String, user: String? = nil, password: String? = nil, most: Int,
        deadline: Duration = .seconds(30), known: Mark = Mark()
    ) {
        self.url = url
        self.user = user
        self.password = password
        self.most = most
        self.deadline = deadline
        self.known = known
    }

    /// A small file, into memory.
    ///
    /// - Parameter isStopping: asked several times a second, to end early.
    public func fetch(unless isStopping: @escaping () -> Bool = { false }) throws(Failure) -> Answer {
        let intake = Intake(most: most, file: nil, isStopping: isStopping)
        return try run(intake) == 304 ? .unchanged : .new(intake.bytes, intake.mark)
    }

    /// A large file, to the disk: whole or not at all. What is there under that name is replaced.
    ///
    /// - Parameter path: it stands beside it, with `.new` behind its name, while it is on its way.
    public func save(
        to path: String, unless isStopping: @escaping () -> Bool = { false }
    ) throws(Failure) {
        let new = path + ".new"
        let file = unsafe open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw Failure(description: Self.words(ofDisk: errno)) }
        defer { close(file) }
        do throws(Failure) {
            let intake = Intake(most: most, file: file, isStopping: isStopping)
            guard try run(intake) != 304, intake.count > 0 else {
                throw Failure(description: "it holds nothing")
            }
            guard fsync(file) == 0, unsafe rename(new, path) == 0 else {
                throw Failure(description: Self.words(ofDisk: errno))
            }
        } catch {
            unsafe unlink(new)
            throw error
        }
    }

    private static func words(ofDisk code: Int32) -> String {
        unsafe "the disk does not take it (\(String(cString: strerror(code))))"
    }

    /// The status of an answer that is one.
    private func run(_ intake: Intake) throws(Failure) -> Int {
        guard let curl = Curl(url, protocols: "http,https", connecting: .seconds(10)) else {
            throw Failure(description: "libcurl cannot be set up")
        }
        let isEncrypted = url.lowercased().hasPrefix("https:")
        curl.set(CURLOPT_FOLLOWLOCATION, 1)
        // A podcast's episode passes several servers that count its listeners, each of which leads on.
        curl.set(CURLOPT_MAXREDIRS, 10)
        curl.set(CURLOPT_REDIR_PROTOCOLS_STR, isEncrypted ? "https" : "http,https")
        curl.set(CURLOPT_FAILONERROR, 1)
        curl.set(CURLOPT_TIMEOUT_MS, Int(deadline.components.seconds) * 1_000)
        // A line that gives less than 1 kB/s for a minute is dead.
        curl.set(CURLOPT_LOW_SPEED_LIMIT, 1_000)
        curl.set(CURLOPT_LOW_SPEED_TIME, 60)
        if let user { curl.set(CURLOPT_USERNAME, user) }
        if let password { curl.set(CURLOPT_PASSWORD, password) }
        let conditions = [
            known.tag.map { "If-None-Match: \($0)" }, known.date.map { "If-Modified-Since: \($0)" },
        ]
        curl.set(CURLOPT_HTTPHEADER, conditions.compactMap(\.self))
        let result = intake.run(curl)
        guard result == CURLE_OK else {
            if intake.isTooLong { throw Failure(description: "it is longer than \(most) bytes") }
            if let code = intake.diskError { throw Failure(description: Self.words(ofDisk: code)) }
            let status = curl.status
            throw Failure(
                description: Curl.words(result) + (status >= 400 ? " (status \(status))" : ""),
                status: status)
        }
        return curl.status
    }
}

/// What comes of one answer.
private final class Intake {
    private let most: Int
    /// Where it goes; nil for `bytes`.
    private let file: Int32?
    private let isStopping: () -> Bool
    private(set) var bytes: [UInt8] = []
    private(set) var count = 0
    /// Why the disk did not take it.
    private(set) var diskError: Int32?
    private(set) var mark = Download.Mark()
    private(set) var isTooLong = false

    init(most: Int, file: Int32?, isStopping: @escaping () -> Bool) {
        self.most = most
        self.file = file
        self.isStopping = isStopping
    }

    func run(_ curl: Curl) -> CURLcode {
        // Unsafe: unretained; libcurl calls back from within `curl_easy_perform` alone, during which this object lives.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe ccurl_set_pointer(curl.handle, CURLOPT_WRITEDATA, context)
        unsafe ccurl_set_bytes(curl.handle, CURLOPT_WRITEFUNCTION) { from, size, count, context in
            guard let from = unsafe from, let context = unsafe context else { return 0 }
            let intake = unsafe Unmanaged<Intake>.fromOpaque(context).takeUnretainedValue()
            let part = unsafe UnsafeRawBufferPointer(start: from, count: size * count)
            return unsafe intake.take(part) ? size * count : 0
        }
        unsafe ccurl_set_pointer(curl.handle, CURLOPT_HEADERDATA, context)
        unsafe ccurl_set_bytes(curl.handle, CURLOPT_HEADERFUNCTION) { from, size, count, context in
            guard let from = unsafe from, let context = unsafe context else { return 0 }
            let intake = unsafe Unmanaged<Intake>.fromOpaque(context).takeUnretainedValue()
            let line = unsafe UnsafeRawBufferPointer(start: from, count: size * count)
            intake.take(header: unsafe String(decoding: line, as: UTF8.self))
            return size * count
        }
        curl.set(CURLOPT_NOPROGRESS, 0)
        unsafe ccurl_set_pointer(curl.handle, CURLOPT_XFERINFODATA, context)
        unsafe ccurl_set_progress(curl.handle) { context, _, _, _, _ in
            guard let context = unsafe context else { return 1 }
            return unsafe Unmanaged<Intake>.fromOpaque(context).takeUnretainedValue().isStopping() ? 1 : 0
        }
        return unsafe curl_easy_perform(curl.handle)
    }

    private func take(_ part: UnsafeRawBufferPointer) -> Bool {
        count += part.count
        isTooLong = count > most
        guard !isTooLong else { return false }
        guard let file else {
            unsafe bytes.append(contentsOf: part)
            return true
        }
        var rest = unsafe part
        while unsafe !rest.isEmpty {
            let written = unsafe write(file, rest.baseAddress, rest.count)
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                diskError = errno
                return false
            }
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
        }
        return true
    }

    private func take(header line: String) {
        // After a redirection another head follows.
        if line.hasPrefix("HTTP/") { mark = Download.Mark() }
        let parts = line.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { return }
        let value = parts[1].split(whereSeparator: \.isWhitespace).joined(separator: " ")
        // It is sent back: what is longer is no mark.
        guard !value.isEmpty, value.utf8.count <= 1_000 else { return }
        switch parts[0].lowercased() {
        case "etag": mark.tag = value
        case "last-modified": mark.date = value
        default: return
        }
    }
}
