"""Goal: what a person sees when the daemon stops and starts again: everything is there, everything goes on; and
what is damaged is told, with what to do."""
import os
import shutil
import signal
import subprocess
import sys
import time

import support
from support import Daemon, file_market, main, say, wait_for, write_trades

NO_STRATEGY = "strategies: []\n"
BALANCES = "paper.balances=USDT 1000000,BTC 10"


def flat_market(daemon):
    return file_market(write_trades(os.path.join(daemon.home, "flat.csv"), [60000.0] * 3000))


def house(**more):
    return Daemon(settings=[BALANCES, "paper.latency=1ms", "journal.reserve_bytes=1MiB"], config=NO_STRATEGY, **more)


def flip(path, offset):
    """Changes one byte; returns how to change it back."""
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)
        file.seek(offset)
        file.write(bytes([byte[0] ^ 0x40]))
    return lambda: flip(path, offset)


def written_bytes(path):
    """Segments are made longer in advance: zeros follow what was written."""
    with open(path, "rb") as file:
        return len(file.read().rstrip(b"\0"))


def snapshots(daemon):
    folder = os.path.join(daemon.data_dir, "snapshots")
    return sorted(os.path.join(folder, name) for name in os.listdir(folder))


def refused(daemon, *says):
    """It does not start: exit code 1 and one sentence with all of this."""
    daemon.start(wait=False)
    code = daemon.ended()
    log = daemon.log()
    assert code == 1, (code, log)
    sentence = [line for line in log.splitlines() if line.startswith("tradewind: ")]
    assert len(sentence) == 1, log
    for part in says:
        assert str(part) in sentence[0], (part, sentence[0])
    say(f"  told: {sentence[0]}")
    return sentence[0]


def a_regular_stop_keeps_everything():
    with house() as daemon:
        market = flat_market(daemon)
        daemon.start(market)
        daemon.price()
        assert daemon.order(type="MARKET", qty=1, client_order_id="entry").status == 200
        daemon.order_when("entry", "FILLED")
        for number in range(5):
            assert daemon.order(price=59000 + number, qty=0.1, client_order_id=f"rest-{number}").status == 200
        for number in range(5):
            daemon.order_when(f"rest-{number}", "ACCEPTED")
        def all_shown():
            return (daemon.get("/api/positions").exact["positions"], daemon.get("/api/account").exact["balances"],
                    [item for item in daemon.get("/api/orders_state").exact["items"]])
        before = all_shown()
        assert daemon.stop() == 0
        assert len(snapshots(daemon)) >= 1, "a regular stop leaves a snapshot"
        daemon.start(market)
        assert "records=0" in daemon.log(), "the last snapshot has everything: nothing to read again"
        after = all_shown()
        assert after == before, (before, after)
        assert daemon.post("/api/cancel", {"client_order_id": "rest-0"}).status == 200
        assert daemon.order_when("rest-0", "CANCELLED")["executed_qty"] == 0
        assert daemon.stop() == 0
        daemon.replay()


def stops_and_trailing_stops_wait_on_and_then_trigger():
    with house() as daemon:
        daemon.start(flat_market(daemon))
        daemon.price()
        assert daemon.order(side="BUY", type="MARKET", qty=2, client_order_id="entry").status == 200
        daemon.order_when("entry", "FILLED")
        for name, more in (("stop", {"type": "STOP", "stop_price": 59500}),
                           ("trail", {"type": "TRAILING_STOP", "trail_amount": 300}),
                           ("touch", {"type": "LIMIT_IF_TOUCHED", "stop_price": 60400, "price": 60300}),
                           ("far", {"type": "STOP", "stop_price": 50000})):
            answer = daemon.order(side="SELL", qty=0.5, client_order_id=name, **more)
            assert answer.status == 200, answer
            assert daemon.state(name)["status"] == "PENDING", daemon.state(name)
        assert daemon.stop() == 0
        rise = [60000 + 10 * step for step in range(51)]
        fall = [60500 - 10 * step for step in range(121)]
        moves = write_trades(os.path.join(daemon.home, "moves.csv"), rise + fall + [59300] * 3000, start_s=86400,
                             step_ms=10)
        daemon.start(file_market(moves))
        for name in ("stop", "trail", "touch", "far"):
            assert daemon.state(name) is not None, name
        touch = daemon.order_when("touch", "FILLED")
        trail = daemon.order_when("trail", "FILLED")
        stop = daemon.order_when("stop", "FILLED")
        say(f"  touched at {touch['avg_price']}, trailed out at {trail['avg_price']}, stopped at {stop['avg_price']}")
        assert touch["avg_price"] >= 60300
        assert 60100 <= trail["avg_price"] <= 60200, "300 below the high of 60500, which came after the restart"
        assert 59400 <= stop["avg_price"] <= 59500
        assert daemon.state("far")["status"] == "PENDING"
        assert daemon.get("/api/positions/BTCUSDT").exact["qty"] == support.Decimal("0.5")
        daemon.kill()
        daemon.start(file_market(moves))
        assert daemon.state("far")["status"] == "PENDING", "and it waits on after a kill, too"
        assert daemon.state("stop")["avg_price"] == stop["avg_price"]
        assert daemon.stop() == 0
        daemon.replay()


