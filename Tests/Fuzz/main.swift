// What strangers send to the front door, made up by libFuzzer, taken apart. `make fuzz` builds it, with the rooms that
// do this instrumented, and runs it for a bounded time.
//
// usage: funkhaus-fuzz head|login|titles [libFuzzer's options] [folders of examples]
//
// A target that finds something wrong crashes: libFuzzer then keeps the bytes, and they belong into Corpus/.

import CFuzzer
import Foundation

typealias Target = @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32

let targets: [String: Target] = [
    "head": { bytes, count in
        takeHeads(Array(UnsafeBufferPointer(start: bytes, count: count)))
        return 0
    },
    "login": { bytes, count in
        takeLogin(Array(UnsafeBufferPointer(start: bytes, count: count)))
        return 0
    },
    "titles": { bytes, count in
        takeTitle(Array(UnsafeBufferPointer(start: bytes, count: count)))
        return 0
    },
]

guard let target = CommandLine.arguments.dropFirst().first.flatMap({ targets[$0] }) else {
    fatalError("usage: funkhaus-fuzz \(targets.keys.sorted().joined(separator: "|")) [options] [folders]")
}
// libFuzzer's words begin with the program's name, as main's do.
var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
CommandLine.unsafeArgv[1] = CommandLine.unsafeArgv[0]
var count = CommandLine.argc - 1
exit(LLVMFuzzerRunDriver(&count, &words, target))
