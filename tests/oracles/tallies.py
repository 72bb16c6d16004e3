"""What a log comes to, row by row in plain Python, from the definitions of the measures: imports nothing of simcenter.

Times are whole grid steps made into Fractions, so that every sum here is exact.
"""

import math
from collections import Counter, defaultdict
from fractions import Fraction

RESOLVED, UNRESOLVED, TRANSFERRED, ABANDONED, BLOCKED, BALKED = 0, 1, 2, 5, 6, 7
TURNED_AWAY, DROPPED, CALLBACK, WAITING = 8, 9, 10, 11
CHAT, DEFERRED = 1, 2
NAMED = {
    ABANDONED: "abandoned", BLOCKED: "blocked", BALKED: "balked", TURNED_AWAY: "turned_away", DROPPED: "dropped",
    CALLBACK: "callbacks", WAITING: "waiting_at_end", TRANSFERRED: "transferred_out", RESOLVED: "resolved",
}  # fmt: skip


def rows_of(log):
    """The legs as dicts."""
    columns = (
        "origin", "customer", "attempt", "leg", "queue", "from_desk", "entered_s", "desk", "adviser", "start_s",
        "end_s", "freed_s", "outcome",
    )  # fmt: skip
    return [
        dict(zip(columns, row, strict=True)) for row in zip(*(getattr(log, c).tolist() for c in columns), strict=True)
    ]


def periods_of(periods, place):
    rows = range(int(periods.first[place]), int(periods.first[place + 1]))
    return [(float(periods.start_s[i]), float(periods.end_s[i])) for i in rows]


def worked(periods, moment):
    """Open seconds until a moment: overlap of [0, moment) with each period."""
    return sum((Fraction(max(0.0, min(moment, end) - start)) for start, end in periods), Fraction(0))


def after(periods, moment, seconds):
    """The first moment by which so many open seconds have passed, walking through the periods."""
    left = Fraction(seconds)
    if left == 0:
        return moment
    for start, end in periods:
        begin = max(start, moment)
        if begin >= end:
            continue
        if left <= Fraction(end) - Fraction(begin):
            return float(Fraction(begin) + left)
        left -= Fraction(end) - Fraction(begin)
    return math.inf


def days_after(periods, day_starts, moment, days):
    """The same time of day so many open days later, clipped to the hours of that day."""
    base = None
    for start, end in periods:
        if moment < end:
            base = max(start, moment)
            break
    if base is None:
        return math.inf
    hours = {}
    for day in range(len(day_starts) - 1):
        inside = [
            (max(start, day_starts[day]), min(end, day_starts[day + 1]))
            for start, end in periods
            if start < day_starts[day + 1] and end > day_starts[day]
        ]
        if inside:
            hours[day] = (inside[0][0], inside[-1][1])
    today = max(day for day in range(len(day_starts) - 1) if day_starts[day] <= base)
    later = [day for day in hours if day > today]
    if days == 0:
        target = today
    elif days > len(later):
        return math.inf
    else:
        target = later[days - 1]
    return min(max(day_starts[target] + (base - day_starts[today]), hours[target][0]), hours[target][1])


def due_of(row, within, periods, day_starts, deferred):
    if within is None:
        return math.inf
    amount, unit = within
    if unit == "working days":
        return days_after(periods, day_starts, row["entered_s"], int(amount))
    if unit == "working s" or deferred:
        return after(periods, row["entered_s"], amount)
    return row["entered_s"] + amount


