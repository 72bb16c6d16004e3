# cython: autotestdict=False
"""The tally of a contact log in one pass over its columns: what simcenter/measures/meter.py counts, number for number.

Names are those of the tally; docs/measures.md says what is counted where. Arguments come from
simcenter/measures/compiled.py. Sums are of whole grid steps, so they are exact in any order.
"""
cimport cython
from libc.math cimport INFINITY, NAN, fabs, isfinite, isnan
from libc.stdint cimport int32_t, int64_t, uint8_t
from libc.stdlib cimport calloc, free, malloc

from _tally_clock cimport Clock, after, days_after, worked
from _tally_spans cimport Span, Spans, add_person, add_span, close_spans
from _tally_waits cimport BUCKETS, STEPS, Waits, bucket_of, select

import numpy as np

COUNTS = (
    "abandoned", "blocked", "balked", "turned_away", "dropped", "callbacks", "waiting_at_end", "transferred_out",
    "resolved", "", "offered", "answered", "undecided", "late", "in_time", "abandoned_in_time", "abandoned_short",
    "within_p90", "delayed", "redials", "repeats", "interrupted", "appointments", "no_shows", "own", "continued",
    "transfers_misrouted", "transfers_skill", "transfers_overflow", "callbacks_made", "called_back", "callbacks_open",
    "callback_in_time", "callback_undecided", "predicted",
)  # fmt: skip
"""Of legs, by place; "" is any other outcome. Without rules of a real centre only the first CORE are counted."""

SUMS = ("wait_answered_s", "wait_s", "handle_s", "callback_wait_s", "prediction_bias_s", "prediction_error_s")
JOURNEY_COUNTS = (
    "contacts", "attempts", "legs", "answered_customers", "transferred", "bounced", "resolved_first", "lost",
    "resolved_customers", "at_limit", "pending",
)  # fmt: skip
JOURNEY_SUMS = ("journey_wait_s", "resolution_s", "passed_on_s")

cdef enum:
    # Places in COUNTS; 0 to 9 are outcomes.
    OTHER_END = 9
    OFFERED = 10
    ANSWERED = 11
    UNDECIDED = 12
    LATE = 13
    IN_TIME = 14
    ABANDONED_IN_TIME = 15
    ABANDONED_SHORT = 16
    WITHIN_P90 = 17
    DELAYED = 18
    REDIALS = 19
    REPEATS = 20
    INTERRUPTED_TIMES = 21
    APPOINTMENTS = 22
    NO_SHOWS = 23
    OWN = 24
    CONTINUED = 25
    CAUSES = 26  # misrouted, skill, overflow
    CALLBACKS_MADE = 29
    CALLED_BACK = 30
    CALLBACKS_OPEN = 31
    CALLBACK_IN_TIME = 32
    CALLBACK_UNDECIDED = 33
    PREDICTED = 34

CORE = 19

cdef enum:
    # Places in SUMS.
    WAIT_ANSWERED_S = 0
    WAIT_S = 1
    HANDLE_S = 2
    CALLBACK_WAIT_S = 3
    BIAS_S = 4
    ERROR_S = 5

cdef enum:
    # Places in JOURNEY_COUNTS, then in JOURNEY_SUMS.
    CONTACTS = 0
    ATTEMPTS = 1
    LEGS = 2
    ANSWERED_CUSTOMERS = 3
    HANDED_ON = 4
    BOUNCED = 5
    RESOLVED_FIRST = 6
    LOST = 7
    RESOLVED_CUSTOMERS = 8
    LIMITED = 9
    PENDING_ENDS = 10
    JOURNEY_WAIT_S = 0
    RESOLUTION_S = 1
    PASSED_ON_S = 2

cdef enum:
    # As Outcome, Entry and Returns in simcenter/simulation/log.py.
    RESOLVED = 0
    UNRESOLVED = 1
    TRANSFERRED = 2
    UNRESOLVED_CLOSED = 3
    UNRESOLVED_LIMIT = 4
    ABANDONED = 5
    DROPPED = 9
    CALLED = 10
    WAITING = 11
    UNRESOLVED_BUSY = 12
    NOT_REACHED = 13
    INTERRUPTED = 14
    NO_SHOW = 15
    OUTCOMES = 16
    TRANSFER = 1
    MISROUTED = 2
    REDIAL = 3
    REPEAT = 4
    CALLBACK = 5
    APPOINTMENT = 7
    PENDING = 2
    AT_LIMIT = 3

cdef enum:
    # What a network's rules ask to be counted: as RULES in simcenter/measures/compiled.py.
    ON_CALLBACK = 1
    ON_INTERRUPTIONS = 2
    ON_APPOINTMENTS = 4
    ON_RETURNS = 8
    ON_TRANSFERS = 16
    ON_OTHERS = 32  # redials, repeat contacts, advisers of one's own

