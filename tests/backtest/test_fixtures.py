#!/usr/bin/env python3
"""Goal: every reference backtest of the two public engines is reproduced to 1e-9.

The comparison is tools/check_fixtures.py; `make fixtures` runs it over every cell of the grids with the
optimised program. Without ../shared there is nothing to compare with:
skipped.
"""
import os
import subprocess
import sys

CHECK = os.path.join(os.path.dirname(__file__), "..", "..", "tools", "check_fixtures.py")


def main():
    command = [sys.executable, CHECK, "--program", os.environ["TRADEWIND"]]
    done = subprocess.run(command, capture_output=True, text=True)
    print(done.stdout + done.stderr, end="")
    if done.returncode != 0:
        return done.returncode
    # The comparison sees a difference where there is one: another fill is another run.
    wrong = subprocess.run(command + ["--only", "goog_1d.sma_cross_long.open.bpy", "--fee-bps", "11"],
                           capture_output=True, text=True)
    assert wrong.returncode == 1 and "not equal" in wrong.stdout, wrong.stdout + wrong.stderr
    return 0


if __name__ == "__main__":
    sys.exit(main())
