DELETE FROM loads WHERE id = ?1
