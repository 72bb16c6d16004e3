# cython: autotestdict=False
"""The compiled engine: the rules of docs/rules.md as a loop over events, one function for each kind.

Functions have the names that they have in simcenter/simulation/simpy_engine.py, so that the two can be read side by
side; docs/compiled-engine.md explains the structs in the .pxd parts. Arguments are checked by
simcenter/simulation/compiled_engine.py.
"""
cimport cython
from libc.math cimport INFINITY
from libc.stdint cimport int64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, memset

from _engine_chat cimport SERVICE_END, all_go_on, go_on, put_aside, settle, take_up, to_grid
from _engine_floor cimport (
    first_able, go_home, has_late_work, is_able, set_target, stand_by, takes, withdraw
)
from _engine_heap cimport check_heap, heap_push, heap_remove, schedule, sift_down
from _engine_recorder cimport answered, duty, unanswered
from _engine_routing cimport RANDOM, adviser_for, contact_for
from _engine_state cimport (
    BROKEN, CHECKED, HELD, NOBODY, NO_MEMORY, NO_NUMBERS, NONE, TALKS, WRAPS_UP, Adviser, Change, Desk, Duty, Entry,
    FirstLegs, Heap, Leg, Offer, Play, Queue, Route, Row, Serving, Taker, check, fail, let_legs_grow, new_leg,
)
from _engine_waiting cimport join, leave, longest_waiting
from simcenter._draws cimport EQUAL_RANK, LegSource, chance
from simcenter._draws cimport Leg as Numbers
from simcenter._draws cimport draw as draw_numbers

import numpy as np

cdef enum:
    # Kinds of events, in their order at one instant; SERVICE_END is 2.
    OPENING = 0
    STAFFING = 1
    PATIENCE_END = 3
    OVERFLOW = 4
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
    TURNED_AWAY = 8
    DROPPED = 9
    WAITING = 11

cdef enum:
    # How a leg came: as Entry in simcenter/simulation/log.py.
    FIRST = 0
    TRANSFER = 1

cdef enum:
    MOST_NEW_LEGS = 8  # more than one event can make


# Entering a queue, and waiting in it


cdef void arrival(Play* p, Queue* queue, double now_s) noexcept nogil:
    cdef FirstLegs* first = &queue.first
    cdef int64_t k = first.next
    cdef Leg* leg = new_leg(p)
    leg.queue = queue
    leg.origin = queue.index
    leg.customer = k
    leg.row = first.row + k
    leg.number = 0
    leg.entry = FIRST
    leg.from_desk = NOBODY
    leg.entered_s = now_s
    leg.patience_s = first.patience_s[k]
    leg.base_handle_s = first.base_handle_s[k]
    leg.transfer_u = first.transfer_u[k]
    leg.resolved_u = first.resolved_u[k]
    leg.equal_rank_u = first.equal_rank_u[k]
    leg.factor = 1.0
    first.next = k + 1
    if first.next < first.n:
        p.arrivals.a[0].key = first.arrival_s[first.next]
        sift_down(p.legs, &p.arrivals, p.arrival_place, 0, -1)
    else:
        heap_remove(p, &p.arrivals, p.arrival_place, 0, -1)
    enter(p, leg, now_s)


cdef void enter(Play* p, Leg* leg, double now_s) noexcept nogil:
    cdef Queue* queue = leg.queue
    cdef Adviser* adviser
    if queue.live and not queue.open:
        unanswered(p, leg, now_s, TURNED_AWAY)
        return
    adviser = adviser_for(p, leg)
    if adviser != NULL:
        call_up(p, adviser, leg, now_s)
    elif queue.waiting >= queue.room:
        lose(p, leg, now_s, BLOCKED)
    else:
        wait(p, leg, now_s)


cdef void wait(Play* p, Leg* leg, double now_s) noexcept nogil:
    cdef Queue* queue = leg.queue
    join(p, leg)
    if p.failure != NONE:
        return
    if queue.live and leg.patience_s < INFINITY:
        schedule(p, 2 * leg.index, now_s + leg.patience_s, PATIENCE_END)
    leg.overflow = queue.overflow_first
    await_overflow(p, leg)


