UPDATE entries SET seq = seq + 10;
UPDATE entries SET seq = CASE seq WHEN 11 THEN 2 WHEN 12 THEN 1 ELSE seq - 10 END;
