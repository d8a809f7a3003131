"""Goal: what README.md tells a newcomer to type works, against a daemon of its own.

Every line of its `sh` blocks is typed, in its order, but for the few in LEFT_OUT: curl must get an answer below
400, a command must end with 0. Addresses, data dir and files are this test's."""
import os
import re
import shlex
import subprocess
import sys

import support

LEFT_OUT = ("git clone", "cd ", "PATH=", "./script/server")
ADDRESS = "127.0.0.1:8080"
STREAM_S = "2"


def lines_of(readme):
    """The commands of all sh blocks; a line with an open quote or a backslash goes on in the next."""
    for block in re.findall(r"^```sh\n(.*?)^```", readme, re.S | re.M):
        whole = ""
        for line in block.splitlines():
            whole += line + "\n"
            try:
                shlex.split(whole.replace("\\\n", " "), comments=True)
            except ValueError:
                continue  # a quote is open
            if not line.endswith("\\"):
                if whole.strip():
                    yield whole.strip()
                whole = ""
        assert not whole, f"README.md: unfinished: {whole}"


def commands_of_tables(readme):
    return [command for command in re.findall(r"`(tradewind [^`]*)`", readme) if " journal " in command]


def type_in(daemon, line):
    here = line.replace(ADDRESS, f"127.0.0.1:{daemon.port}")
    if here.startswith("curl -N "):
        here = here.replace("curl -N ", f"curl -N --max-time {STREAM_S} ")
    if here.startswith("curl "):
        here = here.replace("curl ", "curl -sS -w '\\n%{http_code}' ", 1)
    done = subprocess.run(["bash", "-c", here], cwd=daemon.home, capture_output=True, text=True, timeout=120)
    told = f"{line}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    if line.startswith("curl -N "):
        assert done.returncode == 28 and "data: " in done.stdout, told  # 28: the time was over
    else:
        assert done.returncode == 0, told
        if line.startswith("curl "):
            assert done.stdout.rsplit("\n", 1)[1] in ("200", "201", "202"), told
    support.say(f"fine: {line.splitlines()[0]}")


def replay(daemon, line):
    """The line that starts a server on a file: the same settings, this program, a port of its own."""
    words = shlex.split(line.replace("\\\n", " "))[1:]
    settings = [word for before, word in zip(words, words[1:]) if before == "--set"]
    with support.Daemon(settings=[setting.replace("=data/", f"={daemon.data_dir}/") for setting in settings]) as other:
        other.start()
        bid, ask = other.price()
        assert 0 < bid < ask, (bid, ask)
        other.stop()
    support.say(f"fine: {line.splitlines()[0]}")


def main():
    support.need_program()
    with open(os.path.join(support.HOME, "README.md")) as file:
        readme = file.read()
    bin_dir = os.path.dirname(support.PROGRAM)
    os.environ["PATH"] = f"{bin_dir}:{os.environ['PATH']}"
    typed, replayed = 0, 0
    with support.Daemon() as daemon:
        daemon.start()
        daemon.price()
        support.wait_for("candles", lambda: os.path.exists(f"{daemon.data_dir}/history/BTCUSDT.1m.csv"))
        for line in lines_of(readme):
            if line.startswith("./script/server --"):
                replay(daemon, line)
                replayed += 1
            elif not line.startswith(LEFT_OUT):
                type_in(daemon, line)
                typed += 1
        for line in commands_of_tables(readme):
            type_in(daemon, line)
            typed += 1
        assert daemon.stop() == 0
    assert typed >= 20 and replayed == 1, (typed, replayed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
