# cython: autotestdict=False
"""The compiled engine: the rules of docs/rules.md as a loop over events, one function for each kind.

Functions have the names that they have in the SimPy engine (simcenter/simulation/entering.py, answering.py, ...), so
that the two can be read side by side; docs/compiled-engine.md explains the structs in the .pxd parts. Arguments are
checked by simcenter/simulation/compiled_engine.py.
"""
cimport cython
from libc.math cimport INFINITY
from libc.stdint cimport int64_t, uint8_t
from libc.stdlib cimport calloc, free, qsort
from libc.string cimport memcpy, memset

from _engine_chat cimport SERVICE_END, all_go_on, go_on, put_aside, settle, take_up, to_grid
from _engine_clock cimport after
from _engine_floor cimport (
    adviser_at, first_able, forget_talk, go_home, has_late_work, is_able, note_talk, set_target, stand_by, takes,
    withdraw,
)
from _engine_heap cimport (
    call_off, check_heap, close_hole, heap_push, heap_remove, next_event, schedule,
)
from _engine_recorder cimport answered, duty, unanswered
from _engine_routing cimport RANDOM, adviser_for, can_take, contact_for, own_adviser, work_at, work_for
from _engine_state cimport (
    BROKEN, CHECKED, COMES, HELD, NOBODY, NO_MEMORY, NO_NUMBERS, NONE, RINGS, TALKS, WAITS, WRAPS_UP, Adviser,
    Cell, Change, CustomerClass, Desk, Duty, Entry, FirstLegs, Heap, Leg, Offer, Period, Play, Queue, Return, Route,
    Row, Serving, Taker, check, drop_leg, fail, let_heap_grow, let_legs_grow, new_leg,
)
from _engine_waiting cimport CALLBACK, check_line, join, join_own, leave, leave_line
from simcenter cimport _draws
from simcenter._draws cimport LegSource

import numpy as np

cdef enum:
    # Kinds of events, in their order at one instant; SERVICE_END is 2.
    OPENING = 0
    STAFFING = 1
    PATIENCE_END = 3
    WAIT_END = 4
    RETURN = 5
    # first arrivals are 6: the last

cdef enum:
    # How a leg ended: as Outcome in simcenter/simulation/log.py.
    RESOLVED = 0
    UNRESOLVED = 1
    TRANSFERRED = 2
    UNRESOLVED_CLOSED = 3
    UNRESOLVED_LIMIT = 4
    ABANDONED = 5
    BLOCKED = 6
    BALKED = 7
    TURNED_AWAY = 8
    DROPPED = 9
    CALLED_BACK = 10
    WAITING = 11
    UNRESOLVED_BUSY = 12
    NOT_REACHED = 13
    INTERRUPTED = 14
    NO_SHOW = 15
    KEPT = -1  # not over yet

cdef enum:
    # How a leg came: as Entry there; CALLBACK is 5.
    FIRST = 0
    MISROUTED = 2
    REDIAL = 3
    RESUMED = 6
    APPOINTMENT = 7
    NEVER_CAME = 9

cdef enum:
    # What follows a leg: as Returns there.
    COMES_BACK = 1
    PENDING = 2
    AT_LIMIT = 3

cdef enum:
    # What happens to a contact that is to be handed on when nobody is free for it.
    WAIT = 0
    KEEP = 1

cdef enum:
    MOST_NEW_LEGS = 8  # more than one event can make
    CHECKED_AT_ONCE = 400  # of legs and advisers, by the checked build


# Entering a queue, and waiting in it


cdef void arrival(Play* p, Queue* queue, double now_s) noexcept nogil:
    """A customer comes for the first time, or does not come to his appointment."""
    cdef FirstLegs* first = &queue.first
    cdef int64_t k = first.next
    cdef int entry
    cdef Leg* leg = new_leg(p)
    leg.queue = queue
    leg.origin = queue.index
    leg.number = 0
    leg.entered_s = now_s
    leg.patience_s = first.patience_s[k]
    leg.base_handle_s = first.base_handle_s[k]
    if queue.hands_on:
        leg.transfer_u = first.transfer_u[k]
    leg.resolved_u = first.resolved_u[k] if queue.may_fail else 0.0
    if queue.equal_rank >= RANDOM:
        leg.equal_rank_u = first.equal_rank_u[k]
    if first.plain:  # what would be read is known: this keeps memory out of the way
        leg.customer = k
        leg.row = first.row + k
        leg.class_row = queue.class_first
        leg.entry = entry = FIRST
    else:
        leg.customer = first.customer[k]
        leg.row = first.row + (k if first.place == NULL else first.place[k])
        leg.class_row = <int>first.class_row[k]
        leg.entry = entry = <int>first.entry[k]
    leg.priority = p.classes[leg.class_row].priority
    leg.since_s = now_s - p.classes[leg.class_row].credit_s
    if entry == APPOINTMENT or entry == NEVER_CAME:
        leg.entry = APPOINTMENT
        leg.priority = queue.appointment_priority
    if queue.own_share > 0.0:
        leg.own = own_number(p, leg)
    first.next = k + 1
    p.arrival_s[queue.index] = first.arrival_s[k + 1] if k + 1 < first.n else INFINITY
    await_arrival(p)
    if entry == NEVER_CAME:
        unanswered(p, leg, now_s, NO_SHOW)
    else:
        enter(p, leg, now_s)


cdef inline void await_arrival(Play* p) noexcept nogil:
    """Look who comes next. There are few queues: to look at each is faster than a heap."""
    cdef int q, first = 0
    for q in range(1, p.queue_count):
        if p.arrival_s[q] < p.arrival_s[first]:
            first = q
    p.next_queue = first


cdef void enter(Play* p, Leg* leg, double now_s) noexcept nogil:
    """Let the leg be answered, wait, or leave."""
    cdef Queue* queue = leg.queue
    cdef Adviser* adviser
    cdef Leg* work
    if queue.live and not queue.open:
        lose(p, leg, now_s, TURNED_AWAY)
        return
    if queue.group != NOBODY:
        if not may_take_line(p, leg):
            lose(p, leg, now_s, BLOCKED)
            return
        take_line(p, leg)
    if leg.own != NOBODY and enter_for_own_adviser(p, leg, now_s):
        return
    adviser = adviser_for(p, leg, now_s)
    if adviser != NULL:
        call_up(p, adviser, leg, now_s)
        return
    work = work_for(p, leg, now_s)
    if work != NULL:
        interrupt(p, work, leg, now_s)
    elif queue.waiting - queue.callbacks >= queue.room:
        lose(p, leg, now_s, BLOCKED)
    elif (queue.balking == 0.0 and queue.callback_over_s == INFINITY) or stays(p, leg, now_s):
        wait(p, leg, now_s)


cdef void offer(Play* p, Leg* leg, double now_s) noexcept nogil:
    """Let a leg that was in the queue before be answered or wait."""
    cdef Adviser* adviser = adviser_for(p, leg, now_s)
    if adviser != NULL:
        call_up(p, adviser, leg, now_s)
    else:
        wait(p, leg, now_s)


cdef bint answered_at_once(const Play* p, const Leg* leg, double now_s) noexcept nogil:
    """Whether the leg would be if it entered now."""
    cdef Adviser* own = own_adviser(p, leg)
    if not may_take_line(p, leg):
        return False
    return can_take(own, leg.queue) if own != NULL else adviser_for(p, leg, now_s) != NULL


cdef bint stays(Play* p, Leg* leg, double now_s) noexcept nogil:
    """Whether who has to wait does so: he may balk, or be offered a callback and accept it."""
    cdef Queue* queue = leg.queue
    cdef Leg* call
    if queue.balking > 0.0 and chance(p, leg, _draws.BALK) < queue.balking:
        lose(p, leg, now_s, BALKED)
        return False
    if queue.callback_over_s == INFINITY:
        return True
    leg.predicted_s = predicted_wait_s(p, queue)
    if leg.predicted_s <= queue.callback_over_s or chance(p, leg, _draws.ACCEPT) >= queue.callback_accepted:
        return True
    call = called(p, leg, now_s, 0)
    call.predicted_s = leg.predicted_s
    lose(p, leg, now_s, CALLED_BACK)
    wait(p, call, now_s)
    return False


@cython.cdivision(True)
cdef double predicted_wait_s(const Play* p, const Queue* queue) noexcept nogil:
    """How long who joins the queue now will wait: its length over what the advisers on the floor get through."""
    cdef double capacity = 0.0
    cdef int d
    for d in range(p.desk_count):
        if p.servings[d * p.queue_count + queue.index].serves and takes(&p.desks[d], queue):
            capacity += p.desks[d].on_floor * p.servings[d * p.queue_count + queue.index].speed
    if capacity <= 0.0:
        return INFINITY
    return to_grid((queue.waiting + 1) * queue.mean_handle_s / capacity)


