SELECT load FROM loads WHERE state = 'pending' ORDER BY id
