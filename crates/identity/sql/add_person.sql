INSERT INTO persons (id, person, cohort, load) VALUES (?1, ?2, ?3, ?4)
