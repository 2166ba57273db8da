internal import COgg
internal import CVorbis
internal import Glibc

/// The identification and the setup packet of an encoder, which every logical stream of its rendition begins with.
@safe
struct VorbisHeaders {
    private let identification: [UInt8]
    private let setup: [UInt8]

    /// Unsafe: the packets are libvorbis's own, and are copied before anything else can happen to them.
    init(_ analysis: UnsafeMutablePointer<vorbis_dsp_state>) {
        var first = unsafe ogg_packet()
        var second = unsafe ogg_packet()
        var third = unsafe ogg_packet()
        var none = unsafe vorbis_comment()
        unsafe vorbis_comment_init(&none)
        unsafe vorbis_analysis_headerout(analysis, &none, &first, &second, &third)
        unsafe vorbis_comment_clear(&none)
        identification = unsafe Self.bytes(first)
        setup = unsafe Self.bytes(third)
    }

    /// The three packets of a logical stream, in order.
    func packets(station: String, title: Title?) -> [[UInt8]] {
        [identification, Self.comments(station: station, title: title), setup]
    }

    /// The comment packet between them: the station's name, and a title's fields if there is one (the field names
    /// of "Ogg Vorbis I format specification: comment field and header specification").
    private static func comments(station: String, title: Title?) -> [UInt8] {
        var comments = unsafe vorbis_comment()
        unsafe vorbis_comment_init(&comments)
        defer { unsafe vorbis_comment_clear(&comments) }
        let fields = [
            ("ARTIST", title?.artist), ("TITLE", title?.title), ("ALBUM", title?.album),
            ("ORGANIZATION", station),
        ]
        for case (let name, let text?) in fields where !text.isEmpty {
            unsafe vorbis_comment_add_tag(&comments, name, text)
        }
        // Unsafe: this one packet is malloc'ed for the caller, who frees it.
        var packet = unsafe ogg_packet()
        unsafe vorbis_commentheader_out(&comments, &packet)
        defer { unsafe free(packet.packet) }
        return unsafe bytes(packet)
    }

    private static func bytes(_ packet: ogg_packet) -> [UInt8] {
        unsafe Array(UnsafeBufferPointer(start: packet.packet, count: packet.bytes))
    }
}
