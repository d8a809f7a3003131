#!/usr/bin/env python3
"""Goal: every strategy of the list runs over a file through the engine with its defaults, finds its
indicators, trades, and surprises nobody; `strategy show` tells the parameters that a backtest takes."""
import json
import math
import os
import random
import subprocess
import sys
import tempfile

PROGRAM = os.environ.get("TRADEWIND", "build/dev/tradewind")
# What has no default, and sizes that fit the file.
GIVEN = {
    "grid": ["lower_price=80", "upper_price=120"],
    "market_making": ["base_spread=0.004"],
    "avellaneda_stoikov": ["horizon_s=300"],
    "twap": ["quantity=3"],
    "vwap": ["quantity=3", "duration_s=36000"],
    "pov": ["quantity=3", "participation=0.01"],
    "weighted": ["rsi_weight=0.1"],
}


def call(*words):
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "", (words, done)
    return done.stdout


def write_bars(path, count):
    """Waves on a walk: trends long enough to follow and swings wide enough to fade."""
    chance, level = random.Random(7), 0.0
    with open(path, "w") as file:
        file.write("ts_ms,open,high,low,close,volume\n")
        for i in range(count):
            level += chance.gauss(0, 0.002)
            swing = 0.06 * math.sin(i / 25) + 0.01 * math.sin(i / 3)
            close = 100 * math.exp(level + swing)
            before = close * (1 + chance.gauss(0, 0.001))
            high, low = max(close, before) * 1.002, min(close, before) * 0.998
            file.write("%d,%.2f,%.2f,%.2f,%.2f,%.3f\n" %
                       (1700000100000 + i * 300000, before, high, low, close, chance.uniform(1, 9)))


def main():
    if not os.access(PROGRAM, os.X_OK):
        print("SKIPPED: no program at %s (set TRADEWIND)" % PROGRAM)
        return 77
    with tempfile.TemporaryDirectory() as home:
        bars = os.path.join(home, "bars.csv")
        write_bars(bars, 1500)
        names = [row["name"] for row in json.loads(call("strategy", "list", "--json"))]
        assert len(names) == len(set(names)) and "sma_cross_long" in names
        listed = call("strategy", "list").split("\n")
        for name in names:
            assert any(line.split()[:1] == [name] for line in listed), name
            row = json.loads(call("strategy", "show", name, "--json"))
            given = GIVEN.get(name, [])
            defaults = ["%s=%.17g" % (param["name"], param["default"]) for param in row["params"]
                        if not any(word.startswith(param["name"] + "=") for word in given)]
            words = ["backtest", "--data", bars, "--symbol", "BTCUSDT", "--strategy", name,
                     "--qty-step", "0.001", "--cash", "10000", "--json"]
            for word in given + defaults:
                words += ["--param", word]
            result = json.loads(call(*words))
            counts = result["counts"]
            assert counts["discrepancies"] == 0, (name, counts)
            assert counts["fills"] > 0, (name, counts)
            assert result["settlement"] == ("cash" if row["shorts"] else "assets"), name
            assert all(param["name"] in call("strategy", "show", name) for param in row["params"])
            print("%-22s %5d orders %5d fills %4d denied %4d rejected" %
                  (name, counts["orders"], counts["fills"], counts["denials"], counts["rejects"]))
        wrong = subprocess.run([PROGRAM, "strategy", "show", "x"], capture_output=True, text=True)
        assert wrong.returncode == 1 and "strategy list" in wrong.stderr, wrong
    return 0


if __name__ == "__main__":
    sys.exit(main())
