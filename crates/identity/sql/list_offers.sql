SELECT entries FROM offers ORDER BY id
