"""Puts a mixed load on a server for as long as is wanted, while releases come, go and are tampered with under it.

    python3 tests/server/soak.py PANOH_PUBLIC PUBLISHED SECONDS

PANOH_PUBLIC is the binary, PUBLISHED a folder with at least one public release; it is copied and never written to. Needed:
Python 3.11 alone, Linux. SECONDS may be 20 or 86400.

Proves, as far as so long a time can: no answer has status 5xx but for "busy" where too many long answers are wanted; the same
address has the same bytes each time, those that a fresh server gives over the untouched folder; an edited file is never
served; readers who are slow, break off or take nothing keep nobody else from an answer; the server lives; its memory is flat
once the store of kept answers is full. Ends with 1 when one of these does not hold.
"""

import array
import collections
import gzip
import hashlib
import http.client
import itertools
import json
import os
import pathlib
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

THREADS = 8
# The folder is looked at every 5 s; a busy machine takes longer.
SEEN_WITHIN = 15
# A reader may take nothing for 30 s.
LET_GO_WITHIN = 50
KEPT_BYTES = 60 << 20
FORMATS = ["json", "csv", "xlsx", "parquet", "arrow", "sdmx"]
TRENDS = ["gender", "destinations", "routes"]
GONE = {"unknown-release", "not-released"}
KNOWN_PROBLEMS = re.compile(r"^urn:panoh:problem:[a-z-]+$")

passed, failed = 0, 0
lock = threading.Lock()


def check(name, holds, said=""):
    global passed, failed
    with lock:
        passed, failed = passed + bool(holds), failed + (not holds)
    if not holds:
        print(f"FAILED {name}: {said}", flush=True)
    return holds


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """A server of its own over a folder."""

    def __init__(self, folder, log):
        self.port, self.log = free_port(), log
        command = [str(binary), "--published", str(folder), "--listen", f"127.0.0.1:{self.port}", "--questions-per-second", "0"]
        with open(log, "wb") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out)
        for _ in range(300):
            try:
                if Reader(self.port).ask("/healthz").status == 200:
                    return
            except OSError:
                time.sleep(0.1)
        self.stop()
        sys.exit(f"the server does not answer; see {log}: {pathlib.Path(log).read_text()[-500:]}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def memory(self):
        """Resident memory in KiB; none when the server is dead."""
        try:
            found = re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text())
        except OSError:
            return None
        return int(found[1]) if found else None

    def measure(self, name):
        return int(re.search(rf"^{name} (\d+)$", Reader(self.port).ask("/metrics").body.decode(), re.MULTILINE)[1])


class Answer:
    def __init__(self, response, body):
        self.status, self.headers, self.body = response.status, {name.lower(): value for name, value in response.getheaders()}, body

    def plain(self):
        return gzip.decompress(self.body) if self.headers.get("content-encoding") == "gzip" else self.body

    def problem(self):
        """The kind of a refusal, without what all have before it."""
        if self.headers.get("content-type") != "application/problem+json":
            return None
        try:
            document = json.loads(self.body)
        except ValueError:
            return None
        whole = document.get("status") == self.status and KNOWN_PROBLEMS.match(document.get("type", ""))
        return document["type"].rsplit(":", 1)[1] if whole else None


class Reader:
    """One reader with one connection, which is kept."""

    def __init__(self, port):
        self.port, self.connection = port, None

    def ask(self, address, method="GET", headers=None):
        # A kept connection may have been let go while nothing was asked; a new one may not.
        for is_new in (self.connection is None, True):
            try:
                self.connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                self.connection.request(method, address, headers=headers or {})
                response = self.connection.getresponse()
                return Answer(response, response.read())
            except (http.client.HTTPException, OSError):
                self.connection.close()
                self.connection = None
                if is_new:
                    raise


def digest(body):
    return hashlib.sha256(body).hexdigest()[:24]