cdef enum:
    # Promises of a place, and how each is kept.
    WITHIN = 0
    P90 = 1
    CALLED_WITHIN = 2
    NOTHING = 0
    SECONDS = 1
    WORKING = 2
    WORKING_DAYS = 3

cdef double LONGEST_S = 8589934592.0  # 2^33: the sums of waits below are exact

cdef enum:
    MOST_ADVISERS = 1 << 30  # of one desk


cdef struct Column:
    # Of the log; all rows may share one number (step 0).
    const char* at
    Py_ssize_t step


cdef struct Log:
    Py_ssize_t size
    Column origin, attempt, leg, queue, desk, adviser, outcome, entry, customer_class, own_adviser, returns
    Column entered_s, start_s, end_s, freed_s, predicted_s


cdef struct Centre:
    # What the network and the promises say.
    int64_t intervals, queues, places, desks, classes, days, rules
    double interval_s, end_s, warm_up_s, short_s
    const uint8_t* deferred
    const uint8_t* chats
    const uint8_t* overflow
    const int64_t* own_desk
    const int64_t* class_place
    const int64_t* day
    const int64_t* promise  # (3, places)
    const double* promise_s
    Clock clock


cdef struct Work:
    Log log
    Centre centre
    int64_t* counts
    double* sums
    int64_t* journey_counts
    double* journey_sums
    int64_t* desk_answered
    int64_t* desk_handed_on
    Spans paid
    Spans busy
    int64_t* transfers
    int64_t* steps     # waits of the answered, each with its group: place x days + day
    int32_t* group
    Py_ssize_t waits
    int64_t* chats     # rows of those in advisers' hands; NULL: no desk has any
    Py_ssize_t chat_count
    int64_t people     # more than any of these advisers is numbered


cdef struct Leg:
    Py_ssize_t at, row
    int64_t queue, outcome, entry, stay_entry, desk
    bint measured, counted, answered, abandoned, stuck, delayed
    double entered_s, start_s, end_s, answer_s, wait_s, handle_s


cdef struct Story:
    # What the legs of a customer come to so far.
    bint resumed, served, settled, settled_again
    int64_t counted, handed_on, stay_entry
    double stay_begun_s, stay_handle_s, wait_s, passed_on_s, resolved_s


cdef struct Called:
    # What became of an accepted callback.
    int64_t tries
    bint reached, open
    double start_s, known_s, first_s


cdef inline int64_t whole(const Column* column, Py_ssize_t row) noexcept nogil:
    return (<const int64_t*>(column.at + row * column.step))[0]


cdef inline double real(const Column* column, Py_ssize_t row) noexcept nogil:
    return (<const double*>(column.at + row * column.step))[0]


cdef inline Py_ssize_t interval(const Centre* c, double moment_s) noexcept nogil:
    cdef Py_ssize_t row = <Py_ssize_t>(moment_s / c.interval_s)
    return row if row < c.intervals else c.intervals


cdef inline double due(const Work* w, const Leg* leg, int64_t place, int promise) noexcept nogil:
    """By when the place promises it; infinite for never."""
    cdef const Centre* c = &w.centre
    cdef Py_ssize_t cell = promise * c.places + place
    if c.promise[cell] == NOTHING:
        return INFINITY
    if c.promise[cell] == SECONDS:
        return leg.entered_s + c.promise_s[cell]
    if c.promise[cell] == WORKING:
        return after(&c.clock, leg.queue, leg.entered_s, c.promise_s[cell])
    return days_after(&c.clock, leg.queue, leg.entered_s, <int64_t>c.promise_s[cell])


cdef inline int outcome_count(int64_t outcome) noexcept nogil:
    """Its place in COUNTS."""
    if ABANDONED <= outcome <= WAITING:
        return <int>(outcome - ABANDONED)
    if outcome == TRANSFERRED:
        return 7
    return 8 if outcome == RESOLVED else OTHER_END


cdef void count_leg(Work* w, const Leg* leg, int64_t place) noexcept nogil:
    """What every centre counts of a leg, in one place."""
    cdef Py_ssize_t cells = (w.centre.intervals + 1) * w.centre.places
    cdef int64_t* count = w.counts + leg.row * w.centre.places + place
    cdef double* total = w.sums + leg.row * w.centre.places + place
    cdef double due_s
    cdef bint late
    count[OFFERED * cells] += 1
    count[outcome_count(leg.outcome) * cells] += 1
    due_s = due(w, leg, place, WITHIN)
    if leg.answered:
        count[ANSWERED * cells] += 1
        count[IN_TIME * cells] += leg.answer_s <= due_s
        count[WITHIN_P90 * cells] += leg.answer_s <= due(w, leg, place, P90)
        count[DELAYED * cells] += leg.delayed
        total[WAIT_ANSWERED_S * cells] += leg.wait_s
        total[WAIT_S * cells] += leg.wait_s
        total[HANDLE_S * cells] += leg.handle_s
        w.steps[w.waits] = <int64_t>(leg.wait_s * STEPS)
        w.group[w.waits] = <int32_t>(place * w.centre.days + w.centre.day[leg.row])
        w.waits += 1
    elif leg.abandoned:
        count[ABANDONED_IN_TIME * cells] += leg.end_s <= due_s
        count[ABANDONED_SHORT * cells] += leg.wait_s <= w.centre.short_s
        count[DELAYED * cells] += leg.delayed
        total[WAIT_S * cells] += leg.wait_s
    elif leg.stuck:
        late = due_s <= leg.end_s
        count[LATE * cells] += late
        count[UNDECIDED * cells] += not late
        if late:
            count[DELAYED * cells] += leg.delayed
            total[WAIT_S * cells] += leg.wait_s


