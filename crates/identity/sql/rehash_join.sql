UPDATE joins SET one = ?2, other = ?3 WHERE id = ?1
