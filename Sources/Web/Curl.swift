package import CCurl
internal import Glibc

/// One handle of libcurl's, set up as all of ours are: no signals, no protocol but those named, deadlines.
///
/// It belongs to one thread. Texts are copied by libcurl; what it only borrows is kept here until the end.
@safe
package final class Curl {
    // Unsafe: made in `init`, freed in `deinit` and nowhere else. The lists are freed after the handle that borrows them.
    package let handle: UnsafeMutableRawPointer
    private var lists: [UnsafeMutablePointer<curl_slist>] = unsafe []

    /// libcurl's own set-up of the process, once, by whoever comes first.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// Whose certificates are trusted beside the machine's: pushes, which use OpenSSL directly, take the same variable.
    private static let authorities = unsafe getenv("SSL_CERT_FILE").map { unsafe String(cString: $0) }

    /// Nil when libcurl has no memory or cannot be set up.
    ///
    /// - Parameters:
    ///   - protocols: as libcurl names them, with commas.
    ///   - connecting: how long a connection may take to come about.
    package init?(_ url: String, protocols: String, connecting: Duration = .seconds(5)) {
        guard Self.isReady, let made = unsafe curl_easy_init() else { return nil }
        unsafe handle = made
        set(CURLOPT_URL, url)
        set(CURLOPT_PROTOCOLS_STR, protocols)
        set(CURLOPT_NOSIGNAL, 1)
        if let authorities = Self.authorities { set(CURLOPT_CAINFO, authorities) }
        set(CURLOPT_USERAGENT, "Funkhaus")
        set(CURLOPT_CONNECTTIMEOUT_MS, Int(connecting.components.seconds) * 1_000)
    }

    deinit {
        unsafe curl_easy_cleanup(handle)
        unsafe lists.forEach { unsafe curl_slist_free_all($0) }
    }

    package func set(_ option: CURLoption, _ value: Int) { unsafe ccurl_set_number(handle, option, value) }

    /// Nil takes back what libcurl sets by itself.
    package func set(_ option: CURLoption, _ text: String?) { unsafe ccurl_set_text(handle, option, text) }

    package func set(_ option: CURLoption, _ lines: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines { unsafe list = unsafe curl_slist_append(list, line) ?? list }
        guard let list = unsafe list else { return }
        unsafe lists.append(list)
        unsafe ccurl_set_list(handle, option, list)
    }

    /// The status of the last response; 0 when there was none.
    package var status: Int { unsafe ccurl_status(handle) }

    /// A result in libcurl's own words, which hold nothing of the URL.
    package static func words(_ code: CURLcode) -> String {
        unsafe String(cString: curl_easy_strerror(code)).lowercased()
    }
}
