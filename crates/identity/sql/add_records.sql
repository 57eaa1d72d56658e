INSERT INTO records (load, entries) VALUES (?1, ?2)
