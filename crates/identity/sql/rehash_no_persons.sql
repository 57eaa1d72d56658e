DELETE FROM persons
