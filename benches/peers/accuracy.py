"""What the scripts of the accuracy bench share: the workload that they read and the releases that they write.

A script is called with a folder. It reads `workload.json` and `rows.csv` there, and for each run writes one file of
little-endian doubles: the values of all cells of all tables (not a number where nothing was released), then, if the
package states errors, as many half-widths of 95 % intervals. It prints one line for each run,
`release VARIANT KEYS SECONDS FILE`, where KEYS says who knew the keys: `given`, `discovered` or `data` (keys that occur
in the data were taken as public). `note TEXT` is shown to people.
"""

import faulthandler
import importlib.metadata
import json
import math
import pathlib
import sys
import time

import numpy as np

folder = pathlib.Path(sys.argv[1])
workload = json.loads((folder / "workload.json").read_text(encoding="utf-8"))
columns, sizes = workload["columns"], workload["sizes"]
tables = [tuple(table) for table in workload["tables"]]
epsilon, delta, rho = workload["epsilon"], workload["delta"], workload["rho"]
rows = np.loadtxt(folder / "rows.csv", delimiter=",", skiprows=1, dtype=np.int64)

start = time.monotonic()
deadline = start + 60 * workload["minutes"]
# A run that hangs in foreign code is ended a little later, whatever it does.
faulthandler.dump_traceback_later(60 * workload["minutes"] + 60, exit=True)


def need(*packages):
    """Says which versions run, or that a package is absent, and then ends the script."""
    found = []
    for package in packages:
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            print(f"absent {package} is not installed in the interpreter that PANOH_BENCH_PYTHON names", flush=True)
            sys.exit(0)
    note(", ".join(found))


def note(text):
    print("note", " ".join(str(text).split()), flush=True)


def names(table):
    return [columns[dimension] for dimension in table]


def shape(table):
    return tuple(sizes[dimension] for dimension in table)


def exact(table):
    """The exact table, dense: for packages that take counts and noise them."""
    places = np.ravel_multi_index(tuple(rows[:, d] for d in table), shape(table)) if table else np.zeros(len(rows), int)
    return np.bincount(places, minlength=math.prod(shape(table)))


def nothing(table):
    """A table in which no cell is released yet."""
    return np.full(shape(table), np.nan)


def repeat(variant, keys, run, share=1.0):
    """Runs and writes until there are enough repetitions, or the next would not end in this share of the time left.

    `run` returns the tables in the order asked for, and a list of half-widths (one number or array for each) or None.
    """
    longest, now = 0.0, time.monotonic()
    until = now + share * (deadline - now)
    for repetition in range(workload["repetitions"]):
        if time.monotonic() + longest > until:
            note(f"{variant}: stopped after {repetition} runs, there is no time for another")
            return
        begun = time.perf_counter()
        values, half_widths = run()
        seconds = time.perf_counter() - begun
        longest = max(longest, seconds)
        parts = [np.asarray(value, dtype="<f8").ravel() for value in values]
        if half_widths is not None:
            cells = [math.prod(shape(table)) for table in tables]
            bounds = zip(half_widths, cells, strict=True)
            parts += [np.broadcast_to(np.asarray(bound, dtype="<f8").ravel(), count) for bound, count in bounds]
        file = f"{variant}-{repetition}.f64"
        np.concatenate(parts).astype("<f8").tofile(folder / file)
        print("release", variant, keys, f"{seconds:.4f}", file, flush=True)