cdef Called called(const Log* log, Py_ssize_t at, Py_ssize_t stop, double end_s) noexcept nogil:
    """The callback that was accepted at a row: its tries are the next ones."""
    cdef Py_ssize_t last = at
    cdef int64_t outcome
    cdef Called found
    found.tries = 0
    while last + 1 < stop and whole(&log.entry, last + 1) == CALLBACK:
        last += 1
        found.tries += whole(&log.desk, last) >= 0
    outcome = whole(&log.outcome, last)
    found.reached = is_answered(outcome)
    found.open = not found.reached and (outcome == WAITING or whole(&log.returns, last) == PENDING)
    found.start_s = real(&log.start_s, last)
    found.first_s = real(&log.start_s, at + 1 if at + 1 < log.size else at)
    found.known_s = real(&log.end_s, last)
    if found.known_s < end_s:
        found.known_s = end_s
    return found


cdef void count_callback(Work* w, const Leg* leg, int64_t place, const Called* c) noexcept nogil:
    cdef Py_ssize_t cells = (w.centre.intervals + 1) * w.centre.places
    cdef int64_t* count = w.counts + leg.row * w.centre.places + place
    cdef double due_s = due(w, leg, place, CALLED_WITHIN)
    count[CALLBACKS_MADE * cells] += c.tries
    count[CALLBACKS_OPEN * cells] += c.open
    count[CALLBACK_UNDECIDED * cells] += c.open and due_s > c.known_s
    if c.reached:
        count[CALLED_BACK * cells] += 1
        count[CALLBACK_IN_TIME * cells] += c.start_s <= due_s
        w.sums[CALLBACK_WAIT_S * cells + leg.row * w.centre.places + place] += c.start_s - leg.end_s


cdef void count_rules(Work* w, const Leg* leg, int64_t place, const Called* callback, double error_s) noexcept nogil:
    """What only some centres count of a leg, in one place."""
    cdef Py_ssize_t cells = (w.centre.intervals + 1) * w.centre.places, cell = leg.row * w.centre.places + place
    cdef int64_t* count = w.counts + cell
    cdef Log* log = &w.log
    cdef int64_t own
    cdef int cause
    count[APPOINTMENTS * cells] += leg.measured and leg.entry == APPOINTMENT
    count[NO_SHOWS * cells] += leg.measured and leg.outcome == NO_SHOW
    count[INTERRUPTED_TIMES * cells] += leg.measured and leg.outcome == INTERRUPTED
    if not leg.counted:
        return
    count[REDIALS * cells] += leg.stay_entry == REDIAL
    count[REPEATS * cells] += leg.stay_entry == REPEAT
    if leg.answered:
        own = whole(&log.own_adviser, leg.at)
        count[OWN * cells] += own >= 0
        count[CONTINUED * cells] += (
            own >= 0 and own == whole(&log.adviser, leg.at) and leg.desk == w.centre.own_desk[leg.queue]
        )
    if leg.outcome == TRANSFERRED and w.centre.rules & ON_TRANSFERS:
        cause = 2 if w.centre.overflow[leg.desk * w.centre.queues + leg.queue] else 1
        if whole(&log.entry, leg.at + 1) == MISROUTED:
            cause = 0
        count[(CAUSES + cause) * cells] += 1
    if w.centre.rules & ON_CALLBACK:
        if leg.outcome == CALLED:
            count_callback(w, leg, place, callback)
        if isfinite(error_s):
            count[PREDICTED * cells] += 1
            w.sums[BIAS_S * cells + cell] += error_s
            w.sums[ERROR_S * cells + cell] += fabs(error_s)


cdef inline bint is_answered(int64_t outcome) noexcept nogil:
    return outcome <= UNRESOLVED_LIMIT or outcome == UNRESOLVED_BUSY


