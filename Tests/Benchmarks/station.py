"""Funkhaus as it is measured: a folder of its own, the built programs, one mount at quality 5."""

import json
import subprocess
import time
import urllib.request

from machine import Program, free_port, wait_until

# The rotation's cycles are counted from 2000-01-03T00:00Z: with files of whole seconds, a render that begins here is
# one whole cycle, and plays each file once from its first frame to its last.
CYCLES_BEGIN = 946857600
CONFIGURATION = """\
station: {{ name: Benchmark, timezone: UTC }}
server: {{ listen: "127.0.0.1:{port}", data: data, control: control.sock }}
mounts: [ {{ path: /stream.ogg, quality: 5 }} ]
playlists: {{ music: {{ from: "{music}", order: sequence }} }}
programme: {{ default: music, loudness: {loudness} }}
"""


class Station:
    def __init__(self, folder, programs, music, loudness="-16 LUFS"):
        folder.mkdir(exist_ok=True)
        self.folder, self.program, self.port = folder, programs / "funkhaus", free_port()
        self.path = folder / "station.yaml"
        self.path.write_text(CONFIGURATION.format(port=self.port, music=music, loudness=loudness))

    def render(self, seconds, cycle=0, program=None):
        """The command that renders from the beginning of some cycle on."""
        begin = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(CYCLES_BEGIN + cycle))
        words = ("render", "--config", self.path, "--from", begin, "--for", f"{seconds}s")
        return (program or self.program, *words, "--output", self.folder / "render.ogg")

    def serve(self):
        return Program(self.program, "serve", "--config", self.path)

    def is_heard(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/stream.ogg", timeout=5) as answer:
                return bool(answer.read(1))
        except OSError:
            return False

    def wait(self):
        wait_until("the station is heard", self.is_heard)

    def ask(self, *words):
        """A command's answer, by --json."""
        command = (self.program, *words, "--config", self.path, "--json")
        return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
