internal import Audio
internal import CShims
internal import CShout
internal import Glibc

/// libshout's handle: one source connection at a time to one target.
///
/// It belongs to the thread that makes it, which is a push's own: it takes that thread's descriptor table. Nothing
/// here waits for the network (libshout's own steps take a millisecond or two) but looking up the host's name.
///
/// What libshout 2.4.6 does that has to be lived with:
/// - It keeps sockets in `fd_set`s: one with a number from 1,024 on, as there are in a station with a thousand
///   listeners, aborts the process. Hence the thread's own table, in which numbers are small. It also shows us the
///   socket, which libshout does not, and with it what the target's kernel has really taken.
/// - After one error it goes on saying success: whoever gets an error here closes.
/// - `shout_free` frees nothing once the connection is closed: so there is one handle for a push's whole life.
@safe
final class Shout {
    /// What libshout needs once in a process: its own set-up, and SIGPIPE ignored, which a write to a server that is
    /// gone would raise.
    private static let initialized: Void = {
        signal(SIGPIPE, SIG_IGN)
        shout_init()
    }()

    // Unsafe: made in `init`, freed in `deinit`, seen by nobody else, used by one thread.
    private let handle: OpaquePointer
    private let ownsDescriptors: Bool
    private var usesTLS = false
    /// Whole replies that libshout was let at, in this login.
    private var replies = 0
    /// Whether a request is on its way, and libshout is to be left alone until the reply is whole.
    private var isAsked = false
    /// The most room that the target's kernel had.
    private var widest: UInt32 = 0

    init() {
        Self.initialized
        ownsDescriptors = cshims_own_descriptors() == 0
        guard let handle = unsafe shout_new() else { fatalError("No memory for a push.") }
        unsafe self.handle = handle
    }

    deinit {
        close(abruptly: false)
        unsafe shout_free(handle)
    }

    /// Begins to connect. Blocks while the host's name is looked up; numeric addresses need no look-up.
    func open(_ target: PushTarget, _ mount: MountDescription, host: String) -> PushMachine.Opening {
        guard ownsDescriptors || hasLowDescriptor else { return .failed(.tooManyFiles) }
        usesTLS = target.usesTLS
        replies = 0
        isAsked = false
        widest = 0
        let code = configure(target, mount, host: host)
        guard code == SHOUTERR_SUCCESS else { return .failed(.library(code: code)) }
        let opening = unsafe opening(shout_open(handle))
        if let socket, isReached {
            // A target on this machine is connected by now, and may even have answered the knock.
            let traffic = cshims_tcp_state(socket)
            let isAnswered = traffic.sent == 0 || traffic.received > 0 && waiting(socket, most: 1) == nil
            replies = isAnswered ? 1 : 0
            isAsked = !isAnswered
        }
        return opening
    }

    /// Looks how far the connection has come.
    ///
    /// The reply is seen here before libshout sees it (TLS hides it): a refusal's reason is in it, and libshout says
    /// -3 for all of them. That libshout does not run ahead and read it in the step in which it asks, the request is
    /// held back by the socket until that step is over.
    func poll() -> PushMachine.Opening {
        guard !usesTLS, let socket else { return unsafe opening(shout_get_connected(handle)) }
        guard isAsked else {
            cork(socket, true)
            let opening = unsafe opening(shout_get_connected(handle))
            isAsked = owed > 0
            cork(socket, false)
            return opening
        }
        guard let bytes = waiting(socket) else { return .pending(reached: true) }
        guard let reply = ShoutReply(bytes) else {
            return bytes.isEmpty ? .failed(.broken) : .pending(reached: true)
        }
        // libshout knocks without the password first, and 401 is the answer that it hopes for.
        let isKnock = replies == 0
        replies += 1
        if let refusal = reply.refusal, !(isKnock && reply.status == 401) { return .failed(refusal) }
        isAsked = false
        return unsafe opening(shout_get_connected(handle))
    }

    /// Hands on whole pages. They are queued; what the target has not taken is `owed`.
    func send(_ bytes: [UInt8]) throws(PushFailure) {
        // Nothing, as the headers of MP3, is libshout's word for a flush.
        guard !bytes.isEmpty else { return }
        let code = unsafe bytes.withUnsafeBufferPointer {
            unsafe shout_send(handle, $0.baseAddress, $0.count)
        }
        guard code == SHOUTERR_SUCCESS else { throw failure(code) }
    }

    /// Lets libshout write what it has queued, and looks whether the connection still is one.
    func flush() throws(PushFailure) {
        if let socket, waiting(socket, most: 1)?.isEmpty == true { throw .broken }
        guard unsafe shout_queuelen(handle) > 0 else { return }
        let code = unsafe shout_send(handle, nil, 0)
        guard code == SHOUTERR_SUCCESS || code == SHOUTERR_BUSY else { throw failure(code) }
    }

    /// Bytes handed on that the target has not taken: libshout's queue, and the kernel's as far as it is known.
    var owed: Int {
        let queued = unsafe max(0, shout_queuelen(handle))
        return queued + (socket.map { max(0, Int(cshims_unacknowledged($0))) } ?? 0)
    }

    /// Whether the target has read less than it used to: its kernel takes what it is sent, and has less and less room.
    /// A server that hangs looks so for seconds before `owed` shows it.
    var isSuspect: Bool {
        guard !usesTLS, let socket else { return false }
        let window = cshims_tcp_state(socket).window
        widest = max(widest, window)
        return widest - window >= 16_384
    }

    /// Says that the target is well: its window of now is no sign of anything.
    func trust() { widest = 0 }

