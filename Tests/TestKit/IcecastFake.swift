internal import Foundation
internal import Glibc
internal import Synchronization

/// A server that behaves as an Icecast should not: it refuses, hangs, or breaks off, as a test tells it.
///
/// Each connection has a thread of its own. It ends with the object.
public final class IcecastFake: Sendable {
    /// What happens to the next connection.
    public enum Behaviour: Sendable {
        /// It is taken, and never answered.
        case silent
        /// The knock without a password is answered with 401, the login with these bytes. The connection stays.
        case answers(String)
        /// The knock is answered with these bytes, and nothing follows.
        case answersKnock(String)
        /// The login is accepted, and then no byte is read.
        case stalls
        /// The login is accepted, and every byte is read.
        case takes
        /// The connection is reset when the head has come.
        case resets
        /// The connection is ended when the head has come.
        case hangsUp
    }

    private struct State {
        var behaviour: Behaviour
        var heads: [String] = []
        var taken: [UInt8] = []
        var connections: [Int32] = []
    }

    public let port: UInt16
    private let listener: Int32
    private let state: Mutex<State>

    public init(_ behaviour: Behaviour) {
        (listener, port) = IcecastLoopback.listen()
        state = Mutex(State(behaviour: behaviour))
        Thread.detachNewThread { [listener, state = WeakFake(self)] in
            // Closed by this thread alone: elsewhere its number could be another's before `accept` is called again.
            defer { close(listener) }
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                guard let fake = state.fake else {
                    close(connection)
                    return
                }
                fake.state.withLock { $0.connections.append(connection) }
                Thread.detachNewThread { fake.serve(connection) }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        for connection in state.withLock({ $0.connections }) { close(connection) }
    }

    public var behaviour: Behaviour {
        get { state.withLock { $0.behaviour } }
        set { state.withLock { $0.behaviour = newValue } }
    }

    /// The heads of all requests so far.
    public var heads: [String] { state.withLock { $0.heads } }

    /// Bytes of the stream that were read.
    public var taken: [UInt8] { state.withLock { $0.taken } }

    private func serve(_ connection: Int32) {
        guard let head = Self.head(connection) else { return }
        let behaviour = state.withLock { state in
            state.heads.append(head)
            return state.behaviour
        }
        let isKnock = !head.lowercased().contains("authorization:")
        switch behaviour {
        case .silent: break
        case .resets:
            var now = linger(l_onoff: 1, l_linger: 0)
            setsockopt(connection, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
            end(connection)
        case .hangsUp: end(connection)
        case .answersKnock(let text): answer(connection, text)
        case .answers, .stalls, .takes:
            guard !isKnock else {
                answer(connection, "HTTP/1.0 401 Authentication Required\r\nContent-Length: 2\r\n\r\nno")
                return
            }
            if case .answers(let text) = behaviour { return answer(connection, text) }
            answer(connection, "HTTP/1.0 200 OK\r\n\r\n")
            if case .takes = behaviour { drain(connection) }
        }
    }

    private func drain(_ connection: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            state.withLock { $0.taken += buffer.prefix(count) }
        }
    }

    private func answer(_ connection: Int32, _ text: String) {
        _ = send(connection, text, text.utf8.count, Int32(MSG_NOSIGNAL))
    }

    private func end(_ connection: Int32) {
        state.withLock { $0.connections.removeAll { $0 == connection } }
        close(connection)
    }

    private static func head(_ connection: Int32) -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard recv(connection, &byte, 1, 0) == 1 else { return nil }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Sendable: the one thread that holds it only reads it.
private struct WeakFake: @unchecked Sendable {
    weak var fake: IcecastFake?
    init(_ fake: IcecastFake) { self.fake = fake }
}
