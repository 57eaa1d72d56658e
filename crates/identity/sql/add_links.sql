INSERT INTO links (load, entries) VALUES (?1, ?2)
