SELECT digest, cohort, bare FROM tombstones ORDER BY digest
