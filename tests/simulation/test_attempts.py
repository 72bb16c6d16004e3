"""First attempts behind counts of all: against solutions by hand, and against customers followed round by round."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcenter.errors import ScenarioError
from simcenter.scenario import Scenario
from simcenter.simulation.attempts import attempts_of_first, first_attempts, volume_notes
from simcenter.simulation.compile import compile_network
from simcenter.simulation.draws import Draws
from simcenter.simulation.engine import play
from simcenter.simulation.log import ContactLog, Entry
from simcenter.simulation.staffing import Staffing


def scenario(queues: dict[str, Any], serves: dict[str, Any] | None = None, **top: Any) -> Scenario:
    """Phones of 100 contacts a day unless told otherwise; one desk that serves them all."""
    plain = {"channel": "phone", "handle_time": "3 min", "volume": {"per_day": 100}}
    data = {
        "schema": 1,
        "name": "attempts",
        "timezone": "Europe/Paris",
        "horizon": {"start": "2026-03-02", "days": 1, "interval": "60 min", "hours": "08:00-18:00"},
        "queues": {name: plain | keys for name, keys in queues.items()},
        "desks": {"desk": {"serves": {name: (serves or {}).get(name, {}) for name in queues}}},
    }
    return Scenario.from_dict(data | top)


def redial(share: float, at_most: int = 100, **more: object) -> dict[str, object]:
    return {"share": share, "after": "5 min", "at_most": at_most} | more


def all_attempts(abandoned: float | None = None) -> dict[str, object]:
    return {"counts": "all attempts"} | ({} if abandoned is None else {"abandoned": abandoned})


def test_volumes_of_first_attempts_stay_as_they_are() -> None:
    one = scenario({"calls": {"redial": redial(0.5)}})
    assert first_attempts(one) == {"calls": 1.0}
    assert volume_notes(one) == ()


def test_redials_of_one_queue() -> None:
    """A quarter abandons and 0.8 of them redial: 100 attempts are 80 first ones, and 0.2 of all attempts come back."""
    one = scenario({"calls": {"redial": redial(0.8), "volume_counts": all_attempts(0.25)}})
    assert first_attempts(one)["calls"] == pytest.approx(0.8, rel=1e-12)


def test_a_limit_on_attempts() -> None:
    """At most three attempts: 1 + 0.2 + 0.04 for each first one."""
    one = scenario({"calls": {"redial": redial(0.8, 3), "volume_counts": all_attempts(0.25)}})
    assert first_attempts(one)["calls"] == pytest.approx(1 / 1.24, rel=1e-12)


def test_repeats_that_write_instead() -> None:
    """Of 100 calls 95 are answered, 30 % of these unresolved, 40 % of those write: 11.4 of 100 letters."""
    queues = {
        "calls": {
            "repeat": redial(0.4, to="letters"),
            "volume_counts": {"counts": "first attempts", "abandoned": 0.05},
        },
        "letters": {"channel": "email", "volume_counts": "all attempts"},
    }
    one = scenario(queues, {"calls": {"resolved": 0.7}})
    assert first_attempts(one) == {"calls": 1.0, "letters": pytest.approx(0.886, rel=1e-12)}


def test_the_example_of_the_documentation() -> None:
    """Two queues, hand-overs, misrouting, redials and repeats, solved by hand.

    Of 1 attempt at calls 0.9 are answered; of these a tenth is misrouted to experts, 0.81 are served, 20 % of them
    handed on to experts (0.162), the other 0.648 resolved by 75 %, so 0.162 unresolved. Experts get 0.252 legs of an
    attempt at calls; 10 % abandon (0.0252), 0.2268 are answered, half of them unresolved (0.1134).
    Half of the abandoned redial, each in his queue, and of the unresolved at calls half call again, of those at the
    experts nobody does. So per attempt at calls 0.5 x 0.1 + 0.5 x 0.162 = 0.131 at calls again, 0.0126 at the experts;
    per attempt at the experts 0.05 again at the experts, as many as leave without an answer.
    """
    queues = {
        "calls": {
            "redial": redial(0.5),
            "repeat": redial(0.5),
            "misrouted": {"experts": {"share": 0.1, "after": "30 s"}},
            "volume_counts": all_attempts(0.1),
        },
        "experts": {"redial": redial(0.5), "volume_counts": all_attempts(0.1)},
    }
    # A desk does not take back what it handed on, so somebody else must serve the experts' queue as well.
    data_desks = {
        "desk": {"serves": {"calls": {"resolved": 0.75, "transfers": {"experts": 0.2}}}},
        "experts": {"serves": {"experts": {"resolved": 0.5}}},
    }
    one = scenario(queues, desks=data_desks)
    share = first_attempts(one)
    # calls: A = F + 0.131 A. experts: B = G + 0.0126 A + 0.05 B.
    assert share["calls"] == pytest.approx(1 - 0.131, rel=1e-9)
    assert share["experts"] == pytest.approx(1 - 0.05 - 0.0126, rel=1e-9)


def test_classes_are_handed_on_by_their_own_shares() -> None:
    """A fifth VIP, all handed on; of the others a quarter: 0.4 in all. So 0.6 end here, unresolved, and 0.3 return."""
    queues = {
        "calls": {"classes": {"VIP": {"share": 0.2}}, "repeat": redial(0.5), "volume_counts": "all attempts"},
        "experts": {},
    }
    to = {"share": 0.25, "shares": {"VIP": 1.0}}
    desks = {
        "desk": {"serves": {"calls": {"resolved": 0.0, "transfers": {"experts": to}}}},
        "experts": {"serves": {"experts": {}}},
    }
    assert first_attempts(scenario(queues, desks=desks))["calls"] == pytest.approx(0.7, rel=1e-12)


def test_the_limit_on_legs_leaves_contacts_unresolved() -> None:
    """All are handed on to and fro; with at most three legs an attempt ends unresolved in the queue where it began."""
    queues = {"calls": {"repeat": redial(0.5), "volume_counts": "all attempts"}, "experts": {}}
    desks = {
        "desk": {"serves": {"calls": {"transfers": {"experts": 1.0}}}},
        "experts": {"serves": {"experts": {"transfers": {"calls": 1.0}}}},
        "way out": {"serves": {"calls": {"rank": 2}, "experts": {"rank": 2}}},
    }
    assert first_attempts(scenario(queues, desks=desks, max_legs=3))["calls"] == pytest.approx(0.5, rel=1e-12)


def test_the_desk_of_the_least_rank_counts() -> None:
    queues = {"calls": {"repeat": redial(0.5), "volume_counts": "all attempts"}}
    desks = {
        "second": {"serves": {"calls": {"rank": 2, "resolved": 0.0}}},
        "first": {"serves": {"calls": {"rank": 1, "resolved": 0.8}}},
    }
    assert first_attempts(scenario(queues, desks=desks))["calls"] == pytest.approx(0.9, rel=1e-12)


def test_appointments_and_backlogs_are_not_in_the_volume_but_come_back() -> None:
    """100 walk in, first or not; 50 of 100 appointments are kept; a fifth of all 150 comes back: 30 of the 100."""
    visits = {
        "channel": "face_to_face",
        "repeat": redial(0.2),
        "volume_counts": "all attempts",
        "appointments": {"slots": [0] * 8 + [10] * 10 + [0] * 6, "no_show": 0.5},
    }
    one = scenario({"visits": visits}, {"visits": {"resolved": 0.0}})
    assert first_attempts(one)["visits"] == pytest.approx(0.7, rel=1e-12)


def test_more_returns_than_attempts_are_an_error() -> None:
    queues = {
        "calls": {"repeat": redial(1.0, to="letters"), "volume": {"per_day": 500}},
        "letters": {"channel": "email", "volume_counts": "all attempts"},
    }
    with pytest.raises(ScenarioError) as caught:
        compile_network(scenario(queues, {"calls": {"resolved": 0.5}}))
    assert str(caught.value) == (
        "queues.letters.volume_counts: must leave first attempts, but 250 of the 100 attempts would be of customers "
        "who come back"
    )


def test_the_network_has_first_attempts_only_in_every_interval() -> None:
    rules = {"redial": redial(0.8), "volume_counts": all_attempts(0.25), "volume": [*range(24)]}
    open_all_day = {"start": "2026-03-02", "days": 1, "interval": "60 min", "hours": "00:00-24:00"}
    net = compile_network(scenario({"calls": rules}, horizon=open_all_day))
    np.testing.assert_allclose(net.volume[:, 0], 0.8 * np.arange(24), rtol=1e-12)


def test_the_output_says_how_many_are_first() -> None:
    one = scenario({"calls": {"redial": redial(0.8), "volume_counts": all_attempts(0.25)}, "other": {}})
    assert volume_notes(one) == (
        "calls: of the volume of 100 attempts 80 (80.0%) are first attempts, the others redials and repeats",
    )


def test_a_queue_without_volume_is_left_alone() -> None:
    """Nobody redials what nobody called."""
    rules = {"redial": redial(0.8), "volume_counts": all_attempts(0.25), "volume": {"per_day": 0}}
    assert first_attempts(scenario({"calls": rules})) == {"calls": 1.0}


share = st.floats(0, 0.9)


@given(
    lost=st.tuples(share, share), redials=st.tuples(share, share), repeats=st.tuples(share, share),
    crosses=st.tuples(st.booleans(), st.booleans()), resolved=st.tuples(share, share), at_most=st.integers(1, 6),
    transfer=st.tuples(st.floats(0, 0.6), share), misrouted=st.floats(0, 0.4), max_legs=st.integers(1, 4),
)  # fmt: skip
def test_it_is_the_fixed_point_of_customers_followed_round_by_round(
    lost: tuple[float, float], redials: tuple[float, float], repeats: tuple[float, float],
    crosses: tuple[bool, bool], resolved: tuple[float, float], at_most: int, transfer: tuple[float, float],
    misrouted: float, max_legs: int,
) -> None:  # fmt: skip
    """Put the first attempts that are found through the centre, leg by leg: all attempts are the volumes again."""
    names = ("calls", "experts")
    queues = {
        name: {
            "redial": redial(redials[q], at_most, to=names[q ^ crosses[q]]),
            "repeat": redial(repeats[q], at_most, to=names[q ^ crosses[1 - q]]),
            "volume_counts": all_attempts(lost[q]),
        }
        for q, name in enumerate(names)
    }
    queues["calls"]["misrouted"] = {"experts": {"share": misrouted, "after": "9 s"}}
    desks = {
        "desk": {"serves": {"calls": {"resolved": resolved[0], "transfers": {"experts": transfer[0]}}}},
        "experts": {"serves": {"experts": {"resolved": resolved[1], "transfers": {"calls": transfer[1]}}}},
    }
    one = scenario(queues, desks=desks, max_legs=max_legs)
    try:
        first = [100 * factor for factor in first_attempts(one).values()]
    except ScenarioError:
        first = np.linalg.solve(attempts_of_first(one), [100.0, 100.0]).tolist()
        assert min(first) < 0
    total, come = [0.0, 0.0], first
    for attempt in range(1, at_most + 1):
        total = [total[q] + come[q] for q in (0, 1)]
        again = [0.0, 0.0]
        legs = [(q, come[q], True) for q in (0, 1)]
        for leg in range(max_legs):
            following = []
            for q, n, fresh in legs:
                again[q ^ crosses[q]] += n * lost[q] * redials[q]
                served = n * (1 - lost[q])
                wrong = served * misrouted if q == 0 and fresh else 0.0
                moved = wrong + (served - wrong) * transfer[q]
                unresolved = (served - moved) * (1 - resolved[q])
                if leg == max_legs - 1:
                    unresolved += moved
                else:
                    following.append((1 - q, moved, False))
                again[q ^ crosses[1 - q]] += unresolved * repeats[q]
            legs = following
        come = again if attempt < at_most else [0.0, 0.0]
    assert total == pytest.approx([100.0, 100.0], rel=1e-9)


def test_played_out_the_attempts_are_those_of_the_volume() -> None:
    """Hand-overs, misrouting, repeats with a limit, classes: 1,000 days of a morning, within 4 standard errors a queue.

    Nobody abandons: there are advisers enough. Those who come back do so within the day.
    """
    morning = [0.0] * 8 + [30.0] * 4 + [0.0] * 12
    queues = {
        "calls": {
            "classes": {"VIP": {"share": 0.2}},
            "misrouted": {"experts": {"share": 0.1, "after": "30 s"}},
            "repeat": redial(0.6, 3),
            "volume_counts": "all attempts",
            "volume": morning,
        },
        "experts": {"repeat": redial(0.4, 2, to="calls"), "volume_counts": "all attempts", "volume": morning},
    }
    to = {"share": 0.3, "shares": {"VIP": 0.6}}
    desks = {
        "desk": {"advisers": 300, "serves": {"calls": {"resolved": 0.5, "transfers": {"experts": to}}}},
        "experts": {"advisers": 300, "serves": {"experts": {"resolved": 0.6, "transfers": {"calls": 0.2}}}},
    }
    horizon = {"start": "2026-03-02", "days": 1, "interval": "60 min", "hours": "00:00-24:00"}
    one = scenario(queues, desks=desks, horizon=horizon, max_legs=3)
    network, staffing = compile_network(one), Staffing.from_scenario(one)
    seen = np.array([attempts_in(play(network, staffing, Draws(network, 5, r))) for r in range(1000)])
    assert network.volume.sum() < 200  # of 240
    error = seen.std(axis=0, ddof=1) / 1000**0.5
    assert np.all(np.abs(seen.mean(axis=0) - 120) < 4 * error)


def attempts_in(log: ContactLog) -> np.ndarray:
    """How many attempts the log has in each of two queues."""
    return np.bincount(log.queue[np.isin(log.entry, (Entry.FIRST, Entry.REDIAL, Entry.REPEAT))], minlength=2)
