#include "base/hash.h"
#include <assert.h>
#include <xxhash.h>

uint64_t hash_bytes(const void *data, size_t size_bytes)
{
    assert(data || size_bytes == 0);
    return XXH3_64bits(data, size_bytes);
}

uint64_t hash_bytes_seeded(const void *data, size_t size_bytes, uint64_t seed)
{
    assert(data || size_bytes == 0);
    return XXH3_64bits_withSeed(data, size_bytes, seed);
}
