"""What a DJ costs, and how long a sound takes from the DJ's page to a listener's socket.

The DJ is a socket of ours that sends a coded file, each page at the moment at which an encoder would have it whole. The
file holds clicks five seconds apart: how late a listener gets the page that makes one decodable is the latency, apart
from the burst, which this listener, who came earlier, has behind it.
"""

import base64
import contextlib
import socket
import subprocess
import threading
import time
from statistics import median

import latency
import music
import ogg
from machine import Listeners, run, wait_until
from station import Station
from table import Row

APART = 5  # seconds between two clicks
BOUNDS = {"normal": 2.0, "low": 0.7}


def live_latency(room):
    show, places = clicks(room.minute)
    coded = encode(room.folder / "show.ogg", show, ())
    rows = []
    for kind, bound in BOUNDS.items():
        found = sorted(heard(room, kind, coded, places))
        rows.append(
            Row(
                f"Latency, a DJ's page to a listener's socket ({kind})", f"{median(found):.2f} s",
                (round(found[-1], 2), "<", bound, "s"), f"{len(found)} clicks, {found[0]:.2f} to {found[-1]:.2f} s"))
    return rows


def heard(room, kind, coded, places):
    station = on_air(room, f"live-{kind}", kind)
    with contextlib.ExitStack() as stack:
        listeners = stack.enter_context(Listeners())
        stack.enter_context(station.serve())
        station.wait()
        pieces = listeners.join(station.port, "/stream.ogg")
        source = stack.enter_context(Source(station.port, coded))
        source.thread.join()
        time.sleep(BOUNDS[kind] + 1)
    sent = [source.sent_at(place) for place in places]
    # `delays` takes the latest click that was sent before a page came.
    return [delay for delay in latency.delays(pieces, sent) if delay < APART - 0.5]


def live_cost(room):
    """Processor and memory that a DJ on air adds to the station, beside FFmpeg with the same file."""
    seconds = room.minute
    path = room.folder / "cost.ogg"
    coded = encode(path, music.samples(seconds + 20, 5, 48000), (), 48000)
    soxr = ("-af", "aresample=44100:resampler=soxr")
    floor = min(run(["ffmpeg", "-v", "error", "-i", path, *soxr, "-f", "null", "-"])[1] for _ in range(room.rounds))
    floor *= seconds / (seconds + 20)
    station = on_air(room, "live-cost", "normal")
    with station.serve() as program:
        station.wait()
        wait_until("the library", lambda: station.ask("status")["library"]["measuring"] == 0)
        alone, before = bill(program, seconds)
        with Source(station.port, coded):
            wait_until("the DJ is on air", lambda: station.ask("status")["now"]["kind"] == "live")
            time.sleep(3)
            with_dj, after = bill(program, seconds - 5)
    added = (with_dj / (seconds - 5) - alone / seconds) * seconds
    return [
        Row(
            "Processor that a DJ adds", f"{added / seconds * 100:.2f} % of a core",
            (round(added / floor, 2), "≤", 1, "× FFmpeg"),
            f"FFmpeg decodes and resamples the same with {floor / seconds * 100:.2f} %"),
        Row("Memory that a DJ adds", f"{after - before:.1f} MB", (round(after - before, 1), "≤", 15, "MB"),
            "anonymous memory of daemon and workers"),
    ]


def bill(program, seconds):
    """Seconds of processor in a while, and the memory at its end."""
    before = program.processor()
    time.sleep(seconds)
    memory = sum(program.memory("RssAnon", pid) for pid in (program.pid, *program.children()))
    return program.processor() - before, memory


def on_air(room, name, kind):
    """A station with quiet music that takes DJs."""
    folder = room.folder / name
    folder.mkdir()
    (folder / "music").mkdir()
    for number in (1, 2):
        music.write(folder / "music" / f"{number}.wav", music.samples(120, number) // 8)
    station = Station(folder, room.programs, folder / "music", loudness="none")
    station.path.write_text(station.path.read_text() + f"live: {{ mounts: [ /live ], latency: {kind} }}\n")
    add = [station.program, "dj", "add", "--config", station.path, "anna"]
    subprocess.run(add, input=b"geheim123\n", check=True, stdout=subprocess.DEVNULL)
    return station


def clicks(seconds):
    show = music.samples(seconds, 9) // 8
    places = [int(music.RATE * (APART * count + 4 + count * 37 % 50 / 100)) for count in range(seconds // APART - 1)]
    for place in places:
        show[place : place + 20] = music.CLICK
    return show, places


def encode(path, samples, coding, rate=music.RATE):
    pages = ("-c:a", "libvorbis", "-q:a", "5", "-page_duration", "200000")
    music.write(path, samples, rate, (*pages, *coding))
    return path.read_bytes(), rate


class Source:
    """Sends a coded file as an encoder does: each page when its last frame has been played."""

    def __init__(self, port, coded):
        self.stream, self.rate = coded
        self.pages, self.times, self.stopping = ogg.pages(self.stream), [], False
        self.line = socket.create_connection(("127.0.0.1", port), 20)
        login = base64.b64encode(b"anna:geheim123").decode()
        self.line.sendall(
            f"PUT /live HTTP/1.1\r\nAuthorization: Basic {login}\r\nContent-Type: application/ogg\r\n"
            "Expect: 100-continue\r\n\r\n".encode())
        self.line.recv(4096)
        self.origin = time.time()
        self.thread = threading.Thread(target=self._send, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stopping = True
        self.thread.join()
        self.line.close()

    def _send(self):
        for page in self.pages:
            time.sleep(max(0, self.origin + max(0, page.granule) / self.rate - time.time()))
            if self.stopping:
                return
            with contextlib.suppress(OSError):
                self.line.sendall(self.stream[page.begin : page.end])
            self.times.append(time.time())

    def sent_at(self, frame):
        """When the page went out that holds a frame."""
        return next(at for page, at in zip(self.pages, self.times) if page.granule > frame)
