"""Asks a running gateway with every client that analysts use, and compares the answers by value with `panoh query`.

    python3 tests/gateway/matrix.py PANOH HOME [--jdbc postgresql.jar] [--only NAME ...]

PANOH is the binary, HOME a loaded home folder (`panoh demo --no-serve` makes one); it is copied, not touched. Needed:
psycopg, pandas, SQLAlchemy, adbc-driver-postgresql, pgcli, pyarrow, psql, openssl, and java with the JDBC driver.
"""

import argparse
import csv
import datetime
import decimal
import hashlib
import io
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import psycopg
import pyarrow.parquet

HERE = pathlib.Path(__file__).parent
PASSWORD = "correct horse battery staple"
LONG = "SELECT count(*) FROM cases a, cases b, cases c WHERE a.person || b.person < c.person"
NULL = "\u2400"


# What psqlODBC sends in one message when it connects.
PSQLODBC = "SET DateStyle = 'ISO';SET extra_float_digits = 2;show transaction_isolation"
# Calls that would make gigabytes, by the function that has to refuse.
GROWING = [
    ("range", "SELECT array_length(range(1, 400000000))"),
    ("range", "SELECT array_length(range(date '0001-01-01', date '9999-01-01', interval '1 day')), range(1, 90000000)"),
    ("repeat", "SELECT length(repeat('x', 1500000000))"), ("repeat", "SELECT length(repeat(repeat('x', 60000), 60000))"),
    ("repeat", "SELECT max(length(repeat(person, 1000000))) FROM persons"),
    ("lpad", "SELECT length(lpad('x', 1000000000, 'y'))"), ("rpad", "SELECT length(rpad('x', 1000000000))"),
    ("array_repeat", "SELECT array_length(array_repeat(1, 1000000000))"), ("array_repeat", "SELECT array_length(list_repeat(repeat('x', 1000000), 1000))"),
    ("array_resize", "SELECT array_length(array_resize([1], 1000000000, 2))"), ("array_resize", "SELECT array_length(list_resize([1], 1000000000))"),
    ("array_to_string", "SELECT length(array_to_string(range(1, 1000), repeat('x', 1000000)))"),
    ("replace", "SELECT length(replace(repeat('x', 100000), 'x', repeat('y', 100000)))"),
    ("regexp_replace", "SELECT length(regexp_replace(repeat('x', 100000), '.', repeat('y', 100000), 'g'))"),
    ("levenshtein", "SELECT levenshtein(repeat('a', 100000), repeat('b', 100000))"),
]


class Json(str):
    """A value that travels as JSON."""


class Tally:
    """What was checked, and what did not hold."""

    def __init__(self):
        self.passed, self.failed = 0, []

    def check(self, name, holds, detail=""):
        if holds:
            self.passed += 1
        else:
            self.failed.append(name)
            print(f"FAILED {name}: {str(detail)[:600]}", flush=True)

    def same(self, name, got, wanted):
        self.check(name, got == wanted, f"got {got!r}, wanted {wanted!r}")

    def section(self, name, run):
        before, begun = self.passed, time.monotonic()
        try:
            run()
        except Exception as error:  # the other clients still count
            self.check(name, False, f"{type(error).__name__}: {error}")
        print(f"{name}: {self.passed - before} checks hold ({time.monotonic() - begun:.0f} s)", flush=True)


class Gateway:
    """A gateway of its own, ended with the block."""

    def __init__(self, panoh, home, *options, listen="127.0.0.1:0"):
        command = [panoh, "--home", home, "gateway", "--listen", listen, *options]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        self.said, self.port = "", 0
        for line in self.process.stderr:
            self.said += line
            if "Answering" in line:
                self.port = int(line.split(" on ")[1].split(",")[0].rsplit(":", 1)[1])
                break
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def __enter__(self):
        assert self.port, self.said
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(10)

    def dsn(self, user="ann", **more):
        parts = dict(host="127.0.0.1", port=self.port, user=user, password=PASSWORD, dbname="panoh", **more)
        return " ".join(f"{name}='{value}'" for name, value in parts.items())

    def url(self, driver, user="ann"):
        return f"{driver}://{user}:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.port}/panoh"


def queries():
    lines = (HERE / "queries.sql").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("--")]


