SELECT cohort FROM persons WHERE person = ?1
