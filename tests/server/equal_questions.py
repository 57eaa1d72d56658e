"""Asks the same questions in many spellings, and shows that nothing but the question decides on the answer.

    python3 tests/server/equal_questions.py PANOH_PUBLIC PUBLISHED [LEDGER_FILE] [--requests 100000]

PANOH_PUBLIC is the binary, PUBLISHED a folder with at least one public release, LEDGER_FILE the ledger of the home that it was
published from. Needed: Python 3.11 alone. `--requests 2000` is a quick run.

Proves: equal questions have one answer, whatever the order of parameters and codes, doubled codes, ranges or lists, percent
encoding, defaults said or left out, format by parameter or by Accept, GET or HEAD, with gzip or without, before and after the
server was started anew: one body, and for each coding one tag, one length and one set of other headers but the date.
Proves: nothing is charged and nothing written: published folder and ledger are the same, byte for byte, afterwards.
Proves: status, shape and headers do not depend on counts: each code of each dimension, also one that nobody has, is answered
alike, with one error; a combination that is not released and a code that there is not are refused alike, whatever the code.
One thing is left to the reader's spelling: `next` and `Link` of an answer in pages repeat the address as it was written. The
pages of one question that is spelled in two ways are compared without them. Ends with 1 when one of these does not hold.
"""

import collections
import hashlib
import json
import pathlib
import random
import sys
import tempfile
import threading
import time
import urllib.parse

from asking import Reader, Server, check, end
from spelled import Question

THREADS = 8
STARTS = 5
FIGURES = ["json", "csv", "xlsx", "parquet", "arrow", "sdmx"]
LISTS = FIGURES[:5]
# JSON comes in pages of so many rows.
PAGE = 10_000


class Release:
    """What may be asked of a release."""

    def __init__(self, reader, id):
        self.id, self.tables = id, reader.json(f"/v1/releases/{id}")["tables"]
        self.tables = [table for table in self.tables if table["cells"] <= 100_000]
        dictionary = reader.json(f"/v1/dictionary?release={id}")["dimensions"]
        self.codes = {one["name"]: [code["code"] for code in one["codes"]] for one in dictionary}
        self.levels = {}
        for one in dictionary:
            name, children = one["name"], collections.defaultdict(list)
            # The refusal of a level lists those that there are.
            known = reader.json(f"/v1/releases/{id}/cube?dimensions={name}:nothing")["allowed"]
            for code in one["codes"]:
                if code["parent"]:
                    children[code["parent"]].append(code["code"])
            # Only where the refusal of a code confirms that the codes of the level are these parents.
            groups = [(f"{level}:{parent}", below) for level in known[:1] for parent, below in children.items()]
            self.levels[name] = [
                (word, below)
                for word, below in groups
                if reader.json(f"/v1/releases/{id}/cube?{name}={word}").get("taken", {}).get(name) == below
            ]

    def path(self, *rest):
        return [("/v1/releases/", False), (self.id, True), *rest]

    def narrowed(self, dice, name):
        every = self.codes[name]
        taken = dice.sample(every, dice.randint(1, min(len(every), 12)))
        whole = [below for _, below in self.levels[name]]
        if whole and dice.random() < 0.4:
            taken = list({*taken[:2], *dice.choice(whole)})
        if dice.random() < 0.4:
            first = dice.randrange(len(every))
            taken = every[first : first + dice.randint(1, 12)]
        return name, every, taken, self.levels[name]


