-- Every entry from a sequence number on, oldest first.
SELECT seq, body, mac FROM entries WHERE seq >= ?1 ORDER BY seq;
