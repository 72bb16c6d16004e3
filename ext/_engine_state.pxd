"""What a run of the compiled engine keeps: plain structs in arrays, and how these grow.

Queues, desks and advisers stay where they are for a whole run and point at one another. Legs live in a pool that may
move when it grows, which it does only between two events: so a pointer to a leg is good within an event, and what must
last longer is its index.
"""
from libc.math cimport NAN
from libc.stdint cimport int64_t, uint8_t
from libc.stdlib cimport realloc

from simcenter._draws cimport Source

cdef extern from *:
    """
    #ifdef SIMCENTER_CHECKED
    #define SIMCENTER_IS_CHECKED 1
    #else
    #define SIMCENTER_IS_CHECKED 0
    #endif
    """
    const bint CHECKED "SIMCENTER_IS_CHECKED"

cdef enum:
    NOBODY = -1  # no leg, desk, adviser or route

cdef enum Phase:
    UNUSED = 0
    ENTERING = 1
    WAITS = 2
    TALKS = 3
    WRAPS_UP = 4  # or hands over
    HELD = 5      # by its adviser for a customer who waits elsewhere (warm transfer)
    RINGS = 6     # a callback that the customer does not answer
    COMES = 7     # later: a redial, a repeat contact, another try of a callback

cdef enum Failure:
    NONE = 0
    NO_MEMORY = 1
    NO_NUMBERS = 2  # draws made in Python raised
    BROKEN = 3      # an assertion of the checked build


cdef struct Entry:
    # Of a heap: by key, then tie, then what ref stands for.
    double key
    int tie
    int ref


cdef struct Heap:
    Entry* a
    int n
    int room
    bint hole  # the first entry is none


cdef struct Line:
    # Of a queue, or of those in it who wait for one adviser alone. All in a line are alike in what decides whether and
    # how soon a desk may take them, so the one at its head has waited longest. Who comes behind all others, as nearly
    # everybody does, is in a list; who comes before somebody (with more credit, or put back) is in a heap beside it.
    int first
    int last
    Heap heap
    int queue
    int from_desk   # the desk that handed them on
    int class_row
    int64_t priority  # their class priority
    int next        # line of the queue or adviser


cdef struct Taker:
    # A desk that serves a queue.
    int rank
    int desk
    double after_s


cdef struct Offer:
    # A queue that a desk serves.
    int queue
    int64_t priority
    double after_s
    int64_t min_idle


cdef struct Serving:
    # How a desk serves a queue.
    bint serves
    bint interruptible
    int64_t priority
    int64_t min_idle
    double speed
    double resolved


cdef struct Cell:
    # Where the contacts of a class go whom a desk hands on, or those of a queue who are misrouted.
    int first
    int last


cdef struct Route:
    int queue
    int entry
    int if_busy
    bint warm
    int64_t priority     # class priority of the next leg; NOBODY: its class's
    double cum
    double after_s
    double handover_s
    double factor
    double identify_s
    double credit_s      # of the next leg; -1: what this one had waited


cdef struct CustomerClass:
    int64_t priority
    double credit_s
    double target_s


cdef struct Return:
    # A share of the customers whom a queue failed come back.
    double share
    int queue
    int64_t at_most
    bint working
    bint same_patience


cdef struct Period:
    # In which a queue is open.
    double start_s
    double end_s
    double until_s       # open time before it


cdef struct FirstLegs:
    # The customers of a queue, and the next of them.
    int64_t n
    int64_t next
    int64_t row  # of the first of them in the log
    bint plain   # numbered as they come, of one class, and none but first arrivals
    const double* arrival_s
    const double* patience_s
    const double* base_handle_s
    const double* transfer_u
    const double* resolved_u
    const double* equal_rank_u
    const int64_t* customer
    const int64_t* class_row
    const int64_t* entry
    const int64_t* place   # of each among the customers by number; NULL: they come in that order


cdef struct Queue:
    int index
    bint live
    bint chat
    bint drops
    bint open
    bint hands_on   # whether a desk hands its contacts on, by the uniform
    bint may_fail   # whether they may end unresolved
    int equal_rank
    int64_t room
    int64_t waiting
    double wrap_share
    const double* speeds  # speeds[n] of each chat while its adviser holds n
    int taker_first       # takers by rank, then file order
    int taker_last
    int overflow_first    # those of them with an overflow wait, by its length
    int overflow_last
    int line              # the first of its lines
    int class_first       # rows of its classes
    int class_last
    int64_t appointment_priority
    int64_t callbacks     # callbacks that wait
    int group             # its telephone lines
    bint interrupts       # whether other work may be put back for its contacts
    Cell misrouted
    double balking
    double callback_over_s  # infinite: none are offered
    double callback_accepted
    double callback_reached
    int64_t callback_tries
    double callback_retry_s
    double callback_ring_s
    double mean_handle_s
    double own_share      # of its customers who have an adviser of their own
    int own_desk
    int64_t own_of
    double own_wait_s
    Return returns[2]     # redial, repeat contact
    const Period* periods
    int period_count
    FirstLegs first


