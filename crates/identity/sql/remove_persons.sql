DELETE FROM persons WHERE load = ?1