cdef void await_overflow(Play* p, Leg* leg) noexcept nogil:
    """Set the end of the next of the leg's overflow waits, if there is one."""
    cdef Queue* queue = leg.queue
    if leg.overflow < queue.overflow_last and p.overflows[leg.overflow].desk == leg.from_desk:
        leg.overflow += 1
    if leg.overflow < queue.overflow_last:
        schedule(p, 2 * leg.index + 1, leg.entered_s + p.overflows[leg.overflow].after_s, OVERFLOW)


cdef void patience_ends(Play* p, Leg* leg, double now_s) noexcept nogil:
    leave(p, leg)
    lose(p, leg, now_s, ABANDONED)


cdef void overflow(Play* p, Leg* leg, double now_s) noexcept nogil:
    cdef Desk* desk = &p.desks[p.overflows[leg.overflow].desk]
    cdef Adviser* adviser = first_able(desk, leg.queue.chat) if takes(desk, leg.queue) else NULL
    if adviser != NULL:
        leave(p, leg)
        call_up(p, adviser, leg, now_s)
    else:
        leg.overflow += 1
        await_overflow(p, leg)


cdef void lose(Play* p, Leg* leg, double now_s, int outcome) noexcept nogil:
    """The leg ends without an answer; whoever held the customer for it is free at once."""
    cdef int holder = leg.holder
    unanswered(p, leg, now_s, outcome)
    if holder != NOBODY:
        release(p, &p.legs[holder], now_s)


# Advisers taking contacts


cdef void call_up(Play* p, Adviser* adviser, Leg* leg, double now_s) noexcept nogil:
    """Give the leg to the adviser who is first among the able of his desk."""
    withdraw(p, adviser)
    answer(p, adviser, leg, now_s)
    if adviser.chatting and is_able(adviser):
        stand_by(p, adviser)


cdef void fill(Play* p, Desk* desk, double now_s) noexcept nogil:
    """Let advisers of the desk take what waits, as long as anybody can."""
    cdef Adviser* adviser
    cdef Leg* leg
    while p.failure == NONE:
        adviser = first_able(desk, True)
        if adviser == NULL:
            return
        leg = contact_for(p, desk, adviser.held == 0, now_s)
        if leg == NULL:
            return
        leave(p, leg)
        call_up(p, adviser, leg, now_s)


cdef void fill_alone(Play* p, Adviser* adviser, double now_s) noexcept nogil:
    """Let the adviser, who is able but not listed so yet, take what waits."""
    cdef Leg* leg
    while p.failure == NONE:
        leg = contact_for(p, adviser.desk, adviser.held == 0, now_s)
        if leg == NULL:
            stand_by(p, adviser)
            return
        leave(p, leg)
        answer(p, adviser, leg, now_s)
        if not is_able(adviser):
            return


# Service


@cython.cdivision(True)
cdef void answer(Play* p, Adviser* adviser, Leg* leg, double now_s) noexcept nogil:
    """The adviser starts on the leg: how long he talks, and whether he will hand it on, is settled here."""
    cdef Queue* queue = leg.queue
    cdef const Serving* serving = &p.servings[adviser.desk.index * p.queue_count + queue.index]
    cdef double talk_s = leg.base_handle_s
    if leg.factor != 1.0 or serving.speed != 1.0:
        talk_s = to_grid(leg.base_handle_s * leg.factor / serving.speed)
    check(p, is_able(adviser) and adviser.on_floor, b"only the able answer")
    leg.adviser = adviser
    leg.start_s = now_s
    leg.wrap_s = 0.0
    leg.route = serving.route_first
    while leg.route < serving.route_last and not leg.transfer_u < p.routes[leg.route].cum:
        leg.route += 1
    if leg.route == serving.route_last:
        leg.route = NOBODY
    if leg.route != NOBODY:
        if p.routes[leg.route].after_s == p.routes[leg.route].after_s:  # not NaN
            talk_s = p.routes[leg.route].after_s
    elif queue.wrap_share != 0.0:
        leg.wrap_s = to_grid(talk_s * queue.wrap_share)
        talk_s -= leg.wrap_s
    leg.phase = TALKS
    adviser.desk.in_hand[queue.index] += 1
    if queue.chat:
        begin_chat(p, adviser, leg, talk_s, now_s)
    else:
        check(p, adviser.held == 0, b"an exclusive contact is held alone")
        adviser.held = 1
        schedule(p, 2 * leg.index, now_s + talk_s, SERVICE_END)
    if leg.holder != NOBODY:
        end_service(p, &p.legs[leg.holder], now_s + leg.handover_s)
        leg.holder = NOBODY


