SELECT id, load FROM offers ORDER BY id