class Question:
    """An address, the release that it names if any, and what the answer has to be."""

    def __init__(self, address, release=None, problems=(), costly=False):
        self.address, self.release, self.problems, self.costly = address, release, set(problems), costly


class Release:
    """What may be asked of a release."""

    def __init__(self, reader, id):
        self.id = id
        base = f"/v1/releases/{id}"
        self.tables = json.loads(reader.ask(base).body)["tables"]
        dictionary = json.loads(reader.ask(f"/v1/dictionary?release={id}").body)["dimensions"]
        self.codes = {one["name"]: [code["code"] for code in one["codes"]] for one in dictionary}
        # The refusal of a level lists those that there are.
        levels = {name: json.loads(reader.ask(f"{base}/cube?dimensions={name}:nothing").body)["allowed"] for name in self.codes}
        self.levels = {name: found for name, found in levels.items() if found and "," not in found[0]}

    def cells(self, names):
        product = 1
        for name in names:
            product *= len(self.codes[name])
        return product

    def narrowed(self, dice, name):
        codes = self.codes[name]
        first = dice.randrange(len(codes))
        last = dice.randrange(first, min(len(codes), first + 40))
        some = dice.sample(codes, min(len(codes), dice.randint(1, 4)))
        return dice.choice([codes[first], ",".join(some), f"{codes[first]}..{codes[last]}"])

    def slice(self, dice):
        """A slice, roll-up or difference that one table has."""
        table = dice.choice([one for one in self.tables if self.cells(one["dimensions"]) <= 100_000] or self.tables)
        names = dice.sample(table["dimensions"], len(table["dimensions"]))
        kept, rest = names[: dice.randint(0, len(names))], names
        while self.cells(kept) > 20_000:
            kept = kept[1:]
        asked, taken = [], set(kept)
        if rest != kept and dice.random() < 0.25 and self.cells(kept) <= 300:
            other = next(name for name in names if name not in taken)
            if len(self.codes[other]) > 1:
                asked.append(f"compare={other}:" + ",".join(dice.sample(self.codes[other], 2)))
                taken.add(other)
                names = [name for name in names if name != other]
        asked += [f"{name}={self.narrowed(dice, name)}" for name in names if dice.random() < 0.5]
        # Each row of a level is reckoned by itself.
        is_short = self.cells(kept) <= 300
        words = [
            f"{name}:{dice.choice(self.levels[name])}" if is_short and name in self.levels and dice.random() < 0.2 else name
            for name in kept
        ]
        if words:
            asked.append("dimensions=" + ",".join(words))
        dice.shuffle(asked)
        return f"/v1/releases/{self.id}/cube?" + "&".join(asked)


def questions_of(releases, dice):
    """Questions to one release each, and questions to whatever is newest."""
    named, floating = [], []
    for release in releases:
        base = f"/v1/releases/{release.id}"
        for table in release.tables:
            if release.cells(table["dimensions"]) > 100_000:
                continue
            is_large = release.cells(table["dimensions"]) > 10_000
            for form in FORMATS:
                address = f"{base}/tables/{table['name']}?format={form}"
                named.append(Question(address, release.id, costly=is_large))
                if not is_large:
                    named.append(Question(f"{address}&lang={dice.choice(['ru', 'tg'])}", release.id))
            named.append(Question(f"{base}/tables/{table['name']}?limit=7&offset=3", release.id))
            named.append(Question(f"{base}/tables/{table['name']}?format=csv&sep=;&decimal=comma&bom=1", release.id, costly=is_large))
        seen = set()
        for _ in range(1500):
            address = release.slice(dice)
            if address not in seen:
                seen.add(address)
                join = "" if address.endswith("?") else "&"
                form = dice.choice(["", "", f"{join}format={dice.choice(FORMATS)}", f"{join}lang={dice.choice(['ru', 'tg'])}"])
                named.append(Question(address + form, release.id))
        named += [Question(f"{base}?format={form}", release.id) for form in FORMATS[:5]]
        named += [Question(f"/v1/dictionary?release={release.id}&format={form}", release.id) for form in FORMATS[:5]]
        for trend, needed in zip(TRENDS, [{"year", "gender"}, {"destination"}, {"origin", "destination"}]):
            is_there = any(needed <= set(table["dimensions"]) for table in release.tables)
            named.append(Question(f"/v1/charts/{trend}.svg?release={release.id}", release.id, () if is_there else GONE))
        named += [Question(f"{base}/package", release.id)] * 12
    for trend in TRENDS:
        floating += [f"/v1/trends/{trend}?format={form}" for form in FORMATS] + [f"/v1/charts/{trend}.svg", f"/v1/trends/{trend}"]
        floating += [f"/v1/trends/{trend}?from=2016&to=2019", f"/v1/trends/{trend}?from=2018&lang=tg", f"/v1/trends/{trend}?limit=5"]
    floating += ["/", "/", "/", "/v1/series", "/v1/withdrawn", "/v1/catalogue", "/v1/openapi.json", "/assets/style.css"]
    floating += [f"/v1/releases?format={form}" for form in FORMATS[:5]] + [f"/v1/dictionary?format={form}" for form in FORMATS[:5]]
    return named, [Question(address) for address in floating]


