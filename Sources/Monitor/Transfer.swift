internal import CCurl
internal import Web

/// One transfer of libcurl's with a deadline, on the calling thread.
final class Transfer {
    let curl: Curl
    private var rest: ArraySlice<UInt8> = []
    private let isStopping: () -> Bool

    init(
        _ url: String, _ protocols: String, _ deadline: Duration, _ isStopping: @escaping () -> Bool
    ) throws(AlarmFailure) {
        guard let curl = Curl(url, protocols: protocols, connecting: .seconds(10)) else {
            throw AlarmFailure("libcurl cannot be set up")
        }
        self.curl = curl
        self.isStopping = isStopping
        curl.set(CURLOPT_TIMEOUT_MS, Int(deadline.components.seconds) * 1_000)
    }

    func perform(sending bytes: [UInt8]) throws(AlarmFailure) {
        rest = bytes[...]
        curl.set(CURLOPT_POSTFIELDSIZE, bytes.count)
        curl.set(CURLOPT_INFILESIZE, bytes.count)
        // Unsafe: unretained; libcurl calls back from within `curl_easy_perform` alone, during which this object lives.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe ccurl_set_pointer(curl.handle, CURLOPT_READDATA, context)
        unsafe ccurl_set_bytes(curl.handle, CURLOPT_READFUNCTION) { to, size, count, context in
            guard let to = unsafe to, let context = unsafe context else { return 0 }
            let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            let part = transfer.rest.prefix(size * count)
            transfer.rest = transfer.rest.dropFirst(part.count)
            unsafe UnsafeMutableRawBufferPointer(start: to, count: size * count).copyBytes(from: part)
            return part.count
        }
        // What the other side says is nobody's.
        unsafe ccurl_set_bytes(curl.handle, CURLOPT_WRITEFUNCTION) { _, size, count, _ in size * count }
        curl.set(CURLOPT_NOPROGRESS, 0)
        unsafe ccurl_set_pointer(curl.handle, CURLOPT_XFERINFODATA, context)
        unsafe ccurl_set_progress(curl.handle) { context, _, _, _, _ in
            guard let context = unsafe context else { return 1 }
            return unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().isStopping() ? 1 : 0
        }
        let result = unsafe curl_easy_perform(curl.handle)
        guard result == CURLE_OK else {
            let status = curl.status
            throw AlarmFailure(Curl.words(result) + (status > 0 ? " (status \(status))" : ""))
        }
    }
}