cdef void wait(Play* p, Leg* leg, double now_s) noexcept nogil:
    """Let the leg wait for whoever may take it."""
    join(p, leg)
    if p.failure == NONE:
        set_patience(p, leg, now_s)
        set_overflow(p, leg, now_s)


cdef void set_patience(Play* p, Leg* leg, double now_s) noexcept nogil:
    """Its patience runs, if it has any end."""
    if leg.queue.live and leg.patience_s < INFINITY and leg.entry != CALLBACK:
        schedule(p, 2 * leg.index, now_s + leg.patience_s, PATIENCE_END)


cdef void set_overflow(Play* p, Leg* leg, double now_s) noexcept nogil:
    """Wait until other desks may take it too."""
    leg.overflow = leg.queue.overflow_first
    while leg.overflow < leg.queue.overflow_last and p.overflows[leg.overflow].after_s <= now_s - leg.since_s:
        leg.overflow += 1
    await_overflow(p, leg)


cdef void await_overflow(Play* p, Leg* leg) noexcept nogil:
    """Set the end of the next of the leg's overflow waits, if there is one."""
    if leg.overflow < leg.queue.overflow_last and p.overflows[leg.overflow].desk == leg.from_desk:
        leg.overflow += 1
    if leg.overflow < leg.queue.overflow_last:
        schedule(p, 2 * leg.index + 1, leg.since_s + p.overflows[leg.overflow].after_s, WAIT_END)


cdef void patience_ends(Play* p, Leg* leg, double now_s) noexcept nogil:
    """He gives up."""
    leave(p, leg)
    lose(p, leg, now_s, ABANDONED)


cdef void overflow(Play* p, Leg* leg, double now_s) noexcept nogil:
    """Another desk may take it from now on."""
    cdef Desk* desk = &p.desks[p.overflows[leg.overflow].desk]
    cdef Adviser* adviser = adviser_at(p, desk, leg.queue)
    cdef Leg* work = NULL
    if adviser == NULL:
        work = work_at(p, desk, leg)
    if adviser != NULL:
        leave(p, leg)
        call_up(p, adviser, leg, now_s)
    elif work != NULL:
        leave(p, leg)
        interrupt(p, work, leg, now_s)
    else:
        leg.overflow += 1
        await_overflow(p, leg)


cdef void lose(Play* p, Leg* leg, double now_s, int outcome) noexcept nogil:
    """The leg ends without an answer; whoever held the customer for it is free at once."""
    cdef int holder = leg.holder
    give_line_back(p, leg)
    leg.returns = follow(p, leg, outcome, now_s)
    unanswered(p, leg, now_s, outcome)
    if holder != NOBODY:
        release(p, &p.legs[holder], now_s)


# One's own adviser


cdef bint enter_for_own_adviser(Play* p, Leg* leg, double now_s) noexcept nogil:
    """Whether the leg is settled with the customer's own adviser: taken, waiting for him, or blocked."""
    cdef Queue* queue = leg.queue
    cdef Adviser* adviser = own_adviser(p, leg)
    if adviser == NULL:
        return False
    if can_take(adviser, queue):
        call_up(p, adviser, leg, now_s)
    elif queue.waiting - queue.callbacks >= queue.room:
        lose(p, leg, now_s, BLOCKED)
    else:
        join_own(p, leg)
        if p.failure == NONE:
            set_patience(p, leg, now_s)
            schedule(p, 2 * leg.index + 1, now_s + queue.own_wait_s, WAIT_END)
    return True


cdef void own_wait_ends(Play* p, Leg* leg, double now_s) noexcept nogil:
    """From now on anybody may take it."""
    cdef Adviser* adviser
    cdef Leg* work
    leave_line(p, leg)
    adviser = adviser_for(p, leg, now_s)
    work = work_for(p, leg, now_s)
    if adviser == NULL and work == NULL:
        join(p, leg)
        if p.failure == NONE:
            set_overflow(p, leg, now_s)
        return
    call_off(p, 2 * leg.index)
    if adviser != NULL:
        call_up(p, adviser, leg, now_s)
    else:
        interrupt(p, work, leg, now_s)


# Telephone lines, shared by the queues of a group


cdef bint may_take_line(const Play* p, const Leg* leg) noexcept nogil:
    """Whether the customer has a line for the queue that he enters, or one is free."""
    return leg.queue.group == NOBODY or leg.group == leg.queue.group or p.free_lines[leg.queue.group] > 0


cdef void take_line(Play* p, Leg* leg) noexcept nogil:
    """He holds a line from now on, if he does not already."""
    if leg.group == NOBODY and leg.queue.group != NOBODY:
        leg.group = leg.queue.group
        p.free_lines[leg.group] -= 1
        check(p, p.free_lines[leg.group] >= 0, b"nobody holds a line that there is not")


cdef void give_line_back(Play* p, Leg* leg) noexcept nogil:
    """His leg ends."""
    if leg.group != NOBODY:
        p.free_lines[leg.group] += 1
        leg.group = NOBODY


# Advisers taking contacts


cdef void call_up(Play* p, Adviser* adviser, Leg* leg, double now_s) noexcept nogil:
    """Give the leg to an adviser who is among the able of his desk."""
    withdraw(p, adviser)
    answer(p, adviser, leg, now_s)
    if adviser.chatting and is_able(adviser):
        stand_by(p, adviser)


cdef void fill(Play* p, Desk* desk, double now_s) noexcept nogil:
    """Let advisers of the desk take what waits, as long as anybody can."""
    cdef Adviser* adviser = first_able(desk, True)
    cdef Leg* leg
    cdef int i
    while adviser != NULL and p.failure == NONE:
        leg = contact_for(p, adviser, True, now_s)
        if leg == NULL:
            break
        leave(p, leg)
        call_up(p, adviser, leg, now_s)
        adviser = first_able(desk, True)
    if desk.own_waiting == 0:
        return
    # what the first cannot take nobody can, but for those who wait for one adviser alone
    for i in range(desk.numbers):
        adviser = &desk.advisers[i]
        while p.failure == NONE and adviser.line != NOBODY and p.able_place[adviser.index] != NOBODY:
            leg = contact_for(p, adviser, False, now_s)
            if leg == NULL:
                break
            leave(p, leg)
            call_up(p, adviser, leg, now_s)


cdef void fill_alone(Play* p, Adviser* adviser, double now_s) noexcept nogil:
    """Let the adviser, who is able but not listed so yet, take what waits."""
    cdef Leg* leg
    while p.failure == NONE:
        leg = contact_for(p, adviser, True, now_s)
        if leg == NULL:
            stand_by(p, adviser)
            return
        leave(p, leg)
        answer(p, adviser, leg, now_s)
        if not is_able(adviser):
            return


# Service


cdef void answer(Play* p, Adviser* adviser, Leg* leg, double now_s) noexcept nogil:
    """The adviser starts on the leg: how long he talks, and whether he will hand it on, is settled here."""
    cdef Queue* queue = leg.queue
    cdef double talk_s
    check(p, is_able(adviser) and adviser.on_floor, b"only the able answer")
    leg.adviser = adviser
    leg.start_s = now_s
    adviser.desk.in_hand[queue.index] += 1
    if leg.entry == CALLBACK and chance(p, leg, _draws.REACHED) >= queue.callback_reached:
        leg.route, leg.wrap_s = NOBODY, 0.0
        talk(p, leg, queue.callback_ring_s, now_s)
        leg.phase = RINGS
        return
    talk_s = settled_talk_s(p, leg)
    if queue.chat:
        leg.phase = TALKS
        begin_chat(p, adviser, leg, talk_s, now_s)
    else:
        talk(p, leg, talk_s, now_s)
    if leg.holder != NOBODY:
        end_service(p, &p.legs[leg.holder], now_s + leg.handover_s)
        leg.holder = NOBODY


cdef void talk(Play* p, Leg* leg, double talk_s, double now_s) noexcept nogil:
    """The adviser has the leg alone in hand, for so long."""
    check(p, leg.adviser.held == 0 or leg.adviser.leg == leg.index, b"an exclusive contact is held alone")
    leg.adviser.held = 1
    leg.adviser.leg = leg.index
    leg.phase = TALKS
    leg.end_s = now_s + talk_s
    schedule(p, 2 * leg.index, leg.end_s, SERVICE_END)
    if serving_of(p, leg).interruptible:
        note_talk(p, leg)


cdef inline const Serving* serving_of(const Play* p, const Leg* leg) noexcept nogil:
    return &p.servings[leg.adviser.desk.index * p.queue_count + leg.queue.index]


