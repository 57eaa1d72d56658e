-- The identity register: keyed digests, pseudonyms and cohorts. No identity is in it, and none can be read out of it
-- without the key.

-- What the register says about itself. `key_id` tells which keys its digests are made with; `erasures` counts erasures, so
-- that one that was cut off can be told from one that did not begin.
CREATE TABLE about (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row for each attempt to load a file that reached the staging step. A load that was taken back leaves no row.
CREATE TABLE loads (
    id    INTEGER PRIMARY KEY,
    load  TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'done'))
) STRICT;

-- Entries of 22 bytes: a person's pseudonym (16), the person's id, which counts in the order in which persons became known
-- (4), and the cohort that the person belongs to for ever (2): the earliest year in the rows of the attempt `load`, which
-- made the person known. Many entries to a row, here and below, because a row for each would be most of the time of a load.
CREATE TABLE persons (
    id      INTEGER PRIMARY KEY,
    load    INTEGER NOT NULL,
    entries BLOB NOT NULL CHECK (length(entries) % 22 = 0)
) STRICT;

-- Entries of 21 bytes: a digest that a record of a person left behind (16), the person's id (4), the class of digest (1).
CREATE TABLE offers (
    id      INTEGER PRIMARY KEY,
    load    INTEGER NOT NULL,
    entries BLOB NOT NULL CHECK (length(entries) % 21 = 0)
) STRICT;

-- Entries of 21 bytes: the pseudonym of a record that was linked (16), the person's id (4), the rule (1).
CREATE TABLE links (
    id      INTEGER PRIMARY KEY,
    load    INTEGER NOT NULL,
    entries BLOB NOT NULL CHECK (length(entries) % 21 = 0)
) STRICT;

-- Entries of 52 bytes: digests of a person's birth date, sex and father's name (16 each, zeros for none), the person's
-- id (4). They tell when two persons cannot be one.
CREATE TABLE facts (
    id      INTEGER PRIMARY KEY,
    load    INTEGER NOT NULL,
    entries BLOB NOT NULL CHECK (length(entries) % 52 = 0)
) STRICT;

-- Entries of 32 bytes: the digest of a sender's record id (16), the pseudonym of the person of a row that carries it (16),
-- known to `persons` or not. Of rows whose own pseudonym does not follow from source and record id alone: it comes from
-- the file too, and after a change of keys no file's first digest is known any more.
CREATE TABLE records (
    id      INTEGER PRIMARY KEY,
    load    INTEGER NOT NULL,
    entries BLOB NOT NULL CHECK (length(entries) % 32 = 0)
) STRICT;

-- The log of persons who were found to be one, and of links that were taken back: lines are added and never changed. What
-- holds now follows from reading it from the start. `load` is the attempt whose row showed it; none for a person's word.
CREATE TABLE joins (
    id    INTEGER PRIMARY KEY,
    what  TEXT NOT NULL CHECK (what IN ('merged', 'unlinked')),
    one   INTEGER NOT NULL,
    other INTEGER NOT NULL,
    rule  INTEGER NOT NULL,
    load  INTEGER
) STRICT;

-- What is left of erased persons: the digests by which they, their senders' records or they alone as pseudonyms would be
-- told again, under a cover that only the key lifts, the cohort, and whether it keeps out only rows that say nothing but the
-- number of a document.
CREATE TABLE tombstones (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 16),
    cohort TEXT NOT NULL,
    bare   INTEGER NOT NULL CHECK (bare IN (0, 1))
) STRICT, WITHOUT ROWID;
