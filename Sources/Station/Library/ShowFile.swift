internal import Programme

/// A file that a show plays and that no playlist names: a recording of another show, an episode of a podcast.
///
/// Whoever gives such files gives several for a content, the one that is wanted first at the beginning: the others are for
/// when that cannot be played.
struct ShowFile: Hashable, Sendable {
    var file: LibraryFile
    /// Where in the file the show begins and ends; nil for the file's own end.
    var begin: Length = .zero
    var end: Length?
    /// In slots that begin at this instant or later the one behind it is on; nil for never.
    var until: Instant?
}

extension Track {
    /// The part of a measured file that a show plays; nil when nothing of it is there.
    init?(_ part: ShowFile, of whole: Track) {
        guard let length = whole.length else { return nil }
        self = whole
        self.length = min(length, part.end ?? length)
        if part.begin > .zero { begin = part.begin }
        // Its tags are those of whatever was played first in it.
        (artist, title, album) = (part.file.artist, part.file.title, nil)
        guard part.begin < self.length! else { return nil }
    }
}
