SELECT person FROM keys WHERE key = ?1