def wrong_questions(releases):
    """Addresses that are refused, with the kinds of problems that may be said."""
    wrong = [
        Question("/nowhere", problems={"no-such-path"}),
        Question("/v1/releases/none", problems={"unknown-release"}),
        Question("/v1/trends/gender?format=exe", problems={"bad-value"}),
        Question("/v1/trends/gender?from=soon", problems={"bad-value"} | GONE),
        Question("/v1/trends/gender?gender=", problems={"bad-value"}),
        Question("/v1/trends/gender?lang=en&lang=en", problems={"bad-value"}),
        Question("/v1/trends/gender?limit=0", problems={"bad-value"}),
        Question("/v1/trends/gender?%FF=1", problems={"bad-value", "unknown-parameter"} | GONE),
        Question("/v1/charts/none.svg", problems={"unknown-chart"}),
        Question("/v1/requests", problems={"requests-closed", "bad-token"}),
    ]
    for release in releases:
        base, name = f"/v1/releases/{release.id}", next(iter(release.codes))
        for address, kind in [
            (f"{base}/tables/none", "unknown-table"),
            (f"{base}/cube?dimensions=none", "unknown-dimension"),
            (f"{base}/cube?none=1", "unknown-parameter"),
            (f"{base}/cube?{name}=%00%F0%9F%92%A9", "unknown-code"),
            (f"{base}/cube?{name}={'x' * 5000}", "unknown-code"),
            (f"{base}/cube?dimensions={name}:none", "unknown-level"),
            (f"{base}/cube?dimensions={name},{name}", "bad-value"),
            (f"{base}/cube?compare={name}", "not-comparable"),
            (f"{base}/cube?dimensions=" + ",".join(release.codes), "not-released"),
            (f"{base}/tables/{release.tables[0]['name']}?offset=-1", "bad-value"),
        ]:
            names = set(release.codes)
            if kind == "not-released" and any(names <= set(table["dimensions"]) for table in release.tables):
                continue
            wrong.append(Question(address, release.id, {kind}))
    return wrong


