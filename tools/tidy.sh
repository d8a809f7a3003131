#!/bin/sh
# clang-tidy over src/ (see .clang-tidy), several files at a time. A file that passed is not
# looked at again until its preprocessed text, its flags or .clang-tidy change.
#   tools/tidy.sh <build folder with compile_commands.json> [jobs] [file...]
set -eu
cd "$(dirname "$0")/.."
build=$1
jobs=${2:-$(nproc)}
shift; [ $# -eq 0 ] || shift
mkdir -p "$build/tidy"
# gcc's words that clang does not know, and sanitizers, which change no finding.
sed 's/-fsanitize=[a-z,-]*//g; s/-fno-sanitize-recover=all//g; s#[^ "]*ccache ##' \
    "$build/compile_commands.json" >"$build/tidy/compile_commands.json"
[ $# -gt 0 ] || set -- $(find src -name '*.c')

export build
printf '%s\n' "$@" | xargs -P "$jobs" -n 1 sh -c '
    file=$1
    key=$(cat .clang-tidy CMakeLists.txt "$file" | cat - $(gcc -std=c17 -D_GNU_SOURCE -Isrc -Iinclude \
        -MM "$file" 2>/dev/null | tr -d "\\\\" | sed "s/^[^:]*://") | sha1sum | cut -c1-40)
    [ ! -f "$build/tidy/$key" ] || exit 0
    if said=$(clang-tidy-14 --quiet -p "$build/tidy" "$file" 2>/dev/null) && [ -z "$said" ]; then
        : >"$build/tidy/$key"
    else
        printf "%s\n" "$said"
        echo "tidy: $file"
        exit 1
    fi' tidy
