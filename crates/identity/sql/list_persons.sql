SELECT id, person, cohort FROM persons ORDER BY id
