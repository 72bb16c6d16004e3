"""Markov chains of who comes first: email that steps back, transfers helped first, a random free adviser."""

from oracles.chains import Chain


def stepping_back(
    arrivals: tuple[float, float],
    services: tuple[float, float],
    patience: float,
    advisers: int,
    most: tuple[int, int] = (30, 60),
) -> Chain:
    """Calls interrupt email, which goes on later where it was left. States: (calls present, emails present)."""

    def moves(state):
        calls, emails = state
        if calls < advisers + most[0]:
            yield (calls + 1, emails), arrivals[0]
        if emails < most[1]:
            yield (calls, emails + 1), arrivals[1]
        talking = min(calls, advisers)
        if calls:
            yield (calls - 1, emails), talking * services[0] + (calls - talking) * patience
        if emails:
            yield (calls, emails - 1), min(emails, advisers - talking) * services[1]

    return Chain((0, 0), moves)


def keeping_free(
    arrivals: tuple[float, float],
    services: tuple[float, float],
    patience: float,
    advisers: int,
    min_idle: int,
    most: tuple[int, int] = (20, 40),
) -> Chain:
    """An email is taken only while so many advisers are idle, the taker included.

    States: (busy with calls, busy with emails, calls waiting, emails waiting).
    """

    def moves(state):
        b1, b2, w1, w2 = state
        idle = advisers - b1 - b2
        if idle:
            yield (b1 + 1, b2, w1, w2), arrivals[0]
        elif w1 < most[0]:
            yield (b1, b2, w1 + 1, w2), arrivals[0]
        if idle >= min_idle:
            yield (b1, b2 + 1, w1, w2), arrivals[1]
        elif w2 < most[1]:
            yield (b1, b2, w1, w2 + 1), arrivals[1]
        for busy, rate, (c1, c2) in ((b1, services[0], (b1 - 1, b2)), (b2, services[1], (b1, b2 - 1))):
            if busy and w1:
                yield (c1 + 1, c2, w1 - 1, w2), busy * rate
            elif busy and w2 and idle + 1 >= min_idle:
                yield (c1, c2 + 1, w1, w2 - 1), busy * rate
            elif busy:
                yield (c1, c2, w1, w2), busy * rate
        if w1:
            yield (b1, b2, w1 - 1, w2), w1 * patience

    return Chain((0, 0, 0, 0), moves)


def handed_on_first(
    arrivals: tuple[float, float],
    services: tuple[float, float],
    patience: float,
    advisers: tuple[int, int],
    share: float,
    most: int = 25,
) -> Chain:
    """A share of the front's calls goes on to experts, who help them before those who called the experts themselves.

    States: (at the front, at the experts in service, handed on and waiting, own callers waiting).
    """

    def moves(state):
        front, busy, handed, own = state
        if front < advisers[0] + most:
            yield (front + 1, busy, handed, own), arrivals[0]
        if busy < advisers[1]:
            yield (front, busy + 1, handed, own), arrivals[1]
        elif own < most:
            yield (front, busy, handed, own + 1), arrivals[1]
        if front:
            talking = min(front, advisers[0]) * services[0]
            yield (front - 1, busy, handed, own), talking * (1 - share) + max(front - advisers[0], 0) * patience
            if busy < advisers[1]:
                yield (front - 1, busy + 1, handed, own), talking * share
            elif handed < most:
                yield (front - 1, busy, handed + 1, own), talking * share
        if busy:
            ends = busy * services[1]
            if handed:
                yield (front, busy, handed - 1, own), ends
            elif own:
                yield (front, busy, handed, own - 1), ends
            else:
                yield (front, busy - 1, handed, own), ends
        if handed:
            yield (front, busy, handed - 1, own), handed * patience
        if own:
            yield (front, busy, handed, own - 1), own * patience

    return Chain((0, 0, 0, 0), moves)


def free_adviser_at_random(
    arrival: float, services: tuple[float, float], patience: float, advisers: tuple[int, int], most: int = 40
) -> Chain:
    """Two desks that are not equally fast; any free adviser is as likely. States: (busy at 1, busy at 2, waiting)."""

    def moves(state):
        b1, b2, waiting = state
        f1, f2 = advisers[0] - b1, advisers[1] - b2
        if f1 + f2:
            yield (b1 + 1, b2, waiting), arrival * f1 / (f1 + f2)
            yield (b1, b2 + 1, waiting), arrival * f2 / (f1 + f2)
        elif waiting < most:
            yield (b1, b2, waiting + 1), arrival
        if waiting:
            yield (b1, b2, waiting - 1), b1 * services[0] + b2 * services[1] + waiting * patience
        else:
            if b1:
                yield (b1 - 1, b2, 0), b1 * services[0]
            if b2:
                yield (b1, b2 - 1, 0), b2 * services[1]

    return Chain((0, 0, 0), moves)


def handed_on_if_free(
    arrival: float, services: tuple[float, float], advisers: tuple[int, int], share: float, at_once: bool
) -> Chain:
    """No room to wait at the front; a share is for the experts, and is handed on only if one of them is free.

    ``at_once``: the front sees it at once, and else deals with the call itself; otherwise it sees it at the end of its
    work, and else ends the call there. States: (at the front, at the experts).
    """

    def moves(state):
        front, experts = state
        free = experts < advisers[1]
        handed = share if free else 0.0
        if front < advisers[0]:
            if at_once:
                yield (front, experts + 1), arrival * handed
            yield (front + 1, experts), arrival * (1 - handed if at_once else 1)
        if front:
            if not at_once:
                yield (front - 1, experts + 1), front * services[0] * handed
            yield (front - 1, experts), front * services[0] * (1 if at_once else 1 - handed)
        if experts:
            yield (front, experts - 1), experts * services[1]

    return Chain((0, 0), moves)
