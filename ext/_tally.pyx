# cython: autotestdict=False
"""The tally of a contact log in one pass over its columns: what simcenter/measures/meter.py counts, number for number.

Names are those of the tally; docs/measures.md says what is counted where. Arguments come from
simcenter/measures/compiled.py. Sums are of whole grid steps, so they are exact in any order.
"""
from libc.math cimport INFINITY, fabs, isfinite, isnan
from libc.stdint cimport int32_t, int64_t, uint8_t
from libc.stdlib cimport calloc, free

from _tally_waits cimport BUCKETS, STEPS, Waits, select

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
    # Promises of a place: the first row, and the second where kept in working time or told for each leg.
    WITHIN = 0
    P90 = 1
    CALLED_WITHIN = 2
    NOTHING = 0
    SECONDS = 1
    WORKING = 2
    TOLD = 3

cdef double LONGEST_S = 8589934592.0  # 2^33: the sums of waits below are exact


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
    const int64_t* period_first
    const double* period_start_s
    const double* period_end_s
    const double* period_before_s
    const int64_t* promise  # (3, places)
    const double* promise_s
    const int64_t* told  # (3, 2): the row of told_s for a promise and a view, -1: none
    const double* told_s


cdef struct Spans:
    # Seconds by interval and desk, and where whole intervals begin and end.
    double* seconds
    int64_t* change


cdef struct Work:
    Log log
    Centre centre
    int64_t* counts
    double* sums
    int64_t* journey_counts
    double* journey_sums
    int64_t* desk_answered
    int64_t* desk_handed_on
    Spans busy
    int64_t* transfers
    int64_t* steps
    int32_t* group
    Py_ssize_t waits


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


cdef inline Py_ssize_t upto(const double* values, Py_ssize_t size, double value) noexcept nogil:
    """How many of the ascending values are at most ``value``."""
    cdef Py_ssize_t low = 0, high = size, middle
    while low < high:
        middle = (low + high) // 2
        if values[middle] <= value:
            low = middle + 1
        else:
            high = middle
    return low


cdef inline double worked(const Centre* c, int64_t queue, double moment_s) noexcept nogil:
    """Open seconds of the queue until the moment."""
    cdef Py_ssize_t first = c.period_first[queue], size = c.period_first[queue + 1] - first, period
    cdef double at_s = moment_s
    if size == 0:
        return 0.0
    period = upto(c.period_start_s + first, size, moment_s) - 1
    period = first + (period if period > 0 else 0)
    if at_s < c.period_start_s[period]:
        at_s = c.period_start_s[period]
    if at_s > c.period_end_s[period]:
        at_s = c.period_end_s[period]
    return c.period_before_s[period] + (at_s - c.period_start_s[period])


cdef inline double after(const Centre* c, int64_t queue, double moment_s, double seconds) noexcept nogil:
    """When so many open seconds have passed; infinite if never."""
    cdef Py_ssize_t low = c.period_first[queue], high = c.period_first[queue + 1], last = high, middle
    cdef double target_s, due_s
    if seconds <= 0:
        return moment_s
    target_s = worked(c, queue, moment_s) + seconds
    while low < high:
        middle = (low + high) // 2
        if c.period_before_s[middle] + (c.period_end_s[middle] - c.period_start_s[middle]) < target_s:
            low = middle + 1
        else:
            high = middle
    if low == last:
        return INFINITY
    due_s = c.period_start_s[low] + (target_s - c.period_before_s[low])
    return due_s if due_s > moment_s else moment_s


cdef inline double due(const Work* w, const Leg* leg, int64_t place, int promise) noexcept nogil:
    """By when the place promises it; infinite for never."""
    cdef const Centre* c = &w.centre
    cdef Py_ssize_t cell = promise * c.places + place
    cdef int64_t row
    if c.promise[cell] == NOTHING:
        return INFINITY
    if c.promise[cell] == SECONDS:
        return leg.entered_s + c.promise_s[cell]
    if c.promise[cell] == WORKING:
        return after(c, leg.queue, leg.entered_s, c.promise_s[cell])
    row = c.told[promise * 2 + (place >= c.queues)]
    return c.told_s[row * w.log.size + leg.at]


cdef inline void add_span(const Centre* c, Spans* spans, int64_t desk, double start_s, double end_s) noexcept nogil:
    cdef Py_ssize_t first = interval(c, start_s), last = interval(c, end_s)
    if first == last:
        spans.seconds[first * c.desks + desk] += end_s - start_s
        return
    spans.seconds[first * c.desks + desk] += (first + 1) * c.interval_s - start_s
    spans.seconds[last * c.desks + desk] += end_s - last * c.interval_s
    spans.change[(first + 1) * c.desks + desk] += 1
    spans.change[last * c.desks + desk] -= 1


