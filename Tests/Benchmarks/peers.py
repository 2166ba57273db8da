"""What others do of the same job: Icecast 2.4 with ices2, ezstream and liquidsoap in front of it, and MPD."""

import base64
import contextlib
import socket
import time

from machine import Program, free_port, has, wait_until

ICECAST = """\
<icecast>
  <limits><clients>{clients}</clients><sources>9</sources><queue-size>524288</queue-size><burst-size>65536</burst-size></limits>
  <authentication>
    <source-password>bench</source-password><admin-user>admin</admin-user><admin-password>bench</admin-password>
  </authentication>
  <hostname>localhost</hostname>
  <listen-socket><bind-address>127.0.0.1</bind-address><port>{port}</port></listen-socket>
  {tls}
  <paths>
    {certificate}
    <logdir>{folder}</logdir><webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot>
  </paths>
  <logging><accesslog>-</accesslog><errorlog>-</errorlog></logging>
</icecast>
"""
ICECAST_TLS = """\
<listen-socket><bind-address>127.0.0.1</bind-address><port>{port}</port><ssl>1</ssl></listen-socket>"""
ICES = """\
<ices>
  <background>0</background>
  <logpath>{folder}</logpath><logfile>ices.log</logfile><loglevel>1</loglevel><consolelog>0</consolelog>
  <stream>
    <input>{input}</input>
    <instance>
      <hostname>127.0.0.1</hostname><port>{port}</port><password>bench</password><mount>/ices2.ogg</mount>
      <encode><quality>5</quality><samplerate>44100</samplerate><channels>2</channels></encode>
    </instance>
  </stream>
</ices>
"""
ICES_FILES = """<module>playlist</module>
<param name="type">basic</param><param name="file">{list}</param><param name="random">0</param>
<param name="once">0</param>"""
ICES_PIPE = """<module>stdinpcm</module>
<param name="rate">44100</param><param name="channels">2</param><param name="metadata">0</param>"""
EZSTREAM = """\
<ezstream>
  <servers><server>
    <hostname>127.0.0.1</hostname><port>{port}</port><user>source</user><password>bench</password>
    <protocol>http</protocol>
  </server></servers>
  <streams><stream><mountpoint>/ezstream.ogg</mountpoint><format>Ogg</format></stream></streams>
  <intakes><intake><type>stdin</type></intake></intakes>
</ezstream>
"""
LIQUIDSOAP = """\
settings.init.allow_root.set(true)
settings.server.telnet.set(false)
source = playlist(mode="normal", reload_mode="never", {loop}"{list}")
"""
LIQUIDSOAP_RENDERS = """\
clock.assign_new(sync="none", [source])
output.file(%vorbis(quality=0.5), fallible=true, on_stop=shutdown, "{folder}/liquidsoap.ogg", source)
"""
LIQUIDSOAP_AIRS = """\
output.icecast(%vorbis(quality=0.5), host="127.0.0.1", port={port}, password="bench", mount="/liquidsoap.ogg",
  fallible=true, source)
"""
MPD = """\
music_directory "{music}"
db_file "{folder}/mpd.db"
state_file "{folder}/mpd.state"
log_file "{folder}/mpd.log"
bind_to_address "{folder}/mpd.socket"
audio_output {{
  type "httpd"
  name "stream"
  encoder "vorbis"
  quality "5.0"
  bind_to_address "127.0.0.1"
  port "{port}"
  format "44100:16:2"
  always_on "yes"
}}
"""


def write(path, text, **words):
    path.write_text(text.format(folder=path.parent, **words))
    return path


@contextlib.contextmanager
def icecast(folder):
    """A server for sources; gives its port, or None when Debian's icecast2 is not installed."""
    if not has("icecast2"):
        yield None
        return
    with Icecast(folder) as server:
        yield server.port


