DELETE FROM facts WHERE load = ?1