cdef void talk_ends(Play* p, Leg* leg, double now_s) noexcept nogil:
    cdef const Route* route
    leg.end_s = now_s
    if leg.route == NOBODY:
        leg.outcome = RESOLVED if leg.resolved_u < resolved_share(p, leg) else UNRESOLVED
        if leg.wrap_s > 0.0:
            wrap_up(p, leg, now_s)
            return
    else:
        route = &p.routes[leg.route]
        hand_on(p, leg, route, now_s)
        if route.warm and leg.outcome == TRANSFERRED:
            return
    release(p, leg, now_s)


cdef inline double resolved_share(const Play* p, const Leg* leg) noexcept nogil:
    return p.servings[leg.adviser.desk.index * p.queue_count + leg.queue.index].resolved


cdef void wrap_up(Play* p, Leg* leg, double now_s) noexcept nogil:
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


cdef void hand_on(Play* p, Leg* leg, const Route* route, double now_s) noexcept nogil:
    """Transfer the customer, if the limit on legs and the next queue's hours allow it."""
    cdef Queue* queue = &p.queues[route.queue]
    cdef Leg* following
    if leg.number >= p.max_legs - 1:
        leg.outcome = UNRESOLVED_LIMIT
    elif queue.live and not queue.open:
        leg.outcome = UNRESOLVED_CLOSED
    else:
        leg.outcome = TRANSFERRED
        following = new_leg(p)
        following.queue = queue
        following.origin, following.customer, following.row = leg.origin, leg.customer, leg.row
        following.number = leg.number + 1
        following.entry = TRANSFER
        following.from_desk = leg.adviser.desk.index
        following.factor = route.factor
        following.entered_s = now_s
        draw(p, following)
        if route.warm:
            leg.phase = HELD
            following.holder = leg.index
            following.handover_s = route.handover_s
            if leg.queue.chat:
                put_aside(p, leg)
        enter(p, following, now_s)


cdef void release(Play* p, Leg* leg, double now_s) noexcept nogil:
    """The adviser is done with the leg, and looks for more, or leaves (``free`` in the SimPy engine)."""
    cdef Adviser* adviser = leg.adviser
    cdef Desk* desk = adviser.desk
    desk.in_hand[leg.queue.index] -= 1
    if leg.queue.chat:
        end_chat(p, adviser, leg, now_s)
    else:
        adviser.held = 0
        adviser.since_s = now_s
    answered(p, leg, now_s)
    check(p, adviser.held >= 0 and desk.in_hand[leg.queue.index] >= 0, b"nobody holds less than nothing")
    if not desk.to_leave:
        fill_alone(p, adviser, now_s)
    elif adviser.held:
        stand_by(p, adviser)
    else:
        desk.to_leave -= 1
        go_home(p, adviser, now_s)
        if not desk.to_leave:
            fill(p, desk, now_s)


# Chats


cdef void begin_chat(Play* p, Adviser* adviser, Leg* leg, double talk_s, double now_s) noexcept nogil:
    settle(p, adviser, now_s)
    adviser.held += 1
    adviser.since_s = now_s
    adviser.chatting = True
    leg.left_s, leg.settled_s = talk_s, now_s
    take_up(p, adviser, leg)
    all_go_on(p, adviser, now_s)


cdef void end_chat(Play* p, Adviser* adviser, Leg* leg, double now_s) noexcept nogil:
    withdraw(p, adviser)
    if leg.has_work:
        put_aside(p, leg)
    settle(p, adviser, now_s)
    adviser.held -= 1
    adviser.since_s = now_s
    adviser.chatting = adviser.held > 0
    all_go_on(p, adviser, now_s)


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
    cdef int held = NOBODY, last = NOBODY, holder
    cdef Leg* leg = longest_waiting(p, queue)
    while leg != NULL:
        holder = leg.holder
        leave(p, leg)
        unanswered(p, leg, now_s, DROPPED)
        if holder != NOBODY:  # in a list, by the field that a held leg needs for nothing else
            p.legs[holder].overflow = NOBODY
            if last == NOBODY:
                held = holder
            else:
                p.legs[last].overflow = holder
            last = holder
        leg = longest_waiting(p, queue)
    while held != NOBODY:
        holder = held
        held = p.legs[holder].overflow
        release(p, &p.legs[holder], now_s)


