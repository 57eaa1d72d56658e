"""DuckDB at the queries of random_queries.rs, over the same Parquet files.

Arguments: homes.json, the folder of the views, a file with second wordings of views, the file of answers. Prints one line
of JSON for each answer that is not the same, and for each view whose two wordings do not give the same rows.
"""

import collections
import json
import pathlib
import sys

import duckdb


def views(folder):
    """The views by name, in the order in which they are made."""
    files = sorted(pathlib.Path(folder).glob("*.sql"))
    return {file.stem.split("-", 1)[1]: file.read_text(encoding="utf-8") for file in files}


# What the views say in words that DuckDB does not have.
WORDS = """
CREATE MACRO is_known(p) AS p.country NOT IN ('missing', 'unknown', 'not_applicable', 'suppressed');
CREATE MACRO first_place(journey, role, field) AS
    struct_extract(list_filter(journey, lambda p: p.role = role AND is_known(p))[1], field);
CREATE MACRO last_place(journey, role, field) AS
    struct_extract(list_filter(journey, lambda p: p.role = role AND is_known(p))[-1], field);
CREATE MACRO way(journey, field) AS
    list_transform(list_filter(journey, lambda p: p.role IN ('recruitment', 'transit', 'exploitation')),
                   lambda p: struct_extract(p, field));
CREATE MACRO places(journey, wanted) AS list_filter(journey, lambda p: p.role = wanted);
CREATE MACRO steps(list) AS range(1, len(list) + 1);
CREATE MACRO listed(codes) AS CASE WHEN len(codes) = 0 THEN ['missing'] ELSE list_distinct(codes) END;
"""


def second_wordings(file):
    """Blocks that begin with `-- view: NAME` or `-- macro: NAME`, as (kind, name, SQL)."""
    blocks = pathlib.Path(file).read_text(encoding="utf-8").split("\n-- ")[1:]
    titles = (block.split("\n", 1) for block in blocks if block.startswith(("view: ", "macro: ")))
    return [(*title.split(": "), sql) for title, sql in titles]


def opened(home, like, texts, wordings):
    """A connection with every view as a table; the schema `second` has the other wordings."""
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("CREATE SCHEMA stored; CREATE SCHEMA second")
    connection.execute("CREATE TABLE codes AS SELECT * FROM read_parquet(?)", [home["codes"]])
    for table, files in home["tables"].items():
        # A table without files has the columns that it has in the first home, where every table has files.
        of, limit = (files, "") if files else (like["tables"][table], " LIMIT 0")
        connection.execute(f"CREATE TABLE stored.{table} AS SELECT * FROM read_parquet(?){limit}", [of])
    connection.execute(WORDS)
    for name, text in texts.items():
        connection.execute(f"CREATE TABLE {name} AS {text}")
    for kind, name, sql in wordings:
        connection.execute(f"CREATE TABLE second.{name} AS {sql}" if kind == "view" else sql)
    return connection


def plain(value):
    """A cell as both engines mean it: a whole number is one whatever its type, a fraction has twelve digits."""
    match value:
        case bool() | None | str() | int():
            return value
        case float():
            return int(value) if value.is_integer() else float(f"{value:.12g}")
        case list():
            return [plain(item) for item in value]
        case dict():
            return {name: plain(item) for name, item in value.items()}
        case _:
            raise TypeError(f"no column should be of type {type(value)}")


def written(rows, ordered):
    """Each row as one text that equal rows have in common; sorted, unless their order is part of the answer."""
    lines = [json.dumps(plain(row), sort_keys=True, ensure_ascii=False) for row in rows]
    return lines if ordered else sorted(lines)


def without(rows, others):
    """The rows that are left when others are taken away one by one."""
    left = collections.Counter(others)
    kept = []
    for row in rows:
        if left[row] > 0:
            left[row] -= 1
        else:
            kept.append(row)
    return kept


def answer(sql, ordered, connection):
    """The rows that DuckDB gives."""
    found = connection.execute(sql)
    names = [column[0] for column in found.description]
    return written([dict(zip(names, row)) for row in found.fetchall()], ordered)


def plainly(sql, ordered, connection):
    """The rows that DuckDB gives when it takes no short way. It once gave thousands of rows for LIMIT 9."""
    connection.execute("PRAGMA disable_optimizer")
    try:
        return answer(sql, ordered, connection)
    finally:
        connection.execute("PRAGMA enable_optimizer")


def difference(line, connection):
    """What is not the same about one answer; none when nothing is."""
    about = {name: line[name] for name in ("number", "kind", "home", "ours", "theirs")}
    try:
        theirs = answer(line["theirs"], line["ordered"], connection)
    except duckdb.Error as error:
        return about | {"duckdb failed": str(error), "panoh failed": line["failed"]}
    if line["failed"] is not None:
        return about | {"panoh failed": line["failed"], "rows of duckdb": len(theirs)}
    ours = written(line["rows"], line["ordered"])
    if ours == theirs:
        return None
    if ours == plainly(line["theirs"], line["ordered"], connection):
        print(f"query {line['number']}: DuckDB has two answers, and one of them is ours", file=sys.stderr)
        return None
    only_ours, only_theirs = without(ours, theirs), without(theirs, ours)
    return about | {
        "rows of panoh": len(ours), "only in panoh": only_ours[:3],
        "rows of duckdb": len(theirs), "only in duckdb": only_theirs[:3],
    }


def reworded(home, connection, wordings):
    """Each view whose two wordings do not give the same rows."""
    for kind, name, _ in wordings:
        if kind == "view":
            both = [f"SELECT * FROM {name}", f"SELECT * FROM second.{name}"]
            sides = [f"{one} EXCEPT ALL {other}" for one, other in (both, both[::-1])]
            only = [connection.execute(f"SELECT count(*) FROM ({side})").fetchone()[0] for side in sides]
            if any(only):
                yield {"kind": "second wording", "home": home["name"], "view": name, "only in one of both": only}


def main(homes, folder, second, answers):
    homes = json.loads(pathlib.Path(homes).read_text(encoding="utf-8"))
    texts, wordings = views(folder), second_wordings(second)
    connections = {}
    for home in homes:
        connections[home["name"]] = opened(home, homes[0], texts, wordings)
        for found in reworded(home, connections[home["name"]], wordings):
            print(json.dumps(found))
    with open(answers, encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            found = difference(line, connections[line["home"]])
            if found is not None:
                print(json.dumps(found, ensure_ascii=False))


main(*sys.argv[1:])