def a_stop_cancels_orders_when_asked_to():
    with house() as daemon:
        market = flat_market(daemon)
        daemon.start([*market, "shutdown.orders=cancel"])
        daemon.price()
        assert daemon.order(price=59000, qty=0.1, client_order_id="rest").status == 200
        assert daemon.order(side="SELL", type="STOP", stop_price=59000, qty=0.1, client_order_id="stop").status == 200
        daemon.order_when("rest", "ACCEPTED")
        assert daemon.stop() == 0
        daemon.start(market)
        for name in ("rest", "stop"):
            assert daemon.state(name)["status"] == "CANCELLED", daemon.state(name)
        assert all(row["locked"] == 0 for row in daemon.get("/api/account").json["balances"])
        assert daemon.stop() == 0


def a_second_signal_ends_it_at_once():
    with house() as daemon:
        market = flat_market(daemon)
        daemon.start([*market, "paper.latency=10s"])
        daemon.price()
        assert daemon.order(price=59000, qty=0.1, client_order_id="on-its-way").status == 200
        link = daemon.link()
        assert link.get("/health").status == 200
        daemon.process.send_signal(signal.SIGTERM)
        wait_for("it drains", lambda: "stopping" in daemon.log())
        answer = link.post("/api/order", {"symbol": "BTCUSDT", "side": "BUY", "qty": 0.1, "price": 59000,
                                          "client_order_id": "too-late"})
        assert answer.status == 503 and answer.json["error"] == "shutting_down", answer
        assert "retry-after" in answer.headers
        assert daemon.process.poll() is None, "it waits for the order that is on its way"
        start = time.monotonic()
        daemon.process.send_signal(signal.SIGTERM)
        code = daemon.ended()
        assert code == 0 and time.monotonic() - start < 2.5, (code, time.monotonic() - start)
        time.sleep(2)  # an entry is valid for two seconds
        daemon.start(market)
        assert daemon.order_when("on-its-way", support.DONE)["status"] == "EXPIRED"
        assert daemon.state("too-late") is None
        assert daemon.stop() == 0


def one_daemon_for_one_data_dir():
    with house() as daemon:
        daemon.start(flat_market(daemon))
        words = [support.PROGRAM, "serve", "--data-dir", daemon.data_dir, "--listen", f"127.0.0.1:{support.free_port()}"]
        done = subprocess.run(words, cwd=daemon.home, capture_output=True, text=True, timeout=30)
        assert done.returncode == 1, done
        assert "in use by another tradewind" in done.stderr and str(daemon.pid()) in done.stderr, done.stderr
        assert daemon.get("/health").status == 200
        assert daemon.stop() == 0


def the_same_client_order_id_after_a_restart():
    with house() as daemon:
        market = flat_market(daemon)
        daemon.start(market)
        daemon.price()
        body = {"type": "MARKET", "qty": "0.5", "client_order_id": "once"}
        first = daemon.order(**body).json
        daemon.order_when("once", "FILLED")
        for how in ("stop", "kill"):
            daemon.stop() if how == "stop" else daemon.kill()
            daemon.start(market)
            again = daemon.order(**body)
            assert again.status == 200 and again.json["order_id"] == first["order_id"], (first, again)
            same = daemon.order(**{**body, "qty": 0.50, "side": "buy"})
            assert same.status == 200 and same.json["order_id"] == first["order_id"], same
            other = daemon.order(**{**body, "qty": 0.6})
            assert other.status == 409 and other.json["error"] == "duplicate_client_order_id", other
            assert "qty" in other.json["message"] and "side" not in other.json["message"], other
        assert daemon.get("/api/positions/BTCUSDT").json["qty"] == 0.5
        assert daemon.stop() == 0


def trade_and_kill(daemon, market, names):
    daemon.start(market)
    daemon.price()
    for name in names:
        assert daemon.order(type="MARKET", qty=0.1, client_order_id=name).status == 200
        daemon.order_when(name, "FILLED")
    daemon.kill()