def hostile(folder):
    for line in (HERE / "hostile.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            kind, sql = line.split("\t", 1)
            yield kind, sql.replace("{dir}", str(folder))


def plain(value):
    """A value that compares equal whichever client brought it."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict)):
        return Json(json.dumps(value, sort_keys=True))
    if isinstance(value, (list, tuple)):
        return tuple(plain(one) for one in value)
    if value is None or type(value).__name__ in ("NaTType", "NAType") or value != value:
        return None
    if isinstance(value, (float, decimal.Decimal)):
        return float(value)
    if isinstance(value, datetime.datetime):
        return datetime.datetime(*value.timetuple()[:6], value.microsecond)
    return value


def rows(answer):
    return [tuple(plain(value) for value in row) for row in answer]


def equal(got, wanted):
    """Numbers are equal as numbers; a date is equal to its midnight, which is how pandas keeps it."""
    def one(a, b):
        if isinstance(a, (int, float)) and isinstance(b, (int, float)) and not isinstance(a, bool):
            return a == b or abs(a - b) <= 1e-12 * max(abs(a), abs(b))
        if isinstance(a, datetime.datetime) and type(b) is datetime.date:
            return a == datetime.datetime(b.year, b.month, b.day)
        if isinstance(a, tuple) and isinstance(b, tuple):
            return len(a) == len(b) and all(map(one, a, b))
        return type(a) is type(b) and a == b

    return len(got) == len(wanted) and all(len(g) == len(w) and all(map(one, g, w)) for g, w in zip(got, wanted))


def as_text(value):
    """A value as PostgreSQL writes it."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, tuple):
        return "{" + ",".join(map(as_text, value)) + "}"
    return str(value)


def equal_text(got, wanted):
    """Texts are equal, or both are the same number, or the same date."""
    def one(text, value):
        if isinstance(value, Json):
            return text[:1] in ("[", "{") and json.loads(text) == json.loads(value)
        if value == ():
            return text in ("{}", "[]")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            try:
                return plain(float(text)) == plain(float(value))
            except ValueError:
                return False
        if isinstance(value, datetime.datetime):
            return datetime.datetime.fromisoformat(text) == value
        if isinstance(value, tuple) and text.startswith("{"):
            return text.replace('"', "") == as_text(value)
        return text == as_text(value)

    return len(got) == len(wanted) and all(len(g) == len(w) and all(map(one, g, w)) for g, w in zip(got, wanted))


def reference(panoh, home):
    """The answers of `panoh query`, through Parquet, which keeps the types."""
    answers = {}
    for sql in queries():
        command = [panoh, "--home", home, "query", "--format", "parquet", sql]
        out = subprocess.run(command, check=True, capture_output=True).stdout
        table = pyarrow.parquet.read_table(io.BytesIO(out))
        answers[sql] = rows(zip(*(column.to_pylist() for column in table.columns)))
    return answers


def tables_of(answers):
    return {(schema, name) for schema, name, _ in next(a for q, a in answers.items() if "information_schema.tables" in q)}


def compare(tally, client, answers, ask, same=equal):
    for number, (sql, wanted) in enumerate(answers.items(), 1):
        try:
            got = ask(sql)
            tally.check(f"{client} query {number}", same(got, wanted), f"{sql}\n  got    {got[:3]}\n  wanted {wanted[:3]}")
        except Exception as error:
            tally.check(f"{client} query {number}", False, f"{sql}\n  {type(error).__name__}: {error}")


# ---- clients ----------------------------------------------------------------------------------------------------------


def psql(gateway, *arguments, user="ann", password=PASSWORD, stdin=None, **variables):
    environment = {**os.environ, "PGPASSWORD": password, **variables}
    command = ["psql", "-X", "-q", "-h", "127.0.0.1", "-p", str(gateway.port), "-U", user, "-d", "panoh", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, input=stdin, timeout=120)


def with_psql(tally, gateway, answers):
    def ask(sql):
        said = psql(gateway, "-A", "-t", "-F", "\x1f", "-R", "\x1e", "-P", f"null={NULL}", "-c", sql)
        assert said.returncode == 0, said.stderr
        return [tuple(line.split("\x1f")) for line in said.stdout.removesuffix("\n").split("\x1e") if line or said.stdout.strip("\n")]

    compare(tally, "psql", answers, ask, equal_text)
    listed = psql(gateway, "-A", "-t", "-c", "\\dtv *.*").stdout
    for schema, name in sorted(tables_of(answers)):
        tally.check(f"psql lists {schema}.{name}", f"{schema}|{name}|" in listed, listed[:300])
    described = psql(gateway, "-A", "-t", "-c", "\\d stored.cases").stdout
    tally.check("psql describes", all(f"{column}|" in described for column in ["person", "gender", "journey"]), described)
    unnamed = psql(gateway, "-A", "-t", "-c", "\\dt").stdout
    tally.check("psql \\dt lists what needs no schema", "public|codes|" in unnamed and "stored|" not in unnamed, unnamed)
    described = psql(gateway, "-A", "-t", "-c", "\\d cases").stdout
    tally.check("psql \\d describes one table", described.count("person|") == 1, described)
    for call in ["pg_get_viewdef(1)", "pg_get_viewdef(1, true)", "pg_get_viewdef('cases')", "pg_tablespace_location(1)", "pg_get_indexdef(1)", "pg_table_size('cases')"]:
        said = psql(gateway, "-A", "-t", "-c", f"SELECT {call}")
        tally.check(f"psql {call}", said.returncode == 0 and not said.stdout.strip(), said.stderr)
    comments = answers_of_comments(gateway)
    for meta, wanted in [
        ("\\d+ stored.cases", [comments["stored", "cases", column] for column in ("person", "gender", "journey")]),
        ("\\d+ cases", [comments["public", "cases", column] for column in ("person", "gender")]),
        ("\\dt+ stored.*", [comments["stored", "cases", None], comments["stored", "contacts", None]]),
        ("\\dv+", [comments["public", "cases", None], comments["public", "routes", None]]),
    ]:
        said = psql(gateway, "-A", "-t", "-c", meta)
        tally.check(f"psql {meta} shows comments", all(comment in said.stdout for comment in wanted), said.stderr or said.stdout)
    for meta in ["\\dn+", "\\l+", "\\dn", "\\dt *.*", "\\dv", "\\l", "\\d cases", "\\conninfo", "\\encoding"]:
        said = psql(gateway, "-c", meta)
        tally.check(f"psql {meta}", said.returncode == 0 and said.stdout.strip(), said.stderr)
    with tempfile.TemporaryDirectory() as folder:
        target = pathlib.Path(folder, "out.csv")
        said = psql(gateway, "-c", f"\\copy (SELECT code, en, ru FROM codes WHERE list = 'absence' ORDER BY code) TO '{target}' CSV HEADER")
        lines = target.read_text().splitlines() if target.exists() else []
        tally.check("psql \\copy", lines[:1] == ["code,en,ru"] and len(lines) == 5, said.stderr or lines)


def answers_of_comments(gateway):
    """The warehouse's comments, by schema, table and column; None for the table itself."""
    with psycopg.connect(gateway.dsn(), autocommit=True) as connection:
        return {tuple(row[:3]): row[3] for row in connection.execute("SELECT table_schema, table_name, column_name, comment FROM comments")}


def with_psycopg(tally, gateway, answers):
    for binary in [False, True]:
        with psycopg.connect(gateway.dsn(), autocommit=True) as connection:
            cursor = connection.cursor(binary=binary)
            # Never prepared, and prepared at once.
            for prepare in [False, True]:
                name = f"psycopg {'binary' if binary else 'text'}{' prepared' if prepare else ''}"
                compare(tally, name, answers, lambda sql: rows(cursor.execute(sql.replace("%", "%%"), (), prepare=prepare).fetchall()))
    with psycopg.connect(gateway.dsn()) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM cases WHERE gender = 'woman' AND registered_year BETWEEN 2015 AND 2018")
        wanted = cursor.fetchone()
        sql = "SELECT count(*) FROM cases WHERE gender = %s AND registered_year BETWEEN %s AND %s"
        for _ in range(7):
            tally.same("psycopg parameters", cursor.execute(sql, ("woman", 2015, 2018)).fetchone(), wanted)
        tally.same("psycopg typed", cursor.execute("SELECT %s::date, %s::text", (datetime.date(2020, 2, 29), "ҷ")).fetchone(), (datetime.date(2020, 2, 29), "ҷ"))
        hostile_value = "'; DROP TABLE codes; --"
        tally.same("psycopg quotes", cursor.execute("SELECT %s::text", (hostile_value,)).fetchone(), (hostile_value,))
        connection.commit()
        try:
            cursor.execute("SELECT nothing FROM cases")
        except psycopg.errors.UndefinedColumn:
            tally.check("psycopg SQLSTATE", True)
        try:
            cursor.execute("SELECT 1")
        except psycopg.errors.InFailedSqlTransaction:
            tally.check("psycopg failed transaction", True)
        connection.rollback()
        tally.same("psycopg after rollback", cursor.execute("SELECT 1").fetchone(), (1,))
    with psycopg.connect(gateway.dsn(), autocommit=True) as connection, connection.cursor() as cursor:
        for number, (sql, wanted) in enumerate(answers.items(), 1):
            with cursor.copy(f"COPY ({sql}) TO STDOUT") as copy:
                got = [tuple(NULL if value is None else value for value in row) for row in copy.rows()]
            tally.check(f"psycopg copy text {number}", equal_text(got, wanted), f"{sql}\n  got {got[:3]}\n  wanted {wanted[:3]}")
        for sql, kinds in [
            ("SELECT registered_year, count(*), gender, citizenships FROM cases GROUP BY 1, 3, 4 ORDER BY 1, 3, 4", ["int2", "int8", "text", "text[]"]),
            ("SELECT '', NULL::text, 1.5::double precision, true, date '2024-02-29'", ["text", "text", "float8", "bool", "date"]),
        ]:
            wanted = rows(cursor.execute(sql).fetchall())
            with cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT binary)") as copy:
                copy.set_types(kinds)
                tally.check("psycopg copy binary", equal(rows(copy.rows()), wanted), sql)
        for name, query in [
            ("codes", "SELECT * FROM codes"), ("stored.cases", "SELECT * FROM stored.cases"), ("public.cases", "SELECT * FROM public.cases"),
            ("codes (list, code)", "SELECT list, code FROM codes"),
        ]:
            copied = []
            for source in [name, f"({query})"]:
                with cursor.copy(f"COPY {source} TO STDOUT") as copy:
                    copied.append(sorted(copy.rows()))
            tally.check(f"psycopg COPY {name}", copied[0] == copied[1] and copied[0], copied[0][:2])
        tally.same("psycopg TABLE", sorted(cursor.execute("TABLE codes").fetchall()), sorted(cursor.execute("SELECT * FROM codes").fetchall()))
        for prepare in [False, True]:
            twice = cursor.execute("SELECT count(*), gender, count(*), gender FROM cases GROUP BY gender ORDER BY gender", prepare=prepare).fetchall()
            tally.check("psycopg equal columns", twice and all(row[:2] == row[2:] for row in twice), twice)
            names = [column.name for column in cursor.description]
            tally.check("psycopg equal columns have equal names", names[:2] == names[2:] and names[1] == "gender", names)
        wanted = cursor.execute("SELECT count(*) FROM cases WHERE gender IN ('woman', 'man')").fetchone()
        for values in [b"{woman,man}", b'{"woman", "man"}']:
            got = connection.pgconn.exec_params(b"SELECT count(*) FROM cases WHERE gender = ANY ($1)", [values])
            tally.check(f"list {values}", got.get_value(0, 0) == str(wanted[0]).encode(), got.error_message)
        wanted = cursor.execute("SELECT count(*) FROM cases WHERE gender NOT IN ('NULL', 'woman')").fetchone()
        for binary in [False, True]:
            got = connection.cursor(binary=binary).execute("SELECT count(*) FROM cases WHERE gender <> ALL (%s)", (["NULL", "woman"],)).fetchone()
            tally.check("a text NULL in a list", got == wanted and wanted[0] > 0, (got, wanted))
        tally.same("texts in a list", cursor.execute("SELECT %s::text[]", (["NULL", None, "a, b", '"\\', "", "ҷ"],)).fetchone()[0], ["NULL", None, "a, b", '"\\', "", "ҷ"])


