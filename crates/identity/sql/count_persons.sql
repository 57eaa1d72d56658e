SELECT coalesce(sum(length(entries)), 0) / 22 FROM persons
