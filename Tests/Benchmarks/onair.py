"""What a station costs on air, in real time: processor and memory, beside others that do the same job meanwhile."""

import contextlib
import subprocess
import time
from statistics import median

import peers
from machine import Listeners, Program, has, wait_until
from station import Station
from table import Row

WARM_UP = 8  # seconds, in which players fill their buffers
CROWD = 100


def steady_state(room):
    """All at once, one listener each, over the same minute."""
    with contextlib.ExitStack() as stack:
        listeners = stack.enter_context(Listeners())
        station = stack.enter_context(room.station.serve())
        programs = {"floor": stack.enter_context(Program(room.floor, "--paced", *room.files)), "Funkhaus": station}
        missing = []
        server = stack.enter_context(peers.icecast(room.folder))

        def beside(name, program, start, port, path):
            if not has(program) or not port:
                missing.append(name)
                return
            programs[name] = stack.enter_context(start())
            if port == server:
                peers.wait_for_source(port, path)
            listeners.join(port, path)

        beside("ices2", "ices2", lambda: peers.ices(room.folder, server, ogg_files(room)), server, "/ices2.ogg")
        beside(
            "liquidsoap", "liquidsoap", lambda: peers.liquidsoap(room.folder, server, room.files), server,
            "/liquidsoap.ogg")
        if has("mpd"):
            programs["MPD"] = player = stack.enter_context(peers.MPDPlayer(room.folder, room.files[0].parent))
            wait_until("mpd's stream", lambda: peers.answers(player.port))
            listeners.join(player.port, "/")
        else:
            missing.append("MPD")
        room.station.wait()
        listeners.join(room.station.port, "/stream.ogg")

        time.sleep(WARM_UP)
        began, before = time.monotonic(), {name: program.processor() for name, program in programs.items()}
        time.sleep(room.minute)
        hours = (time.monotonic() - began) / 3600
        cost = {name: (program.processor() - before[name]) / hours for name, program in programs.items()}
        memory = {name: program.memory() for name, program in programs.items() if name != "floor"}
        rows = [
            Row(
                "Processor, on air", f"{cost['Funkhaus'] / cost['floor']:.2f} × floor", None,
                "s an hour of audio: " + words(cost, missing, "floor in real time"))
        ]
        return rows + crowded(room, station, listeners, memory, missing)


def crowded(room, station, listeners, memory, missing):
    """The same station's memory with a hundred listeners."""
    heard = [listeners.join(room.station.port, "/stream.ogg") for _ in range(CROWD - 1)]
    wait_until("the crowd hears", lambda: all(heard))
    time.sleep(WARM_UP)
    anonymous, resident = station.memory("RssAnon"), station.memory()
    worker = max(station.memory(pid=child) for child in station.children())
    others = words({name: value for name, value in memory.items() if name != "Funkhaus"}, missing)
    return [
        Row(f"Memory, {CROWD} listeners: anonymous", f"{anonymous:.1f} MB", (anonymous, "<", 24, "MB")),
        Row(
            f"Memory, {CROWD} listeners: resident", f"{resident:.1f} MB", (resident, "<", 64, "MB"),
            f"resident with one listener, MB: {others}"),
        Row("Memory, the largest worker", f"{worker:.1f} MB", (worker, "<", 40, "MB")),
    ]


def words(values, missing, floor="floor"):
    listed = ", ".join(f"{floor if name == 'floor' else name} {value:.0f}" for name, value in values.items())
    return listed + "".join(f"; {name} is not installed" for name in missing)


def ogg_files(room):
    """The same music for ices2."""
    folder = room.folder / "ogg"
    folder.mkdir()
    for file in room.files:
        ogg = folder / file.with_suffix(".ogg").name
        coding = ("-c:a", "libvorbis", "-q:a", "6", "-ar", "44100")
        subprocess.run(["ffmpeg", "-v", "error", "-i", file, *coding, ogg], check=True)
    return sorted(folder.iterdir())


def growth(room):
    """An hour of render: what the daemon's anonymous memory gains after the first minutes."""
    # A folder of its own: the journal of the station that was on air tells another programme.
    station = Station(room.folder / "hour", room.programs, room.files[0].parent)
    output, seen = station.folder / "render.ogg", []
    with Program(*station.render(room.hour)) as render:
        while render.process.poll() is None:
            anonymous = render.memory("RssAnon")
            if anonymous and output.exists():
                seen.append((output.stat().st_size, anonymous))
            time.sleep(0.05)
        if render.process.returncode != 0:
            raise RuntimeError(f"the render ended with {render.process.returncode}")
    size = seen[-1][0]
    # The first twelfth fills stores; medians, for a worker's coming and going is no growth.
    early = median(anonymous for done, anonymous in seen if size / 12 < done <= size / 6)
    late = median(anonymous for done, anonymous in seen if done > size * 11 / 12)
    return [
        Row(
            f"Memory, growth in {room.hour / 60:.0f} min of render", f"{late - early:+.2f} MB",
            (late - early, "<", 1, "MB"),
            f"anonymous: in the second twelfth {early:.1f} MB, in the last {late:.1f} MB, most "
            f"{max(anonymous for _, anonymous in seen):.1f} MB"),
    ]
