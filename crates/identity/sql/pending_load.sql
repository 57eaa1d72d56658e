SELECT id FROM loads WHERE load = ?1 AND state = 'pending'
