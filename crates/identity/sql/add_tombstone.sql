INSERT OR IGNORE INTO tombstones (digest, cohort) VALUES (?1, ?2)