cdef int read_leg(Work* w, Py_ssize_t at, Story* story, Leg* leg) noexcept nogil:
    """The leg as it is measured; -1 if there cannot be such a row."""
    cdef const Log* log = &w.log
    cdef const Centre* c = &w.centre
    cdef double until_s, first_s, entered_s
    leg.at = at
    leg.queue, leg.outcome, leg.desk = whole(&log.queue, at), whole(&log.outcome, at), whole(&log.desk, at)
    leg.entered_s, leg.start_s, leg.end_s = real(&log.entered_s, at), real(&log.start_s, at), real(&log.end_s, at)
    leg.entry = leg.stay_entry = whole(&log.entry, at)
    if not (0 <= leg.queue < c.queues and 0 <= leg.outcome < OUTCOMES and -1 <= leg.desk < c.desks):
        return -1
    if not leg.entered_s >= 0 or leg.end_s < leg.entered_s or (leg.desk < 0 and is_answered(leg.outcome)):
        return -1
    leg.row = interval(c, leg.entered_s)
    leg.measured = leg.entered_s >= c.warm_up_s
    leg.counted = leg.measured
    if c.rules & (ON_CALLBACK | ON_INTERRUPTIONS | ON_APPOINTMENTS):
        leg.counted &= leg.outcome != INTERRUPTED and leg.outcome != NO_SHOW and leg.entry != CALLBACK
    leg.answered = leg.counted and is_answered(leg.outcome)
    leg.abandoned = leg.counted and leg.outcome == ABANDONED
    leg.stuck = leg.counted and (leg.outcome == WAITING or leg.outcome == DROPPED)
    leg.handle_s = real(&log.freed_s, at) - leg.start_s
    first_s = leg.start_s
    if c.rules & ON_INTERRUPTIONS:
        if not story.resumed:
            story.stay_entry, story.stay_begun_s, story.stay_handle_s = leg.entry, leg.start_s, 0.0
        if not isnan(leg.handle_s):
            story.stay_handle_s += leg.handle_s
        leg.stay_entry, first_s, leg.handle_s = story.stay_entry, story.stay_begun_s, story.stay_handle_s
        story.resumed = leg.outcome == INTERRUPTED
    if c.deferred[leg.queue]:
        entered_s = worked(&c.clock, leg.queue, leg.entered_s)
        leg.wait_s = worked(&c.clock, leg.queue, leg.end_s) - entered_s
        leg.delayed = worked(&c.clock, leg.queue, leg.end_s if isnan(first_s) else first_s) > entered_s
        leg.answer_s = leg.end_s
    else:
        until_s = leg.end_s if isnan(leg.start_s) else leg.start_s
        leg.wait_s = until_s - leg.entered_s
        leg.delayed = leg.wait_s > 0
        leg.answer_s = leg.start_s
    return 0


cdef int at_desk(Work* w, const Leg* leg, Py_ssize_t stop) noexcept nogil:
    """What a desk did about the leg; -1 if there cannot be such a row."""
    cdef const Centre* c = &w.centre
    cdef Py_ssize_t cell
    cdef int64_t to
    cdef double freed_s = real(&w.log.freed_s, leg.at)
    if not 0 <= leg.start_s <= freed_s < LONGEST_S:
        return -1
    if is_answered(leg.outcome):
        cell = interval(c, leg.answer_s) * c.desks + leg.desk
        w.desk_answered[cell] += 1
        w.desk_handed_on[cell] += leg.outcome == TRANSFERRED
    if not c.chats[leg.desk]:
        add_span(&w.busy, leg.desk, leg.start_s, freed_s)
    elif chat_in_hand(w, leg):
        return -1
    if leg.outcome == TRANSFERRED and c.rules & ON_TRANSFERS:
        if leg.at + 1 >= stop:
            return -1
        to = whole(&w.log.desk, leg.at + 1)
        if leg.measured:
            w.transfers[leg.desk * (c.desks + 1) + (to if 0 <= to < c.desks else c.desks)] += 1
    return 0


cdef inline int64_t person(const Work* w, Py_ssize_t row) noexcept nogil:
    """The number of the adviser among all of all desks."""
    return whole(&w.log.adviser, row) * w.centre.desks + whole(&w.log.desk, row)


cdef int chat_in_hand(Work* w, const Leg* leg) noexcept nogil:
    """Note that an adviser had it; -1 if there cannot be such an adviser."""
    if not 0 <= whole(&w.log.adviser, leg.at) < MOST_ADVISERS:
        return -1
    w.chats[w.chat_count] = leg.at
    w.chat_count += 1
    if w.people <= person(w, leg.at):
        w.people = person(w, leg.at) + 1
    return 0


cdef void sort_chats(const Work* w, int64_t* edge, int64_t* row) noexcept nogil:
    """The rows of chats by person, p's from edge[p] on: a counting sort; ``edge`` (people + 1) are zeros."""
    cdef Py_ssize_t i
    cdef int64_t one
    for i in range(w.chat_count):
        edge[person(w, w.chats[i])] += 1
    for one in range(1, w.people):
        edge[one] += edge[one - 1]
    edge[w.people] = w.chat_count
    for i in range(w.chat_count - 1, -1, -1):
        one = person(w, w.chats[i])
        edge[one] -= 1
        row[edge[one]] = w.chats[i]


