/* backtest/sweep_page.c - a grid as a heat map: one HTML file that asks nobody for anything. */
#include <math.h>
#include <stdlib.h>
#include "backtest/sweep_parts.h"

#define CELL_W 56
#define CELL_H 30
#define LEFT 90
#define TOP 20
#define TEXT_COLUMNS_MAX 40 /* in a wider map the numbers do not fit: they are in the tooltips */

/* Dark to light, even to the eye and for the colour-blind: five points of matplotlib's viridis. */
static const double ramp[5][3] = {
    { 68, 1, 84 }, { 59, 82, 139 }, { 33, 145, 140 }, { 94, 201, 98 }, { 253, 231, 37 }
};

static const char head[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Parameter sweep</title>\n"
    "<style>\n"
    ":root{color-scheme:light dark;--page:#fff;--ink:#1b1f24;--soft:#57606a;--none:#e6e8eb;"
    "--mark:#d1242f}\n"
    "@media(prefers-color-scheme:dark){:root{--page:#0d1117;--ink:#e6edf3;--soft:#9198a1;"
    "--none:#2a3038;--mark:#ff7b72}}\n"
    "body{margin:1.5rem;background:var(--page);color:var(--ink);font:15px/1.5 "
    "system-ui,sans-serif}\n"
    "p{color:var(--soft);max-width:46rem}.map{overflow-x:auto}\n"
    "svg text{font:12px system-ui,sans-serif;fill:var(--ink)}svg .on{fill:#fff}svg "
    ".off{fill:#000}\n"
    ".none{fill:var(--none)}.best{fill:none;stroke:var(--mark);stroke-width:3}\n"
    ".stable{fill:none;stroke:var(--mark);stroke-width:3;stroke-dasharray:5 3}\n"
    "table{border-collapse:collapse}td,th{padding:.15rem .7rem;text-align:right}\n"
    "</style></head><body>\n";

struct map {
    const struct sweep *sweep;
    size_t x, y;               /* axes: across, up and down */
    size_t stride_x, stride_y; /* in rows */
    size_t origin;             /* row of both first values; the others as in the best */
    double low, high;
};

static const struct axis *axis_of(const struct map *map, size_t axis)
{
    return &map->sweep->config->axes.axis[axis];
}

static size_t stride_of(const struct axes *axes, size_t axis)
{
    size_t stride = 1;
    for (size_t i = axis + 1; i < axes->count; i++)
        stride *= axes->axis[i].count;
    return stride;
}

static double objective_at(const struct map *map, size_t column, size_t line)
{
    size_t row = map->origin + column * map->stride_x + line * map->stride_y;
    return map->sweep->rows[row].objective;
}

static bool take_map(const struct sweep *sweep, struct map *out)
{
    const struct axes *axes = &sweep->config->axes;
    size_t first = axes->count, second = axes->count;
    for (size_t i = 0; i < axes->count; i++) {
        size_t count = axes->axis[i].count;
        if (first == axes->count || count > axes->axis[first].count) {
            second = first;
            first = i;
        } else if (second == axes->count || count > axes->axis[second].count) {
            second = i;
        }
    }
    if (sweep->config->random_count || !sweep->ranked || second == axes->count ||
        axes->axis[second].count < 2)
        return false;
    *out = (struct map){ .sweep = sweep, .x = first, .y = second };
    out->stride_x = stride_of(axes, first);
    out->stride_y = stride_of(axes, second);
    size_t best = sweep->ranking[0];
    out->origin = best - best / out->stride_x % axes->axis[first].count * out->stride_x -
                  best / out->stride_y % axes->axis[second].count * out->stride_y;
    out->low = INFINITY;
    out->high = -INFINITY;
    for (size_t x = 0; x < axes->axis[first].count; x++)
        for (size_t y = 0; y < axes->axis[second].count; y++) {
            double value = objective_at(out, x, y);
            out->low = isfinite(value) ? fmin(out->low, value) : out->low;
            out->high = isfinite(value) ? fmax(out->high, value) : out->high;
        }
    return true;
}

/* The better, the lighter. Returns whether white text is to be read on it. */
static bool colour(const struct map *map, double value, char out[8])
{
    double share = map->high > map->low ? (value - map->low) / (map->high - map->low) : 1;
    share = 4 * (map->sweep->config->least ? 1 - share : share);
    int from = share >= 4 ? 3 : (int)share;
    int rgb[3];
    for (int i = 0; i < 3; i++)
        rgb[i] = (int)lround(ramp[from][i] + (share - from) * (ramp[from + 1][i] - ramp[from][i]));
    (void)snprintf(out, 8, "#%02x%02x%02x", (unsigned)rgb[0] & 255, (unsigned)rgb[1] & 255,
                   (unsigned)rgb[2] & 255);
    return 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2] < 140;
}

