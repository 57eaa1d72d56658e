SELECT entries FROM offers WHERE id = ?1
