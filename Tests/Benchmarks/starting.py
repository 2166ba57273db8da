"""How soon after its process a station is heard, with a large library."""

import contextlib
import os
import socket
import sqlite3
import subprocess
import time
from statistics import median

import ogg
from machine import run
from station import Station
from table import Row

BURST = 4 - 0.25  # seconds; a page more or less


def starts(room):
    """Starts with every file in the index, and with none."""
    folder = room.folder / "many"
    folder.mkdir()
    (folder / "music").mkdir()
    first = folder / "music" / "0.flac"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-t", "5", "-i", room.files[0], "-ac", "1", first], check=True)
    for number in range(1, room.many):
        os.link(first, folder / "music" / f"{number}.flac")
    indexed = Station(folder / "indexed", room.programs, first)
    run(indexed.render(1))
    copy_index(indexed.folder / "data" / "station.db", first.parent)
    indexed.path.write_text(indexed.path.read_text().replace(str(first), str(first.parent)))
    rows = []
    for what, bound, station in (
        (f"Start with {room.many:,} indexed files", 300, indexed),
        (f"Start with {room.many:,} files and no index", 1000, None),
    ):
        times = []
        for attempt in range(room.rounds):
            target = station or Station(folder / f"new{attempt}", room.programs, first.parent)
            times.append(start(target, room.many if station else None))
        page, burst = (median(column) * 1000 for column in zip(*times))
        rows.append(Row(what, f"{burst:.0f} ms", (burst, "<", bound, "ms"), f"first page after {page:.0f} ms"))
    return rows


def copy_index(database, folder):
    """Writes what one file was measured to be for its hard links too: measuring ten thousand would take minutes."""
    with contextlib.closing(sqlite3.connect(database)) as index, index:
        index.row_factory = sqlite3.Row
        row = dict(index.execute("SELECT * FROM library").fetchone())
        columns = ", ".join(row)
        places = ", ".join(f":{column}" for column in row)
        index.executemany(
            f"INSERT OR REPLACE INTO library ({columns}) VALUES ({places})",
            [row | {"path": str(path)} for path in folder.iterdir()])


def start(station, measured):
    """Seconds from the process to a listener's first page, and to its whole burst."""
    began = time.monotonic()
    with station.serve():
        line = connect(station.port)
        line.sendall(b"GET /stream.ogg HTTP/1.0\r\n\r\n")
        stream, first = b"", None
        while True:
            data = line.recv(1 << 18)
            if not data:
                raise RuntimeError("the station hung up")
            stream += data
            granules = [page.granule for page in ogg.pages(stream.partition(b"\r\n\r\n")[2]) if page.granule > 0]
            if granules and not first:
                first = time.monotonic() - began
            if granules and granules[-1] - granules[0] >= BURST * ogg.RATE:
                whole = time.monotonic() - began
                break
        line.close()
        library = station.ask("status")["library"]
        if measured and library["measured"] != measured:
            raise RuntimeError(f"the index was not taken: {library}")
        return first, whole


def connect(port):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            return socket.create_connection(("127.0.0.1", port), 20)
        except OSError:
            time.sleep(0.001)
    raise TimeoutError("the station does not listen")