def with_sqlalchemy(tally, gateway, answers):
    import pandas
    import sqlalchemy

    engine = sqlalchemy.create_engine(gateway.url("postgresql+psycopg"))
    with engine.connect() as connection:
        ask = lambda sql: rows(pandas.read_sql(sqlalchemy.text(sql.replace(":", "\\:")), connection).itertuples(index=False))
        compare(tally, "pandas", answers, ask)
        parameters = {"gender": "woman"}
        frame = pandas.read_sql(sqlalchemy.text("SELECT count(*) AS n FROM cases WHERE gender = :gender"), connection, params=parameters)
        tally.check("pandas parameters", frame.n[0] > 0, frame)
    inspector = sqlalchemy.inspect(engine)
    for schema in ["public", "stored"]:
        listed = set(inspector.get_table_names(schema)) | set(inspector.get_view_names(schema))
        tally.same(f"SQLAlchemy lists {schema}", listed, {name for at, name in tables_of(answers) if at == schema})
    columns = {column["name"]: str(column["type"]) for column in inspector.get_columns("cases", "stored")}
    tally.check("SQLAlchemy describes", columns.get("registered_year") == "SMALLINT" and columns.get("person") == "TEXT", columns)
    tally.check("SQLAlchemy schemas", {"public", "stored"} <= set(inspector.get_schema_names()), "")
    for question in ["get_pk_constraint", "get_foreign_keys", "get_indexes", "get_unique_constraints", "get_check_constraints", "get_table_comment"]:
        tally.check(f"SQLAlchemy {question}", not any(getattr(inspector, question)("cases", schema="stored") or []) or question in ("get_pk_constraint", "get_table_comment"), "")
    comments = answers_of_comments(gateway)
    for schema in ["public", "stored"]:
        frame = pandas.read_sql_table("cases", engine, schema=schema)
        with engine.connect() as connection:
            whole = pandas.read_sql(sqlalchemy.text(f"SELECT * FROM {schema}.cases"), connection)
        key = lambda frame: sorted(map(str, frame.astype(str).itertuples(index=False, name=None)))  # SQLAlchemy reads a list of records as its text
        tally.check(f"pandas read_sql_table {schema}", list(frame.columns) == list(whole.columns) and key(frame) == key(whole) and len(frame), frame.shape)
        tally.same(f"SQLAlchemy comment {schema}", inspector.get_table_comment("cases", schema=schema)["text"], comments[schema, "cases", None])
        said = {column["name"]: column["comment"] for column in inspector.get_columns("cases", schema)}
        tally.same(f"SQLAlchemy comments {schema}", said, {name: comments[schema, "cases", name] for name in said})
    engine.dispose()


