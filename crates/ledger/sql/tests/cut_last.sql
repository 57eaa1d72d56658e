DELETE FROM entries WHERE seq = (SELECT max(seq) FROM entries);