class Icecast(Program):
    def __init__(self, folder, clients=50, certificate=None):
        self.port, self.tls_port = free_port(), free_port()
        tls, file = ICECAST_TLS.format(port=self.tls_port), f"<ssl-certificate>{certificate}</ssl-certificate>"
        words = write(
            folder / "icecast.xml", ICECAST, port=self.port, clients=clients, tls=tls if certificate else "",
            certificate=file if certificate else "")
        super().__init__("icecast2", "-c", words, humble=True)
        wait_until("icecast2", lambda: answers(self.port))


def source(port, mount):
    """A connection as a source of Ogg."""
    line = socket.create_connection(("127.0.0.1", port), 5)
    secret = base64.b64encode(b"source:bench").decode()
    line.sendall(
        f"SOURCE {mount} HTTP/1.0\r\nAuthorization: Basic {secret}\r\nContent-Type: application/ogg\r\n\r\n".encode())
    if b" 200 " not in line.recv(1024):
        raise RuntimeError("icecast2 did not take the source")
    line.settimeout(None)
    return line


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True


def ices(folder, port, files):
    """ices2 re-encodes Ogg files; it reads nothing else."""
    songs = write(folder / "ices.list", "\n".join(map(str, files)))
    return Program("ices2", write(folder / "ices.xml", ICES, port=port, input=ICES_FILES.format(list=songs)))


def ices_of_pipe(folder, port, pipe):
    return Program("ices2", write(folder / "ices-pipe.xml", ICES, port=port, input=ICES_PIPE), stdin=pipe)


def ezstream_of_pipe(folder, port, pipe):
    """ezstream sends what oggenc has encoded."""
    configuration = write(folder / "ezstream.xml", EZSTREAM, port=port)
    configuration.chmod(0o600)  # or it refuses it
    return Program("sh", "-c", f"exec oggenc -Q -r -q 5 -o - - | exec ezstream -c {configuration}", stdin=pipe)


def liquidsoap_renders(folder, files):
    """The command with which liquidsoap renders the files, as fast as it can."""
    songs = write(folder / "liquidsoap.list", "\n".join(map(str, files)))
    return "liquidsoap", write(
        folder / "render.liq", LIQUIDSOAP + LIQUIDSOAP_RENDERS, list=songs, loop="loop=false, "
    )


def liquidsoap(folder, port, files):
    songs = write(folder / "liquidsoap.list", "\n".join(map(str, files)))
    return Program(
        "liquidsoap", write(folder / "air.liq", LIQUIDSOAP + LIQUIDSOAP_AIRS, list=songs, port=port, loop="")
    )


class MPDPlayer(Program):
    """MPD, its own server for listeners included."""

    def __init__(self, folder, music):
        self.port = free_port()
        super().__init__("mpd", "--no-daemon", write(folder / "mpd.conf", MPD, music=music, port=self.port))
        place = str(folder / "mpd.socket")
        self.line = socket.socket(socket.AF_UNIX)
        wait_until("mpd", lambda: self.line.connect_ex(place) == 0)
        self.answers = self.line.makefile()
        self.answers.readline()
        self.say("update")
        wait_until("mpd's list of its music", lambda: not any("updating_db" in line for line in self.say("status")))
        for words in ('add ""', "repeat 1", "play"):
            self.say(words)

    def say(self, words):
        self.line.sendall(words.encode() + b"\n")
        lines = []
        for line in self.answers:
            if line.startswith("ACK"):
                raise RuntimeError(f"mpd: {words}: {line}")
            if line == "OK\n":
                return lines
            lines.append(line)
        raise RuntimeError("mpd went away")


def wait_for_source(port, mount):
    """Waits until a mount of icecast's is there."""

    def is_there():
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as line:
            line.sendall(f"GET {mount} HTTP/1.0\r\n\r\n".encode())
            return b" 200 " in line.recv(64)

    wait_until(f"a source at icecast2's {mount}", is_there)
    time.sleep(0.1)