cdef inline void close_spans(const Centre* c, Spans* spans) noexcept nogil:
    """Add the whole intervals between the ends."""
    cdef Py_ssize_t cell
    for cell in range(c.desks, (c.intervals + 1) * c.desks):
        spans.change[cell] += spans.change[cell - c.desks]
        spans.seconds[cell] += spans.change[cell] * c.interval_s


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
        entered_s = worked(c, leg.queue, leg.entered_s)
        leg.wait_s = worked(c, leg.queue, leg.end_s) - entered_s
        leg.delayed = worked(c, leg.queue, leg.end_s if isnan(first_s) else first_s) > entered_s
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
    if is_answered(leg.outcome):
        cell = interval(c, leg.answer_s) * c.desks + leg.desk
        w.desk_answered[cell] += 1
        w.desk_handed_on[cell] += leg.outcome == TRANSFERRED
    if not c.chats[leg.desk]:
        add_span(c, &w.busy, leg.desk, leg.start_s, real(&w.log.freed_s, leg.at))
    if leg.outcome == TRANSFERRED and c.rules & ON_TRANSFERS:
        if leg.at + 1 >= stop:
            return -1
        to = whole(&w.log.desk, leg.at + 1)
        if leg.measured:
            w.transfers[leg.desk * (c.desks + 1) + (to if 0 <= to < c.desks else c.desks)] += 1
    return 0


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
    close_spans(&w.centre, &w.busy)
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


cdef int64_t* zeros(object values) noexcept:
    cdef int64_t[::1] flat = values.reshape(-1)
    return &flat[0] if flat.shape[0] else NULL


cdef double* no_seconds(object values) noexcept:
    cdef double[::1] flat = values.reshape(-1)
    return &flat[0] if flat.shape[0] else NULL


cdef void read_centre(Centre* c, object plan, const double[:, ::1] told_s) except *:
    """The plan's arrays, which the plan keeps alive."""
    c.intervals, c.queues, c.places, c.desks, c.classes, c.days, c.rules = plan.sizes
    c.interval_s, c.end_s, c.warm_up_s, c.short_s = plan.seconds
    c.deferred, c.chats, c.overflow = bits(plan.deferred), bits(plan.chats), bits(plan.overflow)
    c.own_desk, c.class_place, c.day = wholes(plan.own_desk), wholes(plan.class_place), wholes(plan.day)
    c.period_first, c.period_start_s = wholes(plan.period_first), reals(plan.period_start_s)
    c.period_end_s, c.period_before_s = reals(plan.period_end_s), reals(plan.period_before_s)
    c.promise, c.promise_s, c.told = wholes(plan.promise), reals(plan.promise_s), wholes(plan.told)
    c.told_s = &told_s[0, 0] if told_s.shape[0] and told_s.shape[1] else NULL


def count(log, plan, const double[:, ::1] told_s):
    """The counts and sums of a log: see ``Counted`` in simcenter/measures/compiled.py.

    ``plan`` a ``Plan``; ``told_s`` (n, L) when legs are due where a promise is kept in working days.
    """
    cdef Work w
    cdef Py_ssize_t rows, found
    read_log(&w.log, log)
    read_centre(&w.centre, plan, told_s)
    if told_s.shape[0] and told_s.shape[1] != w.log.size:
        raise ValueError("when legs are due is told for every leg")
    rows = w.centre.intervals + 1
    places, queues, desks = w.centre.places, w.centre.queues, w.centre.desks
    counts = np.zeros((len(COUNTS) if w.centre.rules else CORE, rows, places), dtype=np.int64)
    sums = np.zeros((len(SUMS), rows, places))
    journey_counts = np.zeros((len(JOURNEY_COUNTS), rows, queues), dtype=np.int64)
    journey_sums = np.zeros((len(JOURNEY_SUMS), rows, queues))
    answered = np.zeros((2, rows, desks), dtype=np.int64)
    busy_s, changes = np.zeros((rows, desks)), np.zeros((rows, desks), dtype=np.int64)
    transfers = np.zeros((desks, desks + 1), dtype=np.int64)
    room = w.log.size * (2 if places > queues else 1)
    steps, group = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int32)
    cdef int32_t[::1] groups = group
    w.counts, w.sums = zeros(counts), no_seconds(sums)
    w.journey_counts, w.journey_sums = zeros(journey_counts), no_seconds(journey_sums)
    w.desk_answered, w.desk_handed_on = zeros(answered), zeros(answered[1])
    w.busy.seconds, w.busy.change = no_seconds(busy_s), zeros(changes)
    w.transfers, w.steps = zeros(transfers), zeros(steps)
    w.group = &groups[0] if room else NULL
    w.waits = 0
    with nogil:
        found = count_all(&w)
    if found >= 0:
        raise ValueError(f"row {found} of the log, or one that follows it, cannot be: not a log of this centre")
    return counts, sums, journey_counts, journey_sums, answered, busy_s, transfers, steps[:w.waits], group[:w.waits]


