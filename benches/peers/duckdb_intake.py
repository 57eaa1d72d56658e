"""DuckDB at the work of intake: CSV, all columns as text, identities hashed, zstd Parquet at the
level at which the warehouse writes.

Arguments: CSV file, Parquet file, threads, identities ("a+b,c": one hash of a and b, one of c; the columns go).
Prints the time in seconds and the largest memory of the process in kibibytes.
"""

import resource
import sys
import time

import duckdb

csv, out, threads, identities = sys.argv[1:5]
groups = [group.split("+") for group in identities.split(",") if group]
gone = ", ".join(column for group in groups for column in group)
hashes = "".join(f", sha256(concat_ws('|', {', '.join(group)})) AS key_{at}" for at, group in enumerate(groups))
columns = f"* EXCLUDE ({gone}){hashes}" if groups else "*"
statement = (
    f"COPY (SELECT {columns} FROM read_csv('{csv}', header = true, all_varchar = true)) "
    f"TO '{out}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
)
connection = duckdb.connect(config={"threads": int(threads)})
start = time.perf_counter()
connection.execute(statement)
seconds = time.perf_counter() - start
print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