class Load:
    """The load, and what was learned from its answers."""

    def __init__(self, server, named, floating, wrong, states, long):
        self.server, self.named, self.floating, self.wrong, self.long = server, named, floating, wrong, long
        self.small = [question for question in named if not question.costly]
        self.costly = [question for question in named if question.costly]
        # (address, coding) to digest of the body and tag.
        self.known = {}
        self.states = states
        self.statuses, self.kinds, self.said = collections.Counter(), collections.Counter(), collections.Counter()
        self.times, self.asked, self.broken = array.array("f"), 0, 0
        self.until = 0.0
        self.events = collections.deque(maxlen=5)

    def wrong_answer(self, what, address, said):
        """Tells the first few of each kind, counts all."""
        with lock:
            self.said[what] += 1
            count = self.said[what]
        check(what, False, f"{address}: {said}; before: {list(self.events)}") if count <= 3 else None

    def count(self, kind, status, took=None):
        with lock:
            self.asked += 1
            self.kinds[kind] += 1
            self.statuses[status] += 1
            if took is not None:
                self.times.append(took)

    def judge(self, question, answer, has_gzip, is_head=False):
        """Whether an answer is one that may be given now."""
        address, kind = question.address, answer.problem() if not is_head else None
        if answer.status >= 500:
            if answer.status == 503 and kind == "busy":
                with lock:
                    self.kinds["busy (allowed)"] += 1
            elif not (is_head and answer.status == 503):
                self.wrong_answer(f"status {answer.status}", address, f"{kind} {answer.body[:300]}")
            return
        if is_head:
            return self.judge_head(question, answer, has_gzip)
        if answer.status >= 400 and kind is None:
            return self.wrong_answer("a refusal without problem details", address, f"{answer.status} {answer.headers} {answer.body[:200]}")
        if question.release is None and not question.problems:
            found = (answer.status, answer.headers.get("etag"), digest(answer.body))
            if found not in self.states[address, has_gzip]:
                self.wrong_answer("an answer that no state of the folder gives", address, f"{found} {answer.body[:200]}")
            return
        if question.release is not None and kind == "unknown-release":
            return
        if question.problems and answer.status >= 400:
            if kind not in question.problems:
                self.wrong_answer("another refusal", address, f"{kind}, not {question.problems}")
            return
        if question.problems or answer.status != 200:
            return self.wrong_answer(f"status {answer.status} where another was wanted", address, f"{kind} {answer.body[:200]}")
        found = (digest(answer.body), answer.headers.get("etag"))
        with lock:
            before = self.known.setdefault((address, has_gzip), found)
        if found != before:
            self.wrong_answer("other bytes than before", address, f"gzip={has_gzip} {before} then {found}")
        length = answer.headers.get("content-length")
        if length is not None and int(length) != len(answer.body):
            self.wrong_answer("another length than was told", address, f"{length}, {len(answer.body)} came")

    def judge_head(self, question, answer, has_gzip):
        known = self.known.get((question.address, has_gzip))
        if answer.body:
            self.wrong_answer("HEAD with a body", question.address, answer.body[:100])
        if known and answer.status == 200 and answer.headers.get("etag") != known[1]:
            self.wrong_answer("HEAD with another tag", question.address, f"{known[1]} {answer.headers}")

    def work(self, number):
        """One thread of readers."""
        dice, reader = random.Random(number), Reader(self.server.port)
        while time.time() < self.until:
            try:
                self.once(dice, reader)
            except Exception as error:
                with lock:
                    self.broken += 1
                self.wrong_answer("a reader without an answer", "?", repr(error))
                time.sleep(0.2)

    def once(self, dice, reader):
        at = dice.random()
        has_gzip = dice.random() < 0.5
        headers = {"Accept-Encoding": "gzip"} if has_gzip else {}
        if at < 0.02 and self.long:
            return self.breaks_off(dice)
        if at < 0.025 and self.long:
            return self.slowly(dice)
        if at < 0.20:
            kind, question = "newest", dice.choice(self.floating)
        elif at < 0.28:
            kind, question = "wrong", dice.choice(self.wrong)
        elif at < 0.29 and self.costly:
            kind, question = "large", dice.choice(self.costly)
        else:
            kind, question = "named", dice.choice(self.small)
        method = "GET"
        if at >= 0.92:
            kind, method = "head", "HEAD"
        elif at >= 0.80:
            known = self.known.get((question.address, has_gzip))
            if known and known[1]:
                return self.conditional(dice, reader, question, known[1], headers)
        begun = time.perf_counter()
        answer = reader.ask(question.address, method, headers)
        self.count(kind, answer.status, time.perf_counter() - begun)
        self.judge(question, answer, has_gzip, method == "HEAD")

    def conditional(self, dice, reader, question, tag, headers):
        tags = dice.choice([tag, f'"0", {tag}', f"W/{tag}"])
        begun = time.perf_counter()
        answer = reader.ask(question.address, "GET", headers | {"If-None-Match": tags})
        self.count("conditional", answer.status, time.perf_counter() - begun)
        if answer.status == 304:
            if answer.body or answer.headers.get("etag") != tag:
                self.wrong_answer("a 304 with a body or another tag", question.address, f"{tag} {answer.headers}")
        elif answer.problem() != "unknown-release":
            self.wrong_answer("no 304 for a tag that is known", question.address, f"{tags} {answer.status} {answer.headers}")

    def begin(self, address, has_gzip=False):
        """A connection that takes little at a time, with the answer begun."""
        taking = socket.socket()
        taking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        taking.settimeout(60)
        taking.connect(("127.0.0.1", self.server.port))
        coding = "Accept-Encoding: gzip\r\n" if has_gzip else ""
        taking.sendall(f"GET {address} HTTP/1.1\r\nHost: localhost\r\n{coding}Connection: close\r\n\r\n".encode())
        return taking

    def breaks_off(self, dice):
        question = dice.choice(self.long)
        with self.begin(question.address, dice.random() < 0.5) as taking:
            taking.recv(dice.choice([1, 100, 70_000]))
            time.sleep(dice.choice([0, 0, 0.05]))
        self.count("broken off", "broken off")

    def slowly(self, dice):
        question, has_gzip = dice.choice(self.long), dice.random() < 0.3
        with self.begin(question.address, has_gzip) as taking:
            response = http.client.HTTPResponse(taking)
            response.begin()
            parts, slow_until = [], time.time() + min(3, max(0, self.until - time.time()))
            while part := response.read(16_384):
                parts.append(part)
                if time.time() < slow_until:
                    time.sleep(0.02)
            answer = Answer(response, b"".join(parts))
        self.count("slow", answer.status)
        self.judge(question, answer, has_gzip)


