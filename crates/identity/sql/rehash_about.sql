UPDATE about SET value = ?2 WHERE name = ?1
