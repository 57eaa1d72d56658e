DELETE FROM entries WHERE seq = 1;
