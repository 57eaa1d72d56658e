UPDATE loads SET state = 'done' WHERE id = ?1