class Changer(threading.Thread):
    """Lets releases go and come back, and edits files, as long as the load lasts."""

    def __init__(self, load, published, outside, releases):
        super().__init__()
        self.load, self.published, self.outside = load, published, outside
        self.goer, self.edited = releases[0], releases[-1]
        self.dice, self.done, self.reader = random.Random(7), collections.Counter(), Reader(load.server.port)

    def run(self):
        deeds = itertools.cycle([self.goes_and_comes, self.is_edited, self.goes_for_a_moment, self.is_doubled, self.is_edited_for_a_moment])
        while time.time() + 1 < self.load.until:
            try:
                next(deeds)()
            except Exception as error:
                check("a change of the folder", False, repr(error))
            self.pause(self.dice.uniform(2, 5))

    def pause(self, seconds):
        time.sleep(max(0, min(seconds, self.load.until - time.time())))

    def tell(self, event):
        self.load.events.append(f"{time.strftime('%H:%M:%S')} {event}")

    def until_status(self, release, status, why):
        """Waits until the release is there, or is not."""
        begun = time.time()
        while time.time() < begun + SEEN_WITHIN:
            if self.reader.ask(f"/v1/releases/{release}").status == status:
                check(why, True)
                return
            time.sleep(0.3)
        check(why, False, f"{release}: not within {SEEN_WITHIN} s")

    def away(self):
        os.rename(self.published / self.goer, self.outside / self.goer)
        self.tell(f"{self.goer} went")

    def back(self):
        if self.dice.random() < 0.5:
            os.rename(self.outside / self.goer, self.published / self.goer)
        else:
            # As a publisher does it: whole under a hidden name, then by its own.
            shutil.copytree(self.outside / self.goer, self.published / f".tmp-{self.goer}")
            os.rename(self.published / f".tmp-{self.goer}", self.published / self.goer)
            shutil.rmtree(self.outside / self.goer)
        self.tell(f"{self.goer} came back")

    def goes_and_comes(self):
        self.away()
        try:
            self.until_status(self.goer, 404, "a release that went is not served")
        finally:
            self.back()
        self.until_status(self.goer, 200, "a release that came back is served")
        self.done["went and came"] += 1

    def goes_for_a_moment(self):
        self.away()
        try:
            self.pause(self.dice.uniform(0.01, 4))
        finally:
            self.back()
        self.done["went for a moment"] += 1

    def edit(self):
        """Edits one file that the hashes name, or the hashes; gives what undoes it."""
        folder = self.published / self.edited
        lines = (folder / "SHA256SUMS").read_text().splitlines()
        path = folder / self.dice.choice([line.split(maxsplit=1)[1].lstrip("*") for line in lines] + ["SHA256SUMS"])
        bytes = path.read_bytes()
        digits = [at for at in range(len(bytes)) if bytes[at : at + 1].isdigit()] or range(len(bytes))
        at = self.dice.choice(digits)
        other = b"7" if bytes[at : at + 1] != b"7" else b"3"
        path.write_bytes(bytes[:at] + other + bytes[at + 1 :])
        self.tell(f"{self.edited}/{path.name} was edited")

        def undo():
            path.write_bytes(bytes)
            self.tell(f"{self.edited}/{path.name} was restored")

        return undo

    def is_edited(self):
        undo = self.edit()
        try:
            self.until_status(self.edited, 404, "a release with an edited file is not served")
        finally:
            undo()
        self.until_status(self.edited, 200, "a release that was restored is served")
        self.done["was edited"] += 1

    def is_edited_for_a_moment(self):
        undo = self.edit()
        try:
            self.pause(self.dice.uniform(0.01, 4))
        finally:
            undo()
        self.done["was edited for a moment"] += 1

    def is_doubled(self):
        """A copy under another name, with a table edited: it must never be served by any name."""
        copy = self.published / f"{self.edited}-copy"
        shutil.copytree(self.published / self.edited, copy)
        table = next((copy / "tables").iterdir())
        table.write_bytes(table.read_bytes().replace(b"1", b"2"))
        self.tell(f"{copy.name} came, edited")
        try:
            self.pause(7)
            answer = self.reader.ask(f"/v1/releases/{copy.name}")
            check("an edited copy is not served", answer.status == 404, answer.status)
        finally:
            shutil.rmtree(copy)
            self.tell(f"{copy.name} went")
        self.done["was doubled"] += 1


