SELECT id, load FROM records ORDER BY id
