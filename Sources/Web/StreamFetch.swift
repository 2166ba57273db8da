internal import CCurl

/// A stream being fetched as any listener would: one GET, whose body has no end.
///
/// It belongs to one thread, which it blocks in `pump` alone, and there no longer than it is told.
@safe
package final class StreamFetch {
    /// How it ended.
    package enum End {
        case unreachable(String)
        case refused(Int)
        /// The body came to an end, or the line broke.
        case ended
    }

    // Unsafe: made in `init`, freed in `deinit` and nowhere else; the handle is taken out before.
    private let multi: UnsafeMutableRawPointer
    private let curl: Curl
    private var received: [UInt8] = []
    private var hasBegun = false
    /// The bytes between two blocks with titles, as the head says (`icy-metaint`, for who asked); nil for none.
    package private(set) var icyInterval: Int?

    /// Begins to fetch. Nil when libcurl has no memory.
    ///
    /// - Parameters:
    ///   - headers: lines of the request's head.
    ///   - isHere: whether the address is this machine's, to which no proxy leads.
    ///   - certificate: the file whose certificate an encrypted address has to show, whatever its name; nil where the
    ///     machine's own trust counts.
    package init?(
        _ url: String, headers: [String] = [], isHere: Bool = false, certificate: String? = nil
    ) {
        guard let curl = Curl(url, protocols: "http,https"), let multi = unsafe curl_multi_init() else {
            return nil
        }
        self.curl = curl
        unsafe self.multi = multi
        curl.set(CURLOPT_FOLLOWLOCATION, 1)
        curl.set(CURLOPT_MAXREDIRS, 5)
        curl.set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
        curl.set(CURLOPT_FAILONERROR, 1)
        curl.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        curl.set(CURLOPT_HTTP200ALIASES, ["ICY 200 OK"])
        if isHere { curl.set(CURLOPT_NOPROXY, "*") }
        if !headers.isEmpty { curl.set(CURLOPT_HTTPHEADER, headers) }
        if let certificate {
            // What is trusted is the file and nothing else; the names in it are the public's, not this machine's.
            curl.set(CURLOPT_CAINFO, certificate)
            curl.set(CURLOPT_CAPATH, nil)
            curl.set(CURLOPT_SSL_VERIFYHOST, 0)
        }
        // Unsafe: unretained; libcurl calls back from within `pump` alone, which has this object.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe ccurl_set_pointer(curl.handle, CURLOPT_WRITEDATA, context)
        unsafe ccurl_set_bytes(curl.handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
            let fetch = unsafe Unmanaged<StreamFetch>.fromOpaque(context).takeUnretainedValue()
            let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
            unsafe fetch.received.append(contentsOf: buffer)
            fetch.hasBegun = true
            return size * count
        }
        unsafe ccurl_set_pointer(curl.handle, CURLOPT_HEADERDATA, context)
        unsafe ccurl_set_bytes(curl.handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
            let fetch = unsafe Unmanaged<StreamFetch>.fromOpaque(context).takeUnretainedValue()
            let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
            fetch.take(header: unsafe String(decoding: line, as: UTF8.self))
            return size * count
        }
        unsafe curl_multi_add_handle(multi, curl.handle)
    }

    private func take(header line: String) {
        // After a redirection another head follows.
        if line.hasPrefix("HTTP/") { icyInterval = nil }
        let parts = line.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "icy-metaint" else { return }
        icyInterval = Int(parts[1].filter { !$0.isWhitespace })
    }

    deinit {
        unsafe curl_multi_remove_handle(multi, curl.handle)
        unsafe curl_multi_cleanup(multi)
    }

    /// Waits for bytes, or until a descriptor of somebody else's can be read, and gives what has come. What libcurl
    /// reads in one go is all that is ever held.
    package func pump(_ milliseconds: Int, also other: Int32? = nil) -> (bytes: [UInt8], end: End?) {
        var others = [curl_waitfd(fd: other ?? -1, events: Int16(CURL_WAIT_POLLIN), revents: 0)]
        unsafe curl_multi_poll(multi, &others, other == nil ? 0 : 1, Int32(milliseconds), nil)
        var running: Int32 = 0
        unsafe curl_multi_perform(multi, &running)
        let bytes = received
        received.removeAll(keepingCapacity: true)
        var result = CURLE_OK
        guard unsafe ccurl_ended(multi, &result) != 0 else { return (bytes, nil) }
        let status = curl.status
        if status >= 400 { return (bytes, .refused(status)) }
        return (bytes, hasBegun || result == CURLE_OK ? .ended : .unreachable(Self.words(result)))
    }

    private static func words(_ code: CURLcode) -> String {
        code == CURLE_PEER_FAILED_VERIFICATION
            ? "its certificate has expired, or is not one to be trusted" : Curl.words(code)
    }
}