def with_adbc(tally, gateway, answers):
    import adbc_driver_postgresql.dbapi as adbc

    for copy in ["true", "false"]:
        with adbc.connect(gateway.url("postgresql"), autocommit=True) as connection:
            with connection.cursor() as cursor:
                cursor.adbc_statement.set_options(**{"adbc.postgresql.use_copy": copy})

                def ask(sql):
                    cursor.execute(sql)
                    table = cursor.fetch_arrow_table()
                    values = [[adbc_value(value, field) for value in column.to_pylist()] for column, field in zip(table.columns, table.schema)]
                    return rows(zip(*values)) if table.num_columns else []

                compare(tally, f"ADBC copy={copy}", answers, ask)
            if copy == "true":
                schema = connection.adbc_get_table_schema("cases", db_schema_filter="stored")
                tally.check("ADBC describes", schema.field("registered_year").type == "int16", schema)
                adbc_objects(tally, connection, answers, answers_of_comments(gateway))


def adbc_objects(tally, connection, answers, comments):
    """Catalogue, schemas, tables and columns as ADBC tells them, whole and filtered."""
    def listed(**filters):
        catalogs = {one["catalog_name"]: one["catalog_db_schemas"] for one in connection.adbc_get_objects(**filters).read_all().to_pylist()}
        return {(schema["db_schema_name"], table["table_name"]): table for schema in catalogs["panoh"] or [] for table in schema["db_schema_tables"] or []}

    wanted = tables_of(answers)
    for depth in ["tables", "all"]:
        tally.same(f"ADBC objects {depth}", {name for name in listed(depth=depth) if name[0] in ("public", "stored")}, wanted)
        filtered = listed(depth=depth, db_schema_filter="stored")
        tally.same(f"ADBC objects {depth} stored", set(filtered), {name for name in wanted if name[0] == "stored"})
    tally.same("ADBC types", {table["table_type"] for table in listed(depth="tables").values()}, {"table", "view"})
    columns = {column["column_name"]: column for column in listed(depth="all")["stored", "cases"]["table_columns"]}
    tally.check("ADBC columns", columns["registered_year"]["xdbc_type_name"] == "int2" and "person" in columns, list(columns))
    tally.same("ADBC remarks", columns["person"]["remarks"], comments["stored", "cases", "person"])
    one = listed(depth="all", db_schema_filter="stored", table_name_filter="cases")
    tally.same("ADBC one table", set(one), {("stored", "cases")})


def adbc_value(value, field):
    """ADBC hands a numeric and JSON over as their text."""
    if value is not None and str(field.type) == "string" and (field.metadata or {}).get(b"ADBC:postgresql:typname") == b"numeric":
        return decimal.Decimal(value)
    if value is not None and (str(field.type).startswith("extension<arrow.json") or (field.metadata or {}).get(b"ADBC:postgresql:typname") == b"json"):
        return json.loads(value)
    if str(field.type).startswith("extension<arrow.opaque") and value is not None:
        return decimal.Decimal(value)
    return value


def as_shown(value):
    return value if isinstance(value, str) else as_text(value)


def with_pgcli(tally, gateway, answers):
    """pgcli's own executor, and every question it asks for its completions."""
    from pgcli.pgexecute import PGExecute

    executor = PGExecute("panoh", "ann", PASSWORD, "127.0.0.1", gateway.port)

    def ask(sql):
        _, found, _, _, _, success, _ = next(iter(executor.run(sql)))
        assert success
        return [tuple(NULL if value is None else value for value in row) for row in rows(found)]

    # It asks for dates and moments as text.
    compare(tally, "pgcli", answers, ask, lambda got, wanted: equal_text([tuple(map(as_shown, row)) for row in got], wanted))
    listed = {tuple(row) for row in executor.tables()} | {tuple(row) for row in executor.views()}
    for schema, name in sorted(tables_of(answers)):
        tally.check(f"pgcli lists {schema}.{name}", (schema, name) in listed, sorted(listed)[:10])
    columns = list(executor.table_columns()) + list(executor.view_columns())
    tally.check("pgcli describes", any(tuple(row)[:3] == ("stored", "cases", "person") for row in columns), columns[:3])
    for completion in ["schemata", "search_path", "databases", "datatypes", "foreignkeys", "functions"]:
        try:
            answer = getattr(executor, completion)()
            list(answer or [])
            tally.check(f"pgcli {completion}", True)
        except Exception as error:
            tally.check(f"pgcli {completion}", False, error)


def with_jdbc(tally, gateway, answers, jar):
    for fetch in ["0", "5"]:
        arguments = [f"jdbc:postgresql://127.0.0.1:{gateway.port}/panoh", "ann", PASSWORD, fetch]
        said = subprocess.run(["java", "-cp", jar, str(HERE / "Jdbc.java"), *arguments], input="\n".join(answers), capture_output=True, text=True, timeout=300)
        sections = said.stdout.split("\x1d")
        tally.check(f"JDBC fetch {fetch} ends", said.returncode == 0, said.stderr[-800:])
        for number, ((sql, wanted), section) in enumerate(zip(answers.items(), sections), 1):
            got = [tuple(line.split("\x1f")) for line in section.split("\x1e")[:-1]]
            tally.check(f"JDBC fetch {fetch} query {number}", equal_text(got, wanted), f"{sql}\n  got {got[:3]}\n  wanted {wanted[:3]}")
        if len(sections) > len(answers) + 1:
            lines = [tuple(line.split("\x1f")) for line in sections[len(answers)].split("\x1e")[:-1]]
            listed = {line[:2] for line in lines}
            for table in sorted(tables_of(answers)):
                tally.check(f"JDBC lists {table}", table in listed, "")
            remarks = {(*line[:2], None): line[2] for line in lines}
            lines = [line.split("\x1f") for line in sections[len(answers) + 1].split("\x1e")[:-1]]
            described = {line[0]: line[1] for line in lines}
            remarks.update({("stored", "cases", line[0]): line[2] for line in lines})
            comments = answers_of_comments(gateway)
            for key in [("stored", "cases", None), ("public", "routes", None), ("stored", "cases", "person")]:
                tally.same(f"JDBC remarks {key}", remarks.get(key), comments[key])
            tally.check("JDBC describes", described.get("registered_year") == "int2" and described.get("person") == "text", described)


