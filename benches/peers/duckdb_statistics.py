"""DuckDB at the work of the named statistics, over the Parquet files of a warehouse.

Arguments: a JSON file of the tables and their files, threads. `statistics_peer.py` says how the bench asks. Answers are
handed over as Arrow, as Panoh's are.
"""

import pathlib
import sys

import duckdb
import pyarrow.compute

from statistics_peer import OF_PERSONS, files, serve

tables, threads = files(sys.argv[1]), int(sys.argv[2])
connection = duckdb.connect(config={"threads": threads})


def view(table):
    """The rows of a table; whoever turned out to be the same person as another is that one."""
    connection.execute(f"CREATE VIEW stored_{table} AS SELECT * FROM read_parquet({tables[table]})")
    rows = f"SELECT * FROM stored_{table}"
    if table in OF_PERSONS and "aliases" in tables:
        rows = (
            "SELECT stored.* REPLACE (coalesce(aliases.person, stored.person) AS person)"
            f" FROM stored_{table} AS stored LEFT JOIN aliases ON stored.person = aliases.alias"
        )
    connection.execute(f"CREATE VIEW {table} AS {rows}")


for table in sorted(tables):
    view(table)
statistics = {}
text = pathlib.Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
for block in text.split("\n-- ")[1:]:
    title, statement = block.split("\n", 1)
    kind, name = title.split(": ")
    if kind == "view":
        connection.execute(statement)
    else:
        statistics[name] = statement


def ask(name):
    answer = connection.sql(statistics[name]).to_arrow_table()
    return answer.column_names, answer.num_rows, lambda column: pyarrow.compute.sum(answer[column]).as_py()


serve(ask)
