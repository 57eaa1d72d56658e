INSERT INTO persons (person, cohort, load) VALUES (?1, ?2, ?3)
