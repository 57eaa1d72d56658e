-- One row for each thing that ever happened to a release; the newest state follows from reading all of them in order.
CREATE TABLE IF NOT EXISTS entries (
    seq  INTEGER PRIMARY KEY CHECK (seq >= 1),
    body TEXT NOT NULL,                          -- JSON of the event, exactly as it was sealed
    mac  BLOB NOT NULL CHECK (length(mac) = 32)  -- HMAC over the previous mac, seq and body
) STRICT;

-- Which warehouse versions a release was computed from. Outside the chain on purpose: the head of the chain stands in
-- every published artefact, and nothing published may depend on how often data were loaded.
CREATE TABLE IF NOT EXISTS reads (
    release_id TEXT NOT NULL,
    source     TEXT NOT NULL,
    version    INTEGER NOT NULL,
    PRIMARY KEY (release_id, source)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER IF NOT EXISTS entries_are_never_changed BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never changed'); END;

CREATE TRIGGER IF NOT EXISTS entries_are_never_deleted BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never deleted'); END;

CREATE TRIGGER IF NOT EXISTS reads_are_never_changed BEFORE UPDATE ON reads
BEGIN SELECT RAISE(ABORT, 'reads of the ledger are never changed'); END;

CREATE TRIGGER IF NOT EXISTS reads_are_never_deleted BEFORE DELETE ON reads
BEGIN SELECT RAISE(ABORT, 'reads of the ledger are never deleted'); END;
