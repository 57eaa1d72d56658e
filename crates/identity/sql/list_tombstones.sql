SELECT digest, cohort FROM tombstones ORDER BY digest
