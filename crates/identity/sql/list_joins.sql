SELECT joins.id, what, one, other, rule, loads.load FROM joins LEFT JOIN loads ON loads.id = joins.load ORDER BY joins.id
