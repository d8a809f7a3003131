#!/usr/bin/env python3
"""Goal: `make fixtures` finds us equal to every reference, sees a value that differs, and says so when there are
no references. The backtests have a test of their own. Without ../shared the comparison is skipped."""
import gzip
import os
import subprocess
import sys
import tempfile

SKIPPED = 77
HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.abspath(os.environ.get("TRADEWIND", os.path.join(HOME, "build/dev/tradewind")))
SHARED = os.environ.get("TRADEWIND_SHARED", os.path.join(os.path.dirname(HOME), "shared"))
CHECK = os.path.join(HOME, "tools", "check_references.py")


def check(shared, only):
    done = subprocess.run([sys.executable, CHECK, "--program", PROGRAM, "--shared", shared, "--only", only],
                          capture_output=True, text=True, timeout=200)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout


def without_references_it_is_skipped(home):
    code, said = check(os.path.join(home, "nowhere"), "")
    assert code == SKIPPED and said.startswith("SKIPPED: "), (code, said)


def every_reference_is_equal(home):
    for kind, count in (("indicators/", 9), ("books/", 5), ("resample/", 2)):
        code, said = check(SHARED, kind)
        print(said, end="")
        assert code == 0 and said.count("\nequal ") == count - 1 and said.startswith("equal "), (code, said)
    code, said = check(SHARED, "no such name")
    assert code == 1, "nothing compared is not equal"


def one_wrong_digit_is_seen(home):
    """Three values of one column of one library are changed, and a book's quantity."""
    fake = os.path.join(home, "shared")
    os.makedirs(os.path.join(fake, "fixtures"))
    for name in ("data", "tools"):
        os.symlink(os.path.join(SHARED, name), os.path.join(fake, name))
    for kind in ("indicators", "books"):
        os.makedirs(os.path.join(fake, "fixtures", kind))
        for name in os.listdir(os.path.join(SHARED, "fixtures", kind)):
            os.symlink(os.path.join(SHARED, "fixtures", kind, name), os.path.join(fake, "fixtures", kind, name))
    changed = os.path.join(fake, "fixtures", "indicators", "ta.csv.gz")
    with gzip.open(changed, "rt") as file:
        lines = [line.split(",") for line in file.read().split("\n")]
    at = lines[0].index("sma_20")
    for row in (100, 500, 2000):
        lines[row][at] = repr(float(lines[row][at]) * (1 + 1e-8))
    os.unlink(changed)
    with gzip.open(changed, "wt") as file:
        file.write("\n".join(",".join(line) for line in lines))
    changed = os.path.join(fake, "fixtures", "books", "xrpusdt_bybit_ob500_2024_12_01.l2_checkpoints.csv")
    with open(changed) as file:
        header, first, rest = file.read().split("\n", 2)
    cells = first.split(",")
    cells[header.split(",").index("ask10_qty")] += "1"
    os.unlink(changed)
    with open(changed, "w") as file:
        file.write("\n".join((header, ",".join(cells), rest)))
    code, said = check(fake, "indicators/ta")
    assert code == 1 and "3 values differ" in said and "sma_20" in said, (code, said)
    assert "equal     indicators/talib" in said, said
    code, said = check(fake, "books/xrpusdt")
    assert code == 1 and said.startswith("not equal books/xrpusdt") and "1 values differ" in said, (code, said)


def main():
    if not os.access(PROGRAM, os.X_OK):
        print(f"SKIPPED: no program at {PROGRAM} (set TRADEWIND)")
        return SKIPPED
    with tempfile.TemporaryDirectory() as home:
        without_references_it_is_skipped(home)
        if not os.path.isdir(os.path.join(SHARED, "fixtures")):
            print(f"SKIPPED: no references at {SHARED} (set TRADEWIND_SHARED)")
            return SKIPPED
        every_reference_is_equal(home)
        one_wrong_digit_is_seen(home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