def spans(const int64_t[:] desk, const double[:] start_s, const double[:] end_s, plan):
    """Seconds of spans of adviser time per interval and desk (T + 1, D)."""
    cdef Centre c
    cdef Spans made
    cdef Py_ssize_t i
    cdef bint good = True
    read_centre(&c, plan, np.zeros((0, 0)))
    seconds = np.zeros((c.intervals + 1, c.desks))
    changes = np.zeros((c.intervals + 1, c.desks), dtype=np.int64)
    made.seconds, made.change = no_seconds(seconds), zeros(changes)
    if not desk.shape[0] == start_s.shape[0] == end_s.shape[0]:
        raise ValueError("spans have a desk, a start and an end each")
    with nogil:
        for i in range(desk.shape[0]):
            if not (0 <= desk[i] < c.desks and 0 <= start_s[i] <= end_s[i]):
                good = False
                break
            add_span(&c, &made, desk[i], start_s[i], end_s[i])
        close_spans(&c, &made)
    if not good:
        raise ValueError("a span of adviser time that cannot be")
    return seconds


def waits(
    const int64_t[::1] steps, const int32_t[::1] group, Py_ssize_t days, Py_ssize_t places, const int64_t[::1] percents
):
    """Histogram (keys, counts), maxima (days, P) and percentiles, by day (n, days, P) and of the horizon (n, P).

    ``steps`` whole grid steps; ``group`` place x days + day of each; ``percents`` (n,).
    """
    cdef Py_ssize_t size = steps.shape[0], cells = days * places, i, place, day, cell
    cdef Waits w
    cdef int64_t longest, many_here
    edges, order = np.zeros(cells + 1, dtype=np.int64), np.empty(size, dtype=np.int64)
    by_day = np.full((percents.shape[0], days, places), np.nan)
    whole_run = np.full((percents.shape[0], places), np.nan)
    most = np.full((days, places), np.nan)
    keys, many, spare = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    cdef int64_t[::1] edge = edges, sorted_by = order
    cdef double[:, :, ::1] of_day = by_day
    cdef double[:, ::1] of_run = whole_run, largest = most
    if not size:
        return keys, many, most, by_day, whole_run
    w.key, w.many, w.spare, w.size = zeros(keys), zeros(many), zeros(spare), 0
    w.count = <int32_t*>calloc(BUCKETS, sizeof(int32_t))
    if w.count == NULL:
        raise MemoryError
    with nogil:
        # a counting sort: how many are in each group, where each group ends, and from its end down
        for i in range(size):
            edge[group[i]] += 1
        for cell in range(1, cells):
            edge[cell] += edge[cell - 1]
        edge[cells] = size
        for i in range(size - 1, -1, -1):
            edge[group[i]] -= 1
            sorted_by[edge[group[i]]] = steps[i]
        for place in range(places):
            for day in range(days):
                cell = place * days + day
                if edge[cell] == edge[cell + 1]:
                    continue
                longest = 0
                for i in range(edge[cell], edge[cell + 1]):
                    if sorted_by[i] > longest:
                        longest = sorted_by[i]
                largest[day, place] = <double>longest / STEPS
                select(
                    &w, &sorted_by[edge[cell]], edge[cell + 1] - edge[cell], percents, &of_day[0, day, place], cells,
                    day * places + place,
                )
            cell = place * days
            if days == 1:
                of_run[:, place] = of_day[:, 0, place]
            elif edge[cell] < edge[cell + days]:
                many_here = edge[cell + days] - edge[cell]
                select(&w, &sorted_by[edge[cell]], many_here, percents, &of_run[0, place], places, -1)
        free(w.count)
    return keys[:w.size], many[:w.size], most, by_day, whole_run
