"""Markov chains of telephone lines: who finds none free is blocked, whether he would have had to wait or not."""

from oracles.chains import Chain


def shared_lines(
    arrivals: tuple[float, float],
    services: tuple[float, float],
    patiences: tuple[float, float],
    advisers: tuple[int, int],
    lines: int,
) -> Chain:
    """Two queues, each with a desk of its own, on the same lines. States: (present in queue 1, in queue 2)."""

    def moves(state):
        for i in range(2):

            def changed(by, i=i):
                return tuple(n + by * (i == j) for j, n in enumerate(state))

            if sum(state) < lines:
                yield changed(1), arrivals[i]
            if state[i]:
                serving = min(state[i], advisers[i])
                yield changed(-1), serving * services[i] + (state[i] - serving) * patiences[i]

    return Chain((0, 0), moves)


def lines_in_tandem(
    arrival: float, services: tuple[float, float], advisers: tuple[int, int], share: float, lines: int
) -> Chain:
    """A share is handed on and keeps its line. States: (present at the front, at the experts)."""

    def moves(state):
        front, experts = state
        if front + experts < lines:
            yield (front + 1, experts), arrival
        if front:
            yield (front - 1, experts + 1), min(front, advisers[0]) * services[0] * share
            yield (front - 1, experts), min(front, advisers[0]) * services[0] * (1 - share)
        if experts:
            yield (front, experts - 1), min(experts, advisers[1]) * services[1]

    return Chain((0, 0), moves)


def lines_and_callbacks(arrival: float, service: float, lines: int, accepted: float, most: int = 40) -> Chain:
    """One adviser; of those who would wait a share is called back, and holds no line.

    States: for each present, first come first, whether he holds a line; the first is served. Cut off at ``most``.
    """

    def moves(state):
        if sum(state) < lines:
            if not state:
                yield (True,), arrival
            elif len(state) < most:
                yield (*state, True), arrival * (1 - accepted)
                yield (*state, False), arrival * accepted
        if state:
            yield state[1:], service

    return Chain((), moves)
