#include "gateway/internal.h"

/* An id names slot and life, so that a result that comes late never meets another request. */
#define SLOT_BITS 20

struct pending *pending_take(struct pendings *pendings)
{
    struct pending *pending = pendings->free;
    if (pending)
        pendings->free = pending->newer;
    else if (pendings->used < pendings->max)
        pending = &pendings->slots[pendings->used++];
    else
        return NULL;
    uint64_t slot = (uint64_t)(pending - pendings->slots);
    pending->id = ++pendings->generation << SLOT_BITS | slot;
    pending->ready = false;
    pending->next_ready = NULL;
    pending->newer = NULL;
    pending->older = pendings->newest;
    *(pendings->newest ? &pendings->newest->newer : &pendings->oldest) = pending;
    pendings->newest = pending;
    pendings->count++;
    return pending;
}

struct pending *pending_find(struct pendings *pendings, uint64_t id)
{
    uint64_t slot = id & ((UINT64_C(1) << SLOT_BITS) - 1);
    if (slot >= pendings->used || pendings->slots[slot].id != id)
        return NULL;
    return &pendings->slots[slot];
}

void pending_give_back(struct pendings *pendings, struct pending *pending)
{
    *(pending->older ? &pending->older->newer : &pendings->oldest) = pending->newer;
    *(pending->newer ? &pending->newer->older : &pendings->newest) = pending->older;
    pending->id = 0;
    pending->request = NULL;
    pending->newer = pendings->free;
    pendings->free = pending;
    pendings->count--;
}

void pending_ready(struct pendings *pendings, struct pending *pending)
{
    pending->ready = true;
    *(pendings->ready_first ? &pendings->ready_last->next_ready : &pendings->ready_first) = pending;
    pendings->ready_last = pending;
}