cdef struct Desk:
    int index
    bint overtime
    int slots       # chats that an adviser may hold
    int on_floor
    int target
    int to_leave    # how many of those on the floor are still to leave
    int numbers     # advisers there may be
    bint relative   # who has waited longest relative to his promise is first
    bint interruptible  # whether it has work that may be put back
    int own_waiting  # who waits for one of its advisers alone
    const uint8_t* present  # [day * numbers + number]; NULL: all are
    Heap talks      # those that may be put back, by adviser: begun last, then the lowest number
    int offer_first  # by priority
    int offer_last
    Adviser* advisers  # by number
    Heap* able         # able[n]: those who hold n and can take more
    int* in_hand       # contacts in hand, by queue


cdef struct Adviser:
    Desk* desk
    int index
    int number
    int held        # contacts in hand
    bint on_floor
    bint chatting
    int chat        # the first of the chats in hand that have work
    int leg         # what he has in hand alone
    int line        # the first of the lines of those who wait for him alone
    double since_s  # when held last changed
    double came_s


cdef struct Leg:
    Queue* queue
    int index
    int phase
    int64_t customer
    int64_t row       # of the customer's first leg in the log
    int origin
    int number        # of the leg
    int entry         # how it came
    int from_desk     # the desk that handed it on
    int class_row
    int attempt
    int hops          # transfers in this attempt so far
    int own           # number of the customer's own adviser
    int tries         # number of the try of a callback
    int returns
    int group         # telephone lines of which the customer holds one
    bint for_own      # waits for his own adviser alone
    int64_t priority  # class priority
    int holder        # the leg before, whose adviser holds the customer until this one is answered
    double entered_s
    double since_s    # when it entered, less its credit
    double brought_s  # credit from the route that made it
    double patience_s
    double base_handle_s
    double transfer_u
    double resolved_u
    double equal_rank_u
    double factor
    double identify_s
    double handover_s
    double predicted_s
    int line
    int next          # in its line's list
    int previous
    int overflow      # the next of the queue's overflow waits
    Adviser* adviser
    int route
    int outcome
    double start_s
    double wrap_s
    double end_s
    double kept_talk_s  # if it was to be handed on, but is kept as all there are busy
    double kept_wrap_s
    double work_s     # of a resumed leg: talk left
    int work_desk     # of a resumed leg: where what is left was settled
    double left_s     # of a chat: work left at settled_s, at full attention
    double settled_s
    int next_chat     # of the same adviser
    int last_chat
    bint has_work     # a chat with an end
    int next_unused


cdef struct Row:
    # A later leg in the log: whatever is not the same in all legs of a customer's story.
    int64_t row       # of the customer's first leg
    int64_t origin
    int64_t customer
    int64_t leg
    int64_t queue
    int64_t from_desk
    int64_t desk
    int64_t adviser
    int64_t outcome
    int64_t entry
    int64_t attempt
    int64_t customer_class
    int64_t own_adviser
    int64_t returns
    double entered_s
    double start_s
    double end_s
    double freed_s
    double predicted_s


cdef struct Duty:
    int64_t desk
    int64_t adviser
    double start_s
    double end_s


cdef struct Columns:
    # Of first legs, whose place in the log is known from the start.
    int64_t* desk
    int64_t* adviser
    int64_t* outcome
    double* start_s
    double* end_s
    double* freed_s
    int64_t* own_adviser   # NULL, as the next two: the same in all rows
    int64_t* returns
    double* predicted_s


cdef struct Change:
    # A queue opens (number 1) or closes (0); a desk's staffing becomes that of interval `number`, or it closes (-1).
    double at_s
    int kind
    int place
    int number


