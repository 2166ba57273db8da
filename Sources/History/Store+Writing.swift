internal import Foundation
internal import GRDB
internal import Programme

extension Store {
    /// Writes a batch, all of it or nothing.
    ///
    /// With a fact in it SQLite flushes its log to the disk before this returns (`synchronous = FULL`), so that what
    /// was confirmed survives a power cut: one flush of the log, where a checkpoint would take two and move pages.
    /// Without one (`NORMAL`) the log is in the system's hands: a crash of the station loses nothing, a power cut the
    /// last items, and a small box's card is spared a flush for every track and measurement.
    func write(_ batch: Backlog.Batch, now: Instant) throws(Trouble) {
        try write(now: now) { queue in
            try queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = \(batch.hasFacts ? "FULL" : "NORMAL")")
                try db.inTransaction(.immediate) {
                    for waiting in batch.lines {
                        switch waiting.line {
                        case .fact(let fact, let state, _): try db.insert(fact, state)
                        case .aired(let aired): try db.keep(aired)
                        }
                    }
                    for (_, entry) in batch.entries { try db.keep(entry) }
                    if let (_, scan) = batch.scan { try db.note(scan) }
                    if !batch.lines.isEmpty { try db.trim(by: batch.lines.count) }
                    return .commit
                }
            }
        }
    }
}

extension Database {
    fileprivate func insert(_ fact: Fact, _ state: Timeline.State) throws {
        try cachedStatement(sql: "INSERT INTO journal (at, kind, file, words, state) VALUES (?, ?, ?, ?, ?)")
            .execute(arguments: [
                fact.at.frames, fact.kind.rawValue, fact.file, fact.words, StoredState.text(state),
            ])
    }

    /// An item has one line: the second time it is told, it has ended.
    fileprivate func keep(_ aired: Aired) throws {
        let statement = try cachedStatement(
            sql: """
                INSERT INTO journal
                    (at, kind, file, words, key, artist, title, album, show, file_frame, length)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (at, file) WHERE file_frame IS NOT NULL
                DO UPDATE SET words = excluded.words, length = excluded.length
                """)
        try statement.execute(arguments: [
            aired.start.frames, aired.kind.rawValue, aired.file, aired.why, aired.key, aired.artist,
            aired.title, aired.album, aired.show, aired.offset.frames, aired.length?.frames,
        ])
    }

    fileprivate func keep(_ entry: LibraryEntry) throws {
        let statement = try cachedStatement(
            sql:
                "INSERT OR REPLACE INTO library VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)"
        )
        try statement.execute(arguments: [
            entry.path, entry.size, entry.modified, entry.measured.frames, entry.failure,
            entry.length?.frames,
            entry.loudness, entry.truePeak, entry.cueIn?.frames, entry.cueOut?.frames, entry.artist,
            entry.title,
            entry.album, entry.codec, entry.container, entry.sampleRate, entry.channels,
        ])
    }

    /// Marks files that are gone and those that are back, and forgets what has been gone for long.
    fileprivate func note(_ scan: LibraryScan) throws {
        let known = try Row.fetchAll(self, sql: "SELECT path, gone_since IS NOT NULL FROM library")
        let mark = try cachedStatement(sql: "UPDATE library SET gone_since = ? WHERE path = ?")
        for row in known {
            let (path, wasGone): (String, Bool) = (row[0], row[1])
            let isGone = !scan.present.contains(path)
            guard isGone != wasGone else { continue }
            try mark.execute(arguments: [isGone ? scan.at.frames : nil, path])
        }
        try execute(
            sql: "DELETE FROM library WHERE gone_since < ?",
            arguments: [scan.at.frames - Schema.daysGone * 86_400 * Instant.rate])
    }

    /// Keeps the journal within its bounds after `count` new lines.
    fileprivate func trim(by count: Int) throws {
        guard let newest = try Int64.fetchOne(self, sql: "SELECT max(id) FROM journal") else { return }
        try cachedStatement(sql: "DELETE FROM journal WHERE id <= ?")
            .execute(arguments: [newest - Int64(Schema.mostLines)])
        let lastState = newest - Int64(Schema.mostStates)
        try cachedStatement(sql: "UPDATE journal SET state = NULL WHERE id > ? AND id <= ?")
            .execute(arguments: [lastState - Int64(count), lastState])
    }
}

/// A timeline's state as it lies in the database: JSON, readable for people with any SQLite tool.
enum StoredState {
    static func text(_ state: Timeline.State) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // JSON has no infinity; a loudness may be one.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return String(decoding: try encoder.encode(state), as: UTF8.self)
    }

    /// Nil for what another version of the program wrote in a form of its own.
    static func state(_ text: String) -> Timeline.State? {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        // A state that another version wrote counts as none: the programme is what it would be anyway.
        return try? decoder.decode(Timeline.State.self, from: Data(text.utf8))
    }
}
