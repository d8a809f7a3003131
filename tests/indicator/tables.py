"""What the tests of `tradewind indicators` share."""
import csv
import math
import os
import subprocess
import sys

SKIPPED = 77
HERE = os.path.dirname(os.path.abspath(__file__))
HOME = os.path.dirname(os.path.dirname(HERE))
PROGRAM = os.path.abspath(os.environ.get("TRADEWIND", os.path.join(HOME, "build/dev/tradewind")))
SHARED = os.environ.get("TRADEWIND_SHARED", os.path.join(os.path.dirname(HOME), "shared"))


def skip(why):
    print(f"SKIPPED: {why}", flush=True)
    sys.exit(SKIPPED)


def need_program():
    if not os.access(PROGRAM, os.X_OK):
        skip(f"no program at {PROGRAM} (set TRADEWIND)")


def run(*arguments):
    done = subprocess.run([PROGRAM, "indicators", *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def table(data, columns):
    """Columns of the program's table, None where a cell is empty."""
    code, out, err = run("--data", data, "--columns", ",".join(columns))
    assert code == 0, err
    rows = list(csv.DictReader(out.splitlines()))
    return {name: [number(row[name]) for row in rows] for name in columns}


def number(cell):
    return float(cell) if cell else None


def differences(got, wanted, rtol, atol):
    """Rows where one has a value and the other none, or the values are not near."""
    assert len(got) == len(wanted), f"{len(got)} rows, not {len(wanted)}"
    return [i for i, (a, b) in enumerate(zip(got, wanted))
            if (a is None) != (b is None) or (a is not None and not math.isclose(a, b, rel_tol=rtol, abs_tol=atol))]
