"""Fetches figures from a running server in every format with the tools of researchers, and compares them value by value.

    python3 tests/readers/formats.py PANOH HOME

PANOH is the binary, HOME a home with a published release; a table is asked for, approved and published in it. Needed: pandas, polars, duckdb, pyarrow, openpyxl, fastexcel,
frictionless, pysdmx; R and LibreOffice are used where they are. The lines of docs/api.md and of the README are run as they stand there.
Ends with 1 when a value differs or a reader fails.
"""

import csv
import io
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile

import duckdb
import frictionless
import pandas
import polars
import pyarrow.feather
import pysdmx.io

panoh, home = sys.argv[1], pathlib.Path(sys.argv[2])
PROJECT = pathlib.Path(__file__).parents[2]
passed, failed = 0, 0


def check(name, holds, said=""):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    if not holds:
        print(f"FAILED {name}: {said}")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def fetch(address):
    with urllib.request.urlopen(base + address) as answer:
        return answer.read()


def same(name, values, standard_errors):
    """Whether a reader found the values of JSON, in their order."""
    values, standard_errors = [float(value) for value in values], [float(value) for value in standard_errors]
    check(name, (values, standard_errors) == (wanted_values, wanted_errors), f"{values[:3]} … {len(values)}")


def panoh_says(*arguments):
    done = subprocess.run([panoh, "--home", str(home), *arguments], capture_output=True, text=True)
    check(f"panoh {' '.join(arguments[:2])}", done.returncode == 0, done.stderr[-400:])
    return done.stdout.strip()


def decided():
    """Approves what waits, as a person on the trusted host does, and waits until the server has it."""
    waiting = json.loads(panoh_says("requests", "list", "--json"))
    check("one request waits", len(waiting) == 1, waiting)
    release = json.loads(panoh_says("requests", "approve", waiting[0]["id"], "--json"))["release"]
    asked = urllib.request.Request(f"{base}/v1/requests/{waiting[0]['id']}", headers={"Authorization": f"Bearer {token}"})
    for _ in range(100):
        with urllib.request.urlopen(asked) as answer:
            if json.load(answer)["release"] == release:
                return release
        time.sleep(0.2)
    return ""


def blocks():
    """The code blocks of the guide, and those of the README that ask a server: place, language and text."""
    of = lambda path: re.findall(r"^```(\w+)\n(.*?)^```$", (PROJECT / path).read_text(), re.MULTILINE | re.DOTALL)
    yield from (("docs/api.md", *block) for block in of("docs/api.md"))
    yield from (("README.md", *block) for block in of("README.md") if block[0] in ("python", "r"))


