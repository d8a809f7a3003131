"""Goal: `tradewind backtest` as a person meets it: files, JSON, sentences, exit codes, and a reproduce line
that reproduces."""
import json
import os
import shlex
import subprocess
import sys
import tempfile

PROGRAM = os.environ.get("TRADEWIND", "build/dev/tradewind")


def call(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=60)


def write_bars(path, count):
    """A saw: 40 bars up, 40 bars down, by the hour."""
    with open(path, "w") as file:
        file.write("timestamp,open,high,low,close,volume\n")
        price = 100.0
        for bar in range(count):
            close = price + (1.25 if bar // 40 % 2 == 0 else -1.0)
            day, hour = 1 + bar // 24 % 28, bar % 24
            stamp = f"2024-{1 + bar // 672:02d}-{day:02d} {hour:02d}:00:00"
            high, low = max(price, close), min(price, close)
            file.write(f"{stamp},{price:.2f},{high:.2f},{low:.2f},{close:.2f},10.5\n")
            price = close


def refused(code, says, *words):
    done = call("backtest", *words)
    assert done.returncode == code, (words, done)
    assert done.stdout == "", done.stdout
    assert done.stderr.startswith("tradewind: ") and says in done.stderr, done.stderr


def ticks_are_told(home):
    """Trades: the level and the latency stand in the result, and --fill has no meaning."""
    ticks = os.path.join(home, "ticks.csv")
    with open(ticks, "w") as file:
        file.write("ts_ms,price,qty,buyer_is_maker\n")
        for tick in range(600):
            file.write(f"{60000 + 2500 * tick},{100 + (tick // 48) % 5 * 0.5:.1f},1,{tick % 2}\n")
    words = ["--data", ticks, "--symbol", "ETHUSDT", "--strategy", "sma_cross_long",
             "--param", "fast=1", "--param", "slow=3"]
    done = call("backtest", *words, "--latency-ms", "20")
    assert done.returncode == 0 and "level of the data: trades" in done.stdout, done
    result = json.loads(call("backtest", *words, "--latency-ms", "20", "--json").stdout)
    assert result["level"] == "trades" and "20 ms" in result["assumed"][0], result["assumed"]
    assert result["stats"]["trades"] > 0 and result["counts"]["discrepancies"] == 0, result["counts"]
    again = shlex.split(result["reproduce"]["command"])[1:]
    assert json.loads(call(*again, "--json").stdout)["reproduce"] == result["reproduce"]
    refused(1, "--fill", *words, "--fill", "next_open")
    refused(2, "--interval", *words, "--interval", "soon")


def main():
    if not os.access(PROGRAM, os.X_OK):
        print(f"SKIPPED: no program at {PROGRAM} (set TRADEWIND)")
        return 77
    with tempfile.TemporaryDirectory() as home:
        bars, out = os.path.join(home, "my bars.csv"), os.path.join(home, "out")
        write_bars(bars, 800)
        good = ["--data", bars, "--symbol", "ETHUSDT", "--strategy", "sma_cross_long"]

        done = call("backtest", *good, "--out", out)
        assert done.returncode == 0 and done.stderr == "", done
        assert "max drawdown" in done.stdout and "reproduce" in done.stdout, done.stdout
        assert sorted(os.listdir(out)) == ["equity.csv", "fills.csv", "result.json", "trades.csv"]
        with open(os.path.join(out, "equity.csv")) as file:
            lines = file.read().splitlines()
        assert len(lines) == 801 and lines[1] == "0,2024-01-01 00:00:00,100000,0", lines[:2]

        result = json.loads(call("backtest", *good, "--json").stdout)
        with open(os.path.join(out, "result.json")) as file:
            assert json.load(file) == result
        assert result["stats"]["trades"] > 5 and result["quote"] == "USDT", result["stats"]

        again = shlex.split(result["reproduce"]["command"])[1:]
        repeated = json.loads(call(*again, "--json").stdout)
        assert repeated["reproduce"] == result["reproduce"]
        other = json.loads(call(*again, "--json", "--param", "fast=5").stdout)
        assert other["reproduce"]["config_hash"] != result["reproduce"]["config_hash"]
        assert other["reproduce"]["data_hash"] == result["reproduce"]["data_hash"]

        refused(1, "No such file", "--data", bars + "x", *good[2:])
        refused(1, "directory", "--data", home, *good[2:])
        refused(1, "sma_cross_long", *good[:-1], "no_such_strategy")
        refused(1, "slow", *good, "--param", "width=3")
        refused(1, "is a file", *good, "--out", bars)
        refused(2, "--param"[2:], *good, "--param", "fast")
        refused(2, "next_open", *good, "--fill", "last_trade")
        refused(2, "--strategy is missing", *good[:4])
        refused(2, "no such option", *good, "--colour")
        ticks_are_told(home)
    print("backtest: all as told")
    return 0


if __name__ == "__main__":
    sys.exit(main())
