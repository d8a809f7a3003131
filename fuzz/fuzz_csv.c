/* Market-data files from strangers: layout detection, scales, rows, book messages. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include "data/feed.h"
#include "data/timestamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed *feed = NULL;
    struct errtext detail;
    int64_t ts_ns = 0;
    if (timestamp_parse((const char *)data, size, &ts_ns) == OK) {
        char text[TIMESTAMP_TEXT_MAX];
        int64_t again_ns = 0;
        size_t length = timestamp_format(ts_ns, text);
        if (timestamp_parse(text, length, &again_ns) != OK || again_ns != ts_ns)
            abort(); /* what we write, we read */
    }
    if (feed_open_memory("fuzz", data, size, NULL, &feed, &detail) != OK)
        return 0;
    const struct event *event = NULL;
    while (feed_next(feed, &event, &detail) == OK)
        if (event_check(event, event->length) != OK)
            abort(); /* every event given is a sound record */
    feed_close(feed);
    return 0;
}
