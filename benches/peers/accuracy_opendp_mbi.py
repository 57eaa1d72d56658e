"""OpenDP with `opendp.extras.mbi`: a graphical model fitted to noisy marginals, asked for every table.

Keys are given. Its documented default, AIM, chooses which marginals to measure. Values are never negative, and errors are
stated where the package states them.
"""

import accuracy as bench
import numpy as np

bench.need("opendp", "mbi", "polars")

import opendp.prelude as dp  # noqa: E402
import polars as pl  # noqa: E402

dp.enable_features("contrib")
frame = pl.DataFrame({name: bench.rows[:, at] for at, name in enumerate(bench.columns)}).lazy()
keys = {name: list(range(size)) for name, size in zip(bench.columns, bench.sizes, strict=True)}


def run():
    context = dp.Context.compositor(
        data=frame, privacy_unit=dp.unit_of(contributions=1), privacy_loss=dp.loss_of(rho=bench.rho)
    )
    algorithm = dp.mbi.AIM(queries=[dp.mbi.Count(bench.names(table)) for table in bench.tables if table])
    table_of_all = context.query(rho=bench.rho).contingency_table(keys=keys, algorithm=algorithm).release()
    values, half_widths = [], []
    for table in bench.tables:
        # The package adds a code for what is not among the keys; nobody has it, and it is left out.
        part = np.asarray(table_of_all.project(bench.names(table)), dtype=float)
        values.append(part[tuple(slice(0, size) for size in bench.shape(table))])
        half_widths.append(np.nan)
        if table:
            try:
                half_widths[-1] = 1.959964 * table_of_all.std(bench.names(table))
            except ValueError:
                pass  # not covered by what was measured: the package states no error
    return values, half_widths


bench.repeat("opendp-mbi-aim", "given", run)
