"""DuckDB at the work of intake: CSV, all columns as text, identities hashed, zstd Parquet.

Arguments: CSV file, Parquet file, threads, runs, identities ("a+b,c": one hash of a and b, one of c; the columns go).
Prints the middle time of the runs in seconds.
"""

import sys
import time

import duckdb

csv, out, threads, runs, identities = sys.argv[1:6]
groups = [group.split("+") for group in identities.split(",") if group]
gone = ", ".join(column for group in groups for column in group)
hashes = "".join(f", sha256(concat_ws('|', {', '.join(group)})) AS key_{at}" for at, group in enumerate(groups))
columns = f"* EXCLUDE ({gone}){hashes}" if groups else "*"
statement = (
    f"COPY (SELECT {columns} FROM read_csv('{csv}', header = true, all_varchar = true)) "
    f"TO '{out}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3)"
)
times = []
for _ in range(int(runs)):
    connection = duckdb.connect(config={"threads": int(threads)})
    start = time.perf_counter()
    connection.execute(statement)
    times.append(time.perf_counter() - start)
    connection.close()
print(sorted(times)[len(times) // 2])
