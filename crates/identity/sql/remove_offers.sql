DELETE FROM offers WHERE load = ?1
