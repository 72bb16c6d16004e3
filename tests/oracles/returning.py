"""Markov chains of customers who come back: after giving up, being blocked or served in vain, or with an email instead.

Who is to come back is in orbit, for an exponential time. Lines and orbits are cut off: who finds them full is lost, so
the time spent in such states bounds what the cut changes.
"""

from oracles.chains import Chain


def redialling_desk(
    arrival: float,
    service: float,
    advisers: int,
    patience: float,
    share: float,
    back: float,
    room: int | None = None,
    balking: float = 0.0,
    most: tuple[int, int] = (40, 60),
) -> Chain:
    """A share of those who give up, balk or find no room comes back, without end. States: (present, in orbit)."""
    waiting, orbit = most
    limit = advisers + (waiting if room is None else room)

    def comes(present, away, rate):
        stays = 1.0 if present < advisers else 0.0 if present == limit else 1 - balking
        yield (min(present + 1, limit), away), rate * stays
        yield (present, min(away + 1, orbit)), rate * (1 - stays) * share
        yield (present, away), rate * (1 - stays) * (1 - share)

    def moves(state):
        present, away = state
        yield from comes(present, away, arrival)
        if away:
            yield from comes(present, away - 1, away * back)
        if present:
            gives_up = max(present - advisers, 0) * patience
            yield (present - 1, away), min(present, advisers) * service + gives_up * (1 - share)
            yield (present - 1, min(away + 1, orbit)), gives_up * share

    return Chain((0, 0), moves)


def patient_loss(
    arrival: float, service: float, advisers: int, share: float, back: float, attempts: int, most: int = 25
) -> Chain:
    """No room to wait; the blocked try again, up to so many attempts. States: (present, tried once, twice, ...)."""

    def tries(present, away, tried, rate):
        """One who has tried so often before comes."""
        if present < advisers:
            yield (present + 1, *away), rate
            return
        again = share if tried + 1 < attempts else 0.0
        yield (present, *(min(n + (i == tried), most) for i, n in enumerate(away))), rate * again
        yield (present, *away), rate * (1 - again)

    def moves(state):
        present, *away = state
        yield from tries(present, away, 0, arrival)
        for i, number in enumerate(away):
            if number:
                yield from tries(present, [n - (i == j) for j, n in enumerate(away)], i + 1, number * back)
        if present:
            yield (present - 1, *away), present * service

    return Chain((0,) * attempts, moves)  # the first number is who is present


def writing_instead(
    arrival: float,
    services: tuple[float, float],
    advisers: tuple[int, int],
    patience: float,
    share: float,
    back: float,
    most: tuple[int, int, int] = (15, 12, 25),
) -> Chain:
    """A share of those who give up writes to another desk some time later. States: (calls, in orbit, emails)."""

    def moves(state):
        calls, away, emails = state
        if calls < advisers[0] + most[0]:
            yield (calls + 1, away, emails), arrival
        if calls:
            gives_up = max(calls - advisers[0], 0) * patience
            yield (calls - 1, away, emails), min(calls, advisers[0]) * services[0] + gives_up * (1 - share)
            yield (calls - 1, min(away + 1, most[1]), emails), gives_up * share
        if away:
            yield (calls, away - 1, min(emails + 1, most[2])), away * back
        if emails:
            yield (calls, away, emails - 1), min(emails, advisers[1]) * services[1]

    return Chain((0, 0, 0), moves)


def repeating_desk(
    arrival: float, service: float, advisers: int, again: float, back: float, most: tuple[int, int] = (40, 40)
) -> Chain:
    """A share of those served has to come back, as often as it takes. States: (present, in orbit)."""

    def moves(state):
        present, away = state
        limit = advisers + most[0]
        yield (min(present + 1, limit), away), arrival
        if away:
            yield (min(present + 1, limit), away - 1), away * back
        if present:
            serving = min(present, advisers) * service
            yield (present - 1, min(away + 1, most[1])), serving * again
            yield (present - 1, away), serving * (1 - again)

    return Chain((0, 0), moves)