cdef void add_people(Work* w, const int64_t* edge, const int64_t* row, Span* spans, Span* spare) noexcept nogil:
    """Add up when each person had chats in hand; there is room for the spans of one."""
    cdef Py_ssize_t i
    cdef int64_t one
    for one in range(w.people):
        for i in range(edge[one], edge[one + 1]):
            spans[i - edge[one]].start_s = real(&w.log.start_s, row[i])
            spans[i - edge[one]].end_s = real(&w.log.freed_s, row[i])
        if edge[one] < edge[one + 1]:
            add_person(&w.busy, spans, spare, edge[one + 1] - edge[one], one % w.centre.desks)


cdef int one_leg(Work* w, Py_ssize_t at, Py_ssize_t stop, double first_s, Story* story) noexcept nogil:
    """Count a leg; -1 if there cannot be such a row."""
    cdef Leg leg
    cdef Called callback
    cdef int64_t row = whole(&w.log.customer_class, at), place
    cdef double error_s = INFINITY
    if read_leg(w, at, story, &leg) or not 0 <= row < w.centre.classes:
        return -1
    if not 0 <= leg.wait_s < LONGEST_S:
        return -1
    if leg.desk >= 0 and at_desk(w, &leg, stop):
        return -1
    place = w.centre.class_place[row]
    if leg.counted:
        count_leg(w, &leg, leg.queue)
        if place >= 0:
            count_leg(w, &leg, place)
    if w.centre.rules:
        if w.centre.rules & ON_CALLBACK:
            if leg.outcome == CALLED:
                callback = called(&w.log, at, stop, w.centre.end_s)
                error_s = callback.first_s - leg.end_s - real(&w.log.predicted_s, at)
            elif is_answered(leg.outcome):
                error_s = leg.start_s - leg.entered_s - real(&w.log.predicted_s, at)
        count_rules(w, &leg, leg.queue, &callback, error_s)
        if place >= 0:
            count_rules(w, &leg, place, &callback, error_s)
    # the story is told whole, or not at all: the warm-up does not matter to a leg
    if leg.outcome == RESOLVED:
        story.settled = True
        story.settled_again |= whole(&w.log.attempt, at) > 0
        story.resolved_s = leg.end_s - first_s
    story.served |= is_answered(leg.outcome)
    story.handed_on += leg.outcome == TRANSFERRED
    if not (w.centre.rules & (ON_CALLBACK | ON_INTERRUPTIONS | ON_APPOINTMENTS)) or (
        leg.outcome != INTERRUPTED and leg.outcome != NO_SHOW and leg.entry != CALLBACK
    ):
        story.counted += 1
        story.wait_s += leg.wait_s
        if leg.stay_entry == TRANSFER or leg.stay_entry == MISROUTED:
            story.passed_on_s += leg.wait_s
    return 0


cdef int one_customer(Work* w, Py_ssize_t first, Py_ssize_t stop) noexcept nogil:
    """Count a customer's legs, and the story they make; -1 if there cannot be such rows."""
    cdef const Centre* c = &w.centre
    cdef const Log* log = &w.log
    cdef Py_ssize_t at, cells = (c.intervals + 1) * c.queues
    cdef int64_t origin = whole(&log.origin, first), outcome, returns, limit
    cdef double first_s = real(&log.entered_s, first)
    cdef int64_t* count
    cdef double* total
    cdef Story story
    if not 0 <= origin < c.queues:
        return -1
    story.resumed = story.served = story.settled = story.settled_again = False
    story.counted = story.handed_on = story.stay_entry = 0
    story.wait_s = story.passed_on_s = story.resolved_s = story.stay_begun_s = story.stay_handle_s = 0.0
    for at in range(first, stop):
        if one_leg(w, at, stop, first_s, &story):
            return -1
    if first_s < c.warm_up_s or (c.rules & ON_APPOINTMENTS and whole(&log.outcome, first) == NO_SHOW):
        return 0
    at = interval(c, first_s) * c.queues + origin
    count, total = w.journey_counts + at, w.journey_sums + at
    outcome, returns = whole(&log.outcome, stop - 1), whole(&log.returns, stop - 1)
    limit = outcome == UNRESOLVED_LIMIT and returns == 0
    if c.rules & ON_RETURNS:
        limit += returns == AT_LIMIT and outcome != NOT_REACHED
        count[ATTEMPTS * cells] += whole(&log.attempt, stop - 1) + 1
        count[RESOLVED_FIRST * cells] += story.settled and not story.settled_again
    else:
        count[ATTEMPTS * cells] += 1
        count[RESOLVED_FIRST * cells] += story.settled
    count[CONTACTS * cells] += 1
    count[LEGS * cells] += story.counted
    count[ANSWERED_CUSTOMERS * cells] += story.served
    count[HANDED_ON * cells] += story.handed_on >= 1
    count[BOUNCED * cells] += story.handed_on >= 2
    count[LOST * cells] += not story.served and outcome != WAITING and returns != PENDING
    count[RESOLVED_CUSTOMERS * cells] += story.settled
    count[LIMITED * cells] += limit
    count[PENDING_ENDS * cells] += returns == PENDING
    total[JOURNEY_WAIT_S * cells] += story.wait_s
    total[RESOLUTION_S * cells] += story.resolved_s
    total[PASSED_ON_S * cells] += story.passed_on_s
    return 0


