INSERT INTO offers (load, entries) VALUES (?1, ?2)
