UPDATE records SET entries = ?2 WHERE id = ?1