cdef Py_ssize_t count_all(Work* w) noexcept nogil:
    """Count every row; the number of the customer's first row that cannot be, -1 if all can."""
    cdef Py_ssize_t first = 0, stop
    while first < w.log.size:
        stop = first + 1
        while stop < w.log.size and whole(&w.log.leg, stop) > 0:
            stop += 1
        if one_customer(w, first, stop):
            return first
        first = stop
    return -1


cdef Column whole_column(const int64_t[:] values, Py_ssize_t size) except *:
    cdef Column column
    if values.shape[0] != size:
        raise ValueError("the columns of a log have the same length")
    column.at, column.step = <const char*>&values[0] if size else NULL, values.strides[0]
    return column


cdef Column real_column(const double[:] values, Py_ssize_t size) except *:
    cdef Column column
    if values.shape[0] != size:
        raise ValueError("the columns of a log have the same length")
    column.at, column.step = <const char*>&values[0] if size else NULL, values.strides[0]
    return column


cdef void read_log(Log* to, object log) except *:
    """The columns, which the log keeps alive."""
    cdef Py_ssize_t size = len(log)
    to.size = size
    to.origin = whole_column(log.origin, size)
    to.attempt = whole_column(log.attempt, size)
    to.leg = whole_column(log.leg, size)
    to.queue = whole_column(log.queue, size)
    to.desk = whole_column(log.desk, size)
    to.adviser = whole_column(log.adviser, size)
    to.outcome = whole_column(log.outcome, size)
    to.entry = whole_column(log.entry, size)
    to.customer_class = whole_column(log.customer_class, size)
    to.own_adviser = whole_column(log.own_adviser, size)
    to.returns = whole_column(log.returns, size)
    to.entered_s = real_column(log.entered_s, size)
    to.start_s = real_column(log.start_s, size)
    to.end_s = real_column(log.end_s, size)
    to.freed_s = real_column(log.freed_s, size)
    to.predicted_s = real_column(log.predicted_s, size)


cdef const int64_t* wholes(const int64_t[::1] values) noexcept:
    return &values[0] if values.shape[0] else NULL


cdef const double* reals(const double[::1] values) noexcept:
    return &values[0] if values.shape[0] else NULL


cdef const uint8_t* bits(const uint8_t[::1] values) noexcept:
    return &values[0] if values.shape[0] else NULL


cdef void* room(size_t items, size_t item) except NULL:
    """Memory to be written."""
    cdef void* memory = malloc((items + 1) * item)
    if memory == NULL:
        raise MemoryError
    return memory


cdef void* zeros(size_t items, size_t item) except NULL:
    cdef void* memory = calloc(items + 1, item)
    if memory == NULL:
        raise MemoryError
    return memory


cdef int64_t* take(int64_t** left, Py_ssize_t items) noexcept:
    """So many of what is left."""
    left[0] += items
    return left[0] - items


cdef double* take_s(double** left, Py_ssize_t items) noexcept:
    left[0] += items
    return left[0] - items