token = panoh_says("token", "add", "--project", "returns-study")
panoh_says("requests", "open", "--author", "Example office", "--from", "2014", "--to", "2024")
port = free_port()
base = f"http://127.0.0.1:{port}"
server = subprocess.Popen([panoh, "--home", str(home), "serve", "--listen", f"127.0.0.1:{port}"], stderr=subprocess.DEVNULL)
try:
    for _ in range(100):
        try:
            fetch("/healthz")
            break
        except OSError:
            time.sleep(0.1)
    releases = json.loads(fetch("/v1/releases"))["releases"]
    release = next(one["release"] for one in releases if one["release"].startswith("trends-"))
    table = f"/v1/releases/{release}/tables/routes_by_year"
    rows = json.loads(fetch(table))["rows"]
    wanted_values, wanted_errors = [row["value"] for row in rows], [row["standard_error"] for row in rows]
    check("there are rows", len(rows) > 100, len(rows))
    columns = ["value", "standard_error"]

    def pair(frame):
        return frame["value"].to_list(), frame["standard_error"].to_list()

    same("pandas, CSV", *pair(pandas.read_csv(f"{base}{table}?format=csv")))
    same("pandas, Parquet", *pair(pandas.read_parquet(io.BytesIO(fetch(f"{table}?format=parquet")))))
    same("pandas, XLSX", *pair(pandas.read_excel(io.BytesIO(fetch(f"{table}?format=xlsx")))))
    excel = pandas.read_csv(f"{base}{table}?format=csv&bom=1&sep=;&decimal=comma", sep=";", decimal=",", encoding="utf-8-sig")
    same("pandas, CSV of Excel", *pair(excel))
    same("polars, CSV", *pair(polars.read_csv(fetch(f"{table}?format=csv"), infer_schema_length=None)))
    same("polars, Parquet", *pair(polars.read_parquet(fetch(f"{table}?format=parquet"))))
    same("polars, Arrow", *pair(polars.read_ipc(fetch(f"{table}?format=arrow"))))
    same("polars, XLSX", *pair(polars.read_excel(fetch(f"{table}?format=xlsx"))))
    arrow = pyarrow.feather.read_table(io.BytesIO(fetch(f"{table}?format=arrow")))
    same("pyarrow, Arrow", arrow["value"].to_pylist(), arrow["standard_error"].to_pylist())
    check("the schema says where it comes from", b"citation" in arrow.schema.metadata and b"epsilon" in arrow.schema.metadata)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name in ["csv", "parquet", "xlsx", "sdmx"]:
            (folder / f"t.{name}").write_bytes(fetch(f"{table}?format={name}"))
        for name, reader in [("csv", "read_csv"), ("parquet", "read_parquet")]:
            found = duckdb.sql(f"SELECT value, standard_error FROM {reader}('{folder}/t.{name}')").fetchall()
            same(f"DuckDB, {name}", *zip(*found))

        flow = pysdmx.io.read_sdmx(folder / "t.sdmx", validate=False).get_datasets()[0].data
        same("pysdmx, SDMX-CSV", flow["OBS_VALUE"], flow["STANDARD_ERROR"])
        lines = list(csv.DictReader((folder / "t.sdmx").open()))
        check("SDMX names its dataflow", {line["STRUCTURE"] for line in lines} == {"dataflow"}, lines[0])

        with zipfile.ZipFile(io.BytesIO(fetch(f"/v1/releases/{release}/package"))) as archive:
            archive.extractall(folder)
        package = frictionless.Package(str(folder / release / "datapackage.json"))
        tables = [resource for resource in package.resources if resource.path.endswith(".csv")]
        check("the package describes each table", len(tables) == len(list((folder / release / "tables").iterdir())), tables)
        for resource in package.resources:
            report = resource.validate()
            check(f"frictionless, {resource.name}", report.valid, report.flatten(["message"])[:3])
        sums = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder / release, capture_output=True)
        check("the hashes of the archive", sums.returncode == 0, sums.stderr)

        if shutil.which("soffice"):
            # Commas, quotation marks, UTF-8, from the first line, numbers as they are and not as they are shown.
            text = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false"
            profile = f"-env:UserInstallation=file://{folder}/profile"
            for name in ["xlsx", "csv"]:
                command = ["soffice", profile, "--headless", "--convert-to", text, "--outdir", folder / name, folder / f"t.{name}"]
                done = subprocess.run(command, capture_output=True, timeout=180)
                found = list(csv.DictReader((folder / name / "t.csv").open(encoding="utf-8")))
                same(f"LibreOffice, {name}", [row["value"] for row in found], [row["standard_error"] for row in found])
        if shutil.which("Rscript"):
            script = f"t <- read.csv('{base}{table}?format=csv'); cat(format(sum(t$value), digits = 12), nrow(t), mean(t$standard_error))"
            said = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True)
            total, count, error = (float(part) for part in said.stdout.split())
            check("R, CSV", abs(total - sum(wanted_values)) < 1e-3 and count == len(rows) and abs(error - wanted_errors[0]) < 1e-5, said)

    run, told = 0, {**os.environ, "TOKEN": token}
    for place, language, text in blocks():
        text = text.replace("https://figures.example.org", base).replace("http://127.0.0.1:8080", base)
        command = {"python": [sys.executable, "-c", text], "r": ["Rscript", "-e", text], "sh": ["sh", "-ec", text]}.get(language)
        if command is None or not shutil.which(command[0]):
            continue
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=told, timeout=120)
        check(f"{place}: {text.splitlines()[0]}", done.returncode == 0 and done.stdout.strip(), done.stderr[-400:])
        if "/v1/requests" in text:
            told["RELEASE"] = decided()
        run += 1
    # Three of them are in R, which not every machine has.
    check("the guide has recipes", run == (11 if shutil.which("Rscript") else 8), run)
finally:
    server.terminate()
    server.wait()

print(f"formats: {passed} checks hold, {failed} failed")
sys.exit(failed > 0)
