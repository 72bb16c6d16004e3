"""The uniform of an address, by numpy's own Philox and Python's whole numbers."""

from hashlib import blake2b

import numpy as np


def uniform(seed: int, replication: int, owner: str, counter: int, second: int, purpose: int) -> float:
    """The number in (0, 1) of one purpose.

    ``owner`` is "queue", "desk" or "day", a zero character, and a name; ``counter`` and ``second`` are the first two
    words of the counter (customer and leg, say). numpy adds one to its counter before the first block, so it is given
    one less.
    """
    key = int.from_bytes(blake2b(owner.encode(), digest_size=8).digest(), "little")
    words = (counter, second, purpose >> 2, replication)
    count = (sum(word << 64 * i for i, word in enumerate(words)) - 1) % 2**256
    start = np.array([(count >> 64 * i) % 2**64 for i in range(4)], dtype=np.uint64)
    raw = np.random.Philox(counter=start, key=np.array([seed, key], dtype=np.uint64)).random_raw(4)
    return float(((int(raw[purpose & 3]) >> 12) + 0.5) * 2.0**-52)
