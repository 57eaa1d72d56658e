"""What happens to the folder under the long load: releases go, come back, are edited and doubled."""

import collections
import itertools
import os
import random
import shutil
import threading
import time

from asking import Reader, check

# The folder is looked at every 5 s; a busy machine takes longer.
SEEN_WITHIN = 15


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