cdef void talk_ends(Play* p, Leg* leg, double now_s) noexcept nogil:
    """The customer leaves, or is handed on; his adviser wraps up, or is free."""
    cdef int outcome
    cdef bint warm
    leg.end_s = now_s
    if serving_of(p, leg).interruptible:
        forget_talk(p, leg)
    if leg.route != NOBODY:
        warm = p.routes[leg.route].warm
        outcome = hand_on(p, leg, &p.routes[leg.route], now_s)
        if outcome == TRANSFERRED and warm:
            return
        if outcome != KEPT:
            release(p, leg, now_s)
            return
        leg.route = NOBODY
        leg.wrap_s = leg.kept_wrap_s
        if leg.kept_talk_s > 0.0:
            go_on_alone(p, leg, leg.kept_talk_s, now_s)
            return
    leaves(p, leg, RESOLVED if leg.resolved_u < serving_of(p, leg).resolved else UNRESOLVED, now_s)
    if leg.wrap_s > 0.0:
        wrap_up(p, leg, now_s)
    else:
        release(p, leg, now_s)


cdef void leaves(Play* p, Leg* leg, int outcome, double now_s) noexcept nogil:
    """The customer's leg ends with the talk, and nobody comes after."""
    leg.outcome = outcome
    give_line_back(p, leg)
    leg.returns = follow(p, leg, outcome, now_s)


cdef void wrap_up(Play* p, Leg* leg, double now_s) noexcept nogil:
    """The customer has left; the adviser goes on."""
    if leg.queue.chat:
        leg.phase = WRAPS_UP
        leg.left_s, leg.settled_s = leg.wrap_s, now_s
        go_on(p, leg, now_s)
    else:
        end_service(p, leg, now_s + leg.wrap_s)


cdef void end_service(Play* p, Leg* leg, double end_s) noexcept nogil:
    """Set the end of the wrap-up or of the hand-over."""
    leg.phase = WRAPS_UP
    schedule(p, 2 * leg.index, end_s, SERVICE_END)


cdef void release(Play* p, Leg* leg, double now_s) noexcept nogil:
    """The adviser is done with the leg, and looks for more, or leaves (``free`` in the SimPy engine)."""
    cdef Adviser* adviser = leg.adviser
    cdef Desk* desk = adviser.desk
    desk.in_hand[leg.queue.index] -= 1
    check(p, desk.in_hand[leg.queue.index] >= 0, b"nobody holds less than nothing")
    if leg.queue.chat:
        end_chat(p, adviser, leg, now_s)
    else:
        adviser.held = 0
        adviser.since_s = now_s
    answered(p, leg, now_s)
    if not desk.to_leave:
        fill_alone(p, adviser, now_s)
    elif adviser.held:
        stand_by(p, adviser)
    else:
        desk.to_leave -= 1
        go_home(p, adviser, now_s)
        if not desk.to_leave:
            fill(p, desk, now_s)


# What an adviser has to do with a leg


@cython.cdivision(True)
cdef double settled_talk_s(Play* p, Leg* leg) noexcept nogil:
    """Settle what is done with a leg that is answered now: route, wrap-up and what if it is kept; returns the talk."""
    cdef Queue* queue = leg.queue
    cdef const Serving* serving = serving_of(p, leg)
    cdef const Route* route
    cdef double handle_s = leg.base_handle_s, talk_s, left_s
    if leg.work_desk != NOBODY:
        return resume(p, leg, serving)
    if leg.factor != 1.0 or serving.speed != 1.0:
        handle_s = to_grid(handle_s * leg.factor / serving.speed)
    leg.route = NOBODY
    leg.wrap_s = 0.0
    if queue.misrouted.last > queue.misrouted.first and leg.from_desk == NOBODY:
        leg.route = chosen(p, &queue.misrouted, chance(p, leg, _draws.MISROUTED))
    if leg.route == NOBODY:
        leg.route = chosen(p, &p.cells[leg.adviser.desk.index * p.class_count + leg.class_row], leg.transfer_u)
    if leg.route == NOBODY:
        if queue.wrap_share != 0.0:
            leg.wrap_s = to_grid(handle_s * queue.wrap_share)
        return handle_s - leg.wrap_s + leg.identify_s
    route = &p.routes[leg.route]
    talk_s = route.after_s if route.after_s == route.after_s else handle_s  # not NaN
    if route.if_busy == KEEP or serving.interruptible:
        left_s = handle_s - talk_s if handle_s > talk_s else 0.0
        leg.kept_wrap_s = min(to_grid(handle_s * queue.wrap_share), left_s)
        leg.kept_talk_s = left_s - leg.kept_wrap_s
    return talk_s + leg.identify_s


cdef inline int chosen(const Play* p, const Cell* cell, double u) noexcept nogil:
    """The route of a leg with this uniform; NOBODY: it is not handed on."""
    cdef int i
    for i in range(cell.first, cell.last):
        if u < p.routes[i].cum:
            return i
    return NOBODY


@cython.cdivision(True)
cdef double resume(Play* p, Leg* leg, const Serving* serving) noexcept nogil:
    """Go on where another adviser, or the same, was interrupted."""
    cdef const Serving* past = &p.servings[leg.work_desk * p.queue_count + leg.queue.index]
    cdef double talk_s = leg.work_s
    cdef int route = leg.route
    if past == serving:
        return talk_s
    if past.speed != serving.speed:
        talk_s = to_grid(talk_s * past.speed / serving.speed)
        leg.wrap_s = to_grid(leg.wrap_s * past.speed / serving.speed)
        leg.kept_talk_s = to_grid(leg.kept_talk_s * past.speed / serving.speed)
        leg.kept_wrap_s = to_grid(leg.kept_wrap_s * past.speed / serving.speed)
    if route == NOBODY or p.routes[route].entry != MISROUTED:
        leg.route = chosen(p, &p.cells[leg.adviser.desk.index * p.class_count + leg.class_row], leg.transfer_u)
        if route == NOBODY and leg.route != NOBODY:
            leg.kept_talk_s, leg.kept_wrap_s, leg.wrap_s = 0.0, leg.wrap_s, 0.0
    return talk_s


# Handing on


cdef int hand_on(Play* p, Leg* leg, const Route* route, double now_s) noexcept nogil:
    """Transfer the customer, if the limit on legs, the next queue's hours and the route allow it."""
    cdef Queue* queue = &p.queues[route.queue]
    cdef int outcome = TRANSFERRED
    cdef Leg* following = NULL
    if leg.hops >= p.max_legs - 1:
        outcome = UNRESOLVED_LIMIT
    elif queue.live and not queue.open:
        outcome = UNRESOLVED_CLOSED
    else:
        following = handed_on(p, leg, route, now_s)
        if route.if_busy != WAIT and not answered_at_once(p, following, now_s):
            p.legs_made -= 1
            drop_leg(p, following)
            if route.if_busy == KEEP:
                return KEPT
            outcome = UNRESOLVED_BUSY
    if outcome != TRANSFERRED:
        leaves(p, leg, outcome, now_s)
        return outcome
    leg.outcome = TRANSFERRED
    if leg.queue.group != queue.group:
        give_line_back(p, leg)
        following.group = NOBODY
    if route.warm:
        leg.phase = HELD
        following.holder = leg.index
        following.handover_s = route.handover_s
        if leg.queue.chat:
            put_aside(p, leg)
    enter(p, following, now_s)
    return TRANSFERRED


cdef void go_on_alone(Play* p, Leg* leg, double talk_s, double now_s) noexcept nogil:
    """Nobody is free to take it over: the adviser goes on himself."""
    if leg.queue.chat:
        leg.left_s, leg.settled_s = talk_s, now_s
        go_on(p, leg, now_s)
    else:
        talk(p, leg, talk_s, now_s)


# Interrupting


cdef void interrupt(Play* p, Leg* work, Leg* leg, double now_s) noexcept nogil:
    """The adviser puts back what he has in hand, and takes the leg."""
    cdef Adviser* adviser = work.adviser
    cdef Desk* desk = adviser.desk
    cdef Leg* again = new_leg(p)
    cdef int index = again.index
    forget_talk(p, work)
    call_off(p, 2 * work.index)
    memcpy(again, work, sizeof(Leg))
    again.index = index
    again.number += 1
    again.entry = RESUMED
    again.work_s = work.end_s - now_s
    again.work_desk = desk.index
    again.returns = 0
    if work.route == NOBODY:
        again.kept_talk_s = again.kept_wrap_s = 0.0
    desk.in_hand[work.queue.index] -= 1
    work.outcome, work.end_s = INTERRUPTED, now_s
    answered(p, work, now_s)
    adviser.held = 0
    adviser.since_s = now_s
    answer(p, adviser, leg, now_s)
    if is_able(adviser):
        fill_alone(p, adviser, now_s)
    offer(p, again, now_s)


# Chats


