"""OpenDP (package `opendp`, its data frame interface): one query for each table, the budget split evenly between them.

Twice: with the keys given, so that every cell is released, and with keys that the package discovers, for which half of δ
pays. Counts are asked for as signed numbers, since others are cut off at zero. Scale and threshold are handed to the
package, which would otherwise search for them anew in every query, for seconds; its privacy filter adds up what each
query costs all the same.
"""

import math

import accuracy as bench
import numpy as np

bench.need("opendp", "polars")

import opendp.prelude as dp  # noqa: E402
import polars as pl  # noqa: E402

dp.enable_features("contrib")
frame = pl.DataFrame({name: bench.rows[:, at] for at, name in enumerate(bench.columns)}).lazy()
# More rows than any list of one country; the bound is public and only guards against overflow.
MARGIN = dp.polars.Margin(by=(), max_length=10_000_000, max_groups=10_000_000)
count = dp.len(signed=True).alias("persons")


def all_keys(table):
    codes = np.indices(bench.shape(table)).reshape(len(table), math.prod(bench.shape(table)))
    return pl.LazyFrame(dict(zip(bench.names(table), codes.astype(np.int64), strict=True)))


def plan(table, keys_given):
    if not table:
        return frame.select(count)
    counted = frame.group_by(*bench.names(table)).agg(count)
    if keys_given:
        return all_keys(table).join(counted, how="left", on=bench.names(table), nulls_equal=True)
    return counted


def release(loss, scale, keys_given, delta=None):
    def run():
        context = dp.Context.compositor(
            data=frame,
            privacy_unit=dp.unit_of(contributions=1),
            privacy_loss=loss,
            margins=[MARGIN],
        )
        space = context.accountant.input_domain, context.accountant.input_metric, context.accountant.output_measure

        def query(table, threshold=None):
            return dp.m.make_private_lazyframe(*space, plan(table, keys_given), scale, threshold)

        def affordable(threshold):
            return query(bench.tables[1], threshold).map(context.d_in)[1] <= delta / len(bench.tables)

        threshold = None if keys_given else dp.binary_search(affordable, bounds=(2, 10_000))
        values = []
        for table in bench.tables:
            answer = context(query(table, threshold if table else None)).collect()
            value = bench.nothing(table)
            cells = tuple(answer[name].to_numpy() for name in bench.names(table))
            value[cells] = answer["persons"].to_numpy() if table else answer["persons"][0]
            values.append(value)
        return values, [dp.discrete_gaussian_scale_to_accuracy(scale, 0.05)] * len(values)

    return run


def scale(rho):
    """The scale of each table, a hair over what the budget allows, because the package rounds costs upwards."""
    return math.sqrt(len(bench.tables) / (2 * rho)) * (1 + 1e-9)


bench.repeat("opendp", "given", release(dp.loss_of(rho=bench.rho), scale(bench.rho), True), share=0.5)
# Half of δ finds keys; the other half is what ρ is converted with.
rho, delta = bench.workload["rho_at_half_delta"], bench.delta / 2
discovered = release(dp.loss_of(rho=rho, delta=delta), scale(rho), False, delta)
bench.repeat("opendp-keys-discovered", "discovered", discovered)
