/*
 * net/fields.h - what the request line and the header fields of one request say, and why it must be
 * refused before anybody looks at its path. No sockets: bytes in, facts out.
 */
#ifndef NET_FIELDS_H
#define NET_FIELDS_H
#include "net/hosts.h"
#include "net/http.h"

struct fields {
    struct http_request *request; /* filled while fields are added; texts are borrowed */
    const char *host;
    size_t host_length;
    unsigned hosts, origins, lengths, encodings;
    bool malformed, foreign_encoding, foreign_target;
};

/* `path` and `value` are decoded in place by the parser and live until the answer. */
void fields_begin(struct fields *fields, struct http_request *request, const char *path,
                  const struct hosts *hosts);
void fields_add(struct fields *fields, const char *name, size_t name_size, const char *value,
                size_t value_size);
enum http_fault fields_fault(const struct fields *fields, const struct hosts *hosts,
                             size_t body_bytes_max);

/* Decodes %XX in place and returns the length. "%00" stays as it is: a path or an argument is a
 * text that ends at a NUL, and "/api/order%00.png" must not be "/api/order". */
size_t fields_unescape(char *text);

#endif