cdef void begin_chat(Play* p, Adviser* adviser, Leg* leg, double talk_s, double now_s) noexcept nogil:
    """One more chat for the adviser: all go on at another speed."""
    settle(p, adviser, now_s)
    adviser.held += 1
    adviser.since_s = now_s
    adviser.chatting = True
    leg.left_s, leg.settled_s = talk_s, now_s
    take_up(p, adviser, leg)
    all_go_on(p, adviser, now_s)


cdef void end_chat(Play* p, Adviser* adviser, Leg* leg, double now_s) noexcept nogil:
    """One chat fewer."""
    withdraw(p, adviser)
    if leg.has_work:
        put_aside(p, leg)
    settle(p, adviser, now_s)
    adviser.held -= 1
    adviser.since_s = now_s
    adviser.chatting = adviser.held > 0
    all_go_on(p, adviser, now_s)


# How legs come that are not the first


cdef Leg* later_leg(Play* p, const Leg* before, Queue* queue, double entered_s) noexcept nogil:
    """The customer's next leg, in a queue; its class is known, and what chance says of it."""
    cdef Leg* leg = new_leg(p)
    leg.queue = queue
    leg.origin, leg.customer, leg.row = before.origin, before.customer, before.row
    leg.number = before.number + 1
    leg.attempt = before.attempt
    leg.entered_s = entered_s
    leg.class_row = row_in(p, leg)
    leg.priority = p.classes[leg.class_row].priority
    if queue.own_share > 0.0:
        leg.own = own_number(p, leg)
    draw(p, leg)
    return leg


cdef Leg* handed_on(Play* p, const Leg* before, const Route* route, double now_s) noexcept nogil:
    """The leg that a transfer makes of this one."""
    cdef Leg* leg = later_leg(p, before, &p.queues[route.queue], now_s)
    leg.entry = route.entry
    leg.hops = before.hops + 1
    leg.from_desk = before.adviser.desk.index
    leg.group = before.group
    leg.factor = route.factor
    leg.identify_s = route.identify_s
    leg.brought_s = route.credit_s
    if leg.brought_s < 0.0:
        leg.brought_s = before.start_s - before.entered_s + before.brought_s
    if route.priority >= 0:
        leg.priority = route.priority
    leg.since_s = now_s - (p.classes[leg.class_row].credit_s + leg.brought_s)
    return leg


cdef Leg* called(Play* p, const Leg* before, double at_s, int tries) noexcept nogil:
    """The leg in which the customer is called back."""
    cdef Leg* leg = later_leg(p, before, before.queue, at_s)
    leg.entry = CALLBACK
    leg.tries = tries
    leg.hops, leg.from_desk, leg.priority = before.hops, before.from_desk, before.priority
    leg.factor, leg.identify_s, leg.brought_s = before.factor, before.identify_s, before.brought_s
    leg.since_s = at_s - (before.entered_s - before.since_s)
    return leg


cdef void comes_back(Play* p, Leg* leg, double now_s) noexcept nogil:
    """The customer is there again, or is to be called once more."""
    if leg.entry == CALLBACK:
        offer(p, leg, now_s)
    else:
        enter(p, leg, now_s)


# What happens after a leg


cdef int follow(Play* p, const Leg* leg, int outcome, double end_s) noexcept nogil:
    """Redial or repeat contact after a leg that ended so; gives what follows."""
    cdef const Return* rule
    cdef Queue* queue
    cdef Leg* back
    cdef double at_s
    cdef int kind
    if ABANDONED <= outcome <= BALKED:
        kind = 0
    elif outcome == UNRESOLVED or UNRESOLVED_CLOSED <= outcome <= UNRESOLVED_LIMIT or outcome == UNRESOLVED_BUSY:
        kind = 1
    else:
        return 0
    rule = &leg.queue.returns[kind]
    if rule.share <= 0.0 or chance(p, leg, _draws.RETURN) >= rule.share:
        return 0
    if leg.attempt + 1 >= rule.at_most:
        return AT_LIMIT
    queue = &p.queues[rule.queue]
    at_s = delay_s(p, leg, kind)
    at_s = after(queue, end_s, at_s) if rule.working else end_s + at_s
    if at_s >= p.end_s:
        return PENDING
    back = later_leg(p, leg, queue, at_s)
    back.entry = REDIAL + kind
    back.attempt = leg.attempt + 1
    if rule.same_patience:
        back.patience_s = leg.patience_s
    back.since_s = at_s - p.classes[back.class_row].credit_s
    await_return(p, back)
    return COMES_BACK


cdef int try_again(Play* p, const Leg* leg, double end_s) noexcept nogil:
    """Another try of a callback that the customer did not answer."""
    cdef double at_s
    if leg.tries + 1 >= leg.queue.callback_tries:
        return AT_LIMIT
    at_s = after(leg.queue, end_s, leg.queue.callback_retry_s)
    if at_s >= p.end_s:
        return PENDING
    await_return(p, called(p, leg, at_s, leg.tries + 1))
    return COMES_BACK


cdef void await_return(Play* p, Leg* leg) noexcept nogil:
    leg.phase = COMES
    schedule(p, 2 * leg.index, leg.entered_s, RETURN)


cdef void ring_ends(Play* p, Leg* leg, double now_s) noexcept nogil:
    """Nobody answered."""
    leg.outcome = NOT_REACHED
    leg.returns = try_again(p, leg, now_s)
    release(p, leg, now_s)


# Opening, closing and staffing


cdef void queue_changes(Play* p, Queue* queue, bint opens, double now_s) noexcept nogil:
    """The queue opens or closes."""
    cdef int i
    queue.open = opens
    if queue.open and not queue.live:
        for i in range(queue.taker_first, queue.taker_last):
            fill(p, &p.desks[p.takers[i].desk], now_s)
    elif queue.live and not queue.open:
        if queue.drops:
            drop(p, queue, now_s)
        for i in range(queue.taker_first, queue.taker_last):
            if p.desks[p.takers[i].desk].overtime:  # until now it was not to take them
                fill(p, &p.desks[p.takers[i].desk], now_s)


cdef void drop(Play* p, Queue* queue, double now_s) noexcept nogil:
    """Nobody is to be taken by an adviser whom the drop of another sets free: so first all are dropped."""
    cdef int i, holder, held = NOBODY, last = NOBODY
    cdef Leg* leg
    if queue.waiting == 0:
        return
    for i in range(p.leg_room):
        leg = &p.legs[i]
        if leg.phase == WAITS and leg.queue == queue:
            leave(p, leg)
            let_heap_grow(p, &p.order)
            if p.failure != NONE:
                return
            heap_push(p, &p.order, p.line_place, leg.entered_s, 0, i, 0)
    while p.order.n > 0:
        leg = &p.legs[p.order.a[0].ref]
        heap_remove(p, &p.order, p.line_place, 0, 0)
        holder = leg.holder
        give_line_back(p, leg)
        unanswered(p, leg, now_s, DROPPED)
        if holder != NOBODY:  # in a list, by a field that a held leg has no use for
            p.legs[holder].overflow = NOBODY
            if last == NOBODY:
                held = holder
            else:
                p.legs[last].overflow = holder
            last = holder
    while held != NOBODY:
        holder = held
        held = p.legs[holder].overflow
        release(p, &p.legs[holder], now_s)


cdef void staffing_changes(Play* p, Desk* desk, int interval, double now_s) noexcept nogil:
    """An interval of the desk starts, or the desk closes."""
    cdef int target = 0
    cdef const uint8_t* present = NULL
    if interval == NOBODY and desk.target > 0 and has_late_work(p, desk):
        desk.overtime = True
        p.overtimes += 1
    else:
        if desk.overtime:
            desk.overtime = False
            p.overtimes -= 1
        if interval != NOBODY:
            target = <int>p.staffing[<int64_t>interval * p.desk_count + desk.index]
            if desk.present != NULL:
                present = desk.present + p.day[interval] * desk.numbers
        set_target(p, desk, target, present, now_s)
    fill(p, desk, now_s)


cdef void end_overtime(Play* p, double now_s) noexcept nogil:
    """Send home the desks in overtime that have nothing left to stay for."""
    cdef int d
    for d in range(p.desk_count):
        if p.desks[d].overtime and not has_late_work(p, &p.desks[d]):
            p.desks[d].overtime = False
            p.overtimes -= 1
            set_target(p, &p.desks[d], 0, NULL, now_s)


cdef void finish(Play* p) noexcept nogil:
    """Write down who still waits, who is held for them, and who is still on the floor."""
    cdef double last_s = max(p.now_s, p.end_s)
    cdef int i, holder
    cdef Leg* leg
    for i in range(p.leg_room):
        leg = &p.legs[i]
        if leg.phase == WAITS:
            holder = leg.holder
            leave(p, leg)
            unanswered(p, leg, max(p.end_s, leg.entered_s), WAITING)
            if holder != NOBODY:
                answered(p, &p.legs[holder], last_s)
    for i in range(p.adviser_count):
        if p.advisers[i].on_floor:
            duty(p, &p.advisers[i], last_s)


