DELETE FROM links WHERE load = ?1
