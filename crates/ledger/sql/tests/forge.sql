INSERT INTO entries (seq, body, mac) VALUES (3, '{"event":"void","release":"r-2","reason":"crash","at":"now"}', zeroblob(32));