def a_damaged_middle_is_refused_and_a_torn_tail_is_cut():
    with house() as daemon:
        market = flat_market(daemon)
        daemon.settings += market
        trade_and_kill(daemon, market, [f"m{number}" for number in range(10)])
        path, size = daemon.segments()[0], written_bytes(daemon.segments()[0])
        offset = size // 2
        back = flip(path, offset)
        told = refused(daemon, os.path.basename(path), "tradewind journal")
        done = daemon.run("journal", "verify", "--data-dir", daemon.data_dir, "--json")
        assert done.returncode != 0 and '"ok":false' in done.stdout, done
        report = support.json.loads(done.stdout)
        assert report["segment"].startswith(os.path.basename(path)) and 0 < report["offset"] <= offset, report
        assert str(report["offset"]) in told, "the same offset is told by both"
        back()
        say("  a write that power loss cut: half of the last batch")
        with open(path, "r+b") as file:
            file.truncate(size - 11)
        daemon.start()
        assert "torn_tail_cut" in daemon.log(), daemon.log()
        for number in range(9):
            assert daemon.state(f"m{number}")["status"] == "FILLED"
        assert daemon.order(type="MARKET", qty=0.1, client_order_id="after").status == 200
        daemon.order_when("after", "FILLED")
        assert daemon.stop() == 0
        daemon.replay()
        say("  and a tail of rubbish, after a crash")
        daemon.start()
        daemon.kill()
        with open(daemon.segments()[-1], "r+b") as file:
            file.seek((written_bytes(daemon.segments()[-1]) + 7) // 8 * 8)
            file.write(b"\x55" * 777)
        daemon.start()
        assert "torn_tail_cut bytes=777" in daemon.log(), daemon.log()
        assert daemon.state("after")["status"] == "FILLED"
        assert daemon.stop() == 0
        daemon.verify()


def a_journal_that_ends_before_its_snapshot_is_refused():
    with house() as daemon:
        market = flat_market(daemon)
        daemon.settings += market
        trade_and_kill(daemon, market, ["a", "b"])
        daemon.start()
        assert daemon.stop() == 0
        size = written_bytes(daemon.segments()[-1])
        with open(daemon.segments()[-1], "r+b") as file:
            file.truncate(size // 2)
        refused(daemon, "snapshot")


def a_damaged_snapshot_is_passed_over():
    with house() as daemon:
        market = flat_market(daemon)
        daemon.settings += market
        for name in ("one", "two", "three"):
            daemon.start()
            daemon.price()
            assert daemon.order(type="MARKET", qty=0.1, client_order_id=name).status == 200
            daemon.order_when(name, "FILLED")
            assert daemon.stop() == 0
        assert len(snapshots(daemon)) == 2, snapshots(daemon)
        newest = snapshots(daemon)[-1]
        flip(newest, os.path.getsize(newest) // 3)
        daemon.start()
        assert "snapshots_passed_over count=1" in daemon.log(), daemon.log()
        assert daemon.get("/api/positions/BTCUSDT").json["qty"] == 0.3
        daemon.kill()
        say("  none is left: the journal has everything")
        shutil.rmtree(os.path.join(daemon.data_dir, "snapshots"))
        daemon.start()
        assert "snapshot_seq=0" in daemon.log()
        assert daemon.get("/api/positions/BTCUSDT").json["qty"] == 0.3
        assert daemon.stop() == 0
        daemon.replay()


def changed_limits_over_a_trimmed_journal_are_told():
    with house() as daemon:
        daemon.settings += [*flat_market(daemon), "journal.segment_bytes=1MiB", "journal.sync=off"]
        daemon.start()
        daemon.price()
        link, number = daemon.link(), 0
        while len(daemon.segments()) < 2:
            number += 1
            assert link.post("/api/order", {"symbol": "BTCUSDT", "side": "BUY", "qty": 0.001, "type": "MARKET",
                                            "client_order_id": f"t{number}"}).status == 200
        assert daemon.stop() == 0
        os.unlink(daemon.segments()[0])  # as when it was trimmed
        daemon.start()
        assert daemon.state("t1")["status"] == "FILLED", "the snapshot has it"
        assert daemon.stop() == 0
        daemon.settings.append("orders.max=131072")
        refused(daemon, "orders.max", "change it back")
        daemon.settings.pop()
        daemon.start()
        assert daemon.state("t1")["status"] == "FILLED"
        assert daemon.stop() == 0


if __name__ == "__main__":
    sys.exit(main(a_regular_stop_keeps_everything, stops_and_trailing_stops_wait_on_and_then_trigger,
                  a_stop_cancels_orders_when_asked_to, a_second_signal_ends_it_at_once, one_daemon_for_one_data_dir,
                  the_same_client_order_id_after_a_restart, a_damaged_middle_is_refused_and_a_torn_tail_is_cut,
                  a_journal_that_ends_before_its_snapshot_is_refused, a_damaged_snapshot_is_passed_over,
                  changed_limits_over_a_trimmed_journal_are_told))