@cython.auto_pickle(False)
cdef class Loop:
    """The loop over the logs of one centre.

    Parameters
    ----------
    plan : Plan
        See simcenter/measures/compiled.py.
    percents : int64[n]
        Which percentiles are wanted.
    """

    cdef object plan, percents
    cdef const int64_t[::1] percent
    cdef Centre centre
    cdef bint chats

    def __cinit__(self, plan, const int64_t[::1] percents):
        cdef Centre* c = &self.centre
        cdef Clock* clock = &c.clock
        self.plan, self.percents, self.percent = plan, percents, percents
        c.intervals, c.queues, c.places, c.desks, c.classes, c.days, c.rules = plan.sizes
        c.interval_s, c.end_s, c.warm_up_s, c.short_s = plan.seconds
        c.deferred, c.chats, c.overflow = bits(plan.deferred), bits(plan.chats), bits(plan.overflow)
        c.own_desk, c.class_place, c.day = wholes(plan.own_desk), wholes(plan.class_place), wholes(plan.day)
        c.promise, c.promise_s = wholes(plan.promise), reals(plan.promise_s)
        clock.intervals, clock.interval_s, clock.days = c.intervals, c.interval_s, c.days
        clock.period_first, clock.period_start_s = wholes(plan.period_first), reals(plan.period_start_s)
        clock.period_end_s, clock.period_before_s = reals(plan.period_end_s), reals(plan.period_before_s)
        clock.open_first, clock.open_day = wholes(plan.open_first), wholes(plan.open_day)
        clock.opens_s, clock.closes_s = reals(plan.opens_s), reals(plan.closes_s)
        clock.day_start_s, clock.shown_s = reals(plan.day_start_s), reals(plan.shown_s)
        self.chats = plan.chats.any()

    def __reduce__(self):
        return Loop, (self.plan, np.asarray(self.percents))

    def count(self, log):
        """Counts and sums of a log, and its waits: see ``Counter`` in simcenter/measures/compiled.py."""
        cdef Work w
        cdef Centre* c = &self.centre
        cdef Py_ssize_t found
        w.centre = self.centre
        read_log(&w.log, log)
        w.waits = w.chat_count = w.people = 0
        w.steps, w.group, w.chats = NULL, NULL, NULL
        try:
            found = w.log.size * (2 if c.places > c.queues else 1)
            w.steps = <int64_t*>room(found, sizeof(int64_t))
            w.group = <int32_t*>room(found, sizeof(int32_t))
            if self.chats:
                w.chats = <int64_t*>room(w.log.size, sizeof(int64_t))
            counted = self.set_sums(&w)
            with nogil:
                found = count_all(&w)
            if found >= 0:
                raise ValueError(f"row {found} of the log, or one that follows it, cannot be: not a log of this centre")
            if w.chat_count:
                self.add_chats(&w)
            self.add_duties(&w, log.duty_desk, log.duty_start_s, log.duty_end_s)
            close_spans(&w.paid)
            close_spans(&w.busy)
            return *counted, *self.waits(&w)
        finally:
            free(w.steps)
            free(w.group)
            free(w.chats)

    cdef tuple set_sums(self, Work* w):
        """All that is counted, nothing yet: the arrays that hold it."""
        cdef Centre* c = &self.centre
        cdef Py_ssize_t rows = c.intervals + 1, places = c.places, queues = c.queues, desks = c.desks
        cdef Py_ssize_t kinds = len(COUNTS) if c.rules else CORE
        cdef Py_ssize_t of_places = kinds * rows * places, of_journeys = len(JOURNEY_COUNTS) * rows * queues
        cdef Py_ssize_t of_desks = 4 * rows * desks
        whole_numbers = np.zeros(of_places + of_journeys + of_desks + desks * (desks + 1), np.int64)
        seconds = np.zeros(len(SUMS) * rows * places + len(JOURNEY_SUMS) * rows * queues + 2 * rows * desks)
        cdef int64_t[::1] view = whole_numbers
        cdef double[::1] view_s = seconds
        cdef int64_t* left = &view[0] if whole_numbers.size else NULL
        cdef double* left_s = &view_s[0] if seconds.size else NULL
        w.counts, w.journey_counts = take(&left, of_places), take(&left, of_journeys)
        w.desk_answered, w.desk_handed_on = take(&left, rows * desks), take(&left, rows * desks)
        w.paid.change, w.busy.change = take(&left, rows * desks), take(&left, rows * desks)
        w.transfers = left
        w.sums, w.journey_sums = take_s(&left_s, len(SUMS) * rows * places), take_s(&left_s, 3 * rows * queues)
        w.paid.seconds, w.busy.seconds = take_s(&left_s, rows * desks), left_s
        w.paid.intervals = w.busy.intervals = c.intervals
        w.paid.desks = w.busy.desks = desks
        w.paid.interval_s = w.busy.interval_s = c.interval_s
        ends = (of_places, of_places + of_journeys, of_places + of_journeys + of_desks)
        ends_s = (len(SUMS) * rows * places, seconds.size - 2 * rows * desks)
        return (
            whole_numbers[: ends[0]].reshape(kinds, rows, places),
            seconds[: ends_s[0]].reshape(len(SUMS), rows, places),
            whole_numbers[ends[0] : ends[1]].reshape(len(JOURNEY_COUNTS), rows, queues),
            seconds[ends_s[0] : ends_s[1]].reshape(len(JOURNEY_SUMS), rows, queues),
            whole_numbers[ends[1] : ends[2]].reshape(4, rows, desks)[:2],
            seconds[ends_s[1] :].reshape(2, rows, desks),
            whole_numbers[ends[2] :].reshape(desks, desks + 1),
        )

    cdef int add_chats(self, Work* w) except -1:
        """The time in which advisers had chats in hand, however many at once."""
        cdef int64_t* edge = NULL
        cdef int64_t* row = NULL
        cdef Span* spans = NULL
        cdef int64_t one, most = 0
        try:
            edge = <int64_t*>zeros(w.people, sizeof(int64_t))
            row = <int64_t*>room(w.chat_count, sizeof(int64_t))
            sort_chats(w, edge, row)
            for one in range(w.people):
                most = max(most, edge[one + 1] - edge[one])
            spans = <Span*>room(2 * most, sizeof(Span))
            with nogil:
                add_people(w, edge, row, spans, spans + most)
        finally:
            free(edge)
            free(row)
            free(spans)
        return 0

    cdef int add_duties(
        self, Work* w, const int64_t[:] desk, const double[:] start_s, const double[:] end_s
    ) except -1:
        """The time in which advisers are paid."""
        cdef Py_ssize_t i
        if not desk.shape[0] == start_s.shape[0] == end_s.shape[0]:
            raise ValueError("stays on the floor have a desk, a start and an end each")
        for i in range(desk.shape[0]):
            if not (0 <= desk[i] < w.centre.desks and 0 <= start_s[i] <= end_s[i] < LONGEST_S):
                raise ValueError(f"stay {i} on the floor cannot be: not a log of this centre")
            add_span(&w.paid, desk[i], start_s[i], end_s[i])
        return 0

    cdef tuple waits(self, Work* w):
        """Histogram (keys, counts), maxima (days, P), percentiles by day (n, days, P) and of the horizon (n, P)."""
        cdef Py_ssize_t size = w.waits, places = self.centre.places, days = self.centre.days, cells = days * places
        cdef Py_ssize_t n = self.percent.shape[0]
        numbers = np.full((n + 1) * cells + n * places, NAN)
        histogram = np.empty((2, size), np.int64)
        cdef double[::1] most = numbers
        cdef int64_t[:, ::1] bars = histogram
        cdef Sorted s
        cdef Waits found
        if size:
            found.percents, found.percent_count, found.size = &self.percent[0], n, 0
            found.key, found.many = &bars[0, 0], &bars[1, 0]
            found.count, found.spare, s.edge, s.steps, s.bucket = NULL, NULL, NULL, NULL, NULL
            try:
                found.count = <int32_t*>zeros(BUCKETS, sizeof(int32_t))
                found.spare = <int64_t*>room(size, sizeof(int64_t))
                s.edge = <int64_t*>zeros(cells, sizeof(int64_t))
                s.steps = <int64_t*>room(size, sizeof(int64_t))
                s.bucket = <int32_t*>room(size, sizeof(int32_t))
                with nogil:
                    sort_waits(w, &s, cells)
                    select_all(&found, &s, days, places, &most[0])
            finally:
                free(found.count)
                free(found.spare)
                free(s.edge)
                free(s.steps)
                free(s.bucket)
            histogram = histogram[:, : found.size].copy()  # the room that it was made in is as large as the log
        return (
            histogram[0],
            histogram[1],
            numbers[:cells].reshape(days, places),
            numbers[cells : (n + 1) * cells].reshape(n, days, places),
            numbers[(n + 1) * cells :].reshape(n, places),
        )


