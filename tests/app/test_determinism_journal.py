"""Goal: a journal that a live session wrote is decided again to the same bytes and the same state, twice, and by
the debug and the optimised build alike."""
import os
import sys
import time

import support
from support import Daemon, market_of_file, say
from support_crash import LIMITS, SETTINGS, Clients

SECONDS = 3.0


def newest_source():
    return max(os.path.getmtime(os.path.join(folder, name))
               for folder, _, names in os.walk(os.path.join(support.HOME, "src")) for name in names)


def other_builds():
    """The other presets' programs, when they are there and not older than the source."""
    found = os.environ.get("OTHER_TRADEWIND", "").split()
    for preset in ("dev", "release"):
        path = os.path.join(support.HOME, "build", preset, "tradewind")
        if os.access(path, os.X_OK) and os.path.realpath(path) != os.path.realpath(support.PROGRAM) \
                and os.path.getmtime(path) >= newest_source():
            found.append(path)
    return found


def main():
    support.need_program()
    clients = Clients(support.seed_of())
    with Daemon(settings=SETTINGS + market_of_file(support.TRADES, 10)) as daemon:
        daemon.start()
        daemon.price()
        clients.run(daemon, SECONDS)
        daemon.start()  # a second session, ended properly
        clients.check(daemon, 100)
        time.sleep(0.5)
        assert daemon.stop() == 0
        first = daemon.replay(*LIMITS)
        say(f"a session of {len(clients.notebook)} orders: {first}")
        assert daemon.replay(*LIMITS) == first, "the second time is another"
        for program in other_builds():
            other = daemon.replay(*LIMITS, program=program)
            assert other == first, f"{program}: {other}"
            say(f"{os.path.relpath(program, support.HOME)}: the same")
        if not other_builds():
            say("NOTE: there is no other build of this source here to compare with")
    return 0


if __name__ == "__main__":
    sys.exit(main())
