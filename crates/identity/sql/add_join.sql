INSERT INTO joins (what, one, other, rule, load) VALUES (?1, ?2, ?3, ?4, ?5)
