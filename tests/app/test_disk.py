"""Goal: a disk that is really full. Entries are refused with a clear answer, cancels and reducing orders pass,
room brings entries back; when the reserve is used up too, the daemon ends with 1 and nothing acknowledged is
lost. Needs the right to mount a small tmpfs; without it the test is skipped, visibly."""
import os
import subprocess
import sys
import tempfile
import time

import support
from support import Closed, Daemon, file_market, main, say, wait_for, write_trades

SETTINGS = ["journal.reserve_bytes=4MiB", "journal.segment_bytes=1MiB", "orders.max=16384", "orders.keys_max=32768",
            "snapshot.journal_bytes=64MiB", "paper.latency=1ms", "paper.balances=USDT 10000000,BTC 100",
            "trading.entry_valid=30s"]


class Disk:
    """A small file system, gone at the end."""

    def __enter__(self):
        self.home = tempfile.mkdtemp(prefix="tradewind-disk-")
        self.path = os.path.join(self.home, "disk")
        os.mkdir(self.path)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tradewind-test", self.path],
                              capture_output=True, text=True)
        if done.returncode:
            os.rmdir(self.path)
            os.rmdir(self.home)
            say(f"SKIPPED: no file system can be mounted here: {done.stderr.strip()}")
            sys.exit(support.SKIPPED)
        return self

    def __exit__(self, *unused):
        subprocess.run(["umount", "-l", self.path], check=True)
        os.rmdir(self.path)
        for name in os.listdir(self.home):
            os.unlink(os.path.join(self.home, name))
        os.rmdir(self.home)

    def free_bytes(self):
        room = os.statvfs(self.path)
        return room.f_bavail * room.f_frsize

    def fill(self, leave=0):
        with open(os.path.join(self.path, "ballast"), "ab") as file:
            while (size := self.free_bytes() - leave) >= 4096:
                try:
                    file.write(b"\1" * min(size, 1 << 20))
                    file.flush()
                except OSError:
                    break

    def empty(self):
        os.unlink(os.path.join(self.path, "ballast"))


def start(disk):
    market = file_market(write_trades(os.path.join(disk.home, "flat.csv"), [60000.0] * 6000))
    daemon = Daemon(home=disk.path, settings=SETTINGS + market, config="strategies: []\n")
    daemon.log_path = os.path.join(disk.home, "log")
    daemon.start()
    daemon.price()
    return daemon


def enter_until_refused(daemon, disk, prefix, known, seconds=20):
    """Entries till one is refused; the disk is kept full. Its answer."""
    link, until, number = daemon.link(10.0), time.monotonic() + seconds, 0
    while time.monotonic() < until:
        disk.fill()
        for _ in range(200):
            number += 1
            key = f"{prefix}{number}"
            answer = link.post("/api/order", {"symbol": "BTCUSDT", "side": "BUY", "qty": 0.01, "type": "MARKET",
                                              "client_order_id": key})
            if answer.status != 200:
                link.close()
                return answer
            known[key] = answer.json["order_id"]
    raise AssertionError("the disk never was full")


def all_there(daemon, known):
    link = daemon.link()
    for key, order_id in known.items():
        answer = link.get(f"/api/order_state?client_order_id={key}")
        assert answer.status == 200 and answer.json["order_id"] == order_id, (key, order_id, answer)
    link.close()


