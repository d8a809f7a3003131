#!/usr/bin/env python3
"""A daemon under steady load keeps its size: `make soak MINUTES=30`, or
    TRADEWIND=build/release/tradewind tools/soak.py [--minutes N] [--rate N] [--seed N]
Orders that fill and orders that are cancelled, with small tables, so that eviction, archive, snapshots and
the trimming of the journal all happen. Memory and open files are sampled each second; once the tables have
filled and the journal was trimmed, both must stay within 2 %."""
import argparse
import os
import random
import statistics
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "app"))
os.environ.setdefault("TRADEWIND", "build/release/tradewind")
import support  # noqa: E402
from support import say  # noqa: E402

ORDERS_MAX, KEYS_MAX = 4096, 65536
GROWTH_MAX = 0.02
LINKS = 4
SETTINGS = [f"orders.max={ORDERS_MAX}", f"orders.keys_max={KEYS_MAX}", "journal.keep_bytes=64MiB",
            "journal.segment_bytes=16MiB", "snapshot.journal_bytes=64MiB", "risk.order_rate_max=0",
            "paper.balances=USDT 1000000000,BTC 10000"]


class Load:
    """One connection at a steady rate: market orders, and limit orders that are cancelled at once."""

    def __init__(self, daemon, number, rate, seed, price):
        self.daemon, self.number, self.rate, self.price = daemon, number, rate, price
        self.rng = random.Random(seed)
        self.orders = self.refused = self.late = 0
        self.stopping, self.problem = False, None
        self.thread = threading.Thread(target=self.run)

    def one(self, link):
        """(bytes, number of requests)"""
        self.orders += 1
        key = f"s{self.number}-{self.orders}"
        side = "BUY" if self.orders % 4 < 2 else "SELL"
        order = {"symbol": "BTCUSDT", "side": side, "qty": 0.001, "client_order_id": key}
        if self.orders % 2:
            return link.request("POST", "/api/order", {**order, "type": "MARKET"}), 1
        price = round(self.price * (0.95 if side == "BUY" else 1.05), 2)
        return (link.request("POST", "/api/order", {**order, "price": price})
                + link.request("POST", "/api/cancel", {"client_order_id": key})), 2

    def run(self):
        try:
            link, at = self.daemon.link(60.0), time.monotonic()
            batch = 10
            while not self.stopping:
                parts = [self.one(link) for _ in range(batch)]
                link.send_raw(b"".join(part[0] for part in parts))
                for _ in range(sum(part[1] for part in parts)):
                    answer = link.receive()
                    assert answer.status in (200, 409, 503), answer
                    self.refused += answer.status == 503
                at += batch / self.rate
                if at > time.monotonic():
                    time.sleep(max(0.0, at - time.monotonic()))
                elif time.monotonic() - at > 1:  # behind: no burst to catch up
                    self.late, at = self.late + 1, time.monotonic()
            link.close()
        except Exception as problem:
            self.problem = problem


def follow(daemon, seen, stopping):
    """Somebody reads the event stream all the while."""
    stream = support.Stream(daemon.port, timeout=30.0)
    while not stopping.is_set():
        stream.frame()
        seen[0] += 1
    stream.close()


def sample(pid):
    with open(f"/proc/{pid}/status") as file:
        fields = dict(line.split(":", 1) for line in file)
    return int(fields["VmRSS"].split()[0]), len(os.listdir(f"/proc/{pid}/fd"))


def folder_bytes(path):
    return sum(entry.stat().st_size for entry in os.scandir(path) if entry.is_file())


def watch(daemon, loads, minutes):
    """Samples until time is over: (second, RSS KiB, fds, orders, first segment)."""
    rows, start, told = [], time.monotonic(), 0
    first = daemon.segments()[0]
    settled = None
    while time.monotonic() - start < minutes * 60:
        time.sleep(1)
        orders = sum(load.orders for load in loads)
        second = time.monotonic() - start
        rows.append((second, *sample(daemon.pid()), orders))
        for load in loads:
            if load.problem:
                raise load.problem
        trimmed = daemon.segments()[0] != first
        if settled is None and orders > KEYS_MAX + ORDERS_MAX and trimmed:
            settled = len(rows)
            say(f"{second:.0f} s: the tables are full and the journal was trimmed; from here it must stay flat")
        if second - told >= 30:
            told = second
            journal = folder_bytes(os.path.join(daemon.data_dir, "journal")) >> 20
            archive = folder_bytes(os.path.join(daemon.data_dir, "archive")) >> 20
            say(f"{second:.0f} s: {orders} orders, {rows[-1][1]} KiB, {rows[-1][2]} files, journal {journal} MiB, "
                f"archive {archive} MiB")
    return rows, settled


def judge(rows, settled):
    assert settled is not None, "the tables never filled: more minutes, or a higher rate"
    flat = rows[settled:]
    assert len(flat) >= 40, f"only {len(flat)} s were left to look at: more minutes"
    quarter = len(flat) // 4
    first, last = flat[:quarter], flat[-quarter:]
    memory = [statistics.median(row[1] for row in part) for part in (first, last)]
    files = [statistics.median(row[2] for row in part) for part in (first, last)]
    growth = memory[1] / memory[0] - 1
    say(f"memory {memory[0]:.0f} -> {memory[1]:.0f} KiB ({growth:+.2%}), largest {max(row[1] for row in flat)} KiB; "
        f"files {files[0]:.0f} -> {files[1]:.0f}, most {max(row[2] for row in flat)}; over {flat[-1][0] - flat[0][0]:.0f} s "
        f"and {flat[-1][3] - flat[0][3]} orders")
    assert growth <= GROWTH_MAX, f"memory grew by {growth:.2%}"
    assert files[1] <= files[0] * (1 + GROWTH_MAX), "open files grow"


def go(minutes, rate, seed):
    with support.Daemon(settings=SETTINGS) as daemon:
        daemon.start()
        bid, _ = daemon.price()
        rng = random.Random(seed)
        loads = [Load(daemon, number, rate / LINKS, rng.random(), bid) for number in range(LINKS)]
        stopping, seen = threading.Event(), [0]
        reader = threading.Thread(target=follow, args=(daemon, seen, stopping))
        for thread in [*(load.thread for load in loads), reader]:
            thread.start()
        try:
            rows, settled = watch(daemon, loads, minutes)
        finally:
            for load in loads:
                load.stopping = True
            for load in loads:
                load.thread.join()
            stopping.set()
            reader.join()
        seconds, orders = rows[-1][0], rows[-1][3]
        say(f"{orders} orders in {seconds:.0f} s = {orders / seconds:.0f}/s; refused {sum(load.refused for load in loads)}, "
            f"behind {sum(load.late for load in loads)} times, {seen[0]} frames read")
        assert daemon.stop() == 0
        daemon.verify()
        start = time.monotonic()
        daemon.start()
        say(f"started again in {time.monotonic() - start:.2f} s")
        old = daemon.state("s0-1")
        assert old and old["status"] == "FILLED", f"the oldest order is not found any more: {old}"
        assert daemon.stop() == 0
        judge(rows, settled)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=int, default=1000, help="orders in a second")
    parser.add_argument("--seed", type=lambda text: int(text, 0))
    asked = parser.parse_args()
    support.need_program()
    go(asked.minutes, asked.rate, support.seed_of(asked.seed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