cdef void staffing_changes(Play* p, Desk* desk, int interval, double now_s) noexcept nogil:
    """An interval of the desk starts, or the desk closes."""
    cdef int target = 0
    if interval == NOBODY and desk.target > 0 and has_late_work(p, desk):
        desk.overtime = True
        p.overtimes += 1
    else:
        if desk.overtime:
            desk.overtime = False
            p.overtimes -= 1
        if interval != NOBODY:
            target = <int>p.staffing[<int64_t>interval * p.desk_count + desk.index]
        set_target(p, desk, target, now_s)
    fill(p, desk, now_s)


cdef void end_overtime(Play* p, double now_s) noexcept nogil:
    """Send home the desks in overtime that have nothing left to stay for."""
    cdef int d
    for d in range(p.desk_count):
        if p.desks[d].overtime and not has_late_work(p, &p.desks[d]):
            p.desks[d].overtime = False
            p.overtimes -= 1
            set_target(p, &p.desks[d], 0, now_s)


cdef void finish(Play* p) noexcept nogil:
    """Write down who still waits, who is held for them, and who is still on the floor."""
    cdef double last_s = max(p.now_s, p.end_s)
    cdef int q, i, holder
    cdef Leg* leg
    for q in range(p.queue_count):
        leg = longest_waiting(p, &p.queues[q])
        while leg != NULL:
            holder = leg.holder
            leave(p, leg)
            unanswered(p, leg, max(p.end_s, leg.entered_s), WAITING)
            if holder != NOBODY:
                answered(p, &p.legs[holder], last_s)
            leg = longest_waiting(p, &p.queues[q])
    for i in range(p.adviser_count):
        if p.advisers[i].on_floor:
            duty(p, &p.advisers[i], last_s)


# The numbers of chance


cdef void draw(Play* p, Leg* leg) noexcept nogil:
    """What chance says of a later leg."""
    cdef Numbers numbers
    if p.source == NULL:
        ask(p, leg)
        return
    draw_numbers(p.source, leg.origin, leg.customer, leg.number, leg.queue.index, leg.queue.index, &numbers)
    leg.patience_s, leg.base_handle_s = numbers.patience_s, numbers.base_handle_s
    leg.transfer_u, leg.resolved_u = numbers.transfer_u, numbers.resolved_u
    if leg.queue.equal_rank >= RANDOM:
        leg.equal_rank_u = chance(p.source, leg.origin, leg.customer, leg.number, EQUAL_RANK)


cdef void ask(Play* p, Leg* leg) noexcept with gil:
    """The same from draws made in Python."""
    try:
        leg.patience_s, leg.base_handle_s, leg.transfer_u, leg.resolved_u, leg.equal_rank_u = (
            (<object>p.draws).later(leg.origin, leg.customer, leg.number, leg.queue.index)
        )
    except BaseException as error:
        (<list>p.errors).append(error)
        fail(p, NO_NUMBERS)


# The loop


cdef void run(Play* p) noexcept nogil:
    """Each event in its turn, until none is left."""
    cdef double event_s, arrival_s, change_s
    cdef Leg* leg
    cdef const Change* change
    cdef int event, kind
    while p.failure == NONE:
        if p.unused_count < MOST_NEW_LEGS:
            let_legs_grow(p)
            continue
        event_s = p.events.a[0].key if p.events.n > 0 else INFINITY
        arrival_s = p.arrivals.a[0].key if p.arrivals.n > 0 else INFINITY
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
            event, kind = p.events.a[0].ref, p.events.a[0].tie
            heap_remove(p, &p.events, p.event_place, 0, 1)
            leg = &p.legs[event >> 1]
            if kind == SERVICE_END:
                if leg.phase == TALKS:
                    talk_ends(p, leg, event_s)
                else:
                    release(p, leg, event_s)
            elif kind == PATIENCE_END:
                patience_ends(p, leg, event_s)
            else:
                overflow(p, leg, event_s)
        else:
            p.now_s = arrival_s
            arrival(p, &p.queues[p.arrivals.a[0].ref], arrival_s)
        if p.overtimes:
            end_overtime(p, p.now_s)
        if CHECKED:
            check_all(p)
    if p.failure == NONE:
        finish(p)


