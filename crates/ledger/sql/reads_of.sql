SELECT source, version FROM reads WHERE release_id = ?1 ORDER BY source;
