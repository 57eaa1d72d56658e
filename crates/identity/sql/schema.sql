-- The identity register: keyed digests, pseudonyms and cohorts. No identity is in it, and none can be read out of it
-- without the key.

-- One row for each attempt to load a file that reached the staging step. A load that was taken back leaves no row.
CREATE TABLE loads (
    id    INTEGER PRIMARY KEY,
    load  TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'done'))
) STRICT;

-- A person and the cohort that the person belongs to for ever: the earliest year in the rows of the attempt `load`, which
-- made the person known.
CREATE TABLE persons (
    person BLOB PRIMARY KEY CHECK (length(person) = 16),
    cohort TEXT NOT NULL,
    load   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A link key, the person that it stands for, the rule that made it and the attempt that brought it.
CREATE TABLE keys (
    key    BLOB PRIMARY KEY CHECK (length(key) = 16),
    person BLOB NOT NULL,
    rule   TEXT NOT NULL,
    load   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