def a_full_disk_refuses_entries_and_nothing_else():
    with Disk() as disk:
        with start(disk) as daemon:
            known = {}
            assert daemon.order(price=50000, qty=0.1, client_order_id="resting").status == 200
            daemon.order_when("resting", "ACCEPTED")
            refusal = enter_until_refused(daemon, disk, "e", known)
            say(f"  after {len(known)} entries: {refusal}")
            assert "disk_full" in daemon.log(), daemon.log()
            told = wait_for("health says it", lambda: daemon.get("/api/health").json["trouble"])
            assert "disk is full" in told, told
            account = wait_for("the account is halted", lambda: (lambda row: row["halted"] and row)(
                daemon.get("/api/account").json))
            assert account["halt_reason"] == "disk_full", account
            refusal = daemon.order(type="MARKET", qty=0.01, client_order_id="entry-refused")
            assert refusal.status == 422 and refusal.json["error"] and refusal.json["message"], refusal
            assert daemon.run("halt", "--data-dir", daemon.data_dir, "--reason", "lunch").returncode == 0
            say("  a person halts too: room does not lift that")
            disk.empty()
            wait_for("there is room", lambda: "disk_has_room" in daemon.log())
            time.sleep(0.3)
            account = daemon.get("/api/account").json
            assert account["halted"] and account["halt_reason"] == "lunch", account
            assert daemon.run("resume", "--data-dir", daemon.data_dir).returncode == 0
            refusal = enter_until_refused(daemon, disk, "f", known)
            say(f"  an entry: {refusal.status} {refusal.json['error']}: {refusal.json['message']}")
            say("  a cancel and a reducing order pass")
            assert daemon.post("/api/cancel", {"client_order_id": "resting"}).status == 200
            daemon.order_when("resting", "CANCELLED")
            assert daemon.order(side="SELL", type="MARKET", qty=0.01, reduce_only=True,
                                client_order_id="reduce").status == 200
            known["reduce"] = daemon.order_when("reduce", "FILLED")["order_id"]
            disk.empty()
            wait_for("room brings entries back", lambda: not daemon.get("/api/account").json["halted"])
            wait_for("archive and snapshots go on too: they look again every few seconds",
                     lambda: daemon.get("/api/health").json["trouble"] is None, seconds=20)
            assert daemon.order(type="MARKET", qty=0.01, client_order_id="entry-again").status == 200
            known["entry-again"] = daemon.order_when("entry-again", "FILLED")["order_id"]
            again = daemon.order(type="MARKET", qty=0.01, client_order_id="entry-refused")
            assert again.status == 422, f"the same id gives the first answer: {again}"
            daemon.kill()
            daemon.start()
            all_there(daemon, known)
            assert daemon.stop() == 0
            daemon.verify()
            daemon.replay("--orders-max", "16384", "--keys-max", "32768")


def a_used_up_reserve_ends_the_daemon_and_loses_nothing():
    with Disk() as disk:
        with start(disk) as daemon:
            known = {}
            enter_until_refused(daemon, disk, "e", known)
            say(f"  {len(known)} entries, then only reducing orders, until the reserve is used up")
            link, number, until = daemon.link(15.0), 0, time.monotonic() + 25
            ended = False
            while not ended:
                assert time.monotonic() < until, "the reserve is not used up"
                keys, data = [], b""
                for _ in range(100):
                    number += 1
                    keys.append(f"r{number}")
                    data += link.request("POST", "/api/order", {
                        "symbol": "BTCUSDT", "side": "SELL", "qty": 0.0001, "type": "MARKET", "reduce_only": True,
                        "client_order_id": keys[-1]})
                try:
                    link.send_raw(data)
                    for key in keys:
                        answer = link.receive()
                        if answer.status == 200:
                            known[key] = answer.json["order_id"]
                        else:
                            assert answer.status in (503, 504), answer
                            ended = True  # it answers what waited, and ends
                except Closed:
                    ended = True
            code = daemon.ended(10)
            assert code == 1, (code, daemon.log())
            say(f"  it ended with 1 after {number} more; {daemon.log().strip().splitlines()[-2]}")
            assert "journal_failed" in daemon.log()
            disk.empty()
            daemon.start()
            all_there(daemon, known)
            wait_for("entries pass", lambda: not daemon.get("/api/account").json["halted"])
            assert daemon.order(type="MARKET", qty=0.01, client_order_id="entry-after").status == 200
            daemon.order_when("entry-after", "FILLED")
            assert daemon.stop() == 0
            daemon.verify()
            daemon.replay("--orders-max", "16384", "--keys-max", "32768")


if __name__ == "__main__":
    sys.exit(main(a_full_disk_refuses_entries_and_nothing_else,
                  a_used_up_reserve_ends_the_daemon_and_loses_nothing))
