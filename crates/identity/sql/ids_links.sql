SELECT id, load FROM links ORDER BY id
