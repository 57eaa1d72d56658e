"""What the peers of the named statistics share: where the rows lie, and the conversation with the bench.

The bench asks for one statistic a line. The answer is one line: its name, the seconds that the engine took from the
question to all rows of the answer in memory, their number, and the sum of what the statistic counts. So the engines can
be asked in turn, and each is asked in one process that stays, as an engine of a service is.
"""

import json
import pathlib
import sys
import time

#: What a statistic counts: the first of these columns that it has.
COUNTED = ("persons", "contacts", "trainings", "campaigns", "identified", "number", "referrals")

#: Tables whose rows are about persons.
OF_PERSONS = ("cases", "contacts", "referrals", "assistance", "proceedings")


def files(path):
    """The Parquet files of every table that has any: those that the newest version has, as the bench wrote them down."""
    tables = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    return {table: paths for table, paths in tables.items() if paths}


def serve(ask):
    """Answers until the bench asks no more. `ask` gives column names, the number of rows, and a column's sum by name."""
    for line in sys.stdin:
        name = line.strip()
        start = time.perf_counter()
        columns, rows, total = ask(name)
        seconds = time.perf_counter() - start
        counted = next(column for column in COUNTED if column in columns)
        print(name, seconds, rows, total(counted) or 0, flush=True)
