/*
 * base/hash.h - checksums and table hashes: XXH3 (xxhash.com), 64 bits, little-endian input.
 * Not for secrets. The value for the same bytes is fixed for ever: journals carry it.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H
#include <stddef.h>
#include <stdint.h>

uint64_t hash_bytes(const void *data, size_t size_bytes);
uint64_t hash_bytes_seeded(const void *data, size_t size_bytes, uint64_t seed);

/* Spreads an integer key over a table (splitmix64 finaliser). */
static inline uint64_t hash_u64(uint64_t key)
{
    key = (key ^ (key >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    key = (key ^ (key >> 27)) * UINT64_C(0x94D049BB133111EB);
    return key ^ (key >> 31);
}

/* For ids that grow and are asked for together: a table keeps 32 neighbours in 16 cells, which are few cache
 * lines, and scatters these groups. (An order's id is followed by several records' before the next.) */
static inline uint64_t hash_sequence(uint64_t id)
{
    return hash_u64(id >> 5) << 4 | (id >> 1 & 15);
}

#endif