    /// Ends the connection, if there is one. `abruptly` throws away what is on its way, so that the target knows at
    /// once and frees the mount, and does not read a stale rest first.
    func close(abruptly: Bool) {
        if abruptly, let socket {
            var linger = linger(l_onoff: 1, l_linger: 0)
            unsafe setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        }
        unsafe shout_close(handle)
    }

    /// The address at the other end of the connection, as a number; nil when there is none, or its socket is not known.
    var peer: String? {
        guard let socket else { return nil }
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutablePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard unsafe getpeername(socket, address, &size) == 0 else { return nil }
                return unsafe PushAddresses.number(of: address, size: size)
            }
        }
    }

    // MARK: libshout

    private func configure(_ target: PushTarget, _ mount: MountDescription, host: String) -> Int32 {
        let texts = target.texts
        let steps: [() -> Int32] = [
            { unsafe shout_set_host(self.handle, host) },
            { unsafe shout_set_port(self.handle, target.port) },
            { unsafe shout_set_mount(self.handle, target.mount) },
            { unsafe shout_set_user(self.handle, target.user) },
            { unsafe shout_set_password(self.handle, target.password.text) },
            { unsafe shout_set_agent(self.handle, "Funkhaus") },
            { unsafe shout_set_protocol(self.handle, UInt32(SHOUT_PROTOCOL_HTTP)) },
            // Never "automatic": it falls back to sending the password in the clear.
            { unsafe shout_set_tls(self.handle, target.usesTLS ? SHOUT_TLS_RFC2818 : SHOUT_TLS_DISABLED) },
            { unsafe shout_set_nonblocking(self.handle, UInt32(SHOUT_BLOCKING_NONE)) },
            {
                unsafe shout_set_content_format(
                    self.handle, UInt32(mount.isOgg ? SHOUT_FORMAT_OGG : SHOUT_FORMAT_MP3),
                    UInt32(SHOUT_USAGE_AUDIO), nil)
            },
            { unsafe shout_set_public(self.handle, texts.isPublic ? 1 : 0) },
            { unsafe shout_set_meta(self.handle, SHOUT_META_NAME, texts.name) },
            { unsafe shout_set_meta(self.handle, SHOUT_META_DESCRIPTION, texts.description) },
            { unsafe shout_set_meta(self.handle, SHOUT_META_GENRE, texts.genre) },
            { unsafe shout_set_meta(self.handle, SHOUT_META_URL, texts.url) },
            { unsafe shout_set_audio_info(self.handle, SHOUT_AI_BITRATE, "\(mount.bitrate / 1_000)") },
            { unsafe shout_set_audio_info(self.handle, SHOUT_AI_SAMPLERATE, "\(mount.sampleRate)") },
            { unsafe shout_set_audio_info(self.handle, SHOUT_AI_CHANNELS, "\(EngineFormat.channels)") },
        ]
        return steps.lazy.map { $0() }.first { $0 != SHOUTERR_SUCCESS } ?? SHOUTERR_SUCCESS
    }

    private func opening(_ code: Int32) -> PushMachine.Opening {
        switch code {
        case SHOUTERR_SUCCESS, SHOUTERR_CONNECTED: .accepted
        // Where the socket is not known the target counts as reached: the longer deadline holds.
        case SHOUTERR_BUSY, SHOUTERR_RETRY: .pending(reached: isReached || !ownsDescriptors)
        default: .failed(failure(code))
        }
    }

    private func failure(_ code: Int32) -> PushFailure {
        switch code {
        case SHOUTERR_NOCONNECT: .unreachable
        case SHOUTERR_NOLOGIN: .loginRefused
        // A port at which nobody listens is a socket error, too.
        case SHOUTERR_SOCKET: isReached || !ownsDescriptors ? .broken : .unreachable
        case SHOUTERR_NOTLS, SHOUTERR_TLSBADCERT: .certificate
        default: .library(code: code)
        }
    }

    // MARK: The socket

    /// libshout's socket: the one stream of the internet in this thread's table. Nil when the table is shared, or
    /// nothing is open.
    private var socket: Int32? {
        guard ownsDescriptors else { return nil }
        return (3..<32).first { descriptor in
            var domain: Int32 = 0
            var kind: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            return unsafe getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0
                && getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &kind, &size) == 0
                && (domain == AF_INET || domain == AF_INET6) && kind == Int32(SOCK_STREAM.rawValue)
        }
    }

    /// Whether the target's kernel has taken the connection, though it may have been reset since.
    private var isReached: Bool {
        guard let socket else { return false }
        return peer != nil || cshims_tcp_state(socket).sent > 0
    }

    /// What the target has sent and libshout has not read; empty at the connection's end or after an error, nil when
    /// there is nothing yet.
    private func waiting(_ socket: Int32, most: Int = ShoutReply.mostBytes) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: most)
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe recv(socket, buffer.baseAddress, buffer.count, Int32(MSG_PEEK | MSG_DONTWAIT))
        }
        return count < 0 && errno == EAGAIN ? nil : Array(bytes.prefix(max(0, count)))
    }

    /// Holds back what is written, until it is let go (tcp(7), TCP_CORK).
    private func cork(_ socket: Int32, _ isCorked: Bool) {
        var value: Int32 = isCorked ? 1 : 0
        unsafe setsockopt(socket, Int32(IPPROTO_TCP), TCP_CORK, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private var hasLowDescriptor: Bool {
        let descriptor = unsafe Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)
        if descriptor >= 0 { Glibc.close(descriptor) }
        return (0..<1_000).contains(descriptor)
    }
}
