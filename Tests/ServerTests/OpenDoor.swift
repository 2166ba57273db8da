import Audio
import Broadcast
import Logging
import TestKit
import Testing

@testable import Server

/// 2026-01-02T03:04:05Z: the tests' clock stands still.
let testInstant: Int64 = 1_767_323_045_000_000_000

/// Limits of time that no test reaches, however slow the machine is.
let patient = FrontDoorConfiguration.Limits(
    headTime: .seconds(600), crowdedHeadTime: .seconds(600), pageTime: .seconds(600),
    firstPageTime: .seconds(600))

let silent: Logger = {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
}()

/// Opens a front door on a free port, gives it to a test, and closes it.
func withFrontDoor(
    _ mounts: [FakeMount], station: StationTexts = StationTexts(name: "Radio", description: "A test"),
    limits: FrontDoorConfiguration.Limits = patient, guide: (any ShowGuide)? = nil,
    listen: String = "127.0.0.1:0", eventLoops: Int = 2,
    _ body: (FrontDoor, Int) async throws -> Void
) async throws {
    let configuration = FrontDoorConfiguration(
        listen: [try #require(ListenAddress(listen))], address: "fallback.example:8000", station: station,
        limits: limits, eventLoops: eventLoops)
    let door = FrontDoor(
        configuration: configuration, mounts: mounts.map(\.mount), guide: guide, logger: silent,
        now: { testInstant })
    let port = try await door.start()[0]
    do {
        try await body(door, port)
    } catch {
        await door.shutdown()
        throw error
    }
    await door.shutdown()
}

/// Waits until something that happens on another thread is so.
func eventually(_ condition: () -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(120)
    while !condition() {
        try #require(ContinuousClock.now < end, "It did not happen within 120 s.")
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// The fields of a head, by lower-case name; a body behind it is left out.
func fields(_ answer: String) -> [String: String] {
    var fields: [String: String] = [:]
    let head = answer[..<(answer.firstRange(of: "\r\n\r\n")?.lowerBound ?? answer.endIndex)]
    for line in head.split(separator: "\r\n").dropFirst() {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        fields[parts[0].lowercased()] =
            parts[1].hasPrefix(" ") ? String(parts[1].dropFirst()) : String(parts[1])
    }
    return fields
}
