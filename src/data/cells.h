/*
 * data/cells.h - from the text of a column's cells to the way they are stored.
 *
 * Two passes: cells_look over all cells, cells_choose once, then cells_encode each. Whatever is chosen
 * gives the same text back to the byte; what fits nothing better is kept as text.
 */
#ifndef DATA_CELLS_H
#define DATA_CELLS_H
#include "data/columns.h"

struct cells { /* what one column's cells are like */
    bool no_number, no_time, no_word;
    uint64_t count;
    /* numbers */
    uint8_t places_min, places_max;
    bool not_short;   /* one ends in a zero that could be left out */
    double magnitude; /* the largest */
    bool any;         /* a number has come */
    /* times: all must be written alike */
    struct columns_column time;
    bool has_time;
    /* words */
    uint32_t words;
    char word[COLUMNS_WORDS_MAX][COLUMNS_WORD_MAX];
};

void cells_look(struct cells *cells, const char *text, size_t length);
/* Fills type and style; the words are in cells->word. */
void cells_choose(const struct cells *cells, struct columns_column *out);
/* Of a cell that was looked at. */
void cells_encode(const struct cells *cells, const struct columns_column *column, const char *text,
                  size_t length, int64_t *value, uint8_t *code);

#endif
