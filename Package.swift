// swift-tools-version: 6.2
import PackageDescription

// The house: a target is a room, `dependencies` are its arrows. The build refuses any other import
// (`--explicit-target-dependency-import-check error` in the Makefile).

/// A C library of Debian's, found by its module map.
func system(_ name: String, _ pkgConfig: String? = nil, _ apt: String...) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt(apt)])
}

/// Beside Dispatch the compiler finds Glibc's `stat` now in the one module and now in the other, and then calls its
/// members invisible: so Station and the tests do without `MemberImportVisibility`.
let common: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let house: [SwiftSetting] = common + [.enableUpcomingFeature("MemberImportVisibility")]

/// A room where raw storage or C handles live: every unsafe use is marked, and its argument stands beside it.
let guarded: [SwiftSetting] = house + [.strictMemorySafety()]

/// `make fuzz` sets it: the rooms that take strangers' bytes apart then carry libFuzzer's instruments.
let fuzzes = Context.environment["FUNKHAUS_FUZZ"] == "1"
let instruments: [SwiftSetting] = fuzzes ? [.unsafeFlags(["-sanitize=fuzzer"])] : []

/// A test target, which may reach the shared fixtures and fakes.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestKit"], swiftSettings: common)
}

let package = Package(
    name: "funkhaus",
    products: [
        .executable(name: "funkhaus", targets: ["funkhaus"]),
        .executable(name: "funkhaus-media", targets: ["funkhaus-media"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        system("COgg", nil, "libogg-dev"),
        system("CVorbis", nil, "libvorbis-dev"),
        system("CLame", nil, "libmp3lame-dev"),
        system("COpus", nil, "libopus-dev"),
        system("CSoxr", nil, "libsoxr-dev"),
        system("CFlac", nil, "libflac-dev"),
        system("CShout", nil, "libshout-dev"),
        system(
            "CAV", "libavformat", "libavformat-dev", "libavcodec-dev", "libavdevice-dev",
            "libswresample-dev", "libavutil-dev"),
        system("CEbur128", nil, "libebur128-dev"),
        system("CCrypt", nil, "libcrypt-dev"),
        system("CCurl", nil, "libcurl4-openssl-dev"),
        .target(name: "CShims"),

        .target(name: "Threads", dependencies: ["CShims"], swiftSettings: guarded),
        .target(name: "Audio", dependencies: ["CShims"], swiftSettings: guarded),
        .target(name: "Programme", swiftSettings: guarded),
        .target(name: "Calendar", dependencies: ["Programme"], swiftSettings: guarded),
        .target(name: "Media", dependencies: ["Audio", "CAV", "CEbur128", "CShims"], swiftSettings: guarded),
        .target(
            name: "Codecs",
            dependencies: [
                "Audio", "Threads", "COgg", "CVorbis", "CLame", "COpus", "CSoxr", "CEbur128", "CShims",
            ],
            swiftSettings: guarded + instruments),
        .target(
            name: "Broadcast", dependencies: ["Codecs", "Audio", "Threads", "Web", "CShout", "CShims"],
            swiftSettings: guarded),
        .target(
            name: "Playout", dependencies: ["Programme", "Codecs", "Audio", "Threads", "CShims"],
            swiftSettings: guarded),
        .target(name: "Web", dependencies: ["CCurl"], swiftSettings: guarded),
        .target(
            name: "Monitor",
            dependencies: [
                "Codecs", "Audio", "Threads", "Web", "CCurl", "CShims",
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: guarded),
        .target(
            name: "Server",
            dependencies: [
                "Broadcast", "Codecs", "Audio",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: house + instruments),
        .target(
            name: "History",
            dependencies: ["Programme", "Threads", "CShims", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: guarded),
        .target(
            name: "Station",
            dependencies: [
                "Server", "Playout", "History", "Monitor", "Web", "Broadcast", "Programme", "Calendar",
                "Codecs", "Audio", "Threads", "CShims", "CCrypt",
                .product(name: "Yams", package: "Yams"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: common),
        .target(
            name: "Studio",
            dependencies: [
                "Codecs", "Audio", "Threads", "CFlac", "CShims",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ], swiftSettings: guarded),
        .executableTarget(
            name: "funkhaus",
            dependencies: [
                "Station", "Studio", "Codecs", "Audio", "Threads",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: house),
        .executableTarget(name: "funkhaus-media", dependencies: ["Media"], swiftSettings: house),

        .target(
            name: "TestKit", dependencies: ["Audio", "CShims"], path: "Tests/TestKit", swiftSettings: house),
        .target(name: "CAllocations", path: "Tests/CAllocations"),
        .executableTarget(
            name: "bench-door",
            dependencies: [
                "Server", "Broadcast", "Codecs", "Audio", .product(name: "Logging", package: "swift-log"),
            ], path: "Tests/Benchmarks/Door", swiftSettings: common),
        .executableTarget(
            name: "bench-plan", dependencies: ["Programme", "Calendar"], path: "Tests/Benchmarks/Plan",
            swiftSettings: common),
        tests("AllocationTests", ["Playout", "Programme", "Codecs", "Audio", "CAllocations"]),
        tests("AudioTests", ["Audio"]),
        tests("ProgrammeTests", ["Programme"]),
        tests("CalendarTests", ["Calendar", "Programme"]),
        tests("MediaTests", ["Media", "Codecs", "Audio", "CShims", "funkhaus-media"]),
        tests("CodecsTests", ["Codecs", "Audio"]),
        tests("BroadcastTests", ["Broadcast", "Codecs", "Audio"]),
        tests(
            "MonitorTests",
            [
                "Monitor", "Codecs", "Audio", "Web", "funkhaus-media",
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests("PlayoutTests", ["Playout", "Programme", "Calendar", "Codecs", "Audio"]),
        tests(
            "ServerTests",
            [
                "Server", "Broadcast", "Codecs", "Audio",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests(
            "HistoryTests", ["History", "Programme", "CShims", .product(name: "GRDB", package: "GRDB.swift")]),
        tests(
            "StudioTests",
            [
                "Studio", "Server", "Codecs", "Audio", "CShims", "funkhaus-media",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests("StationTests", ["Station", "Broadcast", "History", "Programme", "Codecs", "Audio"]),
        tests(
            "CommandTests",
            [
                "funkhaus", "Station", "Studio", "Codecs", "Audio",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        tests("TestKitTests", ["Audio"]),
        tests("PeerTests", ["Studio", "Codecs", "Audio", "funkhaus", "funkhaus-media"]),
    ]
)

if fuzzes {
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "funkhaus-fuzz",
            dependencies: [
                "CFuzzer", "Server", "Broadcast", "Codecs", "Audio",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ], path: "Tests/Fuzz", exclude: ["CFuzzer", "Corpus"],
            swiftSettings: common + instruments, linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])]),
    ]
}
