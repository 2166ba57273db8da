// What strangers send to the front door, made up by libFuzzer, taken apart. `make fuzz` builds it, with the rooms that
// do this instrumented, and runs it for a bounded time.
//
// usage: funkhaus-fuzz body|head|login|shoutcast|titles|uplink [libFuzzer's options] [folders of examples]
//
// A target that finds something wrong crashes: libFuzzer then keeps the bytes, and they belong into Corpus/.

import CFuzzer
import Foundation

/// libFuzzer's library wants it by this name.
@_cdecl("LLVMFuzzerTestOneInput")
func takeOne(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    target?(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

guard target != nil else {
    fatalError("usage: funkhaus-fuzz \(targets.keys.sorted().joined(separator: "|")) [options] [folders]")
}
// libFuzzer's words begin with the program's name, as main's do.
var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
CommandLine.unsafeArgv[1] = CommandLine.unsafeArgv[0]
var count = CommandLine.argc - 1
exit(LLVMFuzzerRunDriver(&count, &words, takeOne))
