/// The targets by name.
let targets: [String: @Sendable ([UInt8]) -> Void] = [
    "head": takeHeads, "login": takeLogin, "titles": takeTitle, "body": takeBody, "uplink": takeUplink,
    "shoutcast": takeShoutcast,
]

/// The one that the first word on the command line names.
let target = CommandLine.arguments.dropFirst().first.flatMap { targets[$0] }
