#include "app/user_strategy.h"
#include "app/cli.h"
#include "host/library.h"
#include "strategy/strategy_registry.h"

static struct library library;
static struct strategy_table table;

int user_strategy_load(struct backtest_config *config)
{
    struct errtext detail = { "" };
    const char *path = config->strategy;
    if (!library_is_path(path))
        return CLI_GO;
    if (library_load(path, &library, &detail))
        return cli_fail("%s\nSee: docs/howto/write-a-strategy.md", detail.text);
    if (strategy_add(&table, &library.strategy))
        return cli_fail("%s: there is a built-in strategy %s: give yours another .name", path,
                        library.strategy.name);
    strategy_use(&table);
    config->strategy = library.strategy.name;
    config->strategy_file = path;
    config->strategy_hash = library.file_hash;
    return CLI_GO;
}

void user_strategy_unload(void)
{
    strategy_use(NULL);
    table = (struct strategy_table){ .count = 0 };
    library_unload(&library);
}
