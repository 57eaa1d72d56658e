INSERT INTO loads (load, state) VALUES (?1, 'pending')
