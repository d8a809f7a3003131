"""Goal: a strategy trades by itself over a replayed file: its orders, its position, its money are seen by everybody;
a restart in the middle lets it go on where it was."""
import json
import math
import os
import sys

import support
from support import Daemon, file_market, main, say, wait_for, write_trades
from support_audit import Audit

# Swings of two hours, one trade each 5 s of market time, so that a cross comes every hour of market.
SWING = [round(60000 + 600 * math.sin(2 * math.pi * step / 1440), 2) for step in range(2880)]
CONFIG = """strategies:
  - name: swing
    type: sma_cross_long
    symbol: BTCUSDT
    interval: 1m
    size: qty=0.01
    params: { fast: 3, slow: 9 }
"""


def house(speed):
    daemon = Daemon(config=CONFIG, settings=["paper.latency=1ms", "journal.sync=off"])
    path = write_trades(os.path.join(daemon.home, "swing.csv"), SWING, step_ms=5000)
    daemon.settings += file_market(path, speed)
    return daemon


def strategy_row(daemon):
    """The last image of it in the journal, and how often it was started."""
    done = daemon.run("journal", "dump", "--json", "--data-dir", daemon.data_dir)
    row, starts = None, 0
    for line in done.stdout.splitlines():
        if '"kind":"STRATEGY_START"' in line:
            starts += 1
        elif '"kind":"STRATEGY"' in line:
            row = json.loads(line)["body"]
    return row, starts


def fills_of(daemon):
    return [event for event in daemon.get("/api/orders").json["items"] if event["type"] == "fill"]


def a_strategy_trades_by_itself_and_goes_on_after_a_restart():
    with house(3000) as daemon:
        daemon.start()
        wait_for("it bought and sold", lambda: len(fills_of(daemon)) >= 2, 30)
        items = daemon.get("/api/orders_state").json["items"]
        say(f"  {len(items)} orders of its own, the first: {items[0]}")
        assert all(item["order_type"] == "MARKET" and item["order_qty"] == 0.01 for item in items), items
        assert [item["side"] for item in items[:2]] == ["BUY", "SELL"], "long only: it buys first"
        wait_for("it is long", lambda: daemon.get("/api/positions").json["positions"], 30)
        position = daemon.get("/api/positions/BTCUSDT").json
        assert position["qty"] in (0, 0.01), position
        assert daemon.get("/api/market/BTCUSDT").json["data"]["volume_24h"] > 0, "24 hours of the file's clock"
        assert daemon.stop() == 0
        before, starts = strategy_row(daemon)
        assert starts == 1 and before["status"] == 1
        count = len(items)
        daemon.start()
        assert len(daemon.get("/api/orders_state").json["items"]) >= count, "what it did is there"
        wait_for("it goes on", lambda: len(fills_of(daemon)) >= 2, 30)
        daemon.kill()
        after, starts = strategy_row(daemon)
        assert starts == 1, "the same strategy with the same parameters is not started anew"
        assert after["status"] == 1 and before["start.name"] == after["start.name"] == "swing"
        audit = Audit(daemon.data_dir)
        audit.read()
        sides = [order["side"] for order in audit.orders.values()]
        assert sides == ["BUY", "SELL"] * (len(sides) // 2) + ["BUY"] * (len(sides) % 2), sides
        say(f"  {audit.summary()}; buys and sells take turns over both lives")
        daemon.replay()


def as_fast_as_possible_the_file_goes_round():
    with house("max") as daemon:
        daemon.start()
        wait_for("the file went round", lambda: daemon.log().count("replay_again") >= 2, 30)
        wait_for("it traded", lambda: len(fills_of(daemon)) >= 20, 30)
        assert daemon.get("/health").status == 200, "and HTTP has its turn"
        assert daemon.stop() == 0
        audit = Audit(daemon.data_dir)
        audit.read()
        say(f"  {audit.summary()}")
        daemon.replay()


if __name__ == "__main__":
    sys.exit(main(a_strategy_trades_by_itself_and_goes_on_after_a_restart, as_fast_as_possible_the_file_goes_round))