cdef void check_all(Play* p) noexcept nogil:
    """The assertions of the checked build after each event: order of heaps, conservation, nobody booked twice."""
    cdef int i, held, in_hand = 0, idle, listed, q
    cdef int64_t waiting, in_lines = 0
    cdef Adviser* adviser
    cdef Desk* desk
    check_heap(p, &p.events, p.event_place, 1)
    check_heap(p, &p.arrivals, p.arrival_place, -1)
    for i in range(p.line_count):
        check_heap(p, &p.lines[i].heap, p.line_place, 0)
        in_lines += p.lines[i].heap.n
    waiting = 0
    for q in range(p.queue_count):
        waiting += p.queues[q].waiting
    check(p, waiting == in_lines, b"who waits is in one line")
    for i in range(p.desk_count):
        desk = &p.desks[i]
        for held in range(desk.slots):
            check_heap(p, &desk.able[held], p.able_place, -1)
        for q in range(p.queue_count):
            in_hand += desk.in_hand[q]
        check(p, 0 <= desk.to_leave <= desk.on_floor, b"only those on the floor are to leave")
    held = idle = listed = 0
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
    check(p, p.leg_room - p.unused_count == waiting + in_hand, b"every contact waits or is in hand")


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
        int64, float64 or bool, all in one piece: see ``simcenter.simulation.compiled_engine``.
    max_legs : int
    end_s : float
    """

    cdef int queue_count, desk_count, max_legs
    cdef double end_s
    cdef Queue* queues
    cdef Desk* desks
    cdef Taker* takers
    cdef Taker* overflows
    cdef Offer* offers
    cdef Serving* servings
    cdef Route* routes
    cdef Change* changes
    cdef int64_t change_count
    cdef double* speeds

    def __cinit__(self, dict plan, int max_legs, double end_s):
        cdef int i, n, slots
        cdef Queue* queue
        cdef Desk* desk
        cdef const int64_t[::1] ints, more, places
        cdef const double[::1] floats, shares
        cdef const double[:, ::1] table
        self.max_legs = max_legs
        self.end_s = end_s
        self.queue_count = n = len(plan["live"])
        self.desk_count = len(plan["slots"])
        self.queues = <Queue*>zeros(n, sizeof(Queue))
        self.desks = <Desk*>zeros(self.desk_count, sizeof(Desk))
        table = plan["speeds"]
        slots = <int>table.shape[1]
        self.speeds = <double*>zeros(n * slots, sizeof(double))
        for i in range(n):
            queue = &self.queues[i]
            queue.index = i
            queue.live, queue.chat, queue.drops = plan["live"][i], plan["chat"][i], plan["drops"][i]
            queue.equal_rank, queue.room = plan["equal_rank"][i], plan["room"][i]
            queue.wrap_share = plan["wrap_share"][i]
            queue.taker_first, queue.taker_last = plan["taker_first"][i], plan["taker_first"][i + 1]
            queue.overflow_first, queue.overflow_last = plan["overflow_first"][i], plan["overflow_first"][i + 1]
            queue.line = NOBODY
            memcpy(&self.speeds[i * slots], &table[i, 0], slots * sizeof(double))
            queue.speeds = &self.speeds[i * slots]
        for i in range(self.desk_count):
            desk = &self.desks[i]
            desk.index = i
            desk.slots = plan["slots"][i]
            desk.offer_first, desk.offer_last = plan["offer_first"][i], plan["offer_first"][i + 1]
        self.takers = takers(plan["taker_rank"], plan["taker_desk"], plan["taker_after_s"])
        self.overflows = takers(plan["overflow_rank"], plan["overflow_desk"], plan["overflow_after_s"])
        ints, more, floats = plan["offer_queue"], plan["offer_priority"], plan["offer_after_s"]
        self.offers = <Offer*>zeros(ints.shape[0], sizeof(Offer))
        for i in range(ints.shape[0]):
            self.offers[i].queue, self.offers[i].priority, self.offers[i].after_s = <int>ints[i], more[i], floats[i]
        floats, shares, ints = plan["speed"], plan["resolved"], plan["route_first"]
        self.servings = <Serving*>zeros(floats.shape[0], sizeof(Serving))
        for i in range(floats.shape[0]):
            self.servings[i].speed, self.servings[i].resolved = floats[i], shares[i]
            self.servings[i].route_first, self.servings[i].route_last = <int>ints[i], <int>ints[i + 1]
        self.routes = <Route*>zeros(len(plan["route_queue"]), sizeof(Route))
        for i in range(len(plan["route_queue"])):
            self.routes[i].queue, self.routes[i].warm = plan["route_queue"][i], plan["route_warm"][i]
            self.routes[i].cum, self.routes[i].after_s = plan["route_cum"][i], plan["route_after_s"][i]
            self.routes[i].handover_s, self.routes[i].factor = plan["route_handover_s"][i], plan["route_factor"][i]
        floats, ints, places, more = plan["change_s"], plan["change_kind"], plan["change_place"], plan["change_number"]
        self.change_count = floats.shape[0]
        self.changes = <Change*>zeros(floats.shape[0], sizeof(Change))
        for i in range(floats.shape[0]):
            self.changes[i].at_s, self.changes[i].kind = floats[i], <int>ints[i]
            self.changes[i].place, self.changes[i].number = <int>places[i], <int>more[i]

    def __dealloc__(self):
        free(self.queues)
        free(self.desks)
        free(self.takers)
        free(self.overflows)
        free(self.offers)
        free(self.servings)
        free(self.routes)
        free(self.changes)
        free(self.speeds)

    def play(self, const int64_t[:, ::1] staffing, list firsts, object draws):
        """Play one replication: the columns of the log by name.

        Parameters
        ----------
        staffing : int64[T, D]
            Advisers on the floor.
        firsts : list of FirstLegs
            Of each queue.
        draws : Draws
            Asked for the numbers of later legs.
        """
        cdef Play p
        cdef list errors = []
        if len(firsts) != self.queue_count or staffing.shape[1] != self.desk_count:
            raise ValueError("first legs must be of each queue, staffing of each desk")
        for i in range(self.change_count):
            if self.changes[i].kind == STAFFING and self.changes[i].number >= staffing.shape[0]:
                raise ValueError("staffing must have a row for each interval")
        memset(&p, 0, sizeof(Play))
        p.draws, p.errors = <void*>draws, <void*>errors
        source = getattr(draws, "source", None)
        if isinstance(source, LegSource):
            p.source = &(<LegSource>source).source
        try:
            columns = self.start(&p, staffing, firsts)
            with nogil:
                run(&p)
            if p.failure == NO_NUMBERS:
                raise errors[0]
            if p.failure == BROKEN:
                raise AssertionError(f"{(<bytes>p.broken).decode()} (at {p.now_s} s)")
            if p.failure == NO_MEMORY:
                raise MemoryError
            return finished(&p, columns)
        finally:
            clear(&p)

    cdef dict start(self, Play* p, const int64_t[:, ::1] staffing, list firsts):
        """Set the stage; returns the log's columns of first legs, some of which are still to be written."""
        cdef int i, j, k, heaps = 0, advisers = 0
        cdef int64_t count = 0
        cdef Queue* queue
        cdef Desk* desk
        cdef int64_t[::1] ints
        cdef double[::1] floats
        p.end_s, p.max_legs = self.end_s, self.max_legs
        p.queue_count, p.desk_count = self.queue_count, self.desk_count
        p.takers, p.overflows, p.offers = self.takers, self.overflows, self.offers
        p.servings, p.routes = self.servings, self.routes
        p.changes, p.change_count = self.changes, self.change_count
        p.staffing = &staffing[0, 0] if staffing.shape[0] and staffing.shape[1] else NULL
        p.unused = NOBODY
        p.queues = <Queue*>zeros(self.queue_count, sizeof(Queue))
        memcpy(p.queues, self.queues, self.queue_count * sizeof(Queue))
        p.desks = <Desk*>zeros(self.desk_count, sizeof(Desk))
        memcpy(p.desks, self.desks, self.desk_count * sizeof(Desk))
        for i in range(self.desk_count):
            p.desks[i].numbers = <int>most(staffing, i)
            advisers += p.desks[i].numbers
            heaps += p.desks[i].slots
        p.adviser_count = advisers
        p.advisers = <Adviser*>zeros(advisers, sizeof(Adviser))
        p.able_place = <int*>zeros(advisers, sizeof(int))
        memset(p.able_place, 255, advisers * sizeof(int))
        p.able = <Heap*>zeros(heaps, sizeof(Heap))
        p.able_count = heaps
        p.in_hand = <int*>zeros(self.desk_count * self.queue_count, sizeof(int))
        advisers = heaps = 0
        for i in range(self.desk_count):
            desk = &p.desks[i]
            desk.advisers = &p.advisers[advisers]
            desk.able = &p.able[heaps]
            desk.in_hand = &p.in_hand[i * self.queue_count]
            for j in range(desk.numbers):
                desk.advisers[j].desk = desk
                desk.advisers[j].number = j
                desk.advisers[j].index = advisers + j
            for k in range(desk.slots):
                desk.able[k].a = <Entry*>zeros(desk.numbers, sizeof(Entry))
                desk.able[k].room = desk.numbers
            advisers += desk.numbers
            heaps += desk.slots
        p.arrivals.a = <Entry*>zeros(self.queue_count, sizeof(Entry))
        p.arrivals.room = self.queue_count
        p.arrival_place = <int*>zeros(self.queue_count, sizeof(int))
        memset(p.arrival_place, 255, self.queue_count * sizeof(int))
        for i in range(self.queue_count):
            queue = &p.queues[i]
            fill_first(&queue.first, firsts[i])
            queue.first.row = count
            count += queue.first.n
            if queue.first.n:
                heap_push(p, &p.arrivals, p.arrival_place, queue.first.arrival_s[0], i, i, -1)
        p.first_count = count
        written = {name: np.empty(count, np.int64) for name in ("desk", "adviser", "outcome")}
        written |= {name: np.empty(count) for name in ("start_s", "end_s", "freed_s")}
        if count:
            ints = written["desk"]
            p.first.desk = &ints[0]
            ints = written["adviser"]
            p.first.adviser = &ints[0]
            ints = written["outcome"]
            p.first.outcome = &ints[0]
            floats = written["start_s"]
            p.first.start_s = &floats[0]
            floats = written["end_s"]
            p.first.end_s = &floats[0]
            floats = written["freed_s"]
            p.first.freed_s = &floats[0]
        return known(firsts) | written


