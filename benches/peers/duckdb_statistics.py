"""DuckDB at the work of the named statistics, over the Parquet files of a warehouse.

Arguments: warehouse folder, threads, runs. Prints for each statistic its name, the middle time of the runs in seconds,
the rows of the answer and the sum of its persons. Of a register that has no rows there is nothing to print. Every file in
the folder must be part of the newest version.
"""

import pathlib
import sys
import time

import duckdb

warehouse, threads, runs = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
connection = duckdb.connect(config={"threads": threads})
stored = [folder.name for folder in warehouse.iterdir() if any(folder.glob("*.parquet"))]
for table in stored:
    connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{warehouse}/{table}/*.parquet')")
text = pathlib.Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
for block in text.split("\n-- ")[1:]:
    title, statement = block.split("\n", 1)
    kind, name = title.split(": ")
    if kind == "view":
        connection.execute(statement)
        continue
    try:
        connection.execute(f"EXPLAIN {statement}")
    except duckdb.CatalogException:
        continue
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        answer = connection.execute(statement)
        names = [column[0] for column in answer.description]
        rows = answer.fetchall()
        times.append(time.perf_counter() - start)
    persons = sum(row[names.index("persons")] for row in rows) if "persons" in names else 0
    print(name, sorted(times)[len(times) // 2], len(rows), persons)
