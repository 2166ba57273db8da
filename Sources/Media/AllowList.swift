/// What the station plays, by libav's short names. Whatever is not here is refused before one byte of it is parsed:
/// playlists that name other files, subtitles, pictures, and decoders that nobody has music in.
enum AllowList {
    /// Containers, as the first of a demuxer's names.
    static let containers: Set<String> = [
        "aac", "ac3", "aiff", "amr", "amrnb", "amrwb", "ape", "asf", "au", "caf", "dsf", "dts", "eac3",
        "flac",
        "iff", "loas", "matroska", "mov", "mp3", "mpc", "mpc8", "ogg", "shn", "tak", "truehd", "tta", "voc",
        "w64",
        "wav", "wv",
    ]

    /// Containers whose timestamps after a seek are right to the sample; in the others a start in the middle is found
    /// by decoding from the beginning.
    static let exactlySought: Set<String> = [
        "aiff", "au", "caf", "flac", "mov", "mp3", "ogg", "w64", "wav", "wv",
    ]

    /// Decoders, as libavcodec names them.
    static let decoders: Set<String> = [
        "aac", "aac_latm", "ac3", "adpcm_ima_qt", "adpcm_ima_wav", "adpcm_ms", "alac", "amrnb", "amrwb",
        "ape",
        "dca", "dsd_lsbf", "dsd_lsbf_planar", "dsd_msbf", "dsd_msbf_planar", "dst", "eac3", "flac", "g722",
        "gsm",
        "gsm_ms", "mlp", "mp1", "mp1float", "mp2", "mp2float", "mp3", "mp3float", "mpc7", "mpc8", "opus",
        "pcm_alaw", "pcm_f32be", "pcm_f32le", "pcm_f64be", "pcm_f64le", "pcm_mulaw", "pcm_s16be", "pcm_s16le",
        "pcm_s24be", "pcm_s24le", "pcm_s32be", "pcm_s32le", "pcm_s8", "pcm_u8", "shorten", "speex", "tak",
        "truehd", "tta", "vorbis", "wavpack", "wmalossless", "wmapro", "wmav1", "wmav2", "wmavoice",
    ]
}
