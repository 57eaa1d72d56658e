UPDATE loads SET load = ?2 WHERE id = ?1
