internal import GRDB

/// The database's form. A change of it is a new migration with its date; one that has been released is never edited.
///
/// `journal` holds facts and aired items in one order, for people read them in one list. An item has a `file_frame`,
/// a fact has `words` and mostly a `state`. Times and lengths are frames of the station's time, files' times of
/// modification nanoseconds since 1970.
enum Schema {
    /// "Funk": it tells our files from those of other programs.
    static let applicationID = 0x4675_6E6B

    /// The most lines of the journal: two years with some 700 lines a day, enough for the yearly reports to collecting
    /// societies. It is a count and not an age, because a clock that jumps by years must not empty the journal.
    static let mostLines = 500_000
    /// The newest lines among which a fact keeps its state; older ones keep their words only. More than two months,
    /// and a bound in bytes also when a broken library makes a fact of every minute.
    static let mostStates = 50_000
    /// How long the measurements of a file that is gone are kept: a music disk may come back.
    static let daysGone: Int64 = 30

    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("2026-11-23 journal and library") { db in
            try db.execute(
                sql: """
                    CREATE TABLE journal (
                        id INTEGER PRIMARY KEY,
                        at INTEGER NOT NULL,
                        kind TEXT NOT NULL,
                        file TEXT,
                        words TEXT,
                        key TEXT,
                        artist TEXT,
                        title TEXT,
                        album TEXT,
                        file_frame INTEGER,
                        length INTEGER,
                        state TEXT
                    ) STRICT;
                    CREATE INDEX journal_at ON journal (at);
                    CREATE UNIQUE INDEX journal_item ON journal (at, file) WHERE file_frame IS NOT NULL;
                    CREATE INDEX journal_on_air ON journal (id)
                        WHERE file_frame IS NOT NULL AND length IS NULL;
                    CREATE INDEX journal_state ON journal (at) WHERE state IS NOT NULL;
                    CREATE TABLE library (
                        path TEXT PRIMARY KEY,
                        size INTEGER NOT NULL,
                        modified INTEGER NOT NULL,
                        measured INTEGER NOT NULL,
                        failure TEXT,
                        length INTEGER,
                        loudness REAL,
                        true_peak REAL,
                        cue_in INTEGER,
                        cue_out INTEGER,
                        artist TEXT,
                        title TEXT,
                        album TEXT,
                        codec TEXT,
                        container TEXT,
                        sample_rate INTEGER,
                        channels INTEGER,
                        gone_since INTEGER
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("2026-11-24 shows") { db in
            try db.execute(sql: "ALTER TABLE journal ADD COLUMN show TEXT")
        }
        return migrator
    }()

    /// Why a database is not one that this program can go on with; nil for our own and for an empty one.
    static func misfit(of db: Database) throws -> Trouble.Misfit? {
        let id = try Int.fetchOne(db, sql: "PRAGMA application_id")
        guard id == applicationID else {
            let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
            return tables == 0 ? nil : .foreign
        }
        return try migrator.hasBeenSuperseded(db) ? .newer : nil
    }
}
