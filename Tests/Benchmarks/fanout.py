"""What many listeners cost and how they fare, beside icecast2 with the same stream.

The listeners are crowd.c's: it says what it means by starved and by late, and with each figure how busy it was itself.
Processor and memory are the whole station's, its encoder and its workers included, though they are none of the
listeners' doing.
"""

import contextlib
import json
import os
import pathlib
import subprocess
import threading
import time
from statistics import median

import ogg
import peers
from machine import Program, free_port, has, wait_until
from station import Station
from table import Row

GENTLY = 200  # joins a second that icecast2, with its queue of five, takes without leaving anybody out
SETTLING = 6  # seconds after the last join in which bursts and batches settle


class Crowd(Program):
    """Runs crowd.c's program at a port."""

    def __init__(self, room, port, seconds=300, encrypted=False):
        words = ("tls",) if encrypted else ()
        super().__init__(room.crowd, port, seconds, *words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError("the crowd ended before its time")
        return json.loads(answer)

    def join(self, count, rate, must=True, path="/stream.ogg"):
        joined = self.ask("join", count, rate, path)
        if must and joined["heard"] < count:
            raise RuntimeError(f"of {count} listeners {joined['heard']} were served at {rate} joins a second")
        return joined

    def period(self, server, seconds):
        """A report, with the share of a processor that the server took meanwhile."""
        self.ask("mark")
        began, before = time.monotonic(), server.processor()
        time.sleep(seconds)
        share = (server.processor() - before) / (time.monotonic() - began)
        return self.ask("report") | {"share": share}


@contextlib.contextmanager
def servers(room, quality=4, encrypted=False):
    """Funkhaus with a mount of about 128 kbit/s, which it pushes to icecast2, and that; what is installed, by name.

    Where it is wanted, each has an encrypted port beside its own."""
    with contextlib.ExitStack() as stack:
        folder = room.folder / f"crowd-{time.monotonic_ns()}"
        folder.mkdir(mode=0o755)
        certificate, key = certify(folder) if encrypted else (None, None)
        sections, icecast = "", None
        if has("icecast2"):
            icecast = stack.enter_context(peers.Icecast(folder, clients=20_000, certificate=certificate))
            secret = folder / "icecast.secret"
            secret.write_text("bench")
            secret.chmod(0o600)
            sections = (
                f'icecast: [ {{ url: "http://source@127.0.0.1:{icecast.port}/stream.ogg", password_file: "{secret}", '
                "titles: none } ]\n")
        station = Station(folder / "station", room.programs, room.files[0].parent)
        words = station.path.read_text().replace("quality: 5", f"quality: {quality}")
        tls_port = free_port()
        if encrypted:
            tls = f'tls: {{ listen: "127.0.0.1:{tls_port}", certificate: "{certificate}", key: "{key}" }}, data:'
            words = words.replace("data:", tls)
        station.path.write_text(words + sections)
        funkhaus = stack.enter_context(station.serve())
        funkhaus.port, funkhaus.tls_port = station.port, tls_port
        station.wait()
        wait_until("the library", lambda: station.ask("status")["library"]["measured"] == len(room.files), 60)
        if icecast:
            peers.wait_for_source(icecast.port, "/stream.ogg")
        time.sleep(SETTLING)
        yield {"Funkhaus": funkhaus} | ({"icecast2": icecast} if icecast else {})


def certify(folder):
    """A certificate and its key, and both in the first file, as icecast2 wants them."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    certificate.write_text(certificate.read_text() + key.read_text())
    certificate.chmod(0o644)  # icecast2 is nobody's; the key is for this run
    return certificate, key


def beside(results, words):
    """What is told of icecast2 in the same run."""
    return f"icecast2 {words(results['icecast2'])}" if "icecast2" in results else "icecast2 is not installed"


def honest(reports):
    """How busy the crowd was itself, at the worst."""
    own, lag = (max(report[key] for report in reports) for key in ("own", "lag_most"))
    return f"the load: {own * 100:.0f} % of a core, its own timer at most {lag:.0f} ms late"


def fan_out(room):
    """Many listeners on end, in turn at the one server and the other."""
    count = room.listeners
    runs, memory = {}, {}
    with servers(room) as programs:
        for _ in range(room.rounds):
            for name, server in programs.items():
                before = server.memory("RssAnon")
                with Crowd(room, server.port) as crowd:
                    crowd.join(count, GENTLY)
                    time.sleep(SETTLING)
                    memory.setdefault(name, (server.memory("RssAnon") - before) * 1000 / count)
                    runs.setdefault(name, []).append(crowd.period(server, room.period))
                time.sleep(2)
    shares = {name: median(run["share"] for run in reports) * 100 for name, reports in runs.items()}
    hours = {name: share / 100 * 3600 / count for name, share in shares.items()}
    bitrate = median(run["bytes"] * 8 / run["seconds"] / count / 1000 for run in runs["Funkhaus"])
    what = f"{count:,} listeners"
    ratio = hours["Funkhaus"] / hours["icecast2"] if "icecast2" in hours else None
    harmed = {name: sum(run["lost"] + run["starved"] for run in reports) for name, reports in runs.items()}
    own = runs["Funkhaus"]
    return [
        Row(
            f"{what} at {bitrate:.0f} kbit/s: processor", f"{shares['Funkhaus']:.1f} % of a core",
            (shares["Funkhaus"], "<", 20, "%"),
            beside(shares, lambda share: f"{share:.1f} %") + "; " + honest(sum(runs.values(), []))),
        Row(
            f"{what}: processor of a listener's hour",
            f"{ratio:.2f} × icecast2" if ratio else f"{hours['Funkhaus']:.3f} s", (ratio, "≤", 0.5) if ratio else None,
            f"medians of {room.rounds} runs in turn: Funkhaus {hours['Funkhaus']:.3f} s, "
            + beside(hours, lambda hour: f"{hour:.3f} s")),
        Row(
            f"{what}: dropped or starved", f"{harmed['Funkhaus']}", (harmed["Funkhaus"], "≤", 0),
            beside(harmed, str) + f"; least audio in hand {min(run['reserve'] for run in own):.1f} s, longest gap "
            f"{max(run['gap'] for run in own):.1f} s, pages missing {sum(run['holes'] for run in own)}"),
        Row(
            f"{what}: memory of each", f"{memory['Funkhaus']:.2f} kB", (memory["Funkhaus"], "<", 4, "kB"),
            beside(memory, lambda size: f"{size:.2f} kB") + "; anonymous"),
    ]


def joining(room):
    """From connecting to the first audio that can be decoded, with others on."""
    others, count = room.listeners // 5, 500
    joins = {}
    with servers(room) as programs:
        for name, server in programs.items():
            with Crowd(room, server.port) as crowd:
                crowd.join(others, GENTLY)
                time.sleep(SETTLING)
                joins[name] = crowd.join(count, 50, must=False)
    own = joins["Funkhaus"]
    return [
        Row(
            f"Connect to first audio, {others:,} on: {words}", f"{own[key]:.1f} ms", (own[key], "<", limit, "ms"),
            beside(joins, lambda join: f"{join[key]:.1f} ms") + f"; {count} joins")
        for words, key, limit in (("median", "median", 2), ("99 of 100", "p99", 20))
    ]


def storm(room):
    """Everybody comes at once."""
    count, rate = room.listeners, room.listeners // 10
    joins = {}
    with servers(room) as programs:
        for name, server in programs.items():
            with Crowd(room, server.port) as crowd:
                joins[name] = crowd.join(count, rate, must=False)
    left = {name: join["asked"] - join["heard"] for name, join in joins.items()}
    own = joins["Funkhaus"]["most"]
    return [
        Row(
            f"{rate:,} joins a second for 10 s: left out", f"{left['Funkhaus']}", (left["Funkhaus"], "≤", 0),
            beside(left, str)),
        Row(
            f"{rate:,} joins a second for 10 s: longest wait", f"{own:.0f} ms", (own, "<", 1000, "ms"),
            beside(joins, lambda join: f"{join['most']:.0f} ms")),
    ]


def stalled(room):
    """Half of the listeners take nothing; how the others fare, and what is kept for those."""
    count = room.listeners // 10
    runs, memory = {}, {}
    with servers(room) as programs:
        for name, server in programs.items():
            before = server.memory("RssAnon")
            with Crowd(room, server.port) as crowd:
                crowd.join(count, GENTLY)
                crowd.ask("stall", count, GENTLY, "/stream.ogg")
                time.sleep(SETTLING)
                sockets = kernel()
                # Longer than a mount's ring, so that the stalled ones are thrown out meanwhile.
                runs[name] = crowd.period(server, 45) | {"kernel": (sockets, kernel())}
                memory[name] = server.memory("RssAnon") - before
    own = runs["Funkhaus"]
    # What a stalled listener costs is what any listener costs: the pages are shared, and of the ring of half a MB there
    # are at the most as many copies as a turn has pages, and two more.
    most = 2 * count * 4 / 1000 + 4
    return [
        Row(
            f"{count:,} stalled beside {count:,} good ones: lateness, 99 of 100", f"{own['late_p99']:.0f} ms",
            (own["late_p99"], "<", 100, "ms"),
            beside(runs, lambda run: f"{run['late_p99']:.0f} ms") + f"; {own['lost']} of the good ones lost; "
            + honest(runs.values())),
        Row(
            f"{count:,} stalled beside {count:,} good ones: memory", f"{memory['Funkhaus']:.1f} MB",
            (memory["Funkhaus"], "<", most, "MB"),
            beside(memory, lambda size: f"{size:.1f} MB") + "; gained, anonymous; in the kernel, first and last: "
            + ", ".join("{} {:.0f} and {:.0f} MB".format(name, *run["kernel"]) for name, run in runs.items())
            + f"; {count - own['stalled']} stalled ones thrown out"),
    ]


def kernel():
    """MB of all TCP sockets of the machine that hold data."""
    lines = pathlib.Path("/proc/net/sockstat").read_text().splitlines()
    return next(int(line.split()[-1]) for line in lines if line.startswith("TCP:")) * 4096 / 1e6


def wide(room):
    """A stream of 1.5 Mbit/s, which is FLAC of noise: no codec of ours gives so much, so the front door stands alone."""
    count = room.listeners // 5
    file = room.folder / "wide.ogg"
    noise = f"anoisesrc=r={ogg.RATE}:a=0.0078:d=200:s={{}}"  # 17 of 24 bits
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", noise.format(1), "-f", "lavfi", "-i", noise.format(2),
         "-filter_complex", "amerge", "-sample_fmt", "s32", "-c:a", "flac", "-page_duration", "200000", file], check=True)
    runs = {}
    with contextlib.ExitStack() as stack:
        door = stack.enter_context(
            Program(room.programs / "bench-door", stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        door.port = int(door.process.stdout.readline())
        programs, outputs = {"Funkhaus": door}, [door.process.stdin.fileno()]
        if has("icecast2"):
            folder = room.folder / "wide"
            folder.mkdir(mode=0o755)
            icecast = stack.enter_context(peers.Icecast(folder, clients=20_000))
            programs["icecast2"] = icecast
            source = stack.enter_context(peers.source(icecast.port, "/stream.ogg"))
            outputs.append(source.fileno())
        feeder = Feeder(file.read_bytes(), outputs)
        stack.callback(feeder.stop)
        time.sleep(SETTLING)
        for name, server in programs.items():
            with Crowd(room, server.port) as crowd:
                crowd.join(count, GENTLY)
                time.sleep(SETTLING)
                runs[name] = crowd.period(server, room.period)
    cost = {name: run["share"] * run["seconds"] * 1000 / (run["bytes"] / 1e6) for name, run in runs.items()}
    own = runs["Funkhaus"]
    return [
        Row(
            f"{count:,} listeners at {own['bytes'] * 8 / own['seconds'] / count / 1e6:.2f} Mbit/s: processor",
            f"{cost['Funkhaus']:.2f} ms a MB", (cost["Funkhaus"], "≤", 0.9, "ms"),
            beside(cost, lambda ms: f"{ms:.2f} ms") + f"; {own['lost'] + own['starved']} dropped or starved; "
            + honest(runs.values()))
    ]


def kinds(room, count, names, **wanted):
    """What each kind of listener costs, by kind and server: a period's report, with the memory of each listener in kB.

    A kind is (path, whether it is encrypted); each comes to servers that have had nobody yet."""
    runs = {}
    has_tls = any(encrypted for _, encrypted in wanted.values())
    for kind, (path, encrypted) in wanted.items():
        with servers(room, encrypted=has_tls) as programs:
            for name in names & programs.keys():
                server = programs[name]
                before = server.memory("RssAnon")
                with Crowd(room, server.tls_port if encrypted else server.port, encrypted=encrypted) as crowd:
                    crowd.join(count, GENTLY, path=path)
                    time.sleep(SETTLING)
                    each = (server.memory("RssAnon") - before) * 1000 / count
                    report = crowd.period(server, room.period)
                    cost = report["share"] * report["seconds"] * 1000 / (report["bytes"] / 1e6)
                    runs[kind, name] = report | {"each": each, "cost": cost}
                    if report["hearing"] < count or report["starved"]:
                        raise RuntimeError(f"{name}, {kind}: {report}")
    return runs


def titled(room):
    """Listeners who get the titles between the bytes, beside those who do not."""
    count = room.listeners
    runs = kinds(room, count, {"Funkhaus"}, plain=("/stream.ogg", False), titled=("/stream.ogg?titles=icy", False))
    plain, own = runs["plain", "Funkhaus"], runs["titled", "Funkhaus"]
    what = f"{count:,} listeners with ICY titles"
    return [
        Row(
            f"{what}: memory of each", f"{own['each']:.2f} kB", (own["each"], "<", 4, "kB"),
            f"without titles {plain['each']:.2f} kB; anonymous"),
        Row(
            f"{what}: processor", f"{own['share'] * 100:.1f} % of a core", (own["share"] * 100, "<", 20, "%"),
            f"without titles {plain['share'] * 100:.1f} %; " + honest([plain, own])),
    ]


def encrypted(room):
    """Listeners over TLS, beside those in clear."""
    count = room.listeners // 5
    runs = kinds(
        room, count, {"Funkhaus", "icecast2"}, plain=("/stream.ogg", False), encrypted=("/stream.ogg", True))
    plain, own = runs["plain", "Funkhaus"], runs["encrypted", "Funkhaus"]
    others = {name: run for (kind, name), run in runs.items() if kind == "encrypted"}
    what = f"{count:,} listeners over TLS"
    return [
        Row(
            f"{what}: processor", f"{own['cost']:.2f} ms a MB", None,
            f"in clear {plain['cost']:.2f} ms; " + beside(others, lambda run: f"{run['cost']:.2f} ms over TLS") + "; "
            + honest(runs.values())),
        Row(
            f"{what}: memory of each", f"{own['each']:.1f} kB", None,
            f"in clear {plain['each']:.1f} kB; " + beside(others, lambda run: f"{run['each']:.1f} kB over TLS")
            + "; anonymous"),
    ]


class Feeder:
    """Writes an Ogg stream's pages as punctually as an encoder would, until it is stopped or at the stream's end."""

    def __init__(self, stream, outputs):
        self.stream, self.outputs, self.stopping = stream, outputs, False
        self.thread = threading.Thread(target=self._write, daemon=True)
        self.thread.start()

    def _write(self):
        began = time.monotonic()
        for page in ogg.pages(self.stream):
            time.sleep(max(0, began + page.granule / ogg.RATE - time.monotonic()))
            if self.stopping:
                return
            for output in self.outputs:
                rest = memoryview(self.stream)[page.begin : page.end]
                while rest:
                    rest = rest[os.write(output, rest) :]

    def stop(self):
        self.stopping = True
        self.thread.join()

