import Foundation
import TestKit
import Testing

/// Another program has a port of the station's already.
@Suite(.timeLimit(.minutes(5))) struct TakenPortTests {
    @Test(arguments: 0..<4)
    func `a port that is taken is said in a sentence, and the daemon ends`(number: Int) async throws {
        let ports = IcecastLoopback.freePorts()
        let other = ScriptedServer { _ in }
        let taken = other.port
        let isShoutcast = number % 2 == 1
        let station = try StationUnderTest(
            sections:
                "live: { mounts: [ /live ], shoutcast_port: \(isShoutcast ? taken : Int(ports.second)) }")
        try station.reconfigure(("127.0.0.1:0", "127.0.0.1:\(isShoutcast ? Int(ports.first) : taken)"))
        let tone = (0..<44_100).map { Float(0.2 * sin(Double($0) / 7)) }
        try Data(TestSignal(left: tone, right: tone).wav()).write(
            to: station.music.appendingPathComponent("tone.wav"))
        let end = try await station.run(["serve"], deadline: .seconds(30))
        #expect(end.status == 1)
        #expect(
            end.errors.contains("Another program already listens at 127.0.0.1:\(taken): end it"),
            "\(end.errors)")
    }
}
