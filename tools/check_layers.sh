#!/bin/sh
# Refuses (1) an include that the row of src/LAYERS does not allow, and (2) a clock, chance, heap,
# thread or file call in a `pure` layer or in a venue's codec. Run as a test.
#   tools/check_layers.sh [tree]      checks the checkout
#   tools/check_layers.sh self-test   plants violations in a copy and must catch each
set -eu

check() { # $1: a folder that holds src/
    cd "$1"
    find src -name '*.[ch]' | LC_ALL=C sort | LC_ALL=C awk '
    function complain(why) { printf "%s:%d: %s\n", file, line, why; bad = 1 }
    function rows(  row, part, words, count, i) {
        while ((getline row < "src/LAYERS") > 0) {
            if (row !~ /^(pure|edge) /) continue
            sub(/#.*/, "", row); split(row, part, ":"); split(part[1], words, " ")
            kind[words[2]] = words[1]; may[words[2], words[2]] = 1
            count = split(part[2], below, " ")
            for (i = 1; i <= count; i++) may[words[2], below[i]] = 1
        }
    }
    BEGIN {
        rows()
        calls = "time|clock|clock_gettime|gettimeofday|clock_(wall|monotonic|process_cpu)_ns|localtime|" \
            "sleep|usleep|nanosleep|rand|srand|random|rand_r|drand48|getrandom|arc4random|getenv|" \
            "malloc|calloc|realloc|free|strdup|strndup|aligned_alloc|posix_memalign|mmap|alloca|" \
            "pthread_[a-z_]+|thrd_[a-z]+|mtx_[a-z]+|fopen|fdopen|fclose|fread|fwrite|fgets|fputs|" \
            "fprintf|vfprintf|printf|puts|putchar|perror|open|openat|close|read|pread|write|pwrite|" \
            "unlink|mkdir|fork|system|popen|dlopen|abort|exit|" \
            "log_(line|debug|info|warning|error)"
        # Sockets, threads, processes and the rest cannot be called without their header.
        headers = "assert|ctype|errno|float|inttypes|limits|math|std(align|arg|bool|def|int|io|lib)|strings?"
        forbidden = "(^|[^A-Za-z0-9_.>])(" calls ")[ ]*\\("
    }
    { # each input record is a file name
        file = $0; line = 0; inside = 0; split(file, at, "/"); layer = at[2]
        if (!(layer in kind)) complain("layer " layer " has no row in src/LAYERS")
        pure = kind[layer] == "pure" || file ~ /\/codec[a-z0-9_]*\.[ch]$/
        while ((getline text < file) > 0) {
            line++
            if (text ~ /^[ ]*#[ ]*include[ ]*"/) {
                split(text, quoted, "\""); slash = index(quoted[2], "/")
                to = slash ? substr(quoted[2], 1, slash - 1) : ""
                if (!((layer, "*") in may) && (to in kind) && !((layer, to) in may))
                    complain(layer " may not include " quoted[2])
                if (to != "tradewind" && !(to in kind))
                    complain("include by layer: \"" layer "/" quoted[2] "\"")
            }
            gsub(/\\./, "", text); gsub(/"[^"]*"/, "\"\"", text); gsub(/\047[^\047]*\047/, "0", text)
            if (inside && sub(/^.*\*\//, "", text)) inside = 0
            if (inside) continue
            gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, " ", text); sub(/\/\/.*/, "", text)
            if (sub(/\/\*.*/, "", text)) inside = 1
            if (pure && text ~ /^[ ]*#[ ]*include[ ]*</ && text !~ ("<(" headers ")\\.h>"))
                complain("a pure file asks for the machine: " text)
            if (pure && match(text, forbidden))
                complain("a pure file may not call " substr(text, RSTART, RLENGTH))
        }
        close(file)
    }
    END { exit bad }'
}

plant() { # $1: file, $2: line; the check must refuse it (or accept it, with $3 = fine)
    tree=$(mktemp -d)
    mkdir -p "$tree/src/$(dirname "$1")"
    cp src/LAYERS "$tree/src/"
    printf '%s\n' "$2" >"$tree/src/$1"
    if (check "$tree") >"$tree/said" 2>&1; then verdict=fine; else verdict=refused; fi
    rm -r "$tree"
    [ "$verdict" = "${3:-refused}" ] || { echo "self-test: $1 with '$2' was $verdict"; exit 1; }
}

cd "$(dirname "$0")/.."
case "${1:-tree}" in
tree) (check .) && echo "layers: every include and call is allowed" ;;
self-test)
    plant model/a.c '#include "engine/order.h"'
    plant base/a.c '#include "model/fill.h"'
    plant engine/a.c '    int64_t now = clock_wall_ns();'
    plant engine/a.c 'x = malloc(4);'
    plant indicator/a.c '    /* why */ srand(1); /* more */'
    plant risk/a.c '#include <pthread.h>'
    plant sim/a.c '#include <sys/socket.h>'
    plant strategy/a.c '# include <time.h>'
    plant sim/a.c 'static FILE *f(void) { return fopen("x", "r"); }'
    plant venue/bybit/codec.c '(void)read(0, buffer, 1);'
    plant nowhere/a.c 'int x;'
    plant engine/a.c '/* free(it) and "malloc(1)" are words here */ const char *t = "time(0)";' fine
    plant engine/a.c '#include <stdint.h>' fine
    plant engine/a.c 'static void send(struct engine *engine)' fine
    plant engine/a.c 'ops->open(ops); book_free(book); snapshot_read(at);' fine
    plant venue/bybit/session.c '(void)read(0, buffer, 1);' fine
    plant app/a.c '#include "gateway/routes.h"' fine
    echo "layers: every planted violation was refused" ;;
*) echo "usage: $0 [tree|self-test]" >&2; exit 2 ;;
esac
