#include <assert.h>
#include <string.h>
#include <sys/random.h>
#include "gateway/internal.h"

/* The page is one file with its script and style inside; a nonce made for each answer lets exactly
 * those run. Its place is held by this text. */
static const char place[] = "NONCE-NONCE-NONC";
#define NONCE_LENGTH (sizeof place - 1)

static void make_nonce(char out[NONCE_LENGTH + 1])
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    unsigned char bytes[NONCE_LENGTH];
    if (getrandom(bytes, sizeof bytes, GRND_NONBLOCK) != (ssize_t)sizeof bytes)
        memset(bytes, 0, sizeof bytes); /* only before the kernel has any entropy at boot */
    for (size_t i = 0; i < NONCE_LENGTH; i++)
        out[i] = letters[bytes[i] & 63];
    out[NONCE_LENGTH] = '\0';
}

void page_get(struct gateway *gateway, struct http_request *request, const char *tail)
{
    (void)tail;
    char nonce[NONCE_LENGTH + 1], policy[256];
    make_nonce(nonce);
    memcpy(gateway->answer, page_html, page_html_size);
    for (char *at = gateway->answer, *end = at + page_html_size;
         (at = memmem(at, (size_t)(end - at), place, NONCE_LENGTH)) != NULL; at += NONCE_LENGTH)
        memcpy(at, nonce, NONCE_LENGTH);
    static const char form[] =
        "default-src 'none'; connect-src 'self'; img-src 'self' data:; "
        "script-src 'nonce-NONCE-NONCE-NONC'; style-src 'nonce-NONCE-NONCE-NONC'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    static_assert(sizeof form <= sizeof policy, "room for the policy");
    memcpy(policy, form, sizeof form);
    for (char *at = policy; (at = strstr(at, place)) != NULL; at += NONCE_LENGTH)
        memcpy(at, nonce, NONCE_LENGTH);
    const char *const fields[] = { "Content-Security-Policy", policy, NULL };
    answer_text(gateway, request, 200,
                &(struct http_answer){ .content_type = "text/html; charset=utf-8",
                                       .body = gateway->answer,
                                       .size = page_html_size,
                                       .fields = fields });
}