static void cell(const struct map *map, size_t column, size_t line, FILE *out)
{
    double value = objective_at(map, column, line);
    size_t x = LEFT + column * CELL_W, y = TOP + line * CELL_H;
    const struct axis *across = axis_of(map, map->x), *down = axis_of(map, map->y);
    char fill[8];
    bool white = isfinite(value) && colour(map, value, fill);
    (void)fprintf(out, "<g><title>%s %g, %s %g: ", across->name,
                  axis_value(across->values_e9[column]), down->name,
                  axis_value(down->values_e9[line]));
    if (isfinite(value))
        (void)fprintf(out, "%.6g</title><rect fill=\"%s\"", value, fill);
    else
        (void)fputs("no value</title><rect class=\"none\"", out);
    (void)fprintf(out, " x=\"%zu\" y=\"%zu\" width=\"%d\" height=\"%d\"/>", x, y, CELL_W - 1,
                  CELL_H - 1);
    if (isfinite(value) && across->count <= TEXT_COLUMNS_MAX)
        (void)fprintf(out,
                      "<text class=\"%s\" text-anchor=\"middle\" x=\"%zu\" y=\"%zu\">%.3g</text>",
                      white ? "on" : "off", x + CELL_W / 2, y + 19, value);
    (void)fputs("</g>\n", out);
}

/* A frame around a row's cell, when the map shows it. */
static void mark(const struct map *map, size_t row, const char *class, FILE *out)
{
    size_t column = row / map->stride_x % axis_of(map, map->x)->count;
    size_t line = row / map->stride_y % axis_of(map, map->y)->count;
    if (row >= map->sweep->count ||
        row != map->origin + column * map->stride_x + line * map->stride_y)
        return;
    (void)fprintf(out, "<rect class=\"%s\" x=\"%zu\" y=\"%zu\" width=\"%d\" height=\"%d\"/>\n",
                  class, LEFT + column * CELL_W, TOP + line * CELL_H, CELL_W - 1, CELL_H - 1);
}

static void picture(const struct map *map, FILE *out)
{
    const struct axis *across = axis_of(map, map->x), *down = axis_of(map, map->y);
    size_t width = LEFT + across->count * CELL_W + 10, bottom = TOP + down->count * CELL_H;
    (void)fprintf(out,
                  "<div class=\"map\"><svg role=\"img\" aria-label=\"heat map\" width=\"%zu\" "
                  "height=\"%zu\" viewBox=\"0 0 %zu %zu\">\n",
                  width, bottom + 45, width, bottom + 45);
    for (size_t y = 0; y < down->count; y++)
        for (size_t x = 0; x < across->count; x++)
            cell(map, x, y, out);
    for (size_t y = 0; y < down->count; y++)
        (void)fprintf(out, "<text text-anchor=\"end\" x=\"%d\" y=\"%zu\">%g</text>\n", LEFT - 8,
                      TOP + y * CELL_H + 19, axis_value(down->values_e9[y]));
    for (size_t x = 0; x < across->count; x++)
        (void)fprintf(out, "<text text-anchor=\"middle\" x=\"%zu\" y=\"%zu\">%g</text>\n",
                      LEFT + x * CELL_W + CELL_W / 2, bottom + 16,
                      axis_value(across->values_e9[x]));
    (void)fprintf(out, "<text x=\"4\" y=\"13\">%s</text><text x=\"%d\" y=\"%zu\">%s</text>\n",
                  down->name, LEFT, bottom + 36, across->name);
    mark(map, map->sweep->ranking[0], "best", out);
    mark(map, map->sweep->stable, "stable", out);
    (void)fputs("</svg></div>\n", out);
}

static void table_row(const struct sweep *sweep, const char *name, size_t row, FILE *out)
{
    const struct axes *axes = &sweep->config->axes;
    if (row >= sweep->count)
        return;
    (void)fprintf(out, "<tr><th>%s</th>", name);
    for (size_t i = 0; i < axes->count; i++)
        (void)fprintf(out, "<td>%g</td>", axis_value(sweep->values_e9[row * axes->count + i]));
    (void)fprintf(out, "<td>%.6g</td><td>%.6g</td></tr>\n", sweep->rows[row].objective,
                  sweep->rows[row].plateau);
}

bool sweep_page(const struct sweep *sweep, FILE *out)
{
    struct map map;
    if (!take_map(sweep, &map))
        return false;
    const struct axes *axes = &sweep->config->axes;
    (void)fputs(head, out);
    (void)fprintf(out, "<h1>%s: %s</h1>\n", sweep->config->run.strategy,
                  sweep->config->objective->name);
    (void)fprintf(out,
                  "<p>Lighter is better, from %.4g to %.4g; grey has no value. The frame is the "
                  "best combination, the dashed frame the best plateau: mean of a combination and "
                  "its neighbours less their standard deviation.",
                  map.low, map.high);
    for (size_t i = 0; i < axes->count; i++)
        if (i != map.x && i != map.y)
            (void)fprintf(out, " %s is %g here.", axes->axis[i].name,
                          axis_value(sweep->values_e9[sweep->ranking[0] * axes->count + i]));
    (void)fputs("</p>\n", out);
    picture(&map, out);
    (void)fputs("<table><tr><th></th>", out);
    for (size_t i = 0; i < axes->count; i++)
        (void)fprintf(out, "<th>%s</th>", axes->axis[i].name);
    (void)fputs("<th>objective</th><th>plateau</th></tr>\n", out);
    table_row(sweep, "best", sweep->ranking[0], out);
    table_row(sweep, "best plateau", sweep->stable, out);
    (void)fprintf(out,
                  "</table>\n<p>%zu combinations, %zu refused by the strategy. Data %016llx, build "
                  "%s. The best of many is luck in part: trust a plateau more than a peak, and a "
                  "walk-forward more than both.</p>\n</body></html>\n",
                  sweep->count, sweep->refused, (unsigned long long)sweep->data_hash,
                  sweep->config->run.build);
    return true;
}
