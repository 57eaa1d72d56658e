SELECT entries FROM records ORDER BY id
