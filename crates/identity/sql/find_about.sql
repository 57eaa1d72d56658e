SELECT value FROM about WHERE name = ?1
