SELECT id, load FROM persons ORDER BY id
