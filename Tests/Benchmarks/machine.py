"""What is measured of processes, and by what: all from outside, from /proc and from the kernel's bill at their end."""

import contextlib
import os
import pathlib
import selectors
import shutil
import signal
import socket
import subprocess
import threading
import time
from statistics import median

TICK = os.sysconf("SC_CLK_TCK")
QUIET = dict(stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def has(program):
    return shutil.which(program) is not None


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_until(what, condition, seconds=30):
    """Asks again and again; gives what the condition gave when it was true at last."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.02)
    raise TimeoutError(f"{what}: not within {seconds} s")


def run(command, **options):
    """Runs a program to its end: (seconds on the wall, seconds of processor, its own children's included)."""
    began = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], **(QUIET | options))
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return wall, usage.ru_utime + usage.ru_stime


def in_turn(rounds, commands):
    """Runs named commands one after the other, several times, so that a busy minute hurts all alike.

    Gives the medians by name, first on the wall, then of processor."""
    results = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            results[name].append(run(command))
    return [{name: median(run[column] for run in runs) for name, runs in results.items()} for column in (0, 1)]


class Program:
    """A program that runs beside us, and ends with us.

    One that refuses to be root's is `humble`: then it is nobody's."""

    def __init__(self, *command, humble=False, **options):
        if humble and os.geteuid() == 0:
            options |= dict(user="nobody", group="nogroup", extra_groups=[])
        self.process = subprocess.Popen(
            [str(word) for word in command], start_new_session=True, **(QUIET | options))
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        # A pipe's other end lives on in its session, and some turn in circles when nobody listens any more.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def children(self):
        tasks = pathlib.Path(f"/proc/{self.pid}/task").glob("*/children")
        return [int(child) for task in tasks for child in task.read_text().split()]

    def processor(self):
        """Seconds of processor so far: its own, its children's, and those of children that have ended."""
        return self._seconds(self.pid, 4) + sum(self._seconds(child, 2) for child in self.children())

    @staticmethod
    def _seconds(pid, columns):
        try:
            stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
        except OSError:  # it has just ended: its parent has its bill
            return 0
        return sum(int(word) for word in stat.rpartition(")")[2].split()[11 : 11 + columns]) / TICK

    def memory(self, kind="VmRSS", pid=None):
        """MB (of 1,000,000 bytes) by the kernel's name: VmRSS, RssAnon; 0 when it has ended."""
        try:
            lines = pathlib.Path(f"/proc/{pid or self.pid}/status").read_text().splitlines()
        except OSError:
            return 0
        return sum(int(line.split()[1]) for line in lines if line.startswith(kind + ":")) * 1024 / 1e6


class Listeners:
    """Listeners that take everything at once and note when each piece came."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.stopping = False
        self.thread = threading.Thread(target=self._take, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stopping = True
        self.thread.join()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()

    def join(self, port, path):
        """One more listener; gives the list that its (wall time, bytes) go to."""
        pieces = []
        line = socket.create_connection(("127.0.0.1", port), timeout=5)
        line.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        self.selector.register(line, selectors.EVENT_READ, pieces)
        return pieces

    def _take(self):
        while not self.stopping:
            for key, _ in self.selector.select(0.1):
                data = key.fileobj.recv(1 << 18)
                key.data.append((time.time(), data))
                if not data:
                    self.selector.unregister(key.fileobj)
                    key.fileobj.close()