cdef Taker* takers(const int64_t[::1] rank, const int64_t[::1] desk, const double[::1] after_s) except NULL:
    cdef Taker* out = <Taker*>zeros(rank.shape[0], sizeof(Taker))
    cdef Py_ssize_t i
    for i in range(rank.shape[0]):
        out[i].rank, out[i].desk, out[i].after_s = <int>rank[i], <int>desk[i], after_s[i]
    return out


cdef int64_t most(const int64_t[:, ::1] staffing, Py_ssize_t desk) noexcept nogil:
    """The most advisers that a desk ever has."""
    cdef int64_t number = 0
    cdef Py_ssize_t i
    for i in range(staffing.shape[0]):
        number = max(number, staffing[i, desk])
    return number


cdef const double* doubles(const double[::1] numbers, int64_t n) except? NULL:
    if numbers.shape[0] != n:
        raise ValueError("the arrays of first legs must have one length")
    return &numbers[0] if n else NULL


cdef int fill_first(FirstLegs* out, object first) except -1:
    cdef const double[::1] arrival_s = first.arrival_s
    out.n = arrival_s.shape[0]
    out.arrival_s = doubles(arrival_s, out.n)
    out.patience_s = doubles(first.patience_s, out.n)
    out.base_handle_s = doubles(first.base_handle_s, out.n)
    out.transfer_u = doubles(first.transfer_u, out.n)
    out.resolved_u = doubles(first.resolved_u, out.n)
    out.equal_rank_u = doubles(first.equal_rank_u, out.n)
    return 0


