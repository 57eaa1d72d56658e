DELETE FROM records WHERE load = ?1
