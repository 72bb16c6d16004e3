"""What a log comes to, row by row in plain Python, from the definitions of the measures: imports nothing of simcenter.

Times are whole grid steps made into Fractions, so that every sum here is exact.
"""

import math
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import pairwise

RESOLVED, UNRESOLVED, TRANSFERRED, UNRESOLVED_CLOSED, UNRESOLVED_LIMIT, ABANDONED, BLOCKED, BALKED = range(8)
TURNED_AWAY, DROPPED, CALLBACK, WAITING, UNRESOLVED_BUSY, NOT_REACHED, INTERRUPTED, NO_SHOW = range(8, 16)
ANSWERED = {RESOLVED, UNRESOLVED, TRANSFERRED, UNRESOLVED_CLOSED, UNRESOLVED_LIMIT, UNRESOLVED_BUSY}
BY_TRANSFER, BY_MISROUTING, BY_REDIAL, BY_REPEAT, BY_CALLBACK, BY_RESUMING, BY_APPOINTMENT = range(1, 8)
NOTHING, COMES_BACK, PENDING, AT_LIMIT = range(4)
CHAT, DEFERRED = 1, 2
NAMED = {
    ABANDONED: "abandoned", BLOCKED: "blocked", BALKED: "balked", TURNED_AWAY: "turned_away", DROPPED: "dropped",
    CALLBACK: "callbacks", WAITING: "waiting_at_end", TRANSFERRED: "transferred_out", RESOLVED: "resolved",
}  # fmt: skip


