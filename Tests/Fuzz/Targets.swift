/// The targets by name.
let targets: [String: @Sendable ([UInt8]) -> Void] = [
    "head": takeHeads, "login": takeLogin, "titles": takeTitle,
]

/// The one that the first word on the command line names.
let target = CommandLine.arguments.dropFirst().first.flatMap { targets[$0] }

/// libFuzzer's library wants it by this name.
@_cdecl("LLVMFuzzerTestOneInput")
func takeOne(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    target?(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}
