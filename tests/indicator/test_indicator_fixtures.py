"""Goal: the columns that independent libraries agree on, and TA-Lib's, from their first value on, to 1e-9."""
import csv
import gzip
import os

from tables import SHARED, differences, need_program, number, skip, table

FOLDER = os.path.join(SHARED, "fixtures", "indicators")
RTOL, ATOL = 1e-9, 1e-12 # the files have 12 digits
# TA-Lib's convention where the agreed one is another's.
TALIB = {"tema_20": "seed=sma", "cmo_14": "method=wilder", "macd_12_26_9": "seed=talib",
         "macd_signal_12_26_9": "seed=talib", "macd_hist_12_26_9": "seed=talib", "psar_002_02": "method=talib",
         "ppo_12_26": "seed=sma"}
# Columns of a single library that say more than the names do.
MORE = {"ttr": ("keltner_upper_20_2_typical", "keltner_lower_20_2_typical", "vwap_rolling_20_close"),
        "ta": ("vwap_rolling_14_typical",)}
NO_INDICATOR = ("i", "ts", "open", "high", "low", "close", "volume")


def reference(name):
    with gzip.open(os.path.join(FOLDER, name + ".csv.gz"), "rt") as file:
        rows = list(csv.DictReader(file))
    return {column: [number(row[column]) for row in rows] for column in rows[0] if column not in NO_INDICATOR}


def compare(name, columns, conventions):
    wanted = reference(name)
    columns = columns or list(wanted)
    asked = {column: f"{column}:{conventions[column]}" if column in conventions else column for column in columns}
    got = table(os.path.join(FOLDER, "input.csv"), list(asked.values()))
    bad = {column: differences(got[asked[column]], wanted[column], RTOL, ATOL) for column in columns}
    wrong = {column: rows[0] for column, rows in bad.items() if rows}
    assert not wrong, f"{name}: first rows that differ: {wrong}"
    print(f"{name}: {len(columns)} columns are equal", flush=True)


def main():
    need_program()
    if not os.path.exists(os.path.join(FOLDER, "input.csv")):
        skip(f"no reference values at {FOLDER} (set TRADEWIND_SHARED)")
    compare("consensus", None, {})
    compare("talib", None, TALIB)
    for name, columns in MORE.items():
        compare(name, columns, {})


main()