def rows_of(log):
    """The legs as dicts."""
    columns = (
        "origin", "customer", "attempt", "leg", "queue", "from_desk", "entered_s", "desk", "adviser", "start_s",
        "end_s", "freed_s", "outcome", "entry", "customer_class", "own_adviser", "returns", "predicted_s",
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


def stories_of(log):
    """The legs of each customer, in order."""
    stories = defaultdict(list)
    for row in rows_of(log):
        stories[row["origin"], row["customer"]].append(row)
    return [sorted(legs, key=lambda row: row["leg"]) for _, legs in sorted(stories.items())]


def place_names(network):
    """Queues, then "queue/class" of those with classes: {class row: name}, None for rows without a place."""
    places = dict.fromkeys(range(len(network.class_names)))
    for q, name in enumerate(network.queue_names):
        rows = range(int(network.class_first[q]), int(network.class_first[q + 1]))
        for row in rows[:-1]:
            places[row] = f"{name}/{network.class_names[row]}"
        if len(rows) > 1 and network.class_cum[rows[-2]] < 1:
            places[rows[-1]] = f"{name}/others"
    return [*network.queue_names, *(name for name in places.values() if name)], places


def judged_legs(log, network, within, p90, short_s):
    """Each leg with its interval, answer, wait and what it counts as, in every place where it is counted.

    ``within``, ``p90``: one promise per place. A leg of a class comes twice: for its queue, and for its class.
    """
    names, of_class = place_names(network)
    for legs in stories_of(log):
        begun, worked_s, entry = None, Fraction(0), None
        for place, row in enumerate(legs):
            # the parts of work that was interrupted are one stay, told at its last part
            if not place or legs[place - 1]["outcome"] != INTERRUPTED:
                begun, worked_s, entry = None, Fraction(0), row["entry"]
            if row["desk"] >= 0:
                begun = row["start_s"] if begun is None else begun
                worked_s += Fraction(row["freed_s"]) - Fraction(row["start_s"])
            row |= {"begun": begun, "handled": worked_s, "came_by": entry, "story": legs, "at": place}
            own_class = of_class[row["customer_class"]]
            for name in [network.queue_names[row["queue"]], *([own_class] if own_class else [])]:
                column = names.index(name)
                yield judged(dict(row, place=column), network, within[column], p90[column], short_s)


def judged(row, network, within, p90, short_s):
    queue = row["queue"]
    periods = periods_of(network.queue_open, queue)
    day_starts = network.day_start_s.tolist()
    deferred = int(network.kind[queue]) == DEFERRED
    last = round(float(network.end_s) / float(network.interval_s))
    row["interval"] = min(int(row["entered_s"] // float(network.interval_s)), last)
    row["measured"] = row["entered_s"] >= network.warm_up_s
    row["offered"] = row["measured"] and row["outcome"] not in (INTERRUPTED, NO_SHOW) and row["entry"] != BY_CALLBACK
    row["answered"] = row["offered"] and row["outcome"] in ANSWERED
    row["answer_s"] = (row["end_s"] if deferred else row["start_s"]) if row["answered"] else None
    until = row["answer_s"] if row["answered"] else row["end_s"]
    begun = row["end_s"] if row["begun"] is None else row["begun"]
    if deferred:
        row["wait_s"] = worked(periods, until) - worked(periods, row["entered_s"])
        row["delayed"] = worked(periods, begun) > worked(periods, row["entered_s"])
    else:
        row["wait_s"] = Fraction(until) - Fraction(row["entered_s"])
        row["delayed"] = begun > row["entered_s"]
    due = due_of(row, within, periods, day_starts, deferred)
    due90 = due_of(row, p90, periods, day_starts, deferred)
    stuck = row["offered"] and row["outcome"] in (WAITING, DROPPED)
    left = row["offered"] and row["outcome"] == ABANDONED
    row["late"] = stuck and due <= row["end_s"]
    row["undecided"] = stuck and not row["late"]
    row["in_time"] = row["answered"] and row["answer_s"] <= due
    row["abandoned_in_time"] = left and row["end_s"] <= due
    row["abandoned_short"] = left and row["wait_s"] <= short_s
    row["within_p90"] = row["answered"] and row["answer_s"] <= due90
    row["judged"] = row["answered"] or left or row["late"]
    return row


def queue_tally(log, network, within, p90, short_s=10, callback=None):
    """Counter of (name, interval, place)."""
    found = defaultdict(Fraction)
    for row in judged_legs(log, network, within, p90, short_s):
        cell = (row["interval"], row["place"])
        found["offered", *cell] += row["offered"]
        if row["offered"] and row["outcome"] in NAMED:
            found[NAMED[row["outcome"]], *cell] += 1
        for name in ("answered", "late", "undecided", "in_time", "abandoned_in_time", "abandoned_short", "within_p90"):
            found[name, *cell] += bool(row[name])
        if row["judged"]:
            found["delayed", *cell] += bool(row["delayed"])
            found["wait_s", *cell] += row["wait_s"]
        if row["answered"]:
            found["wait_answered_s", *cell] += row["wait_s"]
            found["handle_s", *cell] += row["handled"]
        for name, value in rules_told(row, network, callback).items():
            found[name, *cell] += value
    return found


def rules_told(row, network, callback):
    """What a leg adds to the counts that only some centres have."""
    told = {
        "redials": row["offered"] and row["came_by"] == BY_REDIAL,
        "repeats": row["offered"] and row["came_by"] == BY_REPEAT,
        "interrupted": row["measured"] and row["outcome"] == INTERRUPTED,
        "appointments": row["measured"] and row["entry"] == BY_APPOINTMENT,
        "no_shows": row["measured"] and row["outcome"] == NO_SHOW,
    }
    own = row["answered"] and row["own_adviser"] >= 0
    desk = int(network.own_desk[row["queue"]])
    told |= {"own": own, "continued": own and (row["desk"], row["adviser"]) == (desk, row["own_adviser"])}
    if row["answered"] and row["outcome"] == TRANSFERRED:
        told[f"transfers_{cause_of(row, network)}"] = 1
    if row["offered"] and row["outcome"] == CALLBACK:
        told |= callback_told(row, network, callback[row["place"]] if callback else None)
    if row["answered"] and math.isfinite(row["predicted_s"]):
        told |= errors_told(Fraction(row["start_s"]) - Fraction(row["entered_s"]), row)
    return told


def cause_of(row, network):
    if row["story"][row["at"] + 1]["entry"] == BY_MISROUTING:
        return "misrouted"
    desk, queue = row["desk"], row["queue"]
    ranks = [int(network.rank[d, queue]) for d in range(len(network.desk_names)) if network.serves[d, queue]]
    first_choice = int(network.rank[desk, queue]) == min(ranks) and float(network.after_s[desk, queue]) == 0
    return "skill" if first_choice else "overflow"


def callback_told(row, network, within):
    """What became of an accepted callback: the tries that follow in the customer's story."""
    tries = []
    for leg in row["story"][row["at"] + 1 :]:
        if leg["entry"] != BY_CALLBACK:
            break
        tries.append(leg)
    last, accepted_s = tries[-1], Fraction(row["end_s"])
    due = math.inf if within is None else row["end_s"] + within
    reached = last["outcome"] in ANSWERED
    still = not reached and (last["outcome"] == WAITING or last["returns"] == PENDING)
    told = {
        "callbacks_made": sum(leg["desk"] >= 0 for leg in tries),
        "called_back": reached,
        "callbacks_open": still,
        "callback_in_time": reached and last["start_s"] <= due,
        "callback_undecided": still and due > max(float(network.end_s), last["end_s"]),
    }
    if reached:
        told["callback_wait_s"] = Fraction(last["start_s"]) - accepted_s
    if tries[0]["desk"] >= 0 and math.isfinite(row["predicted_s"]):
        told |= errors_told(Fraction(tries[0]["start_s"]) - accepted_s, row)
    return told


def errors_told(waited_s, row):
    error_s = waited_s - Fraction(row["predicted_s"])
    return {"predicted": 1, "prediction_bias_s": error_s, "prediction_error_s": abs(error_s)}


def transfer_tally(log, network):
    """Counter of (from desk, to desk), the desk after the last for nobody."""
    found = Counter()
    for legs in stories_of(log):
        for row, following in pairwise(legs):
            if row["outcome"] == TRANSFERRED and row["entered_s"] >= network.warm_up_s:
                found[row["desk"], following["desk"] if following["desk"] >= 0 else len(network.desk_names)] += 1
    return found


def answered_waits(log, network, within, p90):
    """Waits of answered legs by (place, interval)."""
    found = defaultdict(list)
    for row in judged_legs(log, network, within, p90, 10):
        if row["answered"]:
            found[row["place"], row["interval"]].append(float(row["wait_s"]))
    return found


def nearest_rank(values, percent):
    """The smallest value such that at least percent % of the values are no larger."""
    return next(v for v in sorted(values) if 100 * sum(w <= v for w in values) >= percent * len(values))


def journey_tally(log, network, within, p90):
    """Counter of (name, interval, origin queue), customer by customer."""
    legs_of = defaultdict(list)
    for row in judged_legs(log, network, within, p90, 10):
        if row["place"] < len(network.queue_names):
            legs_of[row["origin"], row["customer"]].append(row)
    found = defaultdict(Fraction)
    for (origin, _), legs in legs_of.items():
        first, last = legs[0], legs[-1]
        if first["entered_s"] < network.warm_up_s or first["outcome"] == NO_SHOW:
            continue
        cell = (first["interval"], origin)
        handed_on = sum(row["outcome"] == TRANSFERRED for row in legs)
        answered = any(row["outcome"] in ANSWERED for row in legs)
        offered = [row for row in legs if row["offered"]]
        resolving = [row for row in legs if row["outcome"] == RESOLVED]
        pending = last["returns"] == PENDING
        found["contacts", *cell] += 1
        found["attempts", *cell] += len({row["attempt"] for row in legs})
        found["legs", *cell] += len(offered)
        found["answered_customers", *cell] += answered
        found["transferred", *cell] += handed_on >= 1
        found["bounced", *cell] += handed_on >= 2
        found["resolved_first", *cell] += any(row["attempt"] == 0 for row in resolving)
        found["lost", *cell] += not answered and last["outcome"] != WAITING and not pending
        found["resolved_customers", *cell] += bool(resolving)
        found["journey_wait_s", *cell] += sum(row["wait_s"] for row in offered)
        found["pending", *cell] += pending
        found["at_limit", *cell] += ended_by_limit(last)
        found["passed_on_s", *cell] += sum(
            row["wait_s"] for row in offered if row["came_by"] in (BY_TRANSFER, BY_MISROUTING)
        )
        if resolving:
            found["resolution_s", *cell] += Fraction(resolving[-1]["end_s"]) - Fraction(first["entered_s"])
    return found


def ended_by_limit(last):
    """Whether a limit on legs or attempts ended the story; tries of callbacks have their own measure."""
    if last["outcome"] == UNRESOLVED_LIMIT and last["returns"] == NOTHING:
        return True
    return last["returns"] == AT_LIMIT and last["outcome"] != NOT_REACHED


def desk_tally(log, network):
    """Counter of (name, interval, desk): seconds overlap by overlap, busy by sweeping over each adviser's spans."""
    width = float(network.interval_s)
    last = round(float(network.end_s) / width)
    warm_up = round(float(network.warm_up_s) / width)
    found = defaultdict(Fraction)

    def spread(name, desk, start, end):
        for interval in range(warm_up, last + 1):
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
        if row["outcome"] in ANSWERED:
            answer = row["end_s"] if int(network.kind[row["queue"]]) == DEFERRED else row["start_s"]
            interval = min(int(answer // width), last)
            found["answered", interval, row["desk"]] += interval >= warm_up
            found["transferred_out", interval, row["desk"]] += row["outcome"] == TRANSFERRED and interval >= warm_up
        if row["desk"] >= 0:
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
