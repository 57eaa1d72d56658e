INSERT INTO keys (key, person, rule, load) VALUES (?1, ?2, ?3, ?4)
