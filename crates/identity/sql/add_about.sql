INSERT INTO about (name, value) VALUES (?1, ?2)
