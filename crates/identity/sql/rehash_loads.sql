SELECT id, load FROM loads ORDER BY id
