"""What the daemon tests share: a daemon in a folder of its own, and links to it.

A Daemon is started, stopped and killed by its own process id only. A Link is one HTTP connection on a plain
socket, so that a test can send several requests at once, half a request, or a wrong one.
"""
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from decimal import Decimal

SKIPPED = 77
HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.abspath(os.environ.get("TRADEWIND", os.path.join(HOME, "build/dev/tradewind")))
SHARED = os.path.join(os.path.dirname(HOME), "shared", "data")
TRADES = os.path.join(SHARED, "btcusdt_binance_spot_2024_08_08_trades.csv.gz")
BOOK = os.path.join(SHARED, "btcusdt_binance_spot_2024_08_08_l2.csv.gz")
JSON = "application/json"
DONE = {"FILLED", "CANCELLED", "EXPIRED", "DENIED", "REJECTED"}


def say(text):
    print(text, flush=True)


def seed_of(default=None):
    """The seed of this run, printed; SEED=n repeats a run."""
    text = os.environ.get("SEED")
    seed = int(text, 0) if text else (default if default is not None else random.randrange(1 << 32))
    say(f"SEED={seed}")
    return seed


def need_program():
    if not os.access(PROGRAM, os.X_OK):
        say(f"SKIPPED: no program at {PROGRAM} (set TRADEWIND)")
        sys.exit(SKIPPED)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def market_of_file(path, speed):
    """Settings that replay a shared file; without it the generator, and the reader is told."""
    if os.path.exists(path):
        return ["paper.source=file", f"paper.file={path}", f"paper.speed={speed}"]
    say(f"NOTE: {path} is not there: the generator makes the market")
    return []


def wait_for(what, probe, seconds=10.0, every=0.02):
    until = time.monotonic() + seconds
    while True:
        result = probe()
        if result:
            return result
        assert time.monotonic() < until, f"{what}: not within {seconds} s"
        time.sleep(every)


class Closed(Exception):
    """The other side closed, or never was there."""


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def exact(self):
        return json.loads(self.body, parse_float=Decimal)

    def __repr__(self):
        return f"{self.status} {self.body[:400]!r}"


class Link:
    """One connection. send() any number of requests, then receive() their answers in order."""

    def __init__(self, port, timeout=10.0):
        self.port, self.buffer = port, b""
        try:
            self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        except OSError as error:
            raise Closed(str(error)) from error
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self):
        self.socket.close()

    def request(self, method, path, body=None, headers=()):
        fields = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
            fields.append(f"Content-Type: {JSON}")
        if isinstance(body, str):
            body = body.encode()
        if body is not None:
            fields.append(f"Content-Length: {len(body)}")
        fields += [f"{name}: {value}" for name, value in headers]
        return "\r\n".join(fields).encode() + b"\r\n\r\n" + (body or b"")

    def send_raw(self, data):
        try:
            self.socket.sendall(data)
        except OSError as error:
            raise Closed(str(error)) from error

    def _fill(self):
        try:
            data = self.socket.recv(65536)
        except (ConnectionError, BrokenPipeError) as error:
            raise Closed(str(error)) from error
        if not data:
            raise Closed("closed")
        self.buffer += data

    def receive(self, method="GET"):
        while b"\r\n\r\n" not in self.buffer:
            self._fill()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split()[1])
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        size = int(headers.get("content-length", 0)) if method != "HEAD" else 0
        while len(self.buffer) < size:
            self._fill()
        body, self.buffer = self.buffer[:size], self.buffer[size:]
        return Answer(status, headers, body)

    def call(self, method, path, body=None, headers=()):
        self.send_raw(self.request(method, path, body, headers))
        return self.receive(method)

    def get(self, path):
        return self.call("GET", path)

    def post(self, path, body):
        return self.call("POST", path, body)


class Stream:
    """A reader of /api/stream: frames as (id, event, data), comments apart."""

    def __init__(self, port, query="", headers=(), timeout=15.0):
        self.link = Link(port, timeout)
        self.link.send_raw(self.link.request("GET", "/api/stream" + query, headers=headers))
        while b"\r\n\r\n" not in self.link.buffer:
            self.link._fill()
        self.head, _, self.link.buffer = self.link.buffer.partition(b"\r\n\r\n")
        self.comments, self.last_id = [], None
        self.chunked = b"chunked" in self.head.lower()
        assert not self.chunked, self.head
        assert b" 200 " in self.head.split(b"\r\n")[0] + b" ", self.head

    def close(self):
        self.link.close()

    def frame(self):
        """The next frame; raises Closed, or TimeoutError after the link's timeout."""
        while True:
            while b"\n\n" not in self.link.buffer:
                self.link._fill()
            block, _, self.link.buffer = self.link.buffer.partition(b"\n\n")
            fields = {}
            for line in block.decode().split("\n"):
                if line.startswith(":"):
                    self.comments.append((time.monotonic(), line))
                elif ":" in line:
                    name, _, value = line.partition(":")
                    fields[name] = value.lstrip(" ")
            if "id" in fields:
                self.last_id = int(fields["id"])
            if "data" in fields:
                return (int(fields["id"]) if "id" in fields else None, fields.get("event"),
                        json.loads(fields["data"]))