cdef struct Play:
    int failure
    const char* broken     # which assertion
    double now_s
    double end_s
    int64_t unchecked      # events since all was checked
    int max_legs
    int overtimes          # desks in overtime
    # the centre
    int queue_count
    int desk_count
    int adviser_count
    Queue* queues
    Desk* desks
    Adviser* advisers
    const Taker* takers
    const Taker* overflows
    const Offer* offers
    const Serving* servings  # [desk * queues + queue]
    const Cell* cells        # [desk * classes + class row]
    const Route* routes
    const CustomerClass* classes
    int class_count
    int64_t* free_lines    # by group
    int* waiting_from      # [queue * (desks + 1) + desk that handed on + 1]
    int* talk_place        # of each adviser in his desk's talks
    Heap* able
    int able_count
    int* able_place        # of each adviser in his desk's heap; NOBODY: not listed
    int* in_hand
    # what is known ahead
    const Change* changes
    int64_t change
    int64_t change_count
    const int64_t* staffing  # [interval * desks + desk]
    const int64_t* day       # of each interval
    double* arrival_s      # the next of each queue; infinite: nobody comes any more
    int next_queue         # where somebody comes next
    # legs, and the events about them: event 2 * leg is its end or its patience's, 2 * leg + 1 an overflow wait's
    Leg* legs
    int leg_room
    int unused
    int unused_count
    Heap events
    int* event_place       # of each event; NOBODY: not listed
    int* line_place        # of each leg in its line
    Heap order             # in which those who wait are dropped
    Line* lines
    int line_count
    int line_room
    # the log
    Columns first
    int64_t first_count
    int64_t first_written
    int64_t legs_made
    Row* rows
    int64_t row_count
    int64_t row_room
    Duty* duties
    int64_t duty_count
    int64_t duty_room
    const Source* source   # of the numbers of later legs; NULL: draws made in Python are asked
    void* draws
    void* errors


cdef inline void fail(Play* p, int failure) noexcept nogil:
    if p.failure == NONE:
        p.failure = failure


cdef inline void check(Play* p, bint holds, const char* what) noexcept nogil:
    """An assertion of the checked build; the fast one has none."""
    if CHECKED and not holds and p.failure == NONE:
        p.failure = BROKEN
        p.broken = what


cdef inline void* grown(Play* p, void* old, size_t items, size_t item) noexcept nogil:
    """The array with room for so many items, or NULL (and the old one still there) when memory is short."""
    cdef void* new = NULL
    if items <= (<size_t>-1) // 2 // item:
        new = realloc(old, items * item)
    if new == NULL:
        fail(p, NO_MEMORY)
    return new


cdef inline void let_heap_grow(Play* p, Heap* heap) noexcept nogil:
    cdef void* a
    if heap.n == heap.room:
        a = grown(p, heap.a, 2 * <size_t>heap.room + 4, sizeof(Entry))
        if a != NULL:
            heap.a = <Entry*>a
            heap.room = 2 * heap.room + 4


cdef inline void let_legs_grow(Play* p) noexcept nogil:
    """Double the pool of legs, and with it all that has a place for each leg."""
    cdef size_t room = 2 * <size_t>p.leg_room if p.leg_room else 256
    cdef void* new
    cdef int i
    if room > 1 << 29:
        fail(p, NO_MEMORY)
        return
    new = grown(p, p.legs, room, sizeof(Leg))
    if new == NULL:
        return
    p.legs = <Leg*>new
    new = grown(p, p.event_place, 2 * room, sizeof(int))
    if new == NULL:
        return
    p.event_place = <int*>new
    new = grown(p, p.line_place, room, sizeof(int))
    if new == NULL:
        return
    p.line_place = <int*>new
    new = grown(p, p.events.a, 2 * room, sizeof(Entry))
    if new == NULL:
        return
    p.events.a = <Entry*>new
    p.events.room = <int>(2 * room)
    for i in range(<int>room, p.leg_room, -1):  # the lowest index first
        p.legs[i - 1].index = i - 1
        p.legs[i - 1].phase = UNUSED
        p.legs[i - 1].next_unused = p.unused
        p.event_place[2 * (i - 1)] = p.event_place[2 * (i - 1) + 1] = p.line_place[i - 1] = NOBODY
        p.unused = i - 1
    p.unused_count += <int>room - p.leg_room
    p.leg_room = <int>room


cdef inline Leg* new_leg(Play* p) noexcept nogil:
    """A leg of the pool, which has some in store whenever an event begins."""
    cdef Leg* leg = &p.legs[p.unused]
    check(p, p.unused_count > 0 and leg.phase == UNUSED, b"a new leg is an unused one")
    p.unused = leg.next_unused
    p.unused_count -= 1
    p.legs_made += 1
    leg.phase = ENTERING
    leg.holder = leg.from_desk = leg.own = leg.group = leg.work_desk = NOBODY
    leg.attempt = leg.hops = leg.tries = leg.returns = 0
    leg.for_own = False
    leg.factor = 1.0
    leg.brought_s = leg.identify_s = 0.0
    leg.predicted_s = NAN
    return leg


cdef inline void drop_leg(Play* p, Leg* leg) noexcept nogil:
    """Back to the pool: its row is written, and no event is left of it."""
    check(p, leg.phase != UNUSED, b"no leg ends twice")
    check(p, p.event_place[2 * leg.index] == NOBODY and p.event_place[2 * leg.index + 1] == NOBODY, b"no event is left")
    check(p, p.line_place[leg.index] == NOBODY, b"who leaves does not wait")
    leg.phase = UNUSED
    leg.next_unused = p.unused
    p.unused = leg.index
    p.unused_count += 1
