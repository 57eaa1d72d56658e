SELECT entries FROM persons ORDER BY id
