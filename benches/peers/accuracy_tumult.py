"""Tumult Analytics (package `tmlt-analytics`, on Spark): one query for each table, the zCDP budget split evenly.

Keys are given. The package states no errors beside its counts.
"""

import os
import sys

import accuracy as bench
import numpy as np

bench.need("tmlt-analytics", "pyspark")

from pyspark.sql import SparkSession  # noqa: E402
from tmlt.analytics import (  # noqa: E402
    AddOneRow,
    CountMechanism,
    KeySet,
    QueryBuilder,
    RhoZCDPBudget,
    Session,
)

# The workers of Spark would take any interpreter of this name.
os.environ["PYSPARK_PYTHON"] = sys.executable
settings = {
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.warehouse.dir": str(bench.folder / "spark-warehouse"),
}
builder = SparkSession.builder.master("local[2]")
for name, value in settings.items():
    builder = builder.config(name, value)
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("ERROR")

import pandas as pd  # noqa: E402

frame = spark.createDataFrame(pd.DataFrame(bench.rows, columns=bench.columns)).cache()
frame.count()


def run():
    session = Session.from_dataframe(RhoZCDPBudget(bench.rho), "persons", frame, protected_change=AddOneRow())
    values = []
    for table in bench.tables:
        query = QueryBuilder("persons")
        if table:
            query = query.groupby(KeySet.from_dict({bench.columns[d]: list(range(bench.sizes[d])) for d in table}))
        query = query.count(name="persons", mechanism=CountMechanism.GAUSSIAN)
        answer = session.evaluate(query, RhoZCDPBudget(bench.rho / len(bench.tables))).toPandas()
        value = bench.nothing(table)
        cells = tuple(answer[name].to_numpy(dtype=np.int64) for name in bench.names(table))
        value[cells] = answer["persons"].to_numpy() if table else answer["persons"][0]
        values.append(value)
    return values, None


bench.note("states no errors beside its counts")
bench.repeat("tumult", "given", run)
