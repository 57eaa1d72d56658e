INSERT INTO facts (load, entries) VALUES (?1, ?2)
