DELETE FROM joins WHERE load = ?1
