SELECT entries FROM facts WHERE id = ?1
