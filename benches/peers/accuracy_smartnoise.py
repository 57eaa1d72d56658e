"""SmartNoise SQL (package `smartnoise-sql`): one query for each table, Gaussian noise, the zCDP budget split evenly.

The package counts ε and δ by query; each query gets the pair that makes its Gaussian noise cost ρ over the number of
tables, which is a tighter account than its own odometer's. Twice: with keys that it discovers, for which half of δ pays
through its threshold, and with all keys given, as counts made beforehand.
"""

import math

import accuracy as bench
import numpy as np

bench.need("smartnoise-sql", "opendp")

import pandas as pd  # noqa: E402
import snsql  # noqa: E402
from opendp import prelude as dp  # noqa: E402
from snsql.sql._mechanisms.base import Mechanism  # noqa: E402
from snsql.sql.privacy import Privacy, Stat  # noqa: E402

dp.enable_features("contrib")
frame = pd.DataFrame(bench.rows, columns=bench.columns)


def query_privacy(rho, delta):
    """The ε of one query at this δ whose Gaussian noise costs ρ over the number of tables."""
    scale = math.sqrt(len(bench.tables) / (2 * rho))
    space = dp.atom_domain(T=float, nan=False), dp.absolute_distance(T=float)
    noise = dp.c.make_fix_delta(dp.c.make_zCDP_to_approxDP(dp.m.make_gaussian(*space, scale)), delta)
    privacy = Privacy(epsilon=noise.map(1.0)[0], delta=delta)
    privacy.mechanisms.map[Stat.count] = privacy.mechanisms.map[Stat.threshold] = Mechanism.gaussian
    return privacy


def reader(privacy, keys_given):
    table = {"row_privacy": True, "rows": len(frame), "censor_dims": not keys_given, "clamp_counts": False}
    table |= {name: {"type": "int"} for name in bench.columns}
    metadata = {"": {"bench": {"persons": table}}}
    return snsql.from_df(frame, privacy=privacy, metadata=metadata)


def statement(table):
    names = ", ".join(bench.names(table))
    return f"SELECT {names}, COUNT(*) AS persons FROM bench.persons GROUP BY {names}" if table else (
        "SELECT COUNT(*) AS persons FROM bench.persons"
    )


def all_counts(table):
    """Exact counts of all keys, in the columns that the package would have asked its database for."""
    counts = bench.exact(table)
    codes = np.indices(bench.shape(table)).reshape(len(table), counts.size)
    return [(*bench.names(table), "count_star"), *zip(*codes.tolist(), counts.tolist(), strict=True)]


def release(privacy, keys_given):
    def run():
        private = reader(privacy, keys_given)
        values = []
        for table in bench.tables:
            counts = all_counts(table) if keys_given else None
            answer = private.execute(statement(table), pre_aggregated=counts)
            cells = np.array(answer[1:]).reshape(-1, len(table) + 1)
            value = bench.nothing(table)
            value[tuple(cells[:, :-1].astype(int).T)] = cells[:, -1] if table else cells[0, 0]
            values.append(value)
        # Each query has the same noise, so one question tells the error of all.
        accuracy = private.get_simple_accuracy(statement(bench.tables[0]), alpha=0.05)[-1]
        return values, [accuracy] * len(values)

    return run


# The threshold of each query misses a lonely key with half of the query's δ.
privacy = query_privacy(bench.workload["rho_at_half_delta"], bench.delta / len(bench.tables))
bench.repeat("smartnoise-keys-discovered", "discovered", release(privacy, False), share=0.3)
# Noise alone is worth ρ; the δ of a query only chooses among pairs that mean the same noise.
privacy = query_privacy(bench.rho, bench.delta / len(bench.tables))
bench.repeat("smartnoise", "given", release(privacy, True))
