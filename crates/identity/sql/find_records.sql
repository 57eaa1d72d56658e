SELECT entries FROM records WHERE id = ?1