def questions_of(releases, dice):
    """Questions of all kinds; those about one release in each format."""
    said = [("lang", "en")]
    questions = []
    for release in releases:
        for table in release.tables:
            for form in FIGURES:
                if table["cells"] > PAGE and form not in ("json", "sdmx"):
                    continue
                path = release.path(("/tables/", False), (table["name"], True))
                defaults = said + [("offset", "0")]
                defaults += [("limit", str(PAGE))] if form == "json" else []
                defaults += [("bom", "0"), ("sep", ","), ("decimal", "point")] if form == "csv" else []
                is_paged = form == "json" and table["cells"] > PAGE
                questions.append(Question(path, form, FIGURES, defaults=defaults, is_exact=is_paged))
            questions.append(Question(path, "json", FIGURES, same=[("limit", "3"), ("offset", "2"), ("lang", "tg")], is_exact=True))
            questions.append(Question(path, "csv", FIGURES, same=[("sep", ";"), ("decimal", "comma"), ("bom", "1"), ("lang", "ru")]))
        for _ in range(24):
            table = dice.choice(release.tables)
            names = dice.sample(table["dimensions"], len(table["dimensions"]))
            kept = names[: dice.randint(0, len(names))]
            codes = [release.narrowed(dice, name) for name in names if dice.random() < 0.8]
            narrowed = {name: len(taken) for name, _, taken, _ in codes}
            rows = 1
            for name in kept:
                rows *= narrowed.get(name, len(release.codes[name]))
            if rows > 3000:
                continue
            same = [("dimensions", ",".join(kept))] if kept else []
            free = [name for name in names if name not in kept and name not in narrowed and len(release.codes[name]) > 1]
            if free and dice.random() < 0.5:
                same.append(("compare", f"{free[0]}:" + ",".join(dice.sample(release.codes[free[0]], 2))))
            for form in dice.sample(FIGURES, 2):
                questions.append(Question(release.path(("/cube", False)), form, FIGURES, same=same, codes=codes, defaults=said + [("offset", "0")]))
        for form in LISTS:
            questions.append(Question(release.path(), form, LISTS, defaults=said))
            questions.append(Question([("/v1/dictionary", False)], form, LISTS, same=[("release", release.id)], defaults=said))
        questions.append(Question(release.path(("/package", False)), "zip", ["zip"]))
    for trend in ["gender", "destinations", "routes"]:
        path = [(f"/v1/trends/{trend}", False)]
        filters = {"gender": ["gender"], "destinations": ["destination"], "routes": ["origin", "destination"]}[trend]
        newest = next((one for one in releases if any({"year", *filters} <= set(table["dimensions"]) for table in one.tables)), None)
        if newest is None:
            continue
        years = sorted(code for code in newest.codes["year"] if code.isdigit())
        for form in FIGURES:
            same = [("from", dice.choice(years[: len(years) // 2])), ("to", dice.choice(years[len(years) // 2 :]))]
            codes = [(name, every, taken[:4], []) for name, every, taken, _ in (newest.narrowed(dice, name) for name in filters)]
            questions.append(Question(path, form, FIGURES, same=dice.choice([same, []]), codes=codes, defaults=said))
        chart = [("/v1/charts/", False), (f"{trend}.svg", True)]
        questions.append(Question(chart, "svg", ["svg"], defaults=said))
        questions.append(Question(chart, "svg", ["svg"], same=[("release", newest.id)]))
    questions.append(Question([("/", False)], "html", ["html"], defaults=said))
    for address in ["releases", "series", "withdrawn"]:
        questions += [Question([(f"/v1/{address}", False)], form, LISTS, defaults=said) for form in LISTS]
    questions.append(Question([("/v1/openapi.json", False)], defaults=said))
    # Refusals are answers as well.
    release = releases[0]
    name = next(iter(release.codes))
    wrong = [("/cube", False)]
    questions.append(Question(release.path(*wrong), same=[(name, "no such code")], status=400, defaults=said))
    questions.append(Question(release.path(*wrong), same=[("nothing", "1")], status=400, defaults=said))
    questions.append(Question(release.path(("/tables/", False), ("nothing", True)), status=404, offers=FIGURES, defaults=said))
    if together := apart(release):
        codes = [release.narrowed(dice, name) for name in together[1:]]
        questions.append(Question(release.path(*wrong), same=[("dimensions", together[0])], codes=codes, status=404, defaults=said))
    return questions


def apart(release):
    """Two dimensions that no table of a release has together."""
    for one in release.codes:
        for other in release.codes:
            if one != other and not any({one, other} <= set(table["dimensions"]) for table in release.tables):
                return one, other
    return None


def ask_all(questions, requests, log):
    """Asks from several threads; the server is started anew a few times in between."""
    left = requests
    asked = 0
    for start in range(STARTS):
        server = Server(binary, published, log)
        share = left // (STARTS - start)
        left -= share

        def work(number, count):
            dice, reader = random.Random(f"{start} {number}"), Reader(server.port)
            for at in range(count):
                # Each question at least once by each start, as far as there are enough requests.
                place = (at * THREADS + number) % len(questions) if at * THREADS < len(questions) else dice.randrange(len(questions))
                question = questions[place]
                method, address, headers = question.spelled(dice)
                if question.status == 200 and method == "GET" and dice.random() < 0.05 and (known := question.tags.get("identity")):
                    headers["If-None-Match"] = next(iter(known)) or "*"
                try:
                    question.take(method, address, headers, reader.ask(address, method, headers))
                except Exception as error:
                    check("a question is answered", False, f"{method} {address}: {error!r}")

        threads = [threading.Thread(target=work, args=(number, share // THREADS + (number < share % THREADS))) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        check("the server lives", server.process.poll() is None, f"exit {server.process.poll()}")
        server.stop()
        asked += share
    return asked


def pages_in_two_spellings(reader, release):
    """A page has the same rows however its question is spelled, and `next` leads on to the same rows. Gives whether the bytes
    are the same but for the addresses of other pages."""
    table = max(release.tables, key=lambda table: table["cells"])
    path, kept = f"/v1/releases/{release.id}/cube", ",".join(table["dimensions"])
    spellings = [f"{path}?dimensions={kept}&limit=3&lang=en", f"{path}?lang=en&limit=3&dimensions={kept.replace(',', '%2C')}", f"{path}?limit=3&dimensions={kept}&format=json"]
    answers = [reader.ask(address) for address in spellings]
    pages = [json.loads(answer.body) for answer in answers]
    followed = [reader.json(page["next"]) if page["next"] else {} for page in pages]
    check("a page has the same rows in all spellings", all(page["rows"] == pages[0]["rows"] for page in pages), release.id)
    check("the next page has the same rows in all spellings", all(page.get("rows") == followed[0].get("rows") for page in followed), release.id)
    without = [{name: value for name, value in page.items() if name != "next"} for page in pages]
    check("a page is the same but for `next` in all spellings", all(page == without[0] for page in without), release.id)
    return len({answer.body for answer in answers}) == 1, len({answer.headers.get("etag") for answer in answers}) == 1


def masked(text, words):
    """JSON without what may differ between two codes: their names, and the digits of figures."""
    document = json.loads(text)

    def mask(value, under=""):
        if isinstance(value, dict):
            return {name: mask(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [mask(inner, under) for inner in value]
        if under in ("value", "lower", "upper"):
            return "figure" if isinstance(value, (int, float)) else value
        return "word" if isinstance(value, str) and value in words else value

    return json.dumps(mask(document))


def counts_do_not_show(reader, release):
    """Each code by itself is answered in the same way; nobody can see from outside the figures which codes persons have."""
    dictionary = reader.json(f"/v1/dictionary?release={release.id}")["dimensions"]
    asked = 0
    for dimension in dictionary:
        name = dimension["name"]
        words = {code["code"] for code in dimension["codes"]} | {code["labels"]["en"] for code in dimension["codes"]}
        for table in [table for table in release.tables if name in table["dimensions"]]:
            others = [other for other in table["dimensions"] if other != name]
            rows = 1
            for other in others:
                rows *= len(release.codes[other])
            ways = [[], [name]] + ([others] if 1 < rows <= 300 else [])
            for kept in ways:
                for form in ["json", "csv"]:
                    heads, shapes = collections.defaultdict(list), collections.defaultdict(list)
                    for code in release.codes[name]:
                        keep = f"&dimensions={','.join(kept)}" if kept else ""
                        answer = reader.ask(f"/v1/releases/{release.id}/cube?{name}={urllib.parse.quote(code)}{keep}&format={form}")
                        asked += 1
                        heads[answer.status, answer.others()].append(code)
                        text = answer.plain().decode()
                        shapes[masked(text, words) if form == "json" else len(text.splitlines())].append(code)
                    where = f"{release.id} {name} kept {kept} {form}"
                    check("each code has status 200 and the same headers", len(heads) == 1 and next(iter(heads))[0] == 200, f"{where}: {[(key[0], codes[:3]) for key, codes in heads.items()]}")
                    check("each code has an answer of the same shape and error", len(shapes) == 1, f"{where}: {[(str(key)[:600], codes[:3]) for key, codes in shapes.items()][:3]}")
    return asked


def refusals_do_not_show(reader, release, dice):
    """What is not released, and a code that there is not, are refused alike, whatever the code."""
    asked = 0
    if two := apart(release):
        for kept, narrowed in [two, two[::-1]]:
            found = collections.Counter()
            for code in release.codes[narrowed]:
                answer = reader.ask(f"/v1/releases/{release.id}/cube?dimensions={kept}&{narrowed}={urllib.parse.quote(code)}")
                found[answer.status, answer.others(), answer.headers.get("content-length"), answer.body] += 1
                asked += 1
            check("what is not released is refused alike for each code", len(found) == 1 and next(iter(found))[0] == 404, f"{release.id} {kept} {narrowed}: {[key[0] for key in found]}")
    for name, every in release.codes.items():
        others = {code for codes in release.codes.values() for code in codes} - set(every)
        made_up = ["none", "0", "-1", "%", "'; DROP TABLE", "\u0422\u04b6", "\x00", "x" * 3000, *sorted(others)[:100]]
        made_up += ["".join(dice.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=3)) + "9" for _ in range(100)]
        found = collections.defaultdict(list)
        for code in made_up:
            answer = reader.ask(f"/v1/releases/{release.id}/cube?{name}={urllib.parse.quote(code, safe='')}")
            found[answer.status, answer.others(), answer.headers.get("content-length"), answer.body].append(code[:40])
            asked += 1
        check("a code that there is not is refused alike", len(found) == 1 and next(iter(found))[0] == 400, f"{release.id} {name}: {[(key[0], key[3][:120], codes[:3]) for key, codes in found.items()]}")
    return asked


def hashes(*places):
    """The hash of each file, with its name and the time of its last change."""
    found = {}
    for place in places:
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file():
                found[str(path)] = (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
            else:
                found[str(path)] = ("folder", path.stat().st_mtime_ns)
    return found


def main(requests, ledger, log):
    kept = [published] + ([ledger] if ledger else [])
    before = hashes(*kept)
    dice = random.Random(5)
    begun = time.time()
    server = Server(binary, published, log)
    try:
        reader = Reader(server.port)
        ids = [one["release"] for one in reader.json("/v1/releases")["releases"]]
        if not check("a public release is served", ids):
            return
        releases = [Release(reader, id) for id in ids]
        questions = questions_of(releases, dice)
        spelled_alike = [pages_in_two_spellings(reader, release) for release in releases]
        single = sum(counts_do_not_show(reader, release) for release in releases)
        refused = sum(refusals_do_not_show(reader, release, dice) for release in releases)
    finally:
        server.stop()
    print(f"{single} questions about single codes, {refused} refusals: {time.time() - begun:.0f} s", flush=True)
    begun = time.time()
    asked = ask_all(questions, requests, log)
    for question in questions:
        question.judge()
    took = time.time() - begun
    never = [question.name for question in questions if not question.bodies]
    check("each question was answered", not never or requests < 20 * len(questions), never[:3])
    statuses = sum((question.statuses for question in questions), collections.Counter())
    print(f"{asked} requests for {len(questions)} questions in {took:.0f} s, {asked / took:.0f}/s, {STARTS} starts; statuses: "
          + ", ".join(f"{status} × {count}" for status, count in sorted(statuses.items())))
    if not all(bodies and tags for bodies, tags in spelled_alike):
        print("note: an answer in pages repeats the address as it was written, in `next` and `Link`: its bytes and tag follow the spelling")
    after = hashes(*kept)
    changed = [path for path in before | after if before.get(path) != after.get(path)]
    check(f"the published folder{' and the ledger are' if ledger else ' is'} the same", not changed, changed)
    check("the server did not panic", "panicked" not in pathlib.Path(log).read_text(errors="replace"), "see its log")


if __name__ == "__main__":
    arguments, requests = sys.argv[1:], 100_000
    if "--requests" in arguments:
        at = arguments.index("--requests")
        requests = int(arguments[at + 1])
        del arguments[at : at + 2]
    if len(arguments) not in (2, 3):
        sys.exit("usage: equal_questions.py PANOH_PUBLIC PUBLISHED [LEDGER_FILE] [--requests 100000]")
    binary, published = (pathlib.Path(argument).resolve() for argument in arguments[:2])
    ledger = pathlib.Path(arguments[2]).resolve() if len(arguments) == 3 else None
    with tempfile.TemporaryDirectory() as temporary:
        main(requests, ledger, str(pathlib.Path(temporary) / "server.log"))
    end("equal_questions")