def judged_legs(log, network, within, p90, short_s):
    """Each leg with its interval, answer, wait, and what it counts as."""
    last = round(float(network.end_s) / float(network.interval_s))
    day_starts = network.day_start_s.tolist()
    for row in rows_of(log):
        queue = row["queue"]
        periods = periods_of(network.queue_open, queue)
        deferred = int(network.kind[queue]) == DEFERRED
        row["interval"] = min(int(row["entered_s"] // float(network.interval_s)), last)
        row["answered"] = row["desk"] >= 0
        row["answer_s"] = (row["end_s"] if deferred else row["start_s"]) if row["answered"] else None
        until = row["answer_s"] if row["answered"] else row["end_s"]
        begun = row["start_s"] if row["answered"] else row["end_s"]
        if deferred:
            row["wait_s"] = worked(periods, until) - worked(periods, row["entered_s"])
            row["delayed"] = worked(periods, begun) > worked(periods, row["entered_s"])
        else:
            row["wait_s"] = Fraction(until) - Fraction(row["entered_s"])
            row["delayed"] = begun > row["entered_s"]
        due = due_of(row, within[queue], periods, day_starts, deferred)
        due90 = due_of(row, p90[queue], periods, day_starts, deferred)
        stuck = row["outcome"] in (WAITING, DROPPED)
        row["late"] = stuck and due <= row["end_s"]
        row["undecided"] = stuck and not row["late"]
        row["in_time"] = row["answered"] and row["answer_s"] <= due
        row["abandoned_in_time"] = row["outcome"] == ABANDONED and row["end_s"] <= due
        row["abandoned_short"] = row["outcome"] == ABANDONED and row["wait_s"] <= short_s
        row["within_p90"] = row["answered"] and row["answer_s"] <= due90
        row["judged"] = row["answered"] or row["outcome"] == ABANDONED or row["late"]
        yield row


def queue_tally(log, network, within, p90, short_s=10):
    """Counter of (name, interval, queue)."""
    found = defaultdict(Fraction)
    for row in judged_legs(log, network, within, p90, short_s):
        cell = (row["interval"], row["queue"])
        found["offered", *cell] += 1
        if row["outcome"] in NAMED:
            found[NAMED[row["outcome"]], *cell] += 1
        for name in ("answered", "late", "undecided", "in_time", "abandoned_in_time", "abandoned_short", "within_p90"):
            found[name, *cell] += bool(row[name])
        if row["judged"]:
            found["delayed", *cell] += bool(row["delayed"])
            found["wait_s", *cell] += row["wait_s"]
        if row["answered"]:
            found["wait_answered_s", *cell] += row["wait_s"]
            found["handle_s", *cell] += Fraction(row["freed_s"]) - Fraction(row["start_s"])
    return found


def answered_waits(log, network, within, p90):
    """Waits of answered legs by (queue, interval)."""
    found = defaultdict(list)
    for row in judged_legs(log, network, within, p90, 10):
        if row["answered"]:
            found[row["queue"], row["interval"]].append(float(row["wait_s"]))
    return found


def nearest_rank(values, percent):
    """The smallest value such that at least percent % of the values are no larger."""
    return next(v for v in sorted(values) if 100 * sum(w <= v for w in values) >= percent * len(values))


def journey_tally(log, network, within, p90):
    """Counter of (name, interval, origin queue), customer by customer."""
    stories = defaultdict(list)
    for row in judged_legs(log, network, within, p90, 10):
        stories[row["origin"], row["customer"]].append(row)
    found = defaultdict(Fraction)
    for (origin, _), legs in stories.items():
        legs.sort(key=lambda row: row["leg"])
        cell = (legs[0]["interval"], origin)
        handed_on = sum(row["outcome"] == TRANSFERRED for row in legs)
        answered = any(row["answered"] for row in legs)
        resolving = [row for row in legs if row["outcome"] == RESOLVED]
        found["contacts", *cell] += 1
        found["attempts", *cell] += len({row["attempt"] for row in legs})
        found["legs", *cell] += len(legs)
        found["answered_customers", *cell] += answered
        found["transferred", *cell] += handed_on >= 1
        found["bounced", *cell] += handed_on >= 2
        found["resolved_first", *cell] += any(row["attempt"] == legs[0]["attempt"] for row in resolving)
        found["lost", *cell] += not answered and legs[-1]["outcome"] != WAITING
        found["resolved_customers", *cell] += bool(resolving)
        found["journey_wait_s", *cell] += sum(row["wait_s"] for row in legs)
        if resolving:
            found["resolution_s", *cell] += Fraction(resolving[-1]["end_s"]) - Fraction(legs[0]["entered_s"])
    return found


def desk_tally(log, network):
    """Counter of (name, interval, desk): seconds overlap by overlap, busy by sweeping over each adviser's spans."""
    width = float(network.interval_s)
    last = round(float(network.end_s) / width)
    found = defaultdict(Fraction)

    def spread(name, desk, start, end):
        for interval in range(last + 1):
            begins = interval * width
            ends = begins + width if interval < last else math.inf
            overlap = min(end, ends) - max(start, begins)
            if overlap > 0:
                found[name, interval, desk] += Fraction(overlap)

    duties = zip(log.duty_desk.tolist(), log.duty_start_s.tolist(), log.duty_end_s.tolist(), strict=True)
    for desk, start, end in duties:
        spread("paid_s", desk, start, end)
    changes = defaultdict(Counter)
    for row in rows_of(log):
        if row["desk"] >= 0:
            answer = row["end_s"] if int(network.kind[row["queue"]]) == DEFERRED else row["start_s"]
            interval = min(int(answer // width), last)
            found["answered", interval, row["desk"]] += 1
            found["transferred_out", interval, row["desk"]] += row["outcome"] == TRANSFERRED
            changes[row["desk"], row["adviser"]][row["start_s"]] += 1
            changes[row["desk"], row["adviser"]][row["freed_s"]] -= 1
    for (desk, _), steps in changes.items():
        held, since = 0, None
        for moment in sorted(steps):
            before, held = held, held + steps[moment]
            if before == 0 and held > 0:
                since = moment
            elif before > 0 and held == 0:
                spread("busy_s", desk, since, moment)
    return found