cdef struct Sorted:
    # Waits by group: of group g from edge[g] to edge[g + 1].
    int64_t* edge
    int64_t* steps
    int32_t* bucket  # of each in the histogram


cdef void sort_waits(const Work* w, Sorted* s, Py_ssize_t groups) noexcept nogil:
    """A counting sort: how many are in each group, where each group ends, and from its end down."""
    cdef Py_ssize_t i, group
    cdef int64_t at
    for i in range(w.waits):
        s.edge[w.group[i]] += 1
    for group in range(1, groups):
        s.edge[group] += s.edge[group - 1]
    s.edge[groups] = w.waits
    for i in range(w.waits - 1, -1, -1):
        s.edge[w.group[i]] -= 1
        at = s.edge[w.group[i]]
        s.steps[at] = w.steps[i]
        s.bucket[at] = <int32_t>bucket_of(w.steps[i])


cdef void select_all(Waits* to, const Sorted* s, Py_ssize_t days, Py_ssize_t places, double* out) noexcept nogil:
    """Maxima (days, P), then percentiles (n, days, P), then those of the horizon (n, P)."""
    cdef Py_ssize_t cells = days * places, day, place, cell, i
    cdef int64_t longest, at, size
    cdef double* by_day = out + cells
    cdef double* whole_run = by_day + to.percent_count * cells
    for day in range(days):
        for place in range(places):
            at = s.edge[place * days + day]
            size = s.edge[place * days + day + 1] - at
            if not size:
                continue
            longest = 0
            for i in range(at, at + size):
                if s.steps[i] > longest:
                    longest = s.steps[i]
            cell = day * places + place
            out[cell] = <double>longest / STEPS
            select(to, s.steps + at, s.bucket + at, size, by_day + cell, cells, cell)
    for place in range(places):
        at = s.edge[place * days]
        size = s.edge[(place + 1) * days] - at
        if size and days == 1:
            for i in range(to.percent_count):
                whole_run[i * places + place] = by_day[i * cells + place]
        elif size:
            select(to, s.steps + at, s.bucket + at, size, whole_run + place, places, -1)
