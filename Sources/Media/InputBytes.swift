internal import Glibc

/// Where libav's bytes come from.
protocol InputBytes: AnyObject {
    /// How many there are; nil for a line, whose end nobody knows and on which nothing can be sought.
    var size: Int64? { get }
    /// Reads bytes from a place on: at least one, 0 at the end, less with `errno` set when the system refuses.
    func read(_ to: UnsafeMutableRawBufferPointer, at place: Int64) -> Int
}

/// A live source: the bytes that the daemon sends behind its request, until it closes its sending half.
final class InputLine: InputBytes {
    let size: Int64? = nil
    /// What came together with the request.
    private var kept: ArraySlice<UInt8>

    init(_ kept: ArraySlice<UInt8>) { self.kept = kept }

    func read(_ to: UnsafeMutableRawBufferPointer, at place: Int64) -> Int {
        guard !kept.isEmpty else { return unsafe Glibc.read(0, to.baseAddress, to.count) }
        // Unsafe: `first` holds at most `to.count` bytes.
        let first = kept.prefix(to.count)
        unsafe to.copyBytes(from: first)
        kept.removeFirst(first.count)
        return first.count
    }
}