# The numbers of chance


cdef void draw(Play* p, Leg* leg) noexcept nogil:
    """What chance says of a later leg."""
    cdef _draws.Leg numbers
    if p.source == NULL:
        ask_numbers(p, leg)
        return
    _draws.draw(p.source, leg.origin, leg.customer, leg.number, leg.queue.index, leg.class_row, &numbers)
    leg.patience_s, leg.base_handle_s = numbers.patience_s, numbers.base_handle_s
    leg.transfer_u, leg.resolved_u = numbers.transfer_u, numbers.resolved_u
    if leg.queue.equal_rank >= RANDOM:
        leg.equal_rank_u = chance(p, leg, _draws.EQUAL_RANK)


cdef double chance(Play* p, const Leg* leg, int purpose) noexcept nogil:
    """The leg's number in (0, 1) for a purpose."""
    if p.source == NULL:
        return ask_chance(p, leg, leg.number, purpose)
    return _draws.chance(p.source, leg.origin, leg.customer, leg.number, purpose)


cdef double delay_s(Play* p, const Leg* leg, int kind) noexcept nogil:
    """The time until the customer comes back."""
    if p.source == NULL:
        return ask_delay(p, leg, kind)
    return _draws.return_delay_s(p.source, leg.origin, leg.customer, leg.number, kind, leg.queue.index)


cdef int own_number(Play* p, const Leg* leg) noexcept nogil:
    """The number of the customer's own adviser in a queue that has such; NOBODY: he has none."""
    cdef double u
    if p.source == NULL:
        if ask_chance(p, leg, 0, _draws.OWN) >= leg.queue.own_share:
            return NOBODY
        return <int>(ask_chance(p, leg, 0, _draws.OWN_NUMBER) * leg.queue.own_of)
    u = _draws.chance(p.source, leg.origin, leg.customer, 0, _draws.OWN)
    if u >= leg.queue.own_share:
        return NOBODY
    return <int>(_draws.chance(p.source, leg.origin, leg.customer, 0, _draws.OWN_NUMBER) * leg.queue.own_of)


cdef int row_in(Play* p, const Leg* leg) noexcept nogil:
    """The customer's class row in the leg's queue."""
    if leg.queue.class_last == leg.queue.class_first + 1:
        return leg.queue.class_first
    if p.source == NULL:
        return ask_class(p, leg)
    return <int>_draws.class_of(p.source, leg.origin, leg.customer, leg.queue.index)


# The same from draws made in Python


cdef void ask_numbers(Play* p, Leg* leg) noexcept with gil:
    try:
        numbers = (<object>p.draws).later(leg.origin, leg.customer, leg.number, leg.queue.index, leg.class_row)
        leg.patience_s, leg.base_handle_s, leg.transfer_u, leg.resolved_u, leg.equal_rank_u = numbers
    except BaseException as error:
        refuse(p, error)


cdef double ask_chance(Play* p, const Leg* leg, int number, int purpose) noexcept with gil:
    try:
        return (<object>p.draws).chance(leg.origin, leg.customer, number, purpose)
    except BaseException as error:
        refuse(p, error)
        return 0.5


cdef double ask_delay(Play* p, const Leg* leg, int kind) noexcept with gil:
    try:
        return (<object>p.draws).return_delay_s(leg.origin, leg.customer, leg.number, kind, leg.queue.index)
    except BaseException as error:
        refuse(p, error)
        return 0.0


cdef int ask_class(Play* p, const Leg* leg) noexcept with gil:
    cdef int row
    try:
        row = (<object>p.draws).class_of(leg.origin, leg.customer, leg.queue.index)
        if not leg.queue.class_first <= row < leg.queue.class_last:
            raise IndexError(f"class row {row} is not one of queue {leg.queue.index}")
        return row
    except BaseException as error:
        refuse(p, error)
        return leg.queue.class_first


cdef int refuse(Play* p, error) except -1:
    (<list>p.errors).append(error)
    fail(p, NO_NUMBERS)
    return 0


# The loop


cdef void run(Play* p) noexcept nogil:
    """Each event in its turn, until none is left."""
    cdef double event_s, arrival_s, change_s
    cdef const Change* change
    cdef int event, kind
    while p.failure == NONE:
        if p.unused_count < MOST_NEW_LEGS:
            let_legs_grow(p)
            continue
        event_s = p.events.a[0].key if p.events.n > 0 else INFINITY
        arrival_s = p.arrival_s[p.next_queue]
        change_s = p.changes[p.change].at_s if p.change < p.change_count else INFINITY
        # at one instant changes come first and first arrivals last
        if change_s <= event_s and change_s <= arrival_s:
            if change_s == INFINITY:
                break
            p.now_s = change_s
            change = &p.changes[p.change]
            p.change += 1
            if change.kind == OPENING:
                queue_changes(p, &p.queues[change.place], change.number, change_s)
            else:
                staffing_changes(p, &p.desks[change.place], change.number, change_s)
        elif event_s <= arrival_s:
            check(p, event_s >= p.now_s, b"time does not run back")
            p.now_s = event_s
            kind = p.events.a[0].tie
            event = next_event(p)
            happen(p, &p.legs[event >> 1], kind, event_s)
        else:
            p.now_s = arrival_s
            arrival(p, &p.queues[p.next_queue], arrival_s)
        if p.overtimes:
            end_overtime(p, p.now_s)
        if p.events.hole:
            close_hole(p)
        if CHECKED:
            check_some(p)
    if p.failure == NONE:
        finish(p)


cdef inline void happen(Play* p, Leg* leg, int kind, double now_s) noexcept nogil:
    """An event of a leg."""
    if kind == SERVICE_END:
        if leg.phase == TALKS:
            talk_ends(p, leg, now_s)
        elif leg.phase == RINGS:
            ring_ends(p, leg, now_s)
        else:
            release(p, leg, now_s)
    elif kind == PATIENCE_END:
        patience_ends(p, leg, now_s)
    elif kind == RETURN:
        comes_back(p, leg, now_s)
    elif leg.for_own:
        own_wait_ends(p, leg, now_s)
    else:
        overflow(p, leg, now_s)


cdef void check_some(Play* p) noexcept nogil:
    """Check everything after each event; in a large centre not so often: 400 legs and advisers an event."""
    p.unchecked += 1
    if p.unchecked * CHECKED_AT_ONCE >= p.leg_room + p.adviser_count:
        p.unchecked = 0
        check_all(p)


cdef void check_all(Play* p) noexcept nogil:
    """The assertions of the checked build: order of heaps, conservation, nobody booked twice."""
    cdef int i, held, in_hand = 0, coming = 0, q, leg
    cdef bint listed
    cdef int64_t waiting, in_lines = 0
    cdef Adviser* adviser
    cdef Desk* desk
    check_heap(p, &p.events, p.event_place, 1)
    for i in range(p.line_count):
        check_heap(p, &p.lines[i].heap, p.line_place, 0)
        check_line(p, &p.lines[i])
        in_lines += p.lines[i].heap.n
        leg = p.lines[i].first
        while leg != NOBODY:
            in_lines += 1
            leg = p.legs[leg].next
    waiting = 0
    for q in range(p.queue_count):
        waiting += p.queues[q].waiting
    check(p, waiting == in_lines, b"who waits is in one line")
    for i in range(p.desk_count):
        desk = &p.desks[i]
        for held in range(desk.slots):
            check_heap(p, &desk.able[held], p.able_place, -1)
        check_heap(p, &desk.talks, p.talk_place, -1)
        for q in range(p.queue_count):
            in_hand += desk.in_hand[q]
        check(p, 0 <= desk.to_leave <= desk.on_floor, b"only those on the floor are to leave")
    held = 0
    for i in range(p.adviser_count):
        adviser = &p.advisers[i]
        if adviser.on_floor:
            held += adviser.held
            check(p, 0 <= adviser.held <= adviser.desk.slots, b"no adviser holds more than he may")
            check(p, adviser.chatting or adviser.held <= 1, b"no adviser has two exclusive contacts")
            listed = p.able_place[i] != NOBODY
            check(p, listed == is_able(adviser), b"the able are listed, and nobody else")
        else:
            check(p, p.able_place[i] == NOBODY, b"who is off the floor is not able")
    check(p, held == in_hand, b"each contact in hand is in one adviser's hands")
    for i in range(p.leg_room):
        coming += p.legs[i].phase == COMES
    check(p, p.leg_room - p.unused_count == waiting + in_hand + coming, b"every contact is somewhere")


# Its face in Python


cdef void* zeros(size_t items, size_t item) except NULL:
    cdef void* memory = calloc(items + 1, item)
    if memory == NULL:
        raise MemoryError
    return memory


