"""How long a sound takes from the mix to a listener's socket.

The music holds clicks at known frames. A listener that came earlier notes when each piece of the stream came; later
the stream is decoded, which tells at what frame of it each click lies and so which page brought it.

When a click is in Funkhaus's mix, its track's start tells, by the station's own time. How far that time is from when
the mix is really made is found from outside: a skip happens between its command's first moment and its answer, and
says what the station's time was. The tightest of several skips gives the most that the latency can be. The others get
the clicks from us, in blocks as large as Funkhaus's and as punctually.
"""

import array
import contextlib
import os
import subprocess
import threading
import time
from datetime import datetime
from statistics import median

import music
import ogg
import peers
from machine import Listeners, has, wait_until
from station import Station
from table import Row

BLOCK = 1024
SKIPS = 10
SETTLING = 3  # seconds after a listener came in which the burst is not yet behind it


def mix_to_listener(room):
    seconds = room.minute + 20
    folder = room.folder / "clicks"
    folder.mkdir()
    samples, places = music.clicks(seconds)
    for name in ("1.wav", "2.wav"):  # a skip needs something to go to
        music.write(folder / name, samples)
    station = Station(room.folder / "latency", room.programs, folder, loudness="none")
    heard, missing = {}, []
    with contextlib.ExitStack() as stack:
        listeners = stack.enter_context(Listeners())
        stack.enter_context(station.serve())
        server = stack.enter_context(peers.icecast(room.folder))
        pipes = []
        for name, programs, start in (
            ("ices2", ("ices2",), peers.ices_of_pipe),
            ("ezstream", ("ezstream", "oggenc"), peers.ezstream_of_pipe),
        ):
            if not server or not all(map(has, programs)):
                missing.append(name)
                continue
            reading, writing = os.pipe()
            pipes.append(writing)
            stack.enter_context(start(room.folder, server, reading))
            os.close(reading)
        feeder = Feeder(samples, pipes)
        stack.callback(feeder.stop)
        station.wait()
        wait_until("the library", lambda: station.ask("status")["library"]["measured"] == 2)
        moment, early = 0, []
        for _ in range(SKIPS):
            asked = time.time()
            moment = datetime.fromisoformat(station.ask("skip")["next"]["start"]).timestamp()
            early.append(moment - asked)
        heard["Funkhaus"] = (listeners.join(station.port, "/stream.ogg"), moment)
        for name in ("ices2", "ezstream"):
            if name not in missing:
                peers.wait_for_source(server, f"/{name}.ogg")
                heard[name] = (listeners.join(server, f"/{name}.ogg"), feeder.began)
        time.sleep(room.minute)
        joined = {name: pieces[0][0] for name, (pieces, _) in heard.items()}
    found = {}
    for name, (pieces, moment) in heard.items():
        moments = [moment + place / music.RATE for place in places]
        found[name] = delays(pieces, [each for each in moments if each > joined[name] + SETTLING])
    own = [delay * 1000 for delay in sorted(found.pop("Funkhaus"))]
    most = median(own) + min(early) * 1000
    others = ", ".join(f"{name} through icecast2 {median(values) * 1000:.0f} ms" for name, values in found.items())
    return [
        Row(
            "Latency, mix to a listener's socket", f"{median(own):.0f} ms", (most, "<", 400, "ms"),
            f"{len(own)} clicks, {own[0]:.0f} to {own[-1]:.0f} ms; by the moments of {SKIPS} skips at most {most:.0f} ms; "
            + others + "".join(f"; {name} is not installed" for name in missing))
    ]


class Feeder:
    """Writes samples into pipes for encoders as a sound card would give them."""

    def __init__(self, samples, pipes):
        self.samples, self.pipes, self.stopping = samples, pipes, False
        self.began, self.origin = time.time(), time.monotonic()
        self.thread = threading.Thread(target=self._write, daemon=True)
        self.thread.start()

    def _write(self):
        for block in range(len(self.samples) // BLOCK):
            time.sleep(max(0, self.origin + block * BLOCK / music.RATE - time.monotonic()))
            if self.stopping:
                return
            data = self.samples[block * BLOCK : (block + 1) * BLOCK].tobytes()
            for pipe in self.pipes:
                with contextlib.suppress(BrokenPipeError):
                    os.write(pipe, data)

    def stop(self):
        self.stopping = True
        self.thread.join()
        for pipe in self.pipes:
            os.close(pipe)


def delays(pieces, moments):
    """Seconds from each moment at which a click was in the mix to the arrival of the page that makes it decodable."""
    stream = b"".join(data for _, data in pieces)
    begin = stream.index(b"\r\n\r\n") + 4
    pages = ogg.pages(stream[begin:])
    # The decoder's first frame is the one with which the first page of audio begins; counted from the last, because
    # what the first packet of a stream gives is a matter of its decoder.
    decode = ["ffmpeg", "-v", "error", "-f", "ogg", "-i", "-", "-ac", "1", "-f", "s16le", "-"]
    decoded = array.array("h", subprocess.run(decode, input=stream[begin : begin + pages[-1].end], stdout=-1).stdout)
    offset = pages[-1].granule - len(decoded)
    found = []
    for frame in clicks(decoded):
        page = next(page for page in pages if page.granule > frame + offset)
        came = arrival(pieces, begin + page.end)
        before = [moment for moment in moments if moment <= came]
        if before:
            found.append(came - before[-1])
    return found


def clicks(samples):
    """The frames at which clicks begin."""
    last, found = -music.RATE, []
    for start in range(0, len(samples), 64):
        part = samples[start : start + 64]
        if max(part) > music.CLICK * 0.6 and start - last > music.RATE // 2:
            last = start
            found.append(start + part.index(max(part)))
    return found


def arrival(pieces, count):
    """When the last of the first `count` bytes came."""
    for came, data in pieces:
        count -= len(data)
        if count <= 0:
            return came
    raise RuntimeError("the stream is shorter than its pages")
