DELETE FROM keys WHERE load = ?1
