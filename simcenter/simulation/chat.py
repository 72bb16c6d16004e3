"""Chats in one adviser's hands: each has work left, done the slower the more of them there are."""

from simcenter.simulation.floor import Adviser
from simcenter.simulation.grid import ceil_to_grid, to_grid
from simcenter.simulation.leg import Leg


def settle(adviser: Adviser, now_s: float) -> None:
    """Deduct the work done since it was last settled; to be called before the number held changes.

    Of two chats with the same adviser one may have begun long before the other: each is settled on its own clock.
    """
    for chat in adviser.chats:
        done_s = to_grid((now_s - chat.settled_s) * chat.queue.speeds[adviser.held])
        chat.left_s = max(0.0, chat.left_s - done_s)
        chat.settled_s = now_s


def time_left_s(chat: Leg, held: int) -> float:
    """How long the chat goes on while its adviser holds that many; rounded up, so that no work is ever left over."""
    return ceil_to_grid(chat.left_s / chat.queue.speeds[held])
