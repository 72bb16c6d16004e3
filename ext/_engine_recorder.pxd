"""The recorder. First legs are written where they belong in the log; later ones one behind the other."""
from libc.math cimport NAN

from _engine_state cimport NOBODY, Adviser, Duty, Leg, Play, Row, check, drop_leg, grown


cdef inline void write_later(
    Play* p, const Leg* leg, int desk, int number, double start_s, double freed_s
) noexcept nogil:
    cdef void* new
    cdef Row* row
    if p.row_count == p.row_room:
        new = grown(p, p.rows, 3 * <size_t>p.row_room // 2 + 64, sizeof(Row))
        if new == NULL:
            return
        p.rows = <Row*>new
        p.row_room = 3 * p.row_room // 2 + 64
    row = &p.rows[p.row_count]
    p.row_count += 1
    row.row, row.origin, row.customer, row.leg = leg.row, leg.origin, leg.customer, leg.number
    row.queue, row.from_desk, row.desk, row.adviser = leg.queue.index, leg.from_desk, desk, number
    row.outcome, row.entry, row.attempt, row.customer_class = leg.outcome, leg.entry, leg.attempt, leg.class_row
    row.own_adviser, row.returns, row.predicted_s = leg.own, leg.returns, leg.predicted_s
    row.entered_s, row.start_s, row.end_s, row.freed_s = leg.entered_s, start_s, leg.end_s, freed_s


cdef inline void write(Play* p, Leg* leg, int desk, int number, double start_s, double freed_s) noexcept nogil:
    """One row: the leg is over."""
    if leg.number > 0:
        write_later(p, leg, desk, number, start_s, freed_s)
        return
    check(p, 0 <= leg.row < p.first_count, b"a first leg has a row")
    p.first.desk[leg.row] = desk
    p.first.adviser[leg.row] = number
    p.first.outcome[leg.row] = leg.outcome
    p.first.start_s[leg.row] = start_s
    p.first.end_s[leg.row] = leg.end_s
    p.first.freed_s[leg.row] = freed_s
    if p.first.own_adviser != NULL:
        p.first.own_adviser[leg.row] = leg.own
    if p.first.returns != NULL:
        p.first.returns[leg.row] = leg.returns
    if p.first.predicted_s != NULL:
        p.first.predicted_s[leg.row] = leg.predicted_s
    p.first_written += 1


cdef inline void answered(Play* p, Leg* leg, double freed_s) noexcept nogil:
    """The adviser is done with the leg."""
    check(p, leg.start_s <= leg.end_s <= freed_s, b"an adviser is freed after the talk")
    write(p, leg, leg.adviser.desk.index, leg.adviser.number, leg.start_s, freed_s)
    drop_leg(p, leg)


cdef inline void unanswered(Play* p, Leg* leg, double end_s, int outcome) noexcept nogil:
    """The leg ended without an adviser."""
    leg.end_s = end_s
    leg.outcome = outcome
    write(p, leg, NOBODY, NOBODY, NAN, NAN)
    drop_leg(p, leg)


cdef inline void duty(Play* p, const Adviser* adviser, double end_s) noexcept nogil:
    """The adviser left the floor."""
    cdef void* new
    cdef Duty* row
    if p.duty_count == p.duty_room:
        new = grown(p, p.duties, 2 * <size_t>p.duty_room + 64, sizeof(Duty))
        if new == NULL:
            return
        p.duties = <Duty*>new
        p.duty_room = 2 * p.duty_room + 64
    row = &p.duties[p.duty_count]
    p.duty_count += 1
    row.desk, row.adviser, row.start_s, row.end_s = adviser.desk.index, adviser.number, adviser.came_s, end_s
