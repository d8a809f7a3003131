"""Goal: docs/indicators.md is what the rows say, --list names every row, and mistakes are told."""
import os
import tempfile

from tables import HOME, need_program, run, table

BARS = "ts_ms,open,high,low,close,volume\n" + "".join(
    f"{1704067200000 + i * 60000},{10 + i},{11 + i},{9 + i},{10 + i},5\n" for i in range(30))


def main():
    need_program()
    code, out, _ = run("--reference")
    with open(os.path.join(HOME, "docs", "indicators.md"), encoding="utf-8") as file:
        assert code == 0 and out == file.read(), "run: tradewind indicators --reference >docs/indicators.md"
    rows = [line[3:] for line in out.splitlines() if line.startswith("## ")]
    _, listed, _ = run("--list")
    assert rows == [line.split()[0] for line in listed.splitlines() if line[0] != " "]

    with tempfile.TemporaryDirectory() as folder:
        data = os.path.join(folder, "bars.csv")
        with open(data, "w", encoding="utf-8") as file:
            file.write(BARS)
        got = table(data, ["sma_3", "mom_2", "bb.mid:period=3", "vwap_daily_typical"])
        assert got["sma_3"] == [None, None] + [11.0 + i for i in range(28)]
        assert got["bb.mid:period=3"] == got["sma_3"]
        assert got["mom_2"] == [None, None] + [2.0] * 28
        assert got["vwap_daily_typical"] == [10 + i / 2 for i in range(30)]
        written = os.path.join(folder, "table.csv")
        assert run("--data", data, "--columns", "sma_3", "--out", written)[0] == 0
        with open(written, encoding="utf-8") as file:
            assert file.readline() == "i,sma_3\n"

        for arguments, code, words in (
                (("--data", data), 2, "--columns is missing"),
                (("--columns", "sma_3"), 2, "--data is missing"),
                (("--data", data, "--columns", "smo_3"), 1, "no such column: smo_3"),
                (("--data", data, "--columns", "sma_3,sma_0"), 1, "sma_0: a parameter is not possible"),
                (("--data", data, "--columns", ","), 1, "names no column"),
                (("--data", data + "x", "--columns", "sma_3"), 1, "bars.csvx")):
            got, _, err = run(*arguments)
            assert got == code and words in err, f"{arguments}: {got} {err}"
    print("reference: as the rows say")


main()
