"""Goal: `kill -9` at random moments under load loses nothing that was acknowledged and does nothing twice.
The long form is `make crash`."""
import os
import sys

import support
from support_crash import go


def main():
    support.need_program()
    go(support.seed_of(), int(os.environ.get("ROUNDS", "12")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
