SELECT entries FROM facts ORDER BY id
