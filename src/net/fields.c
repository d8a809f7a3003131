#include "net/fields.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/num.h"

/* A proxy's form, "GET http://localhost/path HTTP/1.1" (RFC 9112 3.2.2): every server takes it, and the name in
 * it must be ours as one in Host must. */
static const char *path_of(struct fields *fields, const char *target, const struct hosts *hosts)
{
    static const char scheme[] = "http://";
    if (strncasecmp(target, scheme, sizeof scheme - 1) != 0)
        return target;
    const char *host = target + sizeof scheme - 1;
    size_t length = strcspn(host, "/");
    fields->foreign_target = !hosts_has(hosts, host, length);
    return host[length] ? host + length : "/";
}

void fields_begin(struct fields *fields, struct http_request *request, const char *path,
                  const struct hosts *hosts)
{
    *fields = (struct fields){ .request = request };
    request->path = path_of(fields, path, hosts);
}

static bool named(const char *name, size_t size, const char *wanted)
{
    return strncasecmp(name, wanted, size) == 0;
}

/*
 * "Content-Length : 2" is another field for us and perhaps the length for a proxy before us. So is a
 * field that goes on in the next line: libmicrohttpd 0.9.75 hangs that line onto the *name*
 * ("Content-Length2"), in new memory. A name is as it was sent when only the colon, now a NUL, and
 * blanks stand between it and its value.
 */
static bool is_malformed(const char *name, size_t name_size, const char *value)
{
    if (name_size == 0 || name[name_size - 1] == ' ' || name[name_size - 1] == '\t')
        return true;
    uintptr_t end = (uintptr_t)name + name_size, begin = (uintptr_t)value;
    if (begin <= end)
        return true;
    for (const char *at = name + name_size + 1; (uintptr_t)at < begin; at++)
        if (*at != ' ' && *at != '\t')
            return true;
    return false;
}

void fields_add(struct fields *fields, const char *name, size_t name_size, const char *value,
                size_t value_size)
{
    struct http_request *request = fields->request;
    fields->malformed |= is_malformed(name, name_size, value);
    switch (name_size) { /* the length tells most apart: one pass over all fields */
    case 4:
        if (named(name, name_size, "Host")) {
            fields->hosts++;
            fields->host = value;
            fields->host_length = value_size;
        }
        break;
    case 6:
        if (named(name, name_size, "Origin")) {
            fields->origins++;
            request->origin = value;
        }
        break;
    case 12:
        if (named(name, name_size, "Content-Type"))
            request->content_type = value;
        break;
    case 13:
        if (named(name, name_size, "Last-Event-ID"))
            request->last_event_id = value;
        break;
    case 14:
        if (named(name, name_size, "Content-Length")) {
            fields->lengths++;
            request->content_length = strtoull(value, NULL, 10);
        }
        break;
    case 17:
        if (named(name, name_size, "Transfer-Encoding")) {
            fields->encodings++;
            fields->foreign_encoding = strcasecmp(value, "chunked") != 0;
        }
        break;
    default: break;
    }
}

enum http_fault fields_fault(const struct fields *fields, const struct hosts *hosts,
                             size_t body_bytes_max)
{
    const struct http_request *request = fields->request;
    if (fields->malformed)
        return HTTP_FIELD_MALFORMED;
    if (fields->lengths > 1 || fields->encodings > 1 || (fields->lengths && fields->encodings))
        return HTTP_LENGTH_TWICE;
    if (fields->foreign_encoding)
        return HTTP_ENCODING_FOREIGN;
    if (fields->hosts != 1 || fields->host_length == 0)
        return HTTP_HOST_MISSING;
    if (fields->foreign_target || !hosts_has(hosts, fields->host, fields->host_length))
        return HTTP_HOST_FOREIGN;
    bool reads = request->method & (HTTP_GET | HTTP_HEAD | HTTP_OPTIONS);
    if (!reads && request->origin &&
        (fields->origins > 1 || !hosts_has_origin(hosts, request->origin)))
        return HTTP_ORIGIN_FOREIGN;
    return request->content_length > body_bytes_max ? HTTP_BODY_TOO_LARGE : HTTP_FINE;
}

size_t fields_unescape(char *text)
{
    char *to = text;
    for (const char *at = text; *at; at++) {
        int high = *at == '%' ? num_hex_digit(at[1]) : -1;
        int low = high >= 0 ? num_hex_digit(at[2]) : -1;
        *to = *at;
        if (low >= 0 && high + low > 0) {
            *to = (char)(high * 16 + low);
            at += 2;
        }
        to++;
    }
    *to = '\0';
    return (size_t)(to - text);
}