def all_states(source, folder, releases, floating):
    """What each address without a release may answer, for each set of releases that can be there."""
    states = collections.defaultdict(set)
    changing = sorted({releases[0], releases[-1]})
    for number, here in enumerate(itertools.product([True, False], repeat=len(changing))):
        place = folder / f"state-{number}"
        shutil.copytree(source, place)
        for id, is_here in zip(changing, here):
            if not is_here:
                shutil.rmtree(place / id)
        server = Server(place, folder / f"state-{number}.log")
        try:
            reader = Reader(server.port)
            for question in floating:
                for has_gzip in (False, True):
                    answer = reader.ask(question.address, headers={"Accept-Encoding": "gzip"} if has_gzip else {})
                    check("an answer of a fresh server", answer.status < 500, f"{question.address}: {answer.status}")
                    states[question.address, has_gzip].add((answer.status, answer.headers.get("etag"), digest(answer.body)))
        finally:
            server.stop()
        shutil.rmtree(place)
    return states


def package_of_what_went(source, folder, release):
    """A fresh server is asked for the package of a release whose folder has just gone, or has just been edited."""

    def gone(published):
        os.rename(published / release, published.parent / "gone")

    def edited(published):
        table = next((published / release / "tables").iterdir())
        table.write_bytes(table.read_bytes() + b"1\n")

    for deed in (gone, edited):
        place = folder / f"package-{deed.__name__}"
        shutil.copytree(source, place / "published")
        server = Server(place / "published", folder / f"package-{deed.__name__}.log")
        try:
            deed(place / "published")
            answer = Reader(server.port).ask(f"/v1/releases/{release}/package")
            said = f"GET /v1/releases/{release}/package at once after its folder was {deed.__name__}: {answer.status} {answer.body[:200]}"
            check("the package of a release that is not whole any more is refused without 5xx", 400 <= answer.status < 500, said)
        finally:
            server.stop()


