SELECT entries FROM links WHERE id = ?1
