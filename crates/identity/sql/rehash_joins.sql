SELECT id, one, other FROM joins ORDER BY id