@cython.auto_pickle(False)
cdef class Centre:
    """The centre before anybody is in it: what does not change from run to run, in C.

    Parameters
    ----------
    plan : dict of arrays
        See ``simcenter.simulation.compiled_engine``: rows of each struct, one array a field.
    max_legs : int
    end_s : float
    """

    cdef int queue_count, desk_count, class_count, group_count, max_legs
    cdef double end_s
    cdef Queue* queues
    cdef Desk* desks
    cdef Taker* takers
    cdef Taker* overflows
    cdef Offer* offers
    cdef Serving* servings
    cdef Cell* cells
    cdef Route* routes
    cdef CustomerClass* classes
    cdef Period* periods
    cdef Change* changes
    cdef int64_t change_count
    cdef double* speeds
    cdef int64_t* lines
    cdef int64_t* day

    def __cinit__(self, dict plan, int max_legs, double end_s):
        self.max_legs = max_legs
        self.end_s = end_s
        self.set_desks(plan)
        self.set_routes(plan)
        self.set_changes(plan)
        self.set_queues(plan)  # these point at periods and cells

    def __dealloc__(self):
        free(self.queues)
        free(self.desks)
        free(self.takers)
        free(self.overflows)
        free(self.offers)
        free(self.servings)
        free(self.cells)
        free(self.routes)
        free(self.classes)
        free(self.periods)
        free(self.changes)
        free(self.speeds)
        free(self.lines)
        free(self.day)

    cdef int set_desks(self, dict plan) except -1:
        cdef Py_ssize_t i
        cdef Desk* desk
        self.desk_count = len(plan["slots"])
        self.desks = <Desk*>zeros(self.desk_count, sizeof(Desk))
        for i in range(self.desk_count):
            desk = &self.desks[i]
            desk.index = <int>i
            desk.slots, desk.relative, desk.interruptible = (
                plan[name][i] for name in ("slots", "relative", "has_interruptible")
            )
            desk.offer_first, desk.offer_last = plan["offer_first"][i], plan["offer_first"][i + 1]
        self.offers = <Offer*>zeros(len(plan["offer_queue"]), sizeof(Offer))
        for i in range(len(plan["offer_queue"])):
            self.offers[i].queue, self.offers[i].priority = plan["offer_queue"][i], plan["offer_priority"][i]
            self.offers[i].after_s, self.offers[i].min_idle = plan["offer_after_s"][i], plan["offer_min_idle"][i]
        self.servings = <Serving*>zeros(len(plan["speed"]), sizeof(Serving))
        for i in range(len(plan["speed"])):
            self.servings[i].serves, self.servings[i].interruptible = plan["serves"][i], plan["interruptible"][i]
            self.servings[i].priority, self.servings[i].min_idle = plan["priority"][i], plan["min_idle"][i]
            self.servings[i].speed, self.servings[i].resolved = plan["speed"][i], plan["resolved"][i]
        return 0

    cdef int set_routes(self, dict plan) except -1:
        cdef Py_ssize_t i
        cdef Route* route
        self.routes = <Route*>zeros(len(plan["route_queue"]), sizeof(Route))
        for i in range(len(plan["route_queue"])):
            route = &self.routes[i]
            route.queue, route.entry, route.if_busy, route.warm, route.priority = (
                plan[f"route_{name}"][i] for name in ("queue", "entry", "if_busy", "warm", "priority")
            )
            route.cum, route.after_s, route.handover_s, route.factor, route.identify_s, route.credit_s = (
                plan[f"route_{name}"][i]
                for name in ("cum", "after_s", "handover_s", "factor", "identify_s", "credit_s")
            )
        self.cells = <Cell*>zeros(len(plan["route_first"]) - 1, sizeof(Cell))
        for i in range(len(plan["route_first"]) - 1):
            self.cells[i].first, self.cells[i].last = plan["route_first"][i], plan["route_first"][i + 1]
        self.class_count = len(plan["class_priority"])
        self.classes = <CustomerClass*>zeros(self.class_count, sizeof(CustomerClass))
        for i in range(self.class_count):
            self.classes[i].priority, self.classes[i].credit_s = plan["class_priority"][i], plan["class_credit_s"][i]
            self.classes[i].target_s = plan["class_target_s"][i]
        return 0

    cdef int set_changes(self, dict plan) except -1:
        cdef Py_ssize_t i
        cdef const double[::1] at_s = plan["change_s"]
        cdef const int64_t[::1] kind = plan["change_kind"], place = plan["change_place"], number = plan["change_number"]
        cdef const int64_t[::1] day = plan["day"], lines = plan["line_count"]
        self.change_count = at_s.shape[0]
        self.changes = <Change*>zeros(at_s.shape[0], sizeof(Change))
        for i in range(at_s.shape[0]):
            self.changes[i].at_s, self.changes[i].kind = at_s[i], <int>kind[i]
            self.changes[i].place, self.changes[i].number = <int>place[i], <int>number[i]
        self.day = <int64_t*>zeros(day.shape[0], sizeof(int64_t))
        for i in range(day.shape[0]):
            self.day[i] = day[i]
        self.group_count = <int>lines.shape[0]
        self.lines = <int64_t*>zeros(lines.shape[0], sizeof(int64_t))
        for i in range(lines.shape[0]):
            self.lines[i] = lines[i]
        self.periods = <Period*>zeros(len(plan["period_start_s"]), sizeof(Period))
        for i in range(len(plan["period_start_s"])):
            self.periods[i].start_s, self.periods[i].end_s = plan["period_start_s"][i], plan["period_end_s"][i]
            self.periods[i].until_s = plan["period_until_s"][i]
        return 0

    cdef int set_queues(self, dict plan) except -1:
        cdef Py_ssize_t i, kind, slots
        cdef Queue* queue
        cdef const double[:, ::1] speeds = plan["speeds"]
        self.queue_count = len(plan["live"])
        self.queues = <Queue*>zeros(self.queue_count, sizeof(Queue))
        self.takers = takers(plan["taker_rank"], plan["taker_desk"], plan["taker_after_s"])
        self.overflows = takers(plan["overflow_rank"], plan["overflow_desk"], plan["overflow_after_s"])
        slots = speeds.shape[1]
        self.speeds = <double*>zeros(self.queue_count * slots, sizeof(double))
        for i in range(self.queue_count):
            memcpy(&self.speeds[i * slots], &speeds[i, 0], slots * sizeof(double))
            queue = &self.queues[i]
            queue.index = <int>i
            queue.speeds = &self.speeds[i * slots]
            queue.live, queue.chat, queue.drops, queue.interrupts, queue.equal_rank, queue.room = (
                plan[name][i] for name in ("live", "chat", "drops", "interrupts", "equal_rank", "room")
            )
            queue.hands_on, queue.may_fail = plan["hands_on"][i], plan["may_fail"][i]
            queue.wrap_share, queue.mean_handle_s, queue.balking = (
                plan[name][i] for name in ("wrap_share", "mean_handle_s", "balking")
            )
            queue.taker_first, queue.taker_last = plan["taker_first"][i], plan["taker_first"][i + 1]
            queue.overflow_first, queue.overflow_last = plan["overflow_first"][i], plan["overflow_first"][i + 1]
            queue.class_first, queue.class_last = plan["class_first"][i], plan["class_first"][i + 1]
            queue.group, queue.appointment_priority = plan["line_group"][i], plan["appointment_priority"][i]
            queue.callback_over_s, queue.callback_accepted, queue.callback_reached, queue.callback_tries = (
                plan[f"callback_{name}"][i] for name in ("over_s", "accepted", "reached", "tries")
            )
            queue.callback_retry_s, queue.callback_ring_s = plan["callback_retry_s"][i], plan["callback_ring_s"][i]
            queue.own_share, queue.own_desk, queue.own_of, queue.own_wait_s = (
                plan[f"own_{name}"][i] for name in ("share", "desk", "of", "wait_s")
            )
            queue.misrouted = self.cells[self.desk_count * self.class_count + i]
            for kind in range(2):
                queue.returns[kind].share, queue.returns[kind].queue = (
                    plan["return_share"][kind, i], plan["return_queue"][kind, i]
                )
                queue.returns[kind].at_most, queue.returns[kind].working = (
                    plan["return_at_most"][kind, i], plan["return_working"][kind, i]
                )
            queue.returns[0].same_patience = plan["return_same_patience"][i]
            queue.periods = &self.periods[<Py_ssize_t>plan["period_first"][i]]
            queue.period_count = plan["period_first"][i + 1] - plan["period_first"][i]
            queue.line = NOBODY
        return 0

    def play(
        self,
        const int64_t[:, ::1] staffing,
        const int64_t[::1] numbers,
        list present,
        Customers customers,
        object draws,
        bint again,
    ):
        """Play one replication: the columns of the log by name.

        Parameters
        ----------
        staffing : int64[T, D]
            Advisers that there are to be.
        numbers : int64[D]
            How many advisers a desk may have; more than any of its ``staffing``.
        present : list of bool[days, numbers] or None
            Which of a desk's advisers are there on which day; None: all, always.
        customers : Customers
            Who comes first.
        draws : Draws
            Asked for the numbers of later legs.
        again : bool
            Whether the same customers are to be played again; if not, the log takes their room.
        """
        cdef Play p
        cdef int64_t i
        cdef list errors = []
        if customers.queue_count != self.queue_count or staffing.shape[1] != self.desk_count:
            raise ValueError("customers must be of each queue, staffing of each desk")
        for i in range(self.change_count):
            if self.changes[i].kind == STAFFING and self.changes[i].number >= staffing.shape[0]:
                raise ValueError("staffing must have a row for each interval")
        memset(&p, 0, sizeof(Play))
        p.draws, p.errors = <void*>draws, <void*>errors
        source = getattr(draws, "source", None)
        if isinstance(source, LegSource):
            p.source = &(<LegSource>source).source
        try:
            self.set_stage(&p, staffing)
            self.set_floor(&p, numbers, present)
            columns = self.set_customers(&p, customers)
            with nogil:
                run(&p)
            if p.failure == NO_NUMBERS:
                raise errors[0]
            if p.failure == BROKEN:
                raise AssertionError(f"{(<bytes>p.broken).decode()} (at {p.now_s} s)")
            if p.failure == NO_MEMORY:
                raise MemoryError
            if not again:
                customers.let_go()
            return finished(&p, columns)
        finally:
            clear(&p)

    cdef int set_stage(self, Play* p, const int64_t[:, ::1] staffing) except -1:
        cdef int queues = self.queue_count, desks = self.desk_count
        p.end_s, p.max_legs = self.end_s, self.max_legs
        p.queue_count, p.desk_count, p.class_count = queues, desks, self.class_count
        p.takers, p.overflows, p.offers = self.takers, self.overflows, self.offers
        p.servings, p.cells, p.routes, p.classes = self.servings, self.cells, self.routes, self.classes
        p.changes, p.change_count, p.day = self.changes, self.change_count, self.day
        p.staffing = &staffing[0, 0] if staffing.shape[0] and staffing.shape[1] else NULL
        p.unused = NOBODY
        p.queues = <Queue*>zeros(queues, sizeof(Queue))
        memcpy(p.queues, self.queues, queues * sizeof(Queue))
        p.desks = <Desk*>zeros(desks, sizeof(Desk))
        memcpy(p.desks, self.desks, desks * sizeof(Desk))
        p.free_lines = <int64_t*>zeros(self.group_count, sizeof(int64_t))
        memcpy(p.free_lines, self.lines, self.group_count * sizeof(int64_t))
        p.in_hand = <int*>zeros(desks * queues, sizeof(int))
        p.waiting_from = <int*>zeros(queues * (desks + 1), sizeof(int))
        p.arrival_s = <double*>zeros(queues, sizeof(double))
        return 0

    cdef int set_floor(self, Play* p, const int64_t[::1] numbers, list present) except -1:
        cdef int i, k, advisers = 0, heaps = 0
        cdef Desk* desk
        cdef Adviser* adviser
        cdef const uint8_t[:, ::1] there
        for i in range(self.desk_count):
            p.desks[i].numbers = <int>numbers[i]
            advisers += p.desks[i].numbers
            heaps += p.desks[i].slots
        p.adviser_count = advisers
        p.advisers = <Adviser*>zeros(advisers, sizeof(Adviser))
        p.able_place = places(advisers)
        p.talk_place = places(advisers)
        p.able = <Heap*>zeros(heaps, sizeof(Heap))
        p.able_count = heaps
        advisers = heaps = 0
        for i in range(self.desk_count):
            desk = &p.desks[i]
            desk.advisers = &p.advisers[advisers]
            desk.able = &p.able[heaps]
            desk.in_hand = &p.in_hand[i * self.queue_count]
            if present[i] is not None:
                there = present[i]
                if there.shape[1] != desk.numbers:
                    raise ValueError("present must tell of each adviser")
                desk.present = &there[0, 0] if there.shape[1] else NULL
            for k in range(desk.numbers):
                adviser = &desk.advisers[k]
                adviser.desk, adviser.number, adviser.index = desk, k, advisers + k
                adviser.line = adviser.leg = adviser.chat = NOBODY
            for k in range(desk.slots):
                set_heap(&desk.able[k], desk.numbers)
            if desk.interruptible:
                set_heap(&desk.talks, desk.numbers)
            advisers += desk.numbers
            heaps += desk.slots
        return 0

    cdef dict set_customers(self, Play* p, Customers customers):
        """Who comes first; returns the log's columns of first legs, some of which are still to be written."""
        cdef int i
        cdef int64_t count = customers.count
        cdef Queue* queue
        cdef bint own = False, returns = False, predicts = False
        cdef dict columns = customers.columns.copy()
        for i in range(self.queue_count):
            queue = &p.queues[i]
            queue.first = customers.first[i]
            own |= queue.own_share > 0.0
            returns |= queue.returns[0].share > 0.0 or queue.returns[1].share > 0.0
            predicts |= queue.callback_over_s < INFINITY
            p.arrival_s[i] = queue.first.arrival_s[0] if queue.first.n else INFINITY
        await_arrival(p)
        p.first_count = count
        p.first.desk = <int64_t*>column(columns, "desk", count)
        p.first.adviser = <int64_t*>column(columns, "adviser", count)
        p.first.outcome = <int64_t*>column(columns, "outcome", count)
        p.first.start_s = <double*>column(columns, "start_s", count)
        p.first.end_s = <double*>column(columns, "end_s", count)
        p.first.freed_s = <double*>column(columns, "freed_s", count)
        if own:
            p.first.own_adviser = <int64_t*>column(columns, "own_adviser", count)
        if returns:
            p.first.returns = <int64_t*>column(columns, "returns", count)
        if predicts:
            p.first.predicted_s = <double*>column(columns, "predicted_s", count)
        return columns


