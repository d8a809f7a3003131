"""Goal: from nothing to a backtest of one's own strategy, with what an installation has and nothing else:
`strategy new` writes a folder that compiles, whose test passes, and whose library `backtest` runs, the same
way every time; what cannot work is told in a sentence."""
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile

PROGRAM = os.path.abspath(os.environ.get("TRADEWIND", "build/dev/tradewind"))


def run(*words, cwd=None):
    return subprocess.run(words, capture_output=True, text=True, timeout=120, cwd=cwd)


def good(*words, cwd=None):
    done = run(*words, cwd=cwd)
    assert done.returncode == 0, (words, done)
    return done.stdout


def refused(code, says, *words, cwd=None):
    done = run(*words, cwd=cwd)
    assert done.returncode == code, (words, done)
    assert done.stdout == "", done.stdout
    assert done.stderr.startswith("tradewind: ") and says in done.stderr, done.stderr


def write_bars(path, count):
    """A saw: 40 bars up, 40 bars down, by the hour."""
    with open(path, "w") as file:
        file.write("timestamp,open,high,low,close,volume\n")
        price = 100.0
        for bar in range(count):
            close = price + (1.25 if bar // 40 % 2 == 0 else -1.0)
            stamp = f"2024-{1 + bar // 672:02d}-{1 + bar // 24 % 28:02d} {bar % 24:02d}:00:00"
            file.write(f"{stamp},{price:.2f},{max(price, close):.2f},{min(price, close):.2f},{close:.2f},10\n")
            price = close


def install(home):
    """Into a folder of its own: the program, and the one header."""
    prefix = os.path.join(home, "prefix")
    good("cmake", "--install", os.path.dirname(PROGRAM), "--prefix", prefix)
    include = os.path.join(prefix, "include")
    found = [os.path.relpath(os.path.join(at, name), include)
             for at, _, names in os.walk(include) for name in names]
    assert found == ["tradewind/strategy.h"], found
    return os.path.join(prefix, "bin", "tradewind")


def it_writes_what_compiles_and_trades(program, home, bars):
    said = good(program, "strategy", "new", "my_idea", cwd=home)
    folder = os.path.join(home, "my_idea")
    assert sorted(os.listdir(folder)) == ["Makefile", "my_idea.c", "my_idea_test.c"]
    assert "make -C my_idea test all" in said and "--strategy ./my_idea/my_idea.so" in said, said
    for name in os.listdir(folder):
        with open(os.path.join(folder, name)) as file:
            text = file.read()
        assert "mean_cross" not in text and "my_idea" in text, name
    made = run("make", "-C", "my_idea", "test", "all", cwd=home)
    assert made.returncode == 0 and made.stderr == "", made
    assert "my_idea: as it should" in made.stdout, made.stdout

    library = os.path.join(folder, "my_idea.so")
    options = ["--data", bars, "--symbol", "ETHUSDT", "--strategy", library, "--param", "bars=15"]
    result = json.loads(good(program, "backtest", *options, "--json"))
    assert result["strategy"] == "my_idea" and result["stats"]["trades"] > 3, result["stats"]
    again = shlex.split(result["reproduce"]["command"])[1:]
    assert json.loads(good(program, *again, "--json")) == result
    # a strategy of the same name is another one when its code is
    with open(os.path.join(folder, "my_idea.c"), "a") as file:
        file.write("int another(void);\nint another(void)\n{\n    return 1;\n}\n")
    good("make", "-C", folder)
    other = json.loads(good(program, "backtest", *options, "--json"))
    assert other["stats"] == result["stats"]
    assert other["reproduce"]["config_hash"] != result["reproduce"]["config_hash"]
    assert "my_idea" not in good(program, "strategy", "list")
    return library


def a_built_in_one_trades_the_same_as_a_library(program, home, bars):
    with open("src/strategy/sma_cross_long.c") as file:
        text = file.read()
    text = text.replace('"sma_cross_long"', '"cross_again"')
    text += "const struct tw_strategy *tw_strategy(void) { return &strategy_sma_cross_long; }\n"
    source, library = os.path.join(home, "cross_again.c"), os.path.join(home, "cross_again.so")
    with open(source, "w") as file:
        file.write(text)
    good("cc", "-shared", "-fPIC", "-Isrc", "-Iinclude", "-o", library, source, "-lm")
    over = [program, "backtest", "--data", bars, "--symbol", "ETHUSDT", "--strategy"]
    built_in = json.loads(good(*over, "sma_cross_long", "--json"))
    loaded = json.loads(good(*over, library, "--json"))
    assert loaded["strategy"] == "cross_again" and loaded["stats"]["trades"] > 3, loaded["stats"]
    assert "metrics" in built_in
    for key in ("stats", "metrics", "counts"):
        assert loaded.get(key) == built_in.get(key), key


def its_test_fails_when_the_strategy_is_wrong(program, home):
    folder = os.path.join(home, "two words")
    good(program, "strategy", "new", "broken_idea", "--dir", folder)
    source = os.path.join(folder, "broken_idea.c")
    with open(source) as file:
        text = file.read()
    with open(source, "w") as file:
        file.write(text.replace("distance > band", "distance < band"))
    done = run("make", "test", cwd=folder)
    assert done.returncode != 0 and "asked 1, wanted 0" in done.stderr, done


def mistakes_are_told(program, home, bars, library):
    new = [program, "strategy", "new"]
    refused(2, "no name of a strategy", *new, "My-Idea", cwd=home)
    refused(2, "no name of a strategy", *new, "../idea", cwd=home)
    refused(1, "built-in strategy", *new, "sma_cross_long", cwd=home)
    refused(1, "is there already", *new, "my_idea", cwd=home)
    refused(1, "No such file", *new, "idea", "--dir", os.path.join(home, "no", "folder"))
    assert not os.path.exists(os.path.join(home, "idea"))
    over = [program, "backtest", "--data", bars, "--symbol", "ETHUSDT", "--strategy"]
    refused(1, "has it been compiled", *over, "./nothing.so", cwd=home)
    refused(1, "is no shared library", *over, bars)
    refused(1, "has no parameter 'speed'", *over, library, "--param", "speed=1")
    refused(1, "it must be from 2 to 1000", *over, library, "--param", "bars=1")
    source = os.path.join(home, "taken.c")
    with open(os.path.join(os.path.dirname(library), "my_idea.c")) as file:
        text = file.read()
    with open(source, "w") as file:
        file.write(text.replace('"my_idea"', '"sma_cross_long"'))
    taken = os.path.join(home, "taken.so")
    include = os.path.join(os.path.dirname(os.path.dirname(program)), "include")
    good("cc", "-shared", "-fPIC", "-I" + include, "-o", taken, source)
    refused(1, "give yours another .name", *over, taken)


def main():
    if not os.access(PROGRAM, os.X_OK):
        print(f"SKIPPED: no program at {PROGRAM} (set TRADEWIND)")
        return 77
    for tool in ("cc", "make", "cmake"):
        if not shutil.which(tool):
            print(f"SKIPPED: no {tool} here")
            return 77
    with tempfile.TemporaryDirectory() as home:
        bars = os.path.join(home, "bars.csv")
        write_bars(bars, 800)
        program = install(home)
        library = it_writes_what_compiles_and_trades(program, home, bars)
        a_built_in_one_trades_the_same_as_a_library(program, home, bars)
        its_test_fails_when_the_strategy_is_wrong(program, home)
        mistakes_are_told(program, home, bars, library)
    print("from nothing to a backtest: as it should")
    return 0


if __name__ == "__main__":
    sys.exit(main())
