"""Holds a running public server against its own OpenAPI document with thousands of made-up requests.

    python3 tests/server/contract.py PANOH HOME PANOH_PUBLIC SCHEMATHESIS [--examples N] [--cases N]

PANOH is the binary, HOME a home with a published release, SCHEMATHESIS the program of that name. Requests are opened in the
home and a token is made, so that every address can be reached. The document that is tested has the ids, tables, dimensions
and codes of the release written into it, because made-up ids would reach nothing. Whether a request that fits the document is
always taken is not asked: which codes a release has, and what may be asked for, stands in no document.

Ends with 1 when an answer is 5xx, has a status or a content type that the document does not name, or a body that does not
fit; when a request that does not fit the document is taken; or when fewer than --cases requests were made.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

from asking import free_port

arguments = argparse.ArgumentParser()
for name in ["panoh", "home", "panoh_public", "schemathesis"]:
    arguments.add_argument(name)
arguments.add_argument("--examples", type=int, default=60)
arguments.add_argument("--cases", type=int, default=1000)
told = arguments.parse_args()
home = pathlib.Path(told.home)

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,negative_data_rejection"


def panoh(*words):
    return subprocess.run([told.panoh, "--home", str(home), *words], capture_output=True, text=True, check=True).stdout.strip()


def get(address):
    with urllib.request.urlopen(base + address) as answer:
        return json.load(answer)


def narrowed(document):
    """The document with what the release has in the place of any text."""
    # The one of the demo that has what trends ask for.
    release = next(one for one in get("/v1/releases")["releases"] if one["release"].startswith("trends-"))
    dictionary = get(f"/v1/releases/{release['release']}")["dictionary"]
    known = {
        "id": [release["release"], "no-such-release"],
        "dimensions": [*release["dimensions"], ",".join(release["tables"][-1]["dimensions"]), "no-such-dimension"],
        **{dimension["name"]: [code["code"] for code in dimension["codes"]] + ["no-such-code"] for dimension in dictionary},
    }
    for path, item in document["paths"].items():
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                name, schema = parameter["name"], parameter["schema"]
                if path.startswith("/v1/requests/"):
                    schema["pattern"] = "^[0-9a-f]{32}$"
                elif name == "name":
                    tables = [table["name"] for table in release["tables"]]
                    charts = [f"{chart}.svg" for chart in ["gender", "destinations", "routes"]]
                    schema["enum"] = tables if "tables" in path else charts
                elif name in known:
                    parameter["schema"] = {"type": "string", "enum": known[name]}
    return document


port = free_port()
base = f"http://127.0.0.1:{port}"
token = panoh("token", "add", "--project", "contract-test")
panoh("requests", "open", "--author", "Example office", "--from", "2014", "--to", "2024")
folders = ["--published", home / "published", "--requests", home / "requests", "--tokens", home / "tokens.json"]
command = [told.panoh_public, *folders, "--listen", f"127.0.0.1:{port}", "--questions-per-second", "0"]
with tempfile.TemporaryDirectory() as folder, open(pathlib.Path(folder) / "log", "w+") as log:
    server = subprocess.Popen(command, stderr=log, env={"RUST_LOG": "warn"})
    try:
        for _ in range(100):
            try:
                get("/healthz")
                break
            except OSError:
                time.sleep(0.1)
        document = pathlib.Path(folder) / "openapi.json"
        document.write_text(json.dumps(narrowed(get("/v1/openapi.json"))))
        run = [told.schemathesis, "run", document, "--url", base, "--checks", CHECKS, "-H", f"Authorization: Bearer {token}"]
        run += ["--max-examples", str(told.examples), "--workers", "1", "--continue-on-failure", "--warnings", "off"]
        done = subprocess.run(run, capture_output=True, text=True, cwd=folder)
        made = int((re.search(r"(\d[\d,]*) generated", done.stdout) or [0, "0"])[1].replace(",", ""))
        get("/healthz")
    finally:
        server.terminate()
        server.wait()
    log.seek(0)
    complaints = [line for line in log if " ERROR " in line]

if done.returncode or complaints:
    print(done.stdout[-6000:], done.stderr[-2000:], *complaints[:5], sep="\n")
print(f"contract: {made} requests, {'every answer fits the document' if done.returncode == 0 else 'see above'}")
sys.exit(done.returncode != 0 or made < told.cases or bool(complaints))
