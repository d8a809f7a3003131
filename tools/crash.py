#!/usr/bin/env python3
"""The long form of tests/app/test_crash_kill.py: `make crash` (ROUNDS=500), or
    TRADEWIND=build/release/tradewind tools/crash.py [--rounds N] [--seed N] [--spacing LOW HIGH]
Each round starts the daemon, checks everything that was ever acknowledged and may still change, puts load on
it, kills it with -9, verifies the journal and balances its books. A failure keeps the data dir and prints it."""
import argparse
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "app"))
os.environ.setdefault("TRADEWIND", "build/release/tradewind")
os.environ.setdefault("KEEP", "1")
import support  # noqa: E402
import support_crash  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--seed", type=lambda text: int(text, 0))
    parser.add_argument("--spacing", type=float, nargs=2, default=(0.3, 1.5), metavar="S")
    asked = parser.parse_args()
    support.need_program()
    support_crash.go(support.seed_of(asked.seed), asked.rounds, tuple(asked.spacing))
    return 0


if __name__ == "__main__":
    sys.exit(main())
