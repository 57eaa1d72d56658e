SELECT entries FROM links ORDER BY id
