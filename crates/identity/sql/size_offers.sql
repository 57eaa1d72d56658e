SELECT coalesce(sum(length(entries)), 0) FROM offers
