#!/bin/sh
# Runs fuzz targets: tools/fuzz.sh <build folder> <seconds each> [name pattern]. What they learn
# stays in build/corpus/<target>; a crash is kept in build/crashes/ and ends the run with 1.
set -eu
cd "$(dirname "$0")/.."
status=0
mkdir -p build/crashes
for target in "$1"/fuzz_${3:-*}; do
    [ -x "$target" ] || { echo "no fuzz target matches $target" >&2; exit 1; }
    name=$(basename "$target")
    corpus=build/corpus/$name
    mkdir -p "$corpus"
    seeds=; [ ! -d "tests/data/fuzz/$name" ] || seeds=tests/data/fuzz/$name
    echo "== $name, $2 s"
    # shellcheck disable=SC2086
    "$target" -max_total_time="$2" -max_len=65536 -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
        -print_final_stats=1 -artifact_prefix=build/crashes/"$name"- "$corpus" $seeds || status=1
done
exit $status
