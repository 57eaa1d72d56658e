INSERT INTO reads (release_id, source, version) VALUES (?1, ?2, ?3);
