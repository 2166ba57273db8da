"""What audio costs when nobody waits for it: instructions, processor and time of a render, against the floor's."""

import json
import os
import pathlib
import re
import shutil
import subprocess

import peers
from machine import QUIET, has, in_turn, run, wait_until
from table import Row

# Stands in for the worker's program: the daemon may kill this shell as it kills a worker, and callgrind still has time
# to write its bill.
COUNTED_WORKER = """\
#!/bin/sh
LD_PRELOAD={folder}/unwalled.so {valgrind} --tool=callgrind --callgrind-out-file={folder}/count.%p {folder}/worker
exit
"""


def compile(source, target, *words):
    subprocess.run(["gcc", "-O2", "-Wall", "-o", target, source, *words], check=True)
    return target


def floor(room):
    """The floor's program."""
    libraries = ("libavformat", "libavcodec", "libswresample", "libavutil", "vorbisenc", "vorbis", "ogg")
    words = subprocess.run(["pkg-config", "--cflags", "--libs", *libraries], check=True, capture_output=True, text=True)
    return compile(pathlib.Path(__file__).with_name("floor.c"), room.folder / "floor", *words.stdout.split())


def instructions(room):
    """Counts floor and render, daemon and workers, from the first instruction of each process to its last."""
    if not has("valgrind"):
        return [Row.missing("Instructions", "valgrind")]
    folder = room.folder / "counted"
    folder.mkdir()
    shutil.copy(room.programs / "funkhaus", folder)
    shutil.copy(room.programs / "funkhaus-media", folder / "worker")
    compile(pathlib.Path(__file__).with_name("unwalled.c"), folder / "unwalled.so", "-shared", "-fPIC")
    wrapper = folder / "funkhaus-media"
    wrapper.write_text(COUNTED_WORKER.format(folder=folder, valgrind=shutil.which("valgrind")))
    wrapper.chmod(0o755)

    def counting(name, *command):
        return ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder / name}", *map(str, command)]

    # Both at once: instructions do not depend on what else runs.
    bare = subprocess.Popen(counting("floor.count", room.floor, *room.files), **QUIET)
    render = counting("count.daemon", *room.station.render(room.seconds, program=folder / "funkhaus"), "--json")
    items = json.loads(subprocess.run(render, check=True, capture_output=True).stdout)
    if [item["duration"] for item in items] != [room.seconds / len(room.files)] * len(room.files):
        raise RuntimeError(f"under callgrind something else was on air: {items}")
    if bare.wait() != 0:
        raise RuntimeError("the floor failed under callgrind")
    wait_until("the counted workers' end", lambda: not running(folder / "worker"), 60)

    def total(path):
        return int(re.search(r"^totals: (\d+)", path.read_text(), re.MULTILINE)[1])

    least = total(folder / "floor.count")
    daemon = total(folder / "count.daemon")
    counted = sorted(folder.glob("count.[0-9]*"))
    workers = sum(map(total, counted))
    ratio = (daemon + workers) / least
    return [
        Row(
            "Instructions, rendering", f"{ratio:.3f} × floor", (ratio, "≤", 1.15),
            f"a second of audio: floor {least / room.seconds / 1e6:.1f} M, daemon {daemon / room.seconds / 1e6:.1f} M, "
            f"{len(counted)} workers {workers / room.seconds / 1e6:.1f} M",
        )
    ]


def running(program):
    """Whether some process has a program on its command line."""
    word = os.fsencode(program)
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word in path.read_bytes().split(b"\0"):
                return True
        except OSError:
            pass
    return False


def speed(room):
    """Renders of the same audio in turn."""
    render = room.station.render(room.seconds)
    wav = room.folder / "all.wav"
    inputs = [word for file in room.files for word in ("-i", file)]
    joined = "".join(f"[{number}:a]aresample=44100[{number}r];" for number in range(len(room.files)))
    joined += "".join(f"[{number}r]" for number in range(len(room.files))) + f"concat=n={len(room.files)}:v=0:a=1"
    ffmpeg = ["ffmpeg", "-v", "error", "-y", *inputs, "-filter_complex", joined]
    run([*ffmpeg, wav])
    jobs = {"floor": (room.floor, *room.files), "Funkhaus": render}
    others = {
        "oggenc": ["oggenc", "-Q", "-q", "5", "-o", room.folder / "oggenc.ogg", wav],
        "ffmpeg": [*ffmpeg, "-c:a", "libvorbis", "-q:a", "5", room.folder / "ffmpeg.ogg"],
        "liquidsoap": peers.liquidsoap_renders(room.folder, room.files),
    }
    jobs |= {name: command for name, command in others.items() if has(command[0])}
    wall, processor = in_turn(room.rounds, jobs)
    wav.unlink()
    ratio = wall["floor"] / wall["Funkhaus"]
    names = {"oggenc": "oggenc (encodes only)"}
    hour = 3600 / room.seconds
    return [
        Row(
            "Processor, rendering", f"{processor['Funkhaus'] / processor['floor']:.2f} × floor", None,
            "s an hour of audio: " + ", ".join(
                f"{names.get(name, name)} {value * hour:.0f}" for name, value in processor.items()),
        ),
        Row(
            "Speed of render", f"{ratio:.2f} × floor", (ratio, "≥", 0.8),
            "× real time: " + ", ".join(
                f"{names.get(name, name)} {room.seconds / value:.0f}" for name, value in wall.items())
            + "".join(f"; {name} is not installed" for name in others if name not in jobs),
        ),
    ]