@cython.auto_pickle(False)
cdef class Customers:
    """The first legs of every queue as a run reads them, and what the log says of them before anything happens.

    Parameters
    ----------
    centre : Centre
    legs : list of FirstLegs
        Of each queue; who comes in it may have another order than the customers' numbers.
    """

    cdef int queue_count
    cdef int64_t count
    cdef FirstLegs* first
    cdef list arrays  # what these point into
    cdef dict columns

    def __cinit__(self, Centre centre, list legs):
        cdef int i
        cdef bint plain = True
        cdef list orders = []
        if len(legs) != centre.queue_count:
            raise ValueError("first legs must be of each queue")
        self.queue_count = centre.queue_count
        self.first = <FirstLegs*>zeros(self.queue_count, sizeof(FirstLegs))
        self.arrays = []
        for i in range(self.queue_count):
            self.first[i].row = self.count
            orders.append(self.set_first(&self.first[i], legs[i], &centre.queues[i]))
            self.count += self.first[i].n
            plain &= orders[i] is None
        self.columns = known(legs, orders, self.count, plain, centre.class_count == self.queue_count)

    def __dealloc__(self):
        free(self.first)

    @property
    def nbytes(self):
        """Memory that it takes, whoever else has it too."""
        cdef dict each = {}
        for array in [*self.arrays, *self.columns.values()]:
            if array.size and array.strides[0]:
                each[array.__array_interface__["data"][0]] = array.nbytes
        return sum(each.values())

    cdef int let_go(self) except -1:
        """They are played, and not again: what the log does not hold goes."""
        self.arrays, self.columns = [], {}
        self.queue_count = -1
        return 0

    cdef object set_first(self, FirstLegs* out, object legs, const Queue* queue):
        """One queue's. Returns the customers' order by number; None: all are first arrivals, numbered as they come."""
        cdef int64_t k
        cdef bint usual = numbered_as_they_come(legs.customer, legs.entry)
        out.n = len(legs.arrival_s)
        out.arrival_s = self.doubles(legs.arrival_s, out.n)
        out.patience_s = self.doubles(legs.patience_s, out.n)
        out.base_handle_s = self.doubles(legs.base_handle_s, out.n)
        out.transfer_u = self.doubles(legs.transfer_u, out.n)
        out.resolved_u = self.doubles(legs.resolved_u, out.n)
        if queue.equal_rank >= RANDOM:
            out.equal_rank_u = self.doubles(legs.equal_rank_u, out.n)
        out.plain = usual and queue.class_last == queue.class_first + 1
        if out.plain:
            return None
        out.customer = self.whole(legs.customer, out.n)
        out.class_row = self.whole(legs.class_row, out.n)
        out.entry = self.whole(legs.entry, out.n)
        for k in range(out.n):
            if not queue.class_first <= out.class_row[k] < queue.class_last:
                raise IndexError(f"class row {out.class_row[k]} is not one of queue {queue.index}")
        if usual:
            return None
        order = np.argsort(legs.customer)
        place = np.empty(out.n, np.int64)
        place[order] = np.arange(out.n)
        out.place = self.whole(place, out.n)
        return order

    cdef const double* doubles(self, object numbers, int64_t n) except? NULL:
        """Where they begin; the array is kept."""
        array = np.ascontiguousarray(numbers)
        cdef const double[::1] view = array
        if view.shape[0] != n:
            raise ValueError("the arrays of first legs must have one length")
        self.arrays.append(array)
        return &view[0] if n else NULL

    cdef const int64_t* whole(self, object numbers, int64_t n) except? NULL:
        array = np.ascontiguousarray(numbers)
        cdef const int64_t[::1] view = array
        if view.shape[0] != n:
            raise ValueError("the arrays of first legs must have one length")
        self.arrays.append(array)
        return &view[0] if n else NULL