class Daemon:
    """One daemon over one data dir, through all its lives."""

    def __init__(self, home=None, settings=(), config=None):
        self.own_home = home is None
        self.home = home or tempfile.mkdtemp(prefix="tradewind-test-")
        self.data_dir = os.path.join(self.home, "data")
        self.settings, self.port, self.process, self.lives = list(settings), None, None, 0
        self.log_path = os.path.join(self.home, "log")
        self.config = None
        if config is not None:
            self.config = os.path.join(self.home, "tradewind.yaml")
            with open(self.config, "w") as file:
                file.write(config)

    # ---- life ----

    def start(self, settings=(), wait=True, seconds=60.0):
        assert self.process is None
        self.port = self.port or free_port()
        words = [PROGRAM, "serve", "--data-dir", self.data_dir, "--listen", f"127.0.0.1:{self.port}"]
        words += ["--config", self.config] if self.config else []
        for setting in [*self.settings, *settings]:
            words += ["--set", setting]
        self.lives += 1
        with open(self.log_path, "ab") as log:
            self.log_start = log.tell()
            self.process = subprocess.Popen(words, cwd=self.home, stdout=log, stderr=log)
        if wait:
            self.wait_ready(seconds)
        return self

    def wait_ready(self, seconds=60.0):
        def probe():
            code = self.process.poll()
            assert code is None, f"the daemon ended with {code}:\n{self.log()[-4000:]}"
            try:
                link = Link(self.port, 5.0)
            except Closed:
                return False
            try:
                return link.get("/health").status == 200
            except Closed:
                return False
            finally:
                link.close()
        wait_for("the daemon answers", probe, seconds, 0.01)

    def log(self):
        """What this life logged."""
        with open(self.log_path, errors="replace") as file:
            file.seek(self.log_start)
            return file.read()

    def pid(self):
        return self.process.pid

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self, seconds=30.0):
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended(seconds)

    def ended(self, seconds=30.0):
        code = self.process.wait(seconds)
        self.process = None
        return code

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.kill()
        report, log = self.report()
        failed = kind is not None or report
        if failed:
            sys.stderr.write("---- the daemon's log, its end ----\n" + log[-3000:])
        if self.own_home and not (failed and os.environ.get("KEEP")):
            shutil.rmtree(self.home, ignore_errors=True)
        elif failed:
            sys.stderr.write(f"kept: {self.home}\n")
        assert kind or not report, report

    def report(self):
        """What a sanitizer or an assertion said in any life, and the whole log."""
        if not os.path.exists(self.log_path):
            return "", ""
        with open(self.log_path, errors="replace") as file:
            log = file.read()
        for mark in ("ThreadSanitizer", "AddressSanitizer", "LeakSanitizer", "runtime error:", "Assertion"):
            at = log.find(mark)
            if at >= 0:
                return log[max(0, at - 200):at + 4000], log
        return "", log

    # ---- asking ----

    def link(self, timeout=10.0):
        return Link(self.port, timeout)

    def get(self, path):
        link = self.link()
        try:
            return link.get(path)
        finally:
            link.close()

    def post(self, path, body):
        link = self.link()
        try:
            return link.post(path, body)
        finally:
            link.close()

    def order(self, **fields):
        return self.post("/api/order", {"symbol": "BTCUSDT", "side": "BUY", **fields})

    def state(self, client_order_id):
        answer = self.get(f"/api/order_state?client_order_id={client_order_id}")
        return answer.exact if answer.status == 200 else None

    def price(self, symbol="BTCUSDT"):
        def probe():
            data = self.get(f"/api/market/{symbol}").json["data"]
            return data["best_bid_price"] and data["best_ask_price"] and data
        data = wait_for(f"a price of {symbol}", probe)
        return data["best_bid_price"], data["best_ask_price"]

    def order_when(self, client_order_id, status, seconds=10.0):
        wanted = {status} if isinstance(status, str) else set(status)
        def probe():
            state = self.state(client_order_id)
            return state if state and state["status"] in wanted else None
        try:
            return wait_for(f"{client_order_id} is {status}", probe, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; it is {self.state(client_order_id)}") from error

    # ---- the command line ----

    def run(self, *words, timeout=300, program=None):
        return subprocess.run([program or PROGRAM, *words], cwd=self.home, capture_output=True, text=True,
                              timeout=timeout)

    def verify(self):
        done = self.run("journal", "verify", "--data-dir", self.data_dir, "--json")
        assert done.returncode == 0, (done.stdout, done.stderr)
        return json.loads(done.stdout)

    def replay(self, *words, program=None):
        done = self.run("journal", "replay", "--data-dir", self.data_dir, "--json", *words, program=program,
                        timeout=1800)
        assert done.returncode == 0, (done.stdout, done.stderr)
        report = json.loads(done.stdout)
        assert report["same"], report
        return report

    def segments(self):
        folder = os.path.join(self.data_dir, "journal")
        return sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".twj"))


# ---- made-up markets ----

FILE_START_NS = 1723161600 * 10**9


def write_trades(path, prices, start_s=0, step_ms=100):
    """A file of trades, one each step_ms of market time; start_s is seconds after FILE_START_NS."""
    with open(path, "w") as file:
        file.write("local_ts_ns,exch_ts_ms,trade_ts_ms,trade_id,price,qty,buyer_is_maker,order_type\n")
        for index, price in enumerate(prices):
            at_ms = FILE_START_NS // 10**6 + start_s * 1000 + index * step_ms
            file.write(f"{at_ms * 10**6},{at_ms},{at_ms},{start_s * 100000 + index + 1},{price:.8f},0.50000000,"
                       f"{index % 2},\n")
    return path


def file_market(path, speed=1):
    return ["paper.source=file", f"paper.file={path}", f"paper.speed={speed}"]


def main(*tests):
    """Runs the tests in order, each as a story; NAME=part runs only those whose name holds it."""
    need_program()
    wanted = os.environ.get("NAME", "")
    for test in tests:
        if wanted not in test.__name__:
            continue
        start = time.monotonic()
        say(f"story: {test.__name__.replace('_', ' ')}")
        test()
        say(f"  well, {time.monotonic() - start:.1f} s")
    return 0
