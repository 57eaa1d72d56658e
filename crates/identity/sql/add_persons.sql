INSERT INTO persons (load, entries) VALUES (?1, ?2)
