UPDATE persons SET entries = ?2 WHERE id = ?1