def fill_kept(server, releases, seconds):
    """Asks different short answers until the store of kept answers is full, so that memory is flat from then on."""
    reader, until = Reader(server.port), time.time() + seconds
    tables = [(release.id, table["name"], release.cells(table["dimensions"])) for release in releases for table in release.tables]
    release, table, rows = max((one for one in tables if one[2] <= 2500), key=lambda one: one[2], default=tables[0])
    for offset in range(min(rows, 2000)):
        for lang in ("en", "ru", "tg"):
            reader.ask(f"/v1/releases/{release}/tables/{table}?format=csv&lang={lang}&offset={offset}")
        if time.time() > until or (offset % 10 == 9 and server.measure("panoh_kept_bytes") > KEPT_BYTES):
            break
    return server.measure("panoh_kept_bytes")


def line(samples):
    """MiB in a minute by which the samples rise, least squares."""
    if len(samples) < 3:
        return 0.0
    return statistics.linear_regression([at for at, _ in samples], [kib / 1024 for _, kib in samples]).slope * 60


def soak(source, seconds, folder):
    published, outside = folder / "published", folder / "outside"
    shutil.copytree(source, published)
    outside.mkdir()
    server = Server(published, folder / "server.log")
    stalled = []
    try:
        reader = Reader(server.port)
        ids = [one["release"] for one in json.loads(reader.ask("/v1/releases").body)["releases"]]
        if not check("a public release is served", ids):
            return
        releases = [Release(reader, id) for id in ids]
        package_of_what_went(source, folder, ids[0])
        named, floating = questions_of(releases, random.Random(1))
        wrong = wrong_questions(releases)
        states = all_states(source, folder, ids, floating)
        textual = [question for question in named if "/tables/" in question.address and ("format=csv" in question.address or "format=json" in question.address)]
        long = [question for question in textual if "content-length" not in reader.ask(question.address, "HEAD").headers]
        has_long = bool(long)
        load = Load(server, named, floating, wrong, states, long or textual)
        kept = fill_kept(server, releases, min(60, max(3, seconds / 10)))
        print(f"{len(ids)} releases, {len(named)} questions to releases, {len(floating)} to the newest, {len(wrong)} wrong ones, "
              f"{len(long)} long answers; {kept >> 20} MiB of answers are kept before the load", flush=True)
        if not has_long:
            print("note: no answer of these releases is longer than 1 MiB: nothing is proved of answers in parts", flush=True)

        begun = time.time()
        load.until = begun + seconds
        threads = [threading.Thread(target=load.work, args=(number,)) for number in range(THREADS)]
        changer = Changer(load, published, outside, ids)
        for thread in [*threads, changer]:
            thread.start()
        samples, most = [], 0
        stall_at = begun + seconds * 0.1
        while time.time() < load.until:
            time.sleep(1)
            memory = server.memory()
            if memory is None or server.process.poll() is not None:
                check("the server lives", False, f"exit {server.process.poll()}; {pathlib.Path(server.log).read_text(errors='replace')[-500:]}")
                load.until = 0
                break
            most = max(most, memory)
            if time.time() >= begun + seconds * 0.2:
                samples.append((time.time() - begun, memory))
            if has_long and not stalled and time.time() > stall_at and seconds >= 60:
                longest = max(long, key=lambda question: len(reader.ask(question.address).body))
                stalled = [(load.begin(longest.address), time.time()) for _ in range(2)]
        for thread in [*threads, changer]:
            thread.join()
        took = time.time() - begun

        check("the server answers after the load", server.process.poll() is None and reader.ask("/healthz").status == 200)
        report(load, changer, samples, most, took)
        let_go(server, stalled)
        as_fresh(load, source, folder)
    finally:
        for taking, _ in stalled:
            taking.close()
        server.stop()
    check("the server did not panic", "panicked" not in pathlib.Path(server.log).read_text(errors="replace"), "see its log")


