internal import GRDB
internal import Programme

extension Database {
    /// The newest fact with a state that took effect at an instant or before. The newest is the last written one: the
    /// clock may have been set back since.
    func latestState(at instant: Instant) throws -> (Fact, Timeline.State)? {
        // The plus keeps SQLite from walking back through all lines: the index of the states is far shorter.
        let row = try Row.fetchOne(
            self,
            sql: """
                SELECT * FROM journal
                WHERE id = (SELECT max(+id) FROM journal WHERE state IS NOT NULL AND at <= ?)
                """, arguments: [instant.frames])
        guard let row, let fact = Fact(row), let state = StoredState.state(row["state"]) else { return nil }
        return (fact, state)
    }

    /// The fact with a state that was written last, whenever it took effect.
    func newestState() throws -> (Fact, Timeline.State)? {
        let row = try Row.fetchOne(
            self,
            sql: """
                SELECT * FROM journal WHERE id = (SELECT max(+id) FROM journal WHERE state IS NOT NULL)
                """)
        guard let row, let fact = Fact(row), let state = StoredState.state(row["state"]) else { return nil }
        return (fact, state)
    }

    /// Where the journal ends.
    func end() throws -> JournalEnd? {
        // A length that a crash left open is the file's, if that is measured.
        let row = try Row.fetchOne(
            self,
            sql: """
                SELECT at, (SELECT at + ifnull(length, ifnull(
                        (SELECT library.length FROM library WHERE path = file) - file_frame, 0))
                    FROM journal WHERE file_frame IS NOT NULL ORDER BY id DESC LIMIT 1) AS end
                FROM journal ORDER BY id DESC LIMIT 1
                """)
        return row.map { row in
            let at = Instant(frames: row["at"])
            return JournalEnd(at: at, end: max(at, (row["end"] as Int64?).map(Instant.init(frames:)) ?? at))
        }
    }

    /// Items that were on air at any time from one instant until before another, the earliest first.
    func aired(from start: Instant, to end: Instant, limit: Int) throws -> [Aired] {
        let before = try reachingOver(start).prefix(limit)
        let within = try Row.fetchAll(
            self,
            sql: """
                SELECT * FROM journal WHERE file_frame IS NOT NULL AND at >= ? AND at < ? ORDER BY at LIMIT ?
                """, arguments: [start.frames, end.frames, limit - before.count])
        return (before + within).compactMap(Aired.init)
    }

    /// Items that began before an instant and were on air at it, the earliest first.
    ///
    /// They are looked for among the hundred that began last before it: what is on air longer than that many others
    /// does not exist, and half a million lines need not be read.
    private func reachingOver(_ instant: Instant) throws -> [Row] {
        try Row.fetchAll(
            self,
            sql: """
                SELECT * FROM (SELECT * FROM journal WHERE file_frame IS NOT NULL AND at < ?1
                    ORDER BY at DESC LIMIT 100)
                WHERE length IS NULL OR at + length > ?1 ORDER BY at
                """, arguments: [instant.frames])
    }

    /// Items of the files below a folder that went on air at an instant or later, the earliest first.
    func aired(below folder: String, since instant: Instant) throws -> [Aired] {
        // "0" is the character behind the slash: all between are the names that begin with the folder's.
        try Row.fetchAll(
            self,
            sql: """
                SELECT * FROM journal WHERE file_frame IS NOT NULL AND at >= ? AND file > ? AND file < ? ORDER BY at
                """, arguments: [instant.frames, folder + "/", folder + "0"]
        ).compactMap(Aired.init)
    }

    /// The newest items, in the order in which they were on air.
    func aired(last count: Int) throws -> [Aired] {
        try Row.fetchAll(
            self, sql: "SELECT * FROM journal WHERE file_frame IS NOT NULL ORDER BY id DESC LIMIT ?",
            arguments: [count]
        ).reversed().compactMap(Aired.init)
    }

    /// Lines from a place on, in their order.
    func lines(from place: JournalPlace, limit: Int) throws -> [JournalLine] {
        // All but the states, which are long; a journal that could not be brought up to date yet has fewer.
        let columns = try self.columns(in: "journal").map(\.name).filter { $0 != "state" }
            .joined(separator: ", ")
        let rows: [Row]
        switch place {
        case .last(let count):
            rows = try Row.fetchAll(
                self,
                sql: """
                    SELECT \(columns) FROM (SELECT * FROM journal ORDER BY id DESC LIMIT ?) ORDER BY id LIMIT ?
                    """, arguments: [max(0, count), limit])
        case .since(let instant):
            let next = try Int64.fetchOne(
                self, sql: "SELECT id FROM journal WHERE at >= ? ORDER BY at, id LIMIT 1",
                arguments: [instant.frames])
            let over = try reachingOver(instant).map { $0["id"] as Int64 }
            guard let first = (next.map { over + [$0] } ?? over).min() else { return [] }
            return try lines(from: .after(first - 1), limit: limit)
        case .after(let id):
            rows = try Row.fetchAll(
                self, sql: "SELECT \(columns) FROM journal WHERE id > ? ORDER BY id LIMIT ?",
                arguments: [id, limit])
        }
        return rows.compactMap(JournalLine.init)
    }

    /// The whole index, in no order. By the column's number, not by its name: it stands in the way of a start.
    func library() throws -> [LibraryEntry] {
        let rows = try Row.fetchCursor(
            self,
            sql: """
                SELECT path, size, modified, measured, failure, length, loudness, true_peak, cue_in, cue_out, artist,
                    title, album, codec, container, sample_rate, channels FROM library
                """)
        var entries: [LibraryEntry] = []
        while let row = try rows.next() {
            entries.append(
                LibraryEntry(
                    path: row[0], size: row[1], modified: row[2], measured: Instant(frames: row[3]),
                    failure: row[4], length: (row[5] as Int64?).map(Length.init), loudness: row[6],
                    truePeak: row[7], cueIn: (row[8] as Int64?).map(Length.init),
                    cueOut: (row[9] as Int64?).map(Length.init), artist: row[10], title: row[11],
                    album: row[12], codec: row[13], container: row[14], sampleRate: row[15],
                    channels: row[16]))
        }
        return entries
    }
}

// A line that a newer version wrote with a word that this one does not know is left out, not an error.

extension Fact {
    fileprivate init?(_ row: Row) {
        guard let kind = Kind(rawValue: row["kind"]) else { return nil }
        self.init(
            kind: kind, at: Instant(frames: row["at"]), file: row["file"],
            words: row["words"] as String? ?? "")
    }
}

extension Aired {
    fileprivate init?(_ row: Row) {
        guard let kind = Item.Kind(rawValue: row["kind"]) else { return nil }
        self.init(
            kind: kind, file: row["file"], key: row["key"], artist: row["artist"], title: row["title"],
            album: row["album"], show: row["show"],
            start: Instant(frames: row["at"]), offset: Length(frames: row["file_frame"]),
            length: (row["length"] as Int64?).map(Length.init), why: row["words"])
    }
}

extension JournalLine {
    fileprivate init?(_ row: Row) {
        let content: Content?
        if row["file_frame"] as Int64? == nil {
            content = Fact(row).map(Content.fact)
        } else {
            content = Aired(row).map(Content.aired)
        }
        guard let content else { return nil }
        self.init(id: row["id"], content: content)
    }
}
