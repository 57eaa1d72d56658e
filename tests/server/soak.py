"""Puts a mixed load on a server for as long as is wanted, while releases come, go and are tampered with under it.

    python3 tests/server/soak.py PANOH_PUBLIC PUBLISHED SECONDS

PANOH_PUBLIC is the binary, PUBLISHED a folder with at least one public release; it is copied and never written to. Needed:
Python 3.11 alone, Linux. SECONDS may be 20 or 86400.

Proves, as far as so long a time can: no answer has status 5xx but for "busy" where too many long answers are wanted; the same
address has the same bytes each time, those that a fresh server gives over the untouched folder; an edited file is never
served; readers who are slow, break off or take nothing keep nobody else from an answer; the server lives; its memory is flat
once the store of kept answers is full. Ends with 1 when one of these does not hold.
"""

import collections
import itertools
import json
import os
import pathlib
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time

from asking import Reader, Server, check, end
from soak_changes import Changer
from soak_load import Load, digest
from soak_questions import Release, questions_of, wrong_questions

THREADS = 8
# A reader may take nothing for 30 s.
LET_GO_WITHIN = 50
KEPT_BYTES = 60 << 20


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
        server = Server(binary, place, folder / f"state-{number}.log")
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
        server = Server(binary, place / "published", folder / f"package-{deed.__name__}.log")
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
    server = Server(binary, published, folder / "server.log")
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
    server = Server(binary, source, folder / "fresh.log")
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
    end("soak")
