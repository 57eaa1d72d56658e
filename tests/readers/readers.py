"""Reads the stored tables with other engines, as they lie, and compares with the answers of `panoh query`.

    python3 tests/readers/readers.py PANOH HOME

PANOH is the binary, HOME a loaded home folder. Needed: polars, duckdb, deltalake. Ends with 1 when an answer differs.
"""

import json
import pathlib
import subprocess
import sys

import deltalake
import duckdb
import polars

panoh, home = sys.argv[1], pathlib.Path(sys.argv[2])

TABLES = ["activities", "aliases", "assistance", "cases", "contacts", "proceedings", "referrals"]
BY_YEAR = """
    SELECT registered_year AS year, gender, count(*) AS records, count(DISTINCT person) AS persons
      FROM {table} GROUP BY registered_year, gender ORDER BY year NULLS FIRST, gender
"""
PLACES = """
    SELECT place.country AS country, count(*) AS places
      FROM (SELECT unnest(journey) AS place FROM {table}) AS journeys GROUP BY country ORDER BY places DESC, country
"""
OUR_PLACES = """
    SELECT place['country'] AS country, count(*) AS places
      FROM (SELECT unnest(journey) AS place FROM stored.cases) AS journeys GROUP BY 1 ORDER BY places DESC, country
"""


def ours(sql):
    asked = [panoh, "--home", str(home), "query", sql, "--format", "json"]
    answer = json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)
    return [tuple(row.values()) for row in answer]


def with_duckdb(table, sql):
    files = deltalake.DeltaTable(str(home / "warehouse" / table)).file_uris()
    if not files:
        return []
    return duckdb.sql(sql.format(table=f"read_parquet({files})")).fetchall()


def with_polars(table):
    return polars.scan_delta(str(home / "warehouse" / table))


def by_year_with_polars():
    grouped = with_polars("cases").group_by("registered_year", "gender")
    counted = grouped.agg(polars.len().alias("records"), polars.col("person").n_unique().alias("persons"))
    return counted.sort("registered_year", "gender", nulls_last=False).collect().rows()


def places_with_polars():
    places = with_polars("cases").select(polars.col("journey").explode().struct.field("country")).drop_nulls()
    return places.group_by("country").agg(polars.len()).sort(["len", "country"], descending=[True, False]).collect().rows()


failed = 0


def same(what, found, wanted):
    global failed
    if [tuple(row) for row in found] == wanted:
        print(f"same  {what}: {len(wanted)} rows")
    else:
        failed += 1
        print(f"OTHER {what}:\n  {found[:5]}\n  {wanted[:5]}")


assert ours("SELECT count(*) AS n FROM stored.cases")[0][0] > 0, "the home holds no case: nothing would be compared"
for table in TABLES:
    wanted = ours(f"SELECT count(*) AS n FROM stored.{table}")
    same(f"rows of {table}, DuckDB", with_duckdb(table, "SELECT count(*) FROM {table}") or [(0,)], wanted)
    same(f"rows of {table}, Polars", with_polars(table).select(polars.len()).collect().rows(), wanted)
wanted = ours(BY_YEAR.format(table="stored.cases"))
# JSON leaves NULL out of an object.
wanted = [row if len(row) == 4 else (None, *row) for row in wanted]
same("cases by year and gender, DuckDB", with_duckdb("cases", BY_YEAR), wanted)
same("cases by year and gender, Polars", by_year_with_polars(), wanted)
same("places of journeys, DuckDB", with_duckdb("cases", PLACES), ours(OUR_PLACES))
same("places of journeys, Polars", places_with_polars(), ours(OUR_PLACES))
sys.exit(1 if failed else 0)
