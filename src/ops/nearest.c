#include "ops/nearest.h"
#include <ctype.h>
#include <string.h>

#define NAME_MAX_COMPARED 64

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

/* Edits (insert, delete, change, swap of neighbours) between two names, case ignored. (Damerau,
 * "optimal string alignment".) */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned rows[3][NAME_MAX_COMPARED + 1];
    unsigned *before = rows[0], *above = rows[1], *here = rows[2];
    for (size_t j = 0; j <= b_length; j++)
        above[j] = (unsigned)j;
    for (size_t i = 1; i <= a_length; i++) {
        here[0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            int left = tolower((unsigned char)a[i - 1]), right = tolower((unsigned char)b[j - 1]);
            unsigned change = above[j - 1] + (left != right);
            here[j] = least(least(above[j], here[j - 1]) + 1, change);
            if (i > 1 && j > 1 && left == tolower((unsigned char)b[j - 2]) &&
                right == tolower((unsigned char)a[i - 2]))
                here[j] = least(here[j], before[j - 2] + 1);
        }
        unsigned *reused = before;
        before = above;
        above = here;
        here = reused;
    }
    return above[b_length];
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
    size_t a = strlen(nearest->wanted), b = strlen(candidate);
    if (a == 0 || a > NAME_MAX_COMPARED || b > NAME_MAX_COMPARED)
        return;
    unsigned edits = distance(nearest->wanted, a, candidate, b);
    unsigned allowed = (unsigned)(a < 4 ? 1 : a < 8 ? 2 : 1 + a / 4);
    if (edits <= allowed && (!nearest->best || edits < nearest->distance)) {
        nearest->best = candidate;
        nearest->distance = edits;
    }
}
