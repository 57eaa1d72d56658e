SELECT entries FROM persons WHERE id = ?1
