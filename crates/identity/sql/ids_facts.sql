SELECT id, load FROM facts ORDER BY id
