SELECT id, person, cohort, load FROM persons ORDER BY id
