/* An event loop written by hand for one centre: queues A, B, C with a desk of advisers each, and an all-round desk that
 * takes A, then B, then C. What a good C programmer writes in an afternoon: no rules but these, nothing checked, and
 * nothing kept but sums. The reference of bench_engines.py. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define QUEUES 3
#define DESKS 4

typedef struct { double at_s; int32_t contact; int32_t desk; } Event; /* desk -1: patience ends */
typedef struct { double arrived_s, handle_s; int32_t queue, next, previous; int32_t waits; } Contact;
typedef struct { double contacts, wait_s, abandoned; } Sums;

typedef struct {
    uint64_t s[4];
    double patience_s, aht_s, end_s, per_s[QUEUES], next_s[QUEUES]; /* customers of its own */
    const double *arrival_s[QUEUES], *given_patience_s[QUEUES], *handle_s[QUEUES]; /* or given ones */
    int64_t count[QUEUES], taken[QUEUES];
    int given;
} Source;

static uint64_t rotate(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

static double exponential(Source *source, double mean) /* xoshiro256+ by Blackman and Vigna, and the inverse */
{
    uint64_t *s = source->s, result = s[0] + s[3], t = s[1] << 17;
    s[2] ^= s[0]; s[3] ^= s[1]; s[1] ^= s[2]; s[0] ^= s[3]; s[2] ^= t; s[3] = rotate(s[3], 45);
    return -mean * log(((double)(result >> 12) + 0.5) * 0x1p-52);
}

static double next_arrival(Source *source, int q)
{
    if (source->given)
        return source->taken[q] < source->count[q] ? source->arrival_s[q][source->taken[q]] : INFINITY;
    double at_s = source->next_s[q] + exponential(source, 1 / source->per_s[q]);
    source->next_s[q] = at_s;
    return at_s < source->end_s ? at_s : INFINITY;
}

static Event *heap;
static int32_t events, heap_room;

static void push(double at_s, int32_t contact, int32_t desk)
{
    if (events == heap_room)
        heap = realloc(heap, (heap_room = 2 * heap_room + 64) * sizeof(Event));
    int32_t i = events++;
    while (i > 0 && heap[(i - 1) / 2].at_s > at_s) {
        heap[i] = heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap[i] = (Event){at_s, contact, desk};
}

static void pop(void)
{
    Event last = heap[--events];
    int32_t i = 0, child;
    while ((child = 2 * i + 1) < events) {
        if (child + 1 < events && heap[child + 1].at_s < heap[child].at_s)
            child++;
        if (heap[child].at_s >= last.at_s)
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = last;
}

static Contact *contacts;
static int32_t unused, contact_room, head[QUEUES], tail[QUEUES];

static int32_t new_contact(void)
{
    if (unused < 0) {
        int32_t room = 2 * contact_room + 64;
        contacts = realloc(contacts, room * sizeof(Contact));
        for (int32_t i = room - 1; i >= contact_room; i--) {
            contacts[i].next = unused;
            unused = i;
        }
        contact_room = room;
    }
    int32_t i = unused;
    unused = contacts[i].next;
    return i;
}

static void drop(int32_t i) { contacts[i].next = unused; unused = i; }

static void leave(int32_t i)
{
    Contact *c = &contacts[i];
    if (c->previous >= 0) contacts[c->previous].next = c->next; else head[c->queue] = c->next;
    if (c->next >= 0) contacts[c->next].previous = c->previous; else tail[c->queue] = c->previous;
    c->waits = 0;
}

static Sums run(Source *source, int advisers)
{
    int free_at[DESKS] = {advisers, advisers, advisers, advisers};
    double arrival_s[QUEUES], now_s;
    Sums sums = {0, 0, 0};
    events = contact_room = 0;
    unused = -1;
    for (int q = 0; q < QUEUES; q++) {
        head[q] = tail[q] = -1;
        arrival_s[q] = next_arrival(source, q);
    }
    for (;;) {
        int q = 0;
        for (int other = 1; other < QUEUES; other++)
            if (arrival_s[other] < arrival_s[q]) q = other;
        if (arrival_s[q] < (events ? heap[0].at_s : INFINITY)) {
            now_s = arrival_s[q];
            int64_t k = source->taken[q]++;
            double patience_s = source->given ? source->given_patience_s[q][k] : exponential(source, source->patience_s);
            double handle_s = source->given ? source->handle_s[q][k] : exponential(source, source->aht_s);
            int desk = free_at[q] ? q : free_at[QUEUES] ? QUEUES : -1;
            arrival_s[q] = next_arrival(source, q);
            sums.contacts++;
            if (desk >= 0) {
                free_at[desk]--;
                push(now_s + handle_s, -1, desk);
                continue;
            }
            int32_t i = new_contact();
            contacts[i] = (Contact){now_s, handle_s, q, -1, tail[q], 1};
            if (tail[q] >= 0) contacts[tail[q]].next = i; else head[q] = i;
            tail[q] = i;
            push(now_s + patience_s, i, -1);
            continue;
        }
        if (!events)
            return sums;
        Event event = heap[0];
        now_s = event.at_s;
        pop();
        if (event.desk < 0) {
            Contact *c = &contacts[event.contact];
            if (c->waits) {
                sums.abandoned++;
                sums.wait_s += now_s - c->arrived_s;
                leave(event.contact);
            }
            drop(event.contact);
            continue;
        }
        int32_t i = -1;
        if (event.desk < QUEUES)
            i = head[event.desk];
        else
            for (q = 0; q < QUEUES && i < 0; q++) i = head[q];
        if (i < 0) {
            free_at[event.desk]++;
        } else {
            leave(i);
            sums.wait_s += now_s - contacts[i].arrived_s;
            push(now_s + contacts[i].handle_s, -1, event.desk);
        }
    }
}

static Sums done(Sums sums)
{
    free(heap);
    free(contacts);
    heap = NULL;
    contacts = NULL;
    heap_room = 0;
    return sums;
}

/* The same centre with the customers of the other engines: arrays one queue after the other. */
Sums play_given(const double *arrival_s, const double *patience_s, const double *handle_s, const int64_t *count,
                int advisers)
{
    Source source = {.given = 1};
    for (int q = 0, first = 0; q < QUEUES; first += count[q], q++) {
        source.arrival_s[q] = arrival_s + first;
        source.given_patience_s[q] = patience_s + first;
        source.handle_s[q] = handle_s + first;
        source.count[q] = count[q];
    }
    return done(run(&source, advisers));
}

/* A whole replication: customers of its own, drawn as they come. */
Sums play_own(const double *per_hour, double patience_s, double aht_s, double end_s, int advisers, uint64_t seed)
{
    Source source = {.patience_s = patience_s, .aht_s = aht_s, .end_s = end_s};
    for (int i = 0; i < 4; i++) { /* splitmix64 */
        uint64_t z = (seed += 0x9E3779B97F4A7C15u);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        source.s[i] = z ^ (z >> 31);
    }
    for (int q = 0; q < QUEUES; q++)
        source.per_s[q] = per_hour[q] / 3600;
    return done(run(&source, advisers));
}
