internal import Foundation
internal import Programme

/// Finds the recordings that shows repeat: which file is of which show follows from its name, its age and the schedule.
///
/// A DJ's connection is recorded from its first byte, also while the DJ waits: what is repeated begins where the show
/// does, and ends where its DJs have to be off the air. Blocks for the disk.
struct Repeats {
    private let configuration: Configuration
    private let schedule: Schedule

    /// The newest recordings among which a show's are looked for.
    private static let mostFiles = 1_000
    /// So many of a show are given, in case the newest cannot be played.
    private static let mostOfShow = 4
    /// What is shorter than this part of its show was not the show: a tenth.
    private static let leastPart: Int64 = 10
    /// The longest that a connection lasts: a file that was copied is older than it says.
    private static let longest = Length(seconds: 86_400)

    init(_ configuration: Configuration, _ schedule: Schedule) {
        self.configuration = configuration
        self.schedule = schedule
    }

    /// A connection of a DJ.
    private struct Recording {
        var file: LibraryFile
        var account: String
        var begin: Instant
        var end: Instant
    }

    /// For each show that is repeated its recordings: the newest airing first, and of one airing the longest.
    ///
    /// - Parameter writing: paths that are not whole yet.
    func files(besides writing: Set<String> = []) -> [Content: [ShowFile]] {
        let names = schedule.contents.compactMap { if case .recording(let name) = $0 { name } else { nil } }
        guard !names.isEmpty, let folder = configuration.live?.recordings?.to else { return [:] }
        let recordings = recordings(in: folder).filter { !writing.contains($0.file.path) }
        var found: [Content: [ShowFile]] = [:]
        for name in names {
            guard let show = schedule.shows.first(where: { $0.name == name }) else { continue }
            found[.recording(of: name)] = parts(of: show, in: recordings)
        }
        return found
    }

    private func recordings(in folder: String) -> [Recording] {
        let zone = TimeZone(identifier: configuration.station.timezone) ?? .gmt
        let all = ((try? names(inFolder: folder)) ?? []).map { String(decoding: $0, as: UTF8.self) }
        // A name begins with its date.
        return all.reversed().prefix(Self.mostFiles).compactMap { name in
            let path = folder + "/" + name
            guard let (wall, account) = RecordingFolder.parts(ofName: name),
                let status = try? FileStatus(path), status.kind == .file, status.size > 0
            else { return nil }
            let begin = Instant(wallNanoseconds: wall.nanoseconds(in: zone))
            return Recording(
                file: LibraryFile(
                    path: path, key: name, size: status.size, modified: status.modified,
                    place: configuration.place(of: "live.recordings")),
                account: account, begin: begin,
                end: min(Instant(wallNanoseconds: status.modified), begin + Self.longest))
        }
    }

    private func parts(of show: Show, in recordings: [Recording]) -> [ShowFile] {
        let overtime = Length(seconds: configuration.live?.overtime.inSeconds ?? 0)
        var parts: [(airing: Instant, length: Length, file: ShowFile)] = []
        for recording in recordings where show.live.contains(recording.account) {
            for slot in schedule.slots(from: recording.begin, to: recording.end)
            where slot.show?.name == show.name {
                let length = min(slot.end, recording.end) - max(slot.start, recording.begin)
                guard length.frames >= (slot.end - slot.start).frames / Self.leastPart else { continue }
                var file = recording.file
                file.title = show.name
                let begin = max(.zero, slot.start - recording.begin)
                parts.append(
                    (
                        slot.occurrence?.start ?? slot.start, length,
                        ShowFile(file: file, begin: begin, end: slot.end + overtime - recording.begin)
                    ))
            }
        }
        parts.sort { ($0.airing, $0.length, $0.file.file.key) > ($1.airing, $1.length, $1.file.file.key) }
        return parts.prefix(Self.mostOfShow).map(\.file)
    }
}
