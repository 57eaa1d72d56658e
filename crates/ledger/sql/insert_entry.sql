INSERT INTO entries (seq, body, mac) VALUES (?1, ?2, ?3);