def let_go(server, stalled):
    """Readers who take nothing for a while may not keep the place of a long answer."""
    if stalled:
        time.sleep(max(0, stalled[0][1] + LET_GO_WITHIN - time.time()))
    until = time.time() + 10
    while (held := server.measure("panoh_long_answers")) and time.time() < until:
        time.sleep(0.5)
    said = f"{held} places are held {LET_GO_WITHIN} s after {len(stalled)} readers began to take nothing, connections still open"
    check("no place of a long answer is held by readers who take nothing", held == 0, said)
    for taking, _ in stalled:
        taking.close()
    until = time.time() + 10
    while (held := server.measure("panoh_long_answers")) and time.time() < until:
        time.sleep(0.5)
    check("no place of a long answer is held when all readers are gone", held == 0, held)


def as_fresh(load, source, folder):
    """The same bytes come from a server that knows nothing of the load, over the folder as it was given."""
    server = Server(source, folder / "fresh.log")
    try:
        reader, dice = Reader(server.port), random.Random(3)
        for (address, has_gzip), found in dice.sample(sorted(load.known.items()), min(400, len(load.known))):
            answer = reader.ask(address, headers={"Accept-Encoding": "gzip"} if has_gzip else {})
            check("a fresh server gives the same bytes", (digest(answer.body), answer.headers.get("etag")) == found, address)
    finally:
        server.stop()


def report(load, changer, samples, most, took):
    times = sorted(load.times)
    place = lambda part: times[min(len(times) - 1, int(len(times) * part))] * 1000 if times else 0
    print(f"{load.asked} requests in {took:.0f} s, {load.asked / took:.0f}/s; p50 {place(0.5):.1f} ms, p99 {place(0.99):.1f} ms, longest {place(1):.0f} ms")
    print("statuses: " + ", ".join(f"{status} × {count}" for status, count in sorted(load.statuses.items(), key=str)))
    print("kinds: " + ", ".join(f"{kind} × {count}" for kind, count in sorted(load.kinds.items())))
    print("changes: " + ", ".join(f"{deed} × {count}" for deed, count in sorted(changer.done.items())))
    print(f"busy with too many long answers (allowed): {load.kinds['busy (allowed)']}")
    if load.said:
        print("wrong answers: " + ", ".join(f"{what} × {count}" for what, count in load.said.items()))
    check("there was a load", load.asked > 20 * min(took, 60), load.asked)
    check("the same addresses were asked again and again", load.asked > len(load.known), len(load.known))
    if not check("memory was sampled", len(samples) >= 6, len(samples)):
        return
    third = len(samples) // 3
    first, last = (statistics.median(kib for _, kib in part) for part in (samples[:third], samples[-third:]))
    mib = lambda kib: f"{kib / 1024:.0f} MiB"
    print(f"memory: first third {mib(first)}, last third {mib(last)}, most {mib(most)}, {line(samples):+.2f} MiB a minute")
    check("memory is flat", last <= first * 1.15 + 16 * 1024, f"{mib(first)}, then {mib(last)}")


if __name__ == "__main__":
    if len(sys.argv) != 4 or not sys.argv[3].isdigit() or int(sys.argv[3]) < 20:
        sys.exit("usage: soak.py PANOH_PUBLIC PUBLISHED SECONDS (at least 20)")
    binary = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as temporary:
        soak(pathlib.Path(sys.argv[2]).resolve(), int(sys.argv[3]), pathlib.Path(temporary))
    print(f"soak: {passed} checks hold, {failed} failed")
    sys.exit(failed > 0)
