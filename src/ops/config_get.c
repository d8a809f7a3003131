/* Values out of a loaded configuration; asking for the wrong type is our own mistake. */
#include <assert.h>
#include "ops/config_internal.h"

static const struct config_value *value_of(const struct config *config, enum config_key key,
                                           unsigned types)
{
    assert((unsigned)key < CONFIG_KEY_COUNT);
    assert(types & 1u << config_row(key)->type);
    return &config->values[key];
}

bool config_bool(const struct config *config, enum config_key key)
{
    return value_of(config, key, 1u << CONFIG_BOOL)->number != 0;
}

int64_t config_int(const struct config *config, enum config_key key)
{
    return value_of(config, key, 1u << CONFIG_INT | 1u << CONFIG_BYTES | 1u << CONFIG_DURATION)
        ->number;
}

const char *config_text(const struct config *config, enum config_key key)
{
    return value_of(config, key, 1u << CONFIG_TEXT | 1u << CONFIG_DECIMAL)->text;
}

int config_enum(const struct config *config, enum config_key key)
{
    return (int)value_of(config, key, 1u << CONFIG_ENUM)->number;
}

int64_t config_decimal(const struct config *config, enum config_key key, int scale)
{
    assert(scale >= config_digits(key) && scale <= CONFIG_DECIMAL_SCALE_MAX);
    return value_of(config, key, 1u << CONFIG_DECIMAL)->number /
           num_pow10(CONFIG_DECIMAL_SCALE_MAX - scale);
}

size_t config_list(const struct config *config, enum config_key key, const char *const **items)
{
    const struct config_value *value = value_of(config, key, 1u << CONFIG_LIST);
    *items = value->items;
    return value->item_count;
}

size_t config_strategies(const struct config *config, const struct config_strategy **items)
{
    *items = config->strategies;
    return config->strategy_count;
}

const char *config_origin(const struct config *config, enum config_key key)
{
    assert((unsigned)key < CONFIG_KEY_COUNT);
    return config->values[key].origin;
}

const char *config_value_text(const struct config *config, enum config_key key)
{
    assert((unsigned)key < CONFIG_KEY_COUNT);
    return config->values[key].text;
}

const char *config_file(const struct config *config) { return config->file; }