# ---- what must not work, and what must end ----------------------------------------------------------------------------


def digests(folder):
    """Of every file below a folder, by name; but the audit log, and what queries that are still ending hold on disk."""
    own = {"audit", "spill"}
    files = sorted(path for path in pathlib.Path(folder).rglob("*") if path.is_file() and not own & set(path.parts))
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def with_hostile(tally, gateway, home):
    from psycopg import pq

    with tempfile.TemporaryDirectory() as folder:
        secret = pathlib.Path(folder, "secret.csv")
        secret.write_text("secret\n42\n")
        before, counts, kinds = digests(home), {}, set()
        for protocol in ["simple", "extended"]:
            with psycopg.connect(gateway.dsn(), autocommit=True) as connection:
                raw = connection.pgconn
                for kind, sql in hostile(folder):
                    result = raw.exec_(sql.encode()) if protocol == "simple" else raw.exec_params(sql.encode(), [])
                    state = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
                    refused = result.status == pq.ExecStatus.FATAL_ERROR and state not in ("", "XX000")
                    counts[protocol] = counts.get(protocol, 0) + refused
                    tally.check(f"hostile {protocol}: {sql}", refused, f"{pq.ExecStatus(result.status).name} {state} {result.error_message}")
                    alive = raw.exec_(b"SELECT 1")
                    tally.check(f"hostile {protocol} leaves the connection: {sql}", alive.status == pq.ExecStatus.TUPLES_OK, alive.error_message)
        for kind, sql in hostile(folder):
            if kind not in kinds:
                kinds.add(kind)
                said = psql(gateway, "-v", "ON_ERROR_STOP=1", "-c", sql)
                tally.check(f"hostile psql: {sql}", said.returncode != 0 and "ERROR" in said.stderr, said.stderr)
        tally.same("hostile: nothing was written", [path.name for path in pathlib.Path(folder).iterdir()], ["secret.csv"])
        changed = sorted(name for name, _ in digests(home).items() ^ before.items())
        tally.same("hostile: the home is as it was", changed, [])
        # The queries of connections that have ended end soon after them.
        spill, last = pathlib.Path(home, "spill"), time.monotonic() + 30
        while (left := [path.name for path in spill.glob("*/*")]) and time.monotonic() < last:
            time.sleep(0.1)
        tally.same("hostile: no query has left anything on disk", left, [])
        print(f"  refused: {counts['simple']} simple, {counts['extended']} extended, {len(kinds)} kinds by psql")


def with_settings(tally, gateway):
    """What must work: the parameters of clients, transactions that only read, COPY to the client."""
    from psycopg import pq

    allowed = [
        "SET application_name = 'x'", "SET client_encoding TO 'UTF8'", "SET NAMES 'UTF8'", "SET DateStyle = 'ISO, MDY'",
        "SET extra_float_digits = 3", "SET TIME ZONE 'UTC'", "SET timezone TO 'Asia/Dushanbe'", "SET TimeZone TO DEFAULT",
        "SET statement_timeout = '30s'", "SET statement_timeout TO 0", "SET standard_conforming_strings = on",
        "SET search_path TO \"$user\", public", "SET client_min_messages TO warning", "SET bytea_output = 'hex'",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "SET default_transaction_read_only = on",
        "SHOW server_version", "SHOW TIME ZONE", "SHOW TRANSACTION ISOLATION LEVEL", "SHOW transaction_read_only",
        "SHOW standard_conforming_strings", "SHOW search_path", "RESET ALL", "RESET timezone", "DISCARD ALL",
        "BEGIN", "SELECT 1", "SAVEPOINT a", "RELEASE SAVEPOINT a", "COMMIT", "BEGIN READ ONLY", "ROLLBACK",
        "START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", "END", "BEGIN", "ABORT", "DEALLOCATE ALL",
        "EXPLAIN SELECT 1", "EXPLAIN ANALYZE SELECT count(*) FROM cases", "VALUES (1), (2)", "", ";",
        "TABLE codes", "SELECT current_setting('TimeZone')",
        "SELECT version()", "SELECT current_user", "SELECT current_schema()", "SELECT current_database()", "SELECT 1;",
    ]
    good = {pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK, pq.ExecStatus.EMPTY_QUERY}
    for protocol in ["simple", "extended"]:
        with psycopg.connect(gateway.dsn(), autocommit=True) as connection:
            for sql in allowed:
                send = connection.pgconn.exec_ if protocol == "simple" else lambda text: connection.pgconn.exec_params(text, [])
                result = send(sql.encode())
                tally.check(f"allowed {protocol}: {sql}", result.status in good, result.error_message)
    with psycopg.connect(gateway.dsn(), autocommit=True) as connection:
        raw = connection.pgconn
        several = raw.exec_(PSQLODBC.encode())
        tally.check("psqlODBC's message", several.status == pq.ExecStatus.TUPLES_OK and several.get_value(0, 0) == b"repeatable read", several.error_message)
        for end in ["SELECT count(*) FROM cases", "COPY cases TO STDOUT", "SET role = 'postgres'"]:
            refused = raw.exec_(f"SET extra_float_digits = 3;{PSQLODBC.split(';')[0]};{end}".encode())
            tally.check(f"psqlODBC's message with {end}", refused.error_field(pq.DiagnosticField.SQLSTATE) == b"42601", refused.error_message)
        tally.same("a refused message changes nothing", raw.exec_(b"SHOW extra_float_digits").get_value(0, 0), b"2")
        for several, status in [("BEGIN; SET timezone = 'UTC'", pq.TransactionStatus.INTRANS), ("BEGIN;SELECT 1", pq.TransactionStatus.INTRANS), ("SAVEPOINT a; RELEASE a; COMMIT;", pq.TransactionStatus.IDLE)]:
            raw.exec_(several.encode())
            tally.same(f"several: {several}", raw.transaction_status, status)
    with psycopg.connect(gateway.dsn(options="-c statement_timeout=1234", application_name="probe"), autocommit=True) as connection:
        tally.same("options", connection.execute("SHOW statement_timeout").fetchone(), ("1234",))
        tally.same("superuser", connection.info.parameter_status("is_superuser"), "off")
        tally.same("read only", connection.info.parameter_status("default_transaction_read_only"), "on")
        connection.execute("SET timezone = 'Asia/Dushanbe'")
        tally.same("told", connection.info.parameter_status("TimeZone"), "Asia/Dushanbe")


