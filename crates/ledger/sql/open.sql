-- Each commit reaches the disk before it is reported: a reservation that is lost after its noise was drawn would be
-- spent twice.
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA fullfsync = ON;
PRAGMA foreign_keys = ON;
