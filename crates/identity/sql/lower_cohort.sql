UPDATE persons SET cohort = ?2 WHERE person = ?1 AND load = ?3
