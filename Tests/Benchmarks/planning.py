"""What planning costs: a slot, and a week and a year of sixty shows out of a large library, with rules, jingles at minutes
and clocks that are put forward and back."""

import contextlib
import os
import random
import sqlite3
import subprocess
import time

from machine import QUIET, run
from station import Station
from table import Row

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def planning(room):
    """A preview of a week and a simulation of a year, without what every command costs that reads such a library."""
    station = library(room)
    base, least = measured(station, "preview", "1s")
    week, most = measured(station, "preview", "7d")
    year, _ = measured(station, "simulate", "52w")
    median, most_often, longest, hits = slots(room)
    what = f"with {room.many:,} tracks and 60 shows"
    beside = f"reading the library first: {base:.1f} s"
    return [
        Row("Planning a slot out of 500 tracks, so that it ends on its second: in 99 % of 2,000 slots within",
            f"{most_often:.1f} ms", (most_often, "<", 50, "ms"),
            f"half of them within {median:.1f} ms, the longest {longest:.1f} ms"),
        Row("Of these slots, those whose last track ends within a second", f"{hits:.1f} %", (hits, "≥", 99, "%")),
        Row(f"Planning a week {what}", f"{week - base:.2f} s", (week - base, "<", 1, "s"), beside),
        Row("Memory for that week", f"{most - least:.0f} MB", (most - least, "<", 50, "MB")),
        Row(f"Simulating a year {what}", f"{year - base:.1f} s", (year - base, "<", 60, "s")),
    ]


def slots(room):
    """What the program beside this file prints: three times in milliseconds, and percent."""
    told = subprocess.run([room.programs / "bench-plan"], check=True, capture_output=True, text=True).stdout
    return [float(number) for number in told.split()]


def measured(station, command, span):
    """Seconds, and the most memory in MB."""
    words = (station.program, command, "--config", station.path, "--from", "2026-12-01", "--for", span, "--json")
    began = time.monotonic()
    process = subprocess.Popen([str(word) for word in words], **QUIET)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command} ended with {process.returncode}")
    return time.monotonic() - began, usage.ru_maxrss / 1024


def library(room):
    """A station whose index says of hard links to one file that they are tracks of two to six minutes."""
    folder = room.folder / "plan"
    (folder / "music").mkdir(parents=True)
    first = folder / "music" / "0.flac"
    subprocess.run(["ffmpeg", "-v", "error", "-t", "2", "-i", room.files[0], "-ac", "1", first], check=True)
    jingle = folder / "jingle.flac"
    subprocess.run(["ffmpeg", "-v", "error", "-t", "3", "-i", room.files[0], "-ac", "1", jingle], check=True)
    station = Station(folder / "station", room.programs, folder / "music")
    jingles = 'default: music, identification: { from: ids, at: [ ":00" ], start: hard }'
    text = station.path.read_text().replace("UTC", "Europe/Berlin").replace("default: music", jingles)
    text = text.replace("playlists: {", f'playlists: {{ ids: {{ from: "{jingle}" }},')
    station.path.write_text(text)
    run(station.render(1))
    for number in range(1, room.many):
        os.link(first, folder / "music" / f"{number}.flac")
    dice = random.Random(60)
    with contextlib.closing(sqlite3.connect(station.folder / "data" / "station.db")) as index, index:
        index.row_factory = sqlite3.Row
        row = dict(index.execute("SELECT * FROM library WHERE path LIKE '%/0.flac'").fetchone())
        places = ", ".join(f":{column}" for column in row)
        index.executemany(
            f"INSERT OR REPLACE INTO library ({', '.join(row)}) VALUES ({places})",
            [row | {"path": str(path), "length": dice.randrange(120 * 44_100, 360 * 44_100),
                    "artist": f"Artist {dice.randrange(2_000)}", "title": path.stem}
             for path in (folder / "music").iterdir()])
    rules = "order: shuffle, separate: { artist: 60 min, title: 3 h }"
    text = text.replace("order: sequence", rules)
    text += "shows:\n"
    for number in range(60):
        on = dice.sample(DAYS, dice.randrange(1, 7))
        text += (
            f"  - {{ name: Show {number}, on: [ {', '.join(on)} ], at: \"{number % 24:02}:{number // 24 * 20:02}\", "
            f"for: {dice.choice([30, 60, 120])}m, play: music }}\n")
    station.path.write_text(text)
    return station