cdef dict known(list firsts):
    """What is known of first legs before anything happens. What is the same in all of them takes no memory."""
    cdef list sizes = [len(first.arrival_s) for first in firsts]
    count = sum(sizes)
    if len(firsts) == 1:
        origin = np.broadcast_to(np.int64(0), count)
        customer = np.arange(count, dtype=np.int64)
        entered_s = firsts[0].arrival_s
    else:
        origin = np.repeat(np.arange(len(firsts), dtype=np.int64), sizes)
        customer = np.concatenate([np.arange(size, dtype=np.int64) for size in sizes])
        entered_s = np.concatenate([first.arrival_s for first in firsts])
    nothing = np.broadcast_to(np.int64(0), count)
    nobody = np.broadcast_to(np.int64(NOBODY), count)
    return {
        "origin": origin,
        "customer": customer,
        "attempt": nothing,
        "leg": nothing,
        "queue": origin,
        "from_desk": nobody,
        "entered_s": entered_s,
        "entry": nothing,
        "own_adviser": nobody,
        "returns": nothing,
        "predicted_s": np.broadcast_to(np.float64("nan"), count),
    }


cdef dict finished(Play* p, dict columns):
    """The log: later legs put behind the first of their customers, and stays on the floor in order."""
    cdef int64_t[:, ::1] rows
    check(p, p.first_written == p.first_count and p.legs_made == p.first_count + p.row_count, b"every leg has a row")
    if p.failure == BROKEN:
        raise AssertionError((<bytes>p.broken).decode())
    if p.row_count:
        rows = <int64_t[:p.row_count, :sizeof(Row) // sizeof(int64_t)]><int64_t*>p.rows
        key = np.asarray(rows[:, 0]) * (np.asarray(rows[:, 3]).max() + 1) + np.asarray(rows[:, 3])
        columns = merged(p, columns, np.argsort(key, kind="stable"))
    columns["customer_class"] = columns["queue"]
    if p.duty_count:
        rows = <int64_t[:p.duty_count, :sizeof(Duty) // sizeof(int64_t)]><int64_t*>p.duties
        duties = np.array(rows).T.copy()
    else:
        duties = np.empty((4, 0), np.int64)
    start_s, end_s = duties[2].view(np.float64), duties[3].view(np.float64)
    order = np.lexsort([duties[1], start_s, duties[0]])
    columns["duty_desk"], columns["duty_adviser"] = duties[0][order], duties[1][order]
    columns["duty_start_s"], columns["duty_end_s"] = start_s[order], end_s[order]
    return columns


LATER = {
    "origin": 1, "customer": 2, "leg": 3, "queue": 4, "from_desk": 5, "desk": 6, "adviser": 7, "outcome": 8,
    "entry": 9, "entered_s": 10, "start_s": 11, "end_s": 12, "freed_s": 13,
}  # where they are in a Row


cdef dict merged(Play* p, dict columns, const int64_t[::1] order):
    """Columns with a row for each leg, from those of first legs: each is let go when its longer one is made."""
    cdef const int64_t[:] first
    cdef int64_t[::1] out
    cdef int64_t i, at, later, place
    cdef int64_t* rows = <int64_t*>p.rows
    cdef int64_t width = sizeof(Row) // sizeof(int64_t)
    for name in list(columns):
        if name not in LATER:
            columns[name] = np.broadcast_to(columns[name][0], p.first_count + p.row_count)
            continue
        column = columns.pop(name)
        first = column.view(np.int64)
        place = LATER[name]
        whole = np.empty(p.first_count + p.row_count, np.int64)
        out = whole
        at = later = 0
        with nogil:
            for i in range(p.first_count):
                out[at] = first[i]
                at += 1
                while later < p.row_count and rows[order[later] * width] == i:
                    out[at] = rows[order[later] * width + place]
                    at += 1
                    later += 1
        columns[name] = whole.view(column.dtype)
    return columns


cdef void clear(Play* p) noexcept:
    """Free all that a run took."""
    cdef int i
    for i in range(p.line_count):
        free(p.lines[i].heap.a)
    if p.able != NULL:
        for i in range(p.able_count):
            free(p.able[i].a)
    free(p.queues)
    free(p.desks)
    free(p.advisers)
    free(p.able_place)
    free(p.able)
    free(p.in_hand)
    free(p.arrivals.a)
    free(p.arrival_place)
    free(p.legs)
    free(p.events.a)
    free(p.event_place)
    free(p.line_place)
    free(p.lines)
    free(p.rows)
    free(p.duties)
