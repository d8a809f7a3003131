/* indicator/keltner.c - Keltner's channel in the four forms that libraries have. */
#include "indicator/range.h"

enum form { FORM_WILDER = 0, FORM_EMA = 1, FORM_TYPICAL = 2, FORM_ORIG = 3 };

struct state {
    struct ema middle, range; /* range: in the form ema */
    struct atr atr;
    struct sum sums[3]; /* orig: upper, mid, lower */
    double factor;
    uint32_t form, reserved;
    double values[]; /* of sums */
};

static size_t state_bytes(const double *params)
{
    size_t values = params[3] == FORM_ORIG ? 3 * (size_t)params[0] : 0;
    return sizeof(struct state) + values * sizeof(double);
}

static void init(void *memory, const double *params)
{
    struct state *state = memory;
    double range_period = params[1] > 0 ? params[1] : params[0];
    bool wilder = params[3] == FORM_WILDER, skip = params[3] == FORM_TYPICAL;
    ema_init(&state->middle, params[0], wilder ? SEED_FIRST : SEED_SMA);
    ema_init(&state->range, range_period, SEED_SMA);
    atr_init(&state->atr, range_period, skip ? FIRST_SKIP : FIRST_RANGE);
    state->factor = params[2];
    state->form = (uint32_t)params[3];
    for (int i = 0; i < 3; i++)
        state->sums[i].window.size = (uint32_t)params[0];
}

/* Keltner, How to Make Money in Commodities (1960): averages of the typical price and of two that lie
 * around it. */
static bool original(struct state *state, const struct indicator_bar *bar, double *out)
{
    double high = bar->high, low = bar->low, close = bar->close;
    double prices[3] = { (4 * high - 2 * low + close) / 3, typical_price(bar),
                         (4 * low - 2 * high + close) / 3 };
    for (uint32_t i = 0; i < 3; i++) {
        sum_push(&state->sums[i], state->values + i * state->sums[i].window.size, prices[i]);
        out[i] = sum_mean(&state->sums[i]);
    }
    return sum_full(&state->sums[0]);
}

/* An average of the price, a multiple of an average true range on both sides. */
static bool around(struct state *state, const struct indicator_bar *bar, double *out)
{
    double close_before = state->atr.began ? state->atr.before : bar->close; /* else high - low */
    bool typical = state->form == FORM_TYPICAL;
    bool warm = ema_push(&state->middle, typical ? typical_price(bar) : bar->close);
    bool ranged = atr_push(&state->atr, bar);
    double width = state->atr.mean.value;
    if (state->form == FORM_EMA) {
        ranged = ema_push(&state->range, true_range(bar, close_before));
        width = state->range.value;
    }
    out[1] = state->middle.value;
    out[0] = out[1] + state->factor * width;
    out[2] = out[1] - state->factor * width;
    return warm && ranged;
}

static void update(void *memory, const struct indicator_bar *bar, double *out)
{
    struct state *state = memory;
    bool warm = state->form == FORM_ORIG ? original(state, bar, out) : around(state, bar, out);
    if (!warm)
        out[0] = out[1] = out[2] = NAN;
}

static const struct indicator_param params[] = {
    PERIOD(20, 1),
    { "range_period", "bars of the average range, 0 = period", 10, 0, PERIOD_MAX, true, NULL },
    { "factor", "ranges from the middle to a band", 2, 0.01, 100, false, NULL },
    { "form", "what is averaged, and how", FORM_WILDER, FORM_WILDER, FORM_ORIG, true,
      "wilder ema typical orig" },
};
#define COLUMNS(band)                                                                              \
    "keltner_" band "_{period}_{range_period}_{factor}_ema keltner_" band                          \
    "_{period}_{range_period}_{factor} keltner_" band                                              \
    "_{period}_{factor}_typical?form=typical,range_period=0 keltner_" band                         \
    "_{period}_orig?form=orig"
static const struct indicator_output outputs[] = {
    { "upper", COLUMNS("upper") },
    { "mid", COLUMNS("mid") },
    { "lower", COLUMNS("lower") },
};

const struct indicator indicator_keltner = {
    .name = "keltner",
    .about = "Keltner channel",
    .formula = "mid = EMA(close, period), upper and lower = mid +- factor * ATR(range_period)",
    .convention =
        "form=wilder: the average begins with the first close, Wilder's ATR with the first "
        "bar's high - low (ta, trading-signals); form=ema: EMA of the true range "
        "(pandas-ta); form=typical: EMA of the typical price, Wilder's ATR without the "
        "first bar (TTR); form=orig: SMA of the typical price, of (4 high - 2 low + close) "
        "/ 3 and of (4 low - 2 high + close) / 3 (Keltner 1960)",
    .source = "ta KeltnerChannel, TTR keltnerChannels; Keltner (1960), Raschke",
    INDICATOR_TABLES,
};
