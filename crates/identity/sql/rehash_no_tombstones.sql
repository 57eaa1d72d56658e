DELETE FROM tombstones