cdef bint numbered_as_they_come(const int64_t[:] customer, const int64_t[:] entry) except -1:
    """Whether they are first arrivals numbered as they come, all of them."""
    cdef Py_ssize_t k
    if customer.shape[0] != entry.shape[0]:
        raise ValueError("the arrays of first legs must have one length")
    for k in range(customer.shape[0]):
        if customer[k] != k or entry[k] != FIRST:
            return False
    return True


cdef Taker* takers(const int64_t[::1] rank, const int64_t[::1] desk, const double[::1] after_s) except NULL:
    cdef Taker* out = <Taker*>zeros(rank.shape[0], sizeof(Taker))
    cdef Py_ssize_t i
    for i in range(rank.shape[0]):
        out[i].rank, out[i].desk, out[i].after_s = <int>rank[i], <int>desk[i], after_s[i]
    return out


cdef int* places(size_t items) except NULL:
    """Room for the place of each item in a heap: nowhere yet."""
    cdef int* out = <int*>zeros(items, sizeof(int))
    memset(out, 255, items * sizeof(int))
    return out


cdef int set_heap(Heap* heap, int room) except -1:
    heap.a = <Entry*>zeros(room, sizeof(Entry))
    heap.room = room
    return 0


cdef void* column(dict columns, str name, int64_t count) except? NULL:
    """A new column of the log, to be written."""
    cdef int64_t[::1] view
    numbers = np.empty(count, np.int64)
    columns[name] = numbers.view(np.float64) if name.endswith("_s") else numbers
    view = numbers
    return &view[0] if count else NULL


cdef dict known(list legs, list orders, int64_t count, bint usual, bint one_class):
    """What is known of first legs before anything happens. What is the same in all of them takes no memory."""
    cdef list sizes = [len(first.arrival_s) for first in legs]
    nothing, nobody = same(0, count), same(NOBODY, count)
    origin = nothing if len(legs) == 1 else np.repeat(np.arange(len(legs), dtype=np.int64), sizes)
    if usual:
        entry = nothing
    else:  # who does not come to his appointment has one all the same
        entry = by_number("entry", legs, orders)
        entry = np.where(entry == NEVER_CAME, APPOINTMENT, entry)
    return {
        "origin": origin,
        "customer": by_number("customer", legs, orders),
        "attempt": nothing,
        "leg": nothing,
        "queue": origin,
        "from_desk": nobody,
        "entered_s": by_number("arrival_s", legs, orders),
        "entry": entry,
        "customer_class": origin if one_class else by_number("class_row", legs, orders),
        "own_adviser": nobody,
        "returns": nothing,
        "predicted_s": same(float("nan"), count),
    }


cdef object same(object number, int64_t count):
    """One number, shown many times."""
    return np.ndarray(count, np.float64 if isinstance(number, float) else np.int64, np.array(number), 0, (0,))


cdef object by_number(str name, list legs, list orders):
    """A column of first legs in the order of the customers' numbers, queue after queue."""
    cdef list parts = []
    for first, order in zip(legs, orders):
        column = getattr(first, name)
        parts.append(column if order is None else column[order])
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


cdef dict finished(Play* p, dict columns):
    """The log: later legs put behind the first of their customers, and stays on the floor in order."""
    cdef int64_t[:, ::1] rows
    check(p, p.first_written == p.first_count and p.legs_made == p.first_count + p.row_count, b"every leg has a row")
    if p.failure == BROKEN:
        raise AssertionError((<bytes>p.broken).decode())
    if p.row_count:
        rows = <int64_t[:p.row_count, :sizeof(Row) // sizeof(int64_t)]><int64_t*>p.rows
        key = np.asarray(rows[:, 0]) * (np.max(rows[:, 3]) + 1) + np.asarray(rows[:, 3])
        columns = merged(p, columns, np.argsort(key, kind="stable"))
    add_duties(p, columns)
    return columns


cdef int before_duty(const void* one, const void* other) noexcept nogil:
    """By desk, then begin, then adviser, then end: no two are in any order that qsort likes."""
    cdef const Duty* x = <const Duty*>one
    cdef const Duty* y = <const Duty*>other
    if x.desk != y.desk:
        return -1 if x.desk < y.desk else 1
    if x.start_s != y.start_s:
        return -1 if x.start_s < y.start_s else 1
    if x.adviser != y.adviser:
        return -1 if x.adviser < y.adviser else 1
    return -1 if x.end_s < y.end_s else x.end_s > y.end_s


cdef int add_duties(Play* p, dict columns) except -1:
    """Stays on the floor, in order."""
    cdef int64_t i, count = p.duty_count
    whole, seconds = np.empty((2, count), np.int64), np.empty((2, count))
    cdef int64_t[:, ::1] of_whom = whole
    cdef double[:, ::1] when = seconds
    if count:
        qsort(p.duties, count, sizeof(Duty), &before_duty)
    for i in range(count):
        of_whom[0, i], of_whom[1, i] = p.duties[i].desk, p.duties[i].adviser
        when[0, i], when[1, i] = p.duties[i].start_s, p.duties[i].end_s
    columns["duty_desk"], columns["duty_adviser"] = whole
    columns["duty_start_s"], columns["duty_end_s"] = seconds
    return 0


LATER = (
    "row", "origin", "customer", "leg", "queue", "from_desk", "desk", "adviser", "outcome", "entry", "attempt",
    "customer_class", "own_adviser", "returns", "entered_s", "start_s", "end_s", "freed_s", "predicted_s",
)  # what a Row holds, in its order


cdef dict merged(Play* p, dict columns, const int64_t[::1] order):
    """Columns with a row for each leg, from those of first legs: each is let go when its longer one is made."""
    cdef const int64_t[:] first
    cdef int64_t[::1] out
    cdef int64_t i, k, begin, end, place, count = p.first_count
    cdef int64_t width = sizeof(Row) // sizeof(int64_t)
    cdef int64_t* rows = <int64_t*>sorted_rows(p, order)
    for place in range(1, width):
        name = LATER[place]
        short = columns.pop(name)
        first = short.view(np.int64)
        whole = np.empty(count + p.row_count, np.int64)
        out = whole
        with nogil:
            begin = 0
            for i in range(p.row_count + 1):  # between two later legs, first legs one behind the other
                end = rows[i * width] + 1 if i < p.row_count else count
                for k in range(begin, end):
                    out[k + i] = first[k]
                if i < p.row_count:
                    out[end + i] = rows[i * width + place]
                begin = end
        columns[name] = whole.view(short.dtype)
    return columns


cdef Row* sorted_rows(Play* p, const int64_t[::1] order) except NULL:
    """The rows of later legs, put in order."""
    cdef Row* rows = <Row*>zeros(p.row_count, sizeof(Row))
    cdef int64_t i
    for i in range(p.row_count):
        rows[i] = p.rows[order[i]]
    free(p.rows)
    p.rows = rows
    return rows


cdef void clear(Play* p) noexcept:
    """Free all that a run took."""
    cdef int i
    for i in range(p.line_count):
        free(p.lines[i].heap.a)
    if p.able != NULL:
        for i in range(p.able_count):
            free(p.able[i].a)
    if p.desks != NULL:
        for i in range(p.desk_count):
            free(p.desks[i].talks.a)
    free(p.queues)
    free(p.desks)
    free(p.advisers)
    free(p.able_place)
    free(p.talk_place)
    free(p.able)
    free(p.in_hand)
    free(p.waiting_from)
    free(p.free_lines)
    free(p.arrival_s)
    free(p.legs)
    free(p.events.a)
    free(p.event_place)
    free(p.line_place)
    free(p.order.a)
    free(p.lines)
    free(p.rows)
    free(p.duties)
