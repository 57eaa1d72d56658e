UPDATE entries SET body = replace(body, '100000000', '100000') WHERE seq = 1;
