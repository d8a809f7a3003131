"""Goal: `tradewind sweep`, `walkforward` and `bias` as a person meets them: files, sentences, exit codes; a sweep
killed at work goes on where it was."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

PROGRAM = os.environ.get("TRADEWIND", "build/dev/tradewind")


def call(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=120)


def write_bars(path, count):
    """A saw with teeth of 40 hours, and a smaller one on it."""
    with open(path, "w") as file:
        file.write("ts_ms,open,high,low,close,volume\n")
        price = 100.0
        for bar in range(count):
            close = price + (1.25 if bar // 40 % 2 == 0 else -1.0) + (0.8 if bar // 3 % 2 else -0.8)
            high, low = max(price, close), min(price, close)
            file.write(f"{1700000000000 + bar * 3600000},{price:.2f},{high:.2f},{low:.2f},{close:.2f},10.5\n")
            price = close


def lines_of(path):
    try:
        with open(path) as file:
            return file.read().count("\n")
    except FileNotFoundError:
        return 0


def main():
    if not os.access(PROGRAM, os.X_OK):
        print(f"SKIPPED: no program at {PROGRAM} (set TRADEWIND)")
        return 77
    with tempfile.TemporaryDirectory() as home:
        bars, out = os.path.join(home, "bars.csv"), os.path.join(home, "out")
        write_bars(bars, 2500)
        run = ["--data", bars, "--symbol", "ETHUSDT", "--strategy", "sma_cross_long"]
        grid = ["--grid", "fast=2:8:1", "--grid", "slow=10:40:10"]

        # killed at work, then called again: the same bytes as never killed
        work = subprocess.Popen([PROGRAM, "sweep", *run, *grid, "--out", out, "--jobs", "2"],
                                stdout=subprocess.DEVNULL)
        results = os.path.join(out, "results.csv")
        while lines_of(results) < 6 and work.poll() is None:
            time.sleep(0.002)
        work.send_signal(signal.SIGKILL)
        work.wait()
        kept = lines_of(results) - 1
        done = call("sweep", *run, *grid, "--out", out)
        assert done.returncode == 0 and done.stderr == "", done
        assert kept >= 5 and "done before" in done.stdout and "best plateau" in done.stdout, done.stdout
        other = os.path.join(home, "other")
        assert call("sweep", *run, *grid, "--out", other, "--jobs", "1").returncode == 0
        with open(results) as a, open(os.path.join(other, "results.csv")) as b:
            assert a.read() == b.read()
        assert sorted(os.listdir(out)) == ["best", "heatmap.html", "results.csv", "sweep.json", "sweep.txt"]
        with open(os.path.join(out, "sweep.json")) as file:
            told = json.load(file)
        with open(os.path.join(out, "best", "result.json")) as file:
            best = json.load(file)
        assert told["combinations"] == 28 and told["refused"] == 0, told
        assert best["reproduce"]["state_hash"] == told["ranking"][0]["state_hash"], best["reproduce"]

        drawn = json.loads(call("sweep", *run, "--random", "9", "--range", "fast=2..9", "--json").stdout)
        assert drawn["method"] == "random" and drawn["combinations"] == 8, drawn  # there are no more

        for words, code, says in [
            ([*run], 2, "say what varies"),
            ([*run, *grid, "--objective", "luck"], 2, "there is no such number"),
            ([*run, *grid, "--param", "fast=3"], 1, "given and varied"),
            ([*run, *grid, "--fee-bps", "5", "--out", out], 1, "another sweep"),
            ([*run, "--grid", "speed=1,2"], 1, "has no parameter 'speed'"),
        ]:
            done = call("sweep", *words)
            assert done.returncode == code and says in done.stderr and done.stdout == "", (words, done)

        walk = ["walkforward", *run, *grid, "--train", "600", "--test", "300", "--gap", "20", "--holdout", "400",
                "--out", os.path.join(home, "walk")]
        assert call(*walk).returncode == 0
        done = call(*walk, "--final")
        assert done.returncode == 0 and "hold-out" in done.stdout and "efficiency" in done.stdout, done
        done = call(*walk, "--final")
        assert done.returncode == 1 and "evaluated before" in done.stderr, done
        assert call(*walk, "--final", "--unlock", "--json").returncode == 0
        with open(os.path.join(home, "walk", "walkforward.json")) as file:
            told = json.load(file)
        assert len(told["windows"]) == 4 and told["holdout"]["test_bars"] == 400, told

        done = call("bias", *run)
        assert done.returncode == 0 and done.stdout.startswith("no lookahead: 40 first parts"), done
    print("sweep, walkforward, bias: all as told")
    return 0


sys.exit(main())
