DELETE FROM joins WHERE one = ?1 OR other = ?1
