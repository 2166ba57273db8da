/// What is wrong with an audio file, or with the worker that read it.
public enum MediaFault: Error, Hashable {
    /// No file has this path.
    case missing
    /// The station's user may not read it.
    case permissionDenied
    /// A folder, a pipe, a device, a loop of links.
    case notAFile
    /// No byte is in it.
    case empty
    /// The system refused to read it: an error number of the system's.
    case unreadable(errno: Int32)
    /// No audio format is recognised in its bytes.
    case notAudio
    /// Its format is recognised, and not among those that the station plays: libav's name of it.
    case formatNotAllowed(String)
    /// Its audio is in a codec that the station does not play: libav's name of it.
    case codecNotAllowed(String)
    /// Nothing in it can be decoded, or too little to go on.
    case corrupt
    /// It lasts longer than a day.
    case endless
    /// Reading it takes more memory than a worker may have.
    case tooLarge
    /// It was changed while it was being read.
    case changed
    /// The library that speaks to sound devices is not installed.
    case noSoundSystem
    /// A sound device does not open: an error number of the system's.
    case noDevice(errno: Int32)

    // What only the daemon sees.

    /// A signal ended the worker.
    case crashed(signal: Int32)
    /// The worker left without a word.
    case exited(status: Int32)
    /// The worker gave no sign of life for too long.
    case hung
    /// The worker sent what no worker sends.
    case nonsense
    /// The worker's program cannot be started: an error number of the system's.
    case workerMissing(errno: Int32)
}

extension MediaFault {
    /// What is wrong and what to do, in one plain sentence without the path.
    public var explanation: String {
        switch self {
        case .missing: "there is no such file; put it back, or take it out of the playlist."
        case .permissionDenied: "the station may not read it; give its user the right (chmod o+r)."
        case .notAFile:
            "this is a folder, a pipe or a broken link and not a file; name the audio file itself."
        case .empty: "the file is empty; copy it again."
        case .unreadable(let errno):
            "the system cannot read it (error \(errno)); look at the disk and its cable."
        case .notAudio: "no audio is found in it; look at it in a player, or take it out of the playlist."
        case .formatNotAllowed(let name):
            "its format (\(name)) is not one that the station plays; convert it to FLAC, Ogg, MP3 or WAV."
        case .codecNotAllowed(let name):
            "its codec (\(name)) is not one that the station plays; convert it to FLAC, Ogg, MP3 or WAV."
        case .corrupt: "its audio is damaged and cannot be decoded; copy or encode it again."
        case .endless: "it lasts longer than 24 hours; cut it into shorter files."
        case .tooLarge: "it needs too much memory to read; look for oversized pictures or tags in it."
        case .changed: "it changed while it was being read; it is read anew the next time."
        case .noSoundSystem, .noDevice: ofADevice
        case .crashed(let signal): "the decoder crashed on it (signal \(signal)); encode it again."
        case .exited(let status): "the decoder gave up on it (status \(status)); encode it again."
        case .hung: "the decoder got stuck on it; look at the disk, or encode it again."
        case .nonsense: "the decoder sent nonsense for it; take it out of the playlist."
        case .workerMissing(let errno):
            "the program funkhaus-media cannot be started (error \(errno)); install it beside funkhaus."
        }
    }
}

extension MediaFault {
    /// What is wrong with a DJ's stream and what to do, in one plain sentence.
    public var ofAStream: String {
        switch self {
        case .notAudio, .empty:
            "what came is no audio that the station knows: send Ogg (Vorbis, Opus, FLAC), MP3, AAC or WebM."
        case .formatNotAllowed(let name), .codecNotAllowed(let name):
            "the stream is \(name): send Ogg (Vorbis, Opus, FLAC), MP3, AAC or WebM."
        case .crashed(let signal): "the decoder crashed on the stream (signal \(signal)); connect again."
        case .hung: "the decoder got stuck on the stream; connect again."
        case .workerMissing: explanation
        default: "the stream is damaged and cannot be decoded; connect again."
        }
    }
}

extension MediaFault {
    /// What is wrong with a sound device and what to do, in one plain sentence.
    public var ofADevice: String {
        switch self {
        case .noSoundSystem:
            "sound devices need the Debian package libavdevice59; install it, or use --input with a file."
        case .noDevice(let errno):
            "it does not open (error \(errno)); is it plugged in and allowed? funkhaus live --devices lists what there is."
        case .crashed, .exited, .nonsense, .hung:
            "the program that listens to it has failed; look at the sound system's own settings."
        case .workerMissing: explanation
        default: "it gives no more sound; look at its cable and at the sound system's own settings."
        }
    }
}