def with_ends(tally, gateway):
    """Cancel, the client's own deadline, deep statements."""
    with psycopg.connect(gateway.dsn(), autocommit=True) as connection:
        for name, sql in [("rows", LONG), ("copy", f"COPY ({LONG}) TO STDOUT")]:
            threading.Timer(1.0, connection.cancel).start()
            begun = time.monotonic()
            try:
                if name == "copy":
                    with connection.cursor().copy(sql) as copy:
                        list(copy.rows())
                else:
                    connection.execute(sql)
                tally.check(f"cancel {name}", False, "it ended by itself")
            except psycopg.errors.QueryCanceled as error:
                tally.check(f"cancel {name}", "user request" in str(error) and time.monotonic() - begun < 5, error)
        tally.same("after cancel", connection.execute("SELECT 1").fetchone(), (1,))
        connection.execute("SET statement_timeout = 500")
        try:
            connection.execute(LONG)
            tally.check("statement_timeout", False, "it ended by itself")
        except psycopg.errors.QueryCanceled as error:
            tally.check("statement_timeout", "500 ms" in str(error), error)
        connection.execute("SET statement_timeout = 0")
        deep = {
            "plus": "SELECT 1" + "+1" * 40000, "plus allowed": "SELECT 1" + "+1" * 990, "or": "SELECT " + " OR ".join(["true"] * 990),
            "parentheses": "SELECT " + "(" * 20000 + "1" + ")" * 20000, "not": "SELECT " + "NOT " * 990 + "true",
            "union": " UNION ALL ".join(["SELECT 1"] * 330), "minus": "SELECT " + "- " * 990 + "1", "cast": "SELECT 1" + "::int" * 990,
            "case": "SELECT " + "CASE WHEN true THEN " * 300 + "1" + " END" * 300, "array": "SELECT " + "ARRAY[" * 900 + "1" + "]" * 900,
            "subquery": "SELECT * FROM " + "(SELECT * FROM " * 240 + "persons" + ")" * 240, "is null": "SELECT 1" + " IS NULL" * 490,
            "concat": "SELECT ''" + "||''" * 990, "in": "SELECT count(*) FROM cases WHERE person IN (" + ",".join(["'x'"] * 20000) + ")",
            "join": "SELECT count(*) FROM persons p0" + "".join(f" JOIN persons p{n} ON p{n}.person = p0.person" for n in range(1, 40)),
        }
        for name, sql in deep.items():
            for send in [connection.pgconn.exec_, lambda text: connection.pgconn.exec_params(text, [])]:
                send(sql.encode())
                alive = connection.pgconn.exec_(b"SELECT 1")
                tally.check(f"deep {name}", not alive.error_message, alive.error_message)
    begun = time.monotonic()
    environment = {**os.environ, "PGPASSWORD": PASSWORD}
    command = ["psql", "-X", "-h", "127.0.0.1", "-p", str(gateway.port), "-U", "ann", "-d", "panoh", "-c", LONG]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    tally.check("psql Ctrl-C", "user request" in said and time.monotonic() - begun < 8, said)


