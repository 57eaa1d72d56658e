INSERT INTO tombstones (digest, cohort, bare) VALUES (?1, ?2, ?3)
    ON CONFLICT (digest) DO UPDATE SET bare = min(bare, excluded.bare)
