// Both: libogg's types come to the compiler through either.
internal import COgg
internal import CVorbis

/// One logical Ogg stream at a time, written as whole pages. One owner, one thread at a time.
///
/// Pages are cut where the owner says; libogg divides only what exceeds a page (255 segments). Page numbers wrap at
/// 2³², as the format has it (RFC 3533, section 6).
@safe
struct OggFraming: ~Copyable {
    // Unsafe: allocated once, never moved, freed by this value alone, which cannot be copied.
    private let stream: UnsafeMutablePointer<ogg_stream_state>

    init() {
        unsafe stream = .allocate(capacity: 1)
        unsafe ogg_stream_init(stream, 0)
    }

    deinit {
        unsafe ogg_stream_clear(stream)
        unsafe stream.deallocate()
    }

    /// Begins a logical stream with its header packets: the first in a page of its own, audio on a fresh page
    /// (Vorbis I, appendix A.2; RFC 7845, section 3).
    func begin(serial: UInt32, headers: [[UInt8]]) -> [UInt8] {
        unsafe ogg_stream_reset_serialno(stream, Int32(bitPattern: serial))
        var pages: [UInt8] = []
        for (index, header) in headers.enumerated() {
            add(header, granule: 0, ends: false)
            if index == 0 { pages = cut() }
        }
        return pages + cut()
    }

    /// Appends a packet to the page that is being filled.
    func add(_ bytes: [UInt8], granule: Int64, ends: Bool) {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            var packet = unsafe ogg_packet()
            // libogg copies the bytes and does not write to them.
            unsafe packet.packet = UnsafeMutablePointer(mutating: bytes.baseAddress)
            unsafe packet.bytes = bytes.count
            unsafe packet.granulepos = granule
            unsafe packet.e_o_s = ends ? 1 : 0
            unsafe _ = ogg_stream_packetin(stream, &packet)
        }
    }

    /// Appends a packet to the page that is being filled.
    func add(_ packet: borrowing VorbisPacket, granule: Int64, ends: Bool) {
        unsafe packet.lend(granule: granule, ends: ends) { unsafe _ = ogg_stream_packetin(stream, $0) }
    }

    /// Ends the page that is being filled, and gives it.
    func cut() -> [UInt8] {
        var bytes: [UInt8] = []
        var page = unsafe ogg_page()
        // Not `ogg_stream_flush`, which begins another page after 4 kB.
        while unsafe ogg_stream_flush_fill(stream, &page, .max) != 0 {
            unsafe bytes.reserveCapacity(bytes.count + page.header_len + page.body_len)
            unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: page.header, count: page.header_len))
            unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: page.body, count: page.body_len))
        }
        return bytes
    }
}