def with_limits(tally, panoh, home):
    """The gateway's own deadline, rows, memory and places."""
    with Gateway(panoh, home, "--deadline", "2", "--rows", "100", "--memory", "16", "--connections", "2") as gateway:
        with psycopg.connect(gateway.dsn(), autocommit=True) as connection:
            begun = time.monotonic()
            for name, sql, state in [
                ("deadline", LONG, "57014"),
                ("row limit", "SELECT * FROM generate_series(1, 101)", "54000"),
                ("row limit copy", "COPY (SELECT * FROM generate_series(1, 101)) TO STDOUT", "54000"),
            ]:
                try:
                    if name == "row limit copy":
                        with connection.cursor().copy(sql) as copy:
                            list(copy.rows())
                    else:
                        connection.execute(sql).fetchall()
                    tally.check(name, False, "it ended by itself")
                except psycopg.Error as error:
                    tally.same(name, error.sqlstate, state)
            tally.check("deadline holds", time.monotonic() - begun < 8, time.monotonic() - begun)
            tally.same("rows within", len(connection.execute("SELECT * FROM generate_series(1, 100)").fetchall()), 100)
            try:
                connection.execute("SELECT array_agg(a.value::text || b.value::text ORDER BY a.value DESC) FROM generate_series(1, 3000) a, generate_series(1, 2000) b").fetchall()
                tally.check("memory", False, "it ended by itself")
            except psycopg.Error as error:
                tally.check("memory", error.sqlstate in ("53200", "57014"), error)
            with psycopg.connect(gateway.dsn()):
                try:
                    psycopg.connect(gateway.dsn()).close()
                    tally.check("places", False, "a third client was let in")
                except psycopg.OperationalError as error:
                    tally.check("places", "places" in str(error), error)
    with Gateway(panoh, home, "--deadline", "60", "--memory", "16") as gateway:
        with psycopg.connect(gateway.dsn(), autocommit=True) as connection:
            for name, sql in GROWING:
                try:
                    connection.execute(sql).fetchall()
                    tally.check(f"growing: {sql}", False, "it was answered")
                except psycopg.Error as error:
                    tally.check(f"growing: {sql}", error.sqlstate == "53200" and f"{name} would" in str(error), error)
            long = "SELECT max(length(repeat('x', 10000000) || value::text)), max(length(lpad(value::text, 9, '0'))) FROM generate_series(1, 20)"
            tally.same("a long value in many rows", connection.execute(long).fetchone(), (10000002, 9))
            peak = next(line for line in pathlib.Path(f"/proc/{gateway.process.pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
            tally.check("growing takes no memory", int(peak.split()[1]) < 1 << 20, peak)


def with_logins(tally, panoh, home, gateway):
    said = {}
    for name, user, password in [("wrong password", "ann", "wrong horse battery"), ("unknown user", "nobody", PASSWORD), ("empty", "ann", "")]:
        result = psql(gateway, "-c", "SELECT 1", user=user, password=password)
        said[name] = result.stderr.split("FATAL:")[-1].strip()
        tally.check(f"login {name}", result.returncode != 0 and "1 row" not in result.stdout, result.stderr)
    tally.same("login tells nothing", said["wrong password"], said["unknown user"])
    for options in [dict(dbname="postgres"), dict(options="-c role=postgres"), dict(options="-c work_mem=1GB"), dict(replication="true")]:
        try:
            psycopg.connect(gateway.dsn() + "".join(f" {name}='{value}'" for name, value in options.items())).close()
            tally.check(f"login with {options}", False, "it was let in")
        except psycopg.OperationalError:
            tally.check(f"login with {options}", True)
    users = pathlib.Path(f"{home}.gateway-users")
    tally.same("users file mode", users.stat().st_mode & 0o777, 0o600)
    tally.check("users file holds no password", PASSWORD not in users.read_text(), "")
    with psycopg.connect(gateway.dsn("boris"), autocommit=True) as connection:
        connection.execute("SELECT 1")
        subprocess.run([panoh, "--home", home, "gateway", "user", "remove", "boris"], check=True, capture_output=True)
        time.sleep(11)
        try:
            connection.execute("SELECT 1")
            tally.check("removed user", False, "it is still answered")
        except psycopg.Error as error:
            tally.check("removed user", "removed" in str(error), error)
    users.chmod(0o644)
    refused = subprocess.run([panoh, "--home", home, "gateway", "--listen", "127.0.0.1:0"], capture_output=True, text=True, timeout=20)
    tally.check("users file open to others", refused.returncode == 5 and "chmod 600" in refused.stderr, refused.stderr)
    users.chmod(0o600)


def with_tls(tally, panoh, home, folder):
    key, certificate = str(folder / "tls.key"), str(folder / "tls.pem")
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run(make, check=True, capture_output=True)
    os.chmod(key, 0o600)
    with Gateway(panoh, home, "--tls-cert", certificate, "--tls-key", key, listen="0.0.0.0:0") as gateway:
        with psycopg.connect(gateway.dsn(sslmode="verify-full", sslrootcert=certificate), autocommit=True) as connection:
            tally.same("TLS", connection.execute("SELECT 1").fetchone(), (1,))
            tally.check("TLS in use", connection.pgconn.ssl_in_use, "")
            threading.Timer(1.0, connection.cancel).start()
            try:
                connection.execute(LONG)
            except psycopg.errors.QueryCanceled:
                tally.check("cancel over TLS", True)
        try:
            psycopg.connect(gateway.dsn(sslmode="disable")).close()
            tally.check("plain text is refused", False, "it was let in")
        except psycopg.OperationalError as error:
            tally.check("plain text is refused", "encrypted" in str(error), error)
    for name, options, words in [
        ("no TLS on every address", ["--listen", "0.0.0.0:0"], "there is no TLS"),
        ("no such certificate", ["--tls-cert", "/nowhere.pem", "--tls-key", key], "does not start"),
        ("key for certificate", ["--tls-cert", key, "--tls-key", key], "does not start"),
        ("certificate for key", ["--tls-cert", certificate, "--tls-key", certificate], "does not start"),
    ]:
        listen = [] if "--listen" in options else ["--listen", "127.0.0.1:0"]
        refused = subprocess.run([panoh, "--home", home, "gateway", *listen, *options], capture_output=True, text=True, timeout=20)
        tally.check(name, refused.returncode != 0 and (words in refused.stderr or "open to others" in refused.stderr), refused.stderr)
    os.chmod(key, 0o644)
    refused = subprocess.run([panoh, "--home", home, "gateway", "--listen", "127.0.0.1:0", "--tls-cert", certificate, "--tls-key", key], capture_output=True, text=True, timeout=20)
    tally.check("TLS key open to others", refused.returncode != 0 and "chmod 600" in refused.stderr, refused.stderr)


def with_audit(tally, panoh, home, gateway):
    audit = pathlib.Path(home, "audit")
    with psycopg.connect(gateway.dsn("carla", application_name="probe 1"), autocommit=True) as connection:
        person = connection.execute("SELECT person FROM persons ORDER BY person LIMIT 1").fetchone()[0]
        for sql in [f"SELECT gender FROM cases WHERE person = '{person}'", f"SELECT 1 AS \"{person}\" /* {person} */", f"COPY (SELECT person FROM persons WHERE person = $${person}$$) TO STDOUT",
                    f"DELETE FROM cases WHERE person = '{person}'", f"SELECT \"{person}\" FROM cases", f"SELECT {person}", f"SET application_name = '{person}'", f"SELECT '{person}"]:
            connection.pgconn.exec_(sql.encode())
            connection.pgconn.exec_params(sql.encode(), [])
        connection.execute("SELECT gender, registered_year FROM cases WHERE person = %s", (person,)).fetchall()
        cursor = connection.cursor()
        cursor.execute("SELECT p.gender, count(*) FROM profiles p GROUP BY 1")
        groups = len(cursor.fetchall())
    lines = [json.loads(line) for path in audit.glob("gateway-carla-*.jsonl") for line in path.read_text().splitlines()]
    last = [line for line in lines if line["kind"] == "select" and "public.profiles" in line["tables"]][-1]
    tally.same("audit rows", last["rows"], groups)
    tally.check("audit columns", "stored.cases.gender" in last["columns"] and "stored.cases.case_reference" not in last["columns"], last)
    tally.same("audit outcome", last["outcome"], "ok")
    tally.check("audit knows refusals", any(line["outcome"] == "refused" and line["kind"] == "delete" for line in lines), "")
    tally.same("audit client", lines[0]["client"], "probe")
    begun = [line for line in lines if line["outcome"] == "begun"]
    ended = [line for line in lines if line["kind"] in ("select", "copy") and line["outcome"] == "ok" and line["tables"]]
    tally.check("audit begins", begun and [line["statement"] for line in begun] == [line["statement"] for line in ended], (len(begun), len(ended)))
    every = "".join(path.read_text() for path in audit.iterdir())
    tally.check("audit holds no pseudonym", person not in every and person[:12] not in every, "")
    outcomes = {json.loads(line)["outcome"] for line in every.splitlines()}
    tally.check("audit outcomes", {"ok", "refused", "cancelled", "deadline", "row_limit", "failed"} <= outcomes, outcomes)
    tally.same("audit modes", {path.stat().st_mode & 0o777 for path in audit.iterdir()}, {0o600})
    with Gateway(panoh, home) as killed:
        connection = psycopg.connect(killed.dsn(), autocommit=True)
        connection.pgconn.send_query(LONG.encode())
        time.sleep(2)
        killed.process.kill()
        killed.process.wait(10)
        connection.close()
    month = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m")
    left = json.loads((audit / f"gateway-ann-{month}.jsonl").read_text().splitlines()[-1])
    tally.same("audit after a kill", (left["outcome"], left["tables"]), ("begun", ["public.cases"]))
    (audit / f"gateway-dora-{month}.jsonl").mkdir()
    try:
        psycopg.connect(gateway.dsn("dora")).close()
        tally.check("no audit, no answer", False, "it was let in")
    except psycopg.OperationalError as error:
        tally.check("no audit, no answer", "audit" in str(error), error)


def with_record_systems(tally, panoh, folder, password):
    """A list of every record system, loaded as a data officer does; every view and statistic, asked about through psql."""
    home, fixtures = str(folder / "registers"), HERE.parent / "fixtures"
    run = lambda *command: subprocess.run([panoh, "--home", home, *command], capture_output=True)
    assert run("init").returncode == 0
    script = (HERE.parent / "sql" / "statistics-registers.slt").read_text() + "\n# load humanitarian-aid.toml humanitarian-aid-small.csv"
    systems = set()
    for line in script.splitlines():
        if line.startswith("# load "):
            source, file = line.removeprefix("# load ").split()
            source = str(fixtures / source) if source.endswith(".toml") else source
            loaded = run("intake", str(fixtures / file), "--source", source)
            tally.check(f"loads {file}", loaded.returncode in (0, 3), loaded.stderr)  # 3: some rows were refused
    run("gateway", "user", "add", "ann", "--password-file", str(password))
    views = [path.stem.split("-", 1)[1] for path in sorted((HERE.parents[1] / "queries" / "views").glob("*.sql"))]
    with Gateway(panoh, home) as gateway:
        for view in views:
            whole = pyarrow.parquet.read_schema(io.BytesIO(run("query", "--format", "parquet", f"SELECT * FROM {view}").stdout))
            names = [field.name for field in whole if not pyarrow.types.is_nested(field.type)]
            sql = f"SELECT {', '.join(names)} FROM {view} ORDER BY {', '.join(names)}"
            table = pyarrow.parquet.read_table(io.BytesIO(run("query", "--format", "parquet", sql).stdout))
            if "record_system" in names:
                systems |= set(table.column("record_system").to_pylist())
            wanted = rows(zip(*(column.to_pylist() for column in table.columns)))
            said = psql(gateway, "-A", "-t", "-F", "\x1f", "-R", "\x1e", "-P", f"null={NULL}", "-c", sql)
            got = [tuple(line.split("\x1f")) for line in said.stdout.removesuffix("\n").split("\x1e") if line]
            tally.check(f"psql asks {view}", wanted and equal_text(got, wanted), said.stderr or f"got {got[:2]}\n  wanted {wanted[:2]}")
    words = {row["code"] for row in csv.DictReader(open(HERE.parents[1] / "data-dictionary" / "codes" / "record_system.csv"))}
    tally.same("record systems asked about", systems, words)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("panoh")
    parser.add_argument("home")
    parser.add_argument("--jdbc", default="/usr/share/java/postgresql.jar")
    parser.add_argument("--only", nargs="*")
    options = parser.parse_args()
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="panoh-gateway-") as name:
        folder = pathlib.Path(name)
        home, panoh = str(folder / "home"), os.path.abspath(options.panoh)
        shutil.copytree(options.home, home)
        password = folder / "password"
        password.touch(0o600)
        password.write_text(PASSWORD + "\n")
        for user in ["ann", "boris", "carla", "dora"]:
            subprocess.run([panoh, "--home", home, "gateway", "user", "add", user, "--password-file", str(password)], check=True, capture_output=True)
        answers = reference(panoh, home)
        with Gateway(panoh, home) as gateway:
            sections = {
                "psql": lambda: with_psql(tally, gateway, answers),
                "psycopg": lambda: with_psycopg(tally, gateway, answers),
                "sqlalchemy": lambda: with_sqlalchemy(tally, gateway, answers),
                "adbc": lambda: with_adbc(tally, gateway, answers),
                "pgcli": lambda: with_pgcli(tally, gateway, answers),
                "jdbc": lambda: with_jdbc(tally, gateway, answers, options.jdbc),
                "settings": lambda: with_settings(tally, gateway),
                "hostile": lambda: with_hostile(tally, gateway, home),
                "ends": lambda: with_ends(tally, gateway),
                "limits": lambda: with_limits(tally, panoh, home),
                "logins": lambda: with_logins(tally, panoh, home, gateway),
                "tls": lambda: with_tls(tally, panoh, home, folder),
                "audit": lambda: with_audit(tally, panoh, home, gateway),
                "record systems": lambda: with_record_systems(tally, panoh, folder, password),
            }
            for name, run in sections.items():
                if not options.only or name in options.only:
                    tally.section(name, run)
    print(f"{tally.passed} passed, {len(tally.failed)} failed")
    sys.exit(bool(tally.failed))


if __name__ == "__main__":
    main()
