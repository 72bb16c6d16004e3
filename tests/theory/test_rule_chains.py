"""The chains of the rules give what formulas and plainer chains say of their special cases."""

from math import exp

import numpy as np
import pytest
from oracles.chains import one_desk, shared_desk
from oracles.days import booked, busyness, called_back_wait, own_adviser_answers, present, shared_busyness
from oracles.first import free_adviser_at_random, handed_on_first, handed_on_if_free, keeping_free, stepping_back
from oracles.lines import lines_and_callbacks, lines_in_tandem, shared_lines
from oracles.returning import patient_loss, redialling_desk, repeating_desk, writing_instead


def waiting(advisers):
    return lambda k: max(k - advisers, 0)


def test_nobody_who_redials_is_erlang_a():
    chain = redialling_desk(0.9, 0.25, 4, 0.15, 0.0, 0.1)
    assert chain.long_run(lambda s: s[0]) == pytest.approx(one_desk(0.9, 0.25, 4, 0.15).long_run(float), rel=1e-12)


def test_redials_balance():
    """In the long run as many go into orbit as come out of it, and what comes in is served or gives up for good."""
    chain = redialling_desk(0.9, 0.25, 3, 0.15, 0.6, 0.05)
    gives_up = chain.long_run(lambda s: max(s[0] - 3, 0)) * 0.15
    assert chain.long_run(lambda s: s[1]) * 0.05 == pytest.approx(0.6 * gives_up, rel=1e-9)
    assert chain.long_run(lambda s: min(s[0], 3)) * 0.25 + 0.4 * gives_up == pytest.approx(0.9, rel=1e-9)
    assert chain.long_run(lambda s: s[1] == 60 or s[0] == 43) < 1e-12


def test_who_redials_after_a_very_long_time_is_a_new_customer():
    """Then the desk is a loss system with the arrivals that make its own fixed point."""
    chain = redialling_desk(0.9, 0.25, 4, 0.0, 0.5, 1e-3, room=0, most=(0, 800))
    total = 0.9
    for _ in range(200):
        total = 0.9 + 0.5 * total * one_desk(total, 0.25, 4, room=0).long_run(lambda k: k == 4)
    blocked = one_desk(total, 0.25, 4, room=0).long_run(lambda k: k == 4)
    assert chain.long_run(lambda s: s[0] == 4) == pytest.approx(blocked, rel=2e-3)


def test_all_who_balk_are_a_loss_system():
    chain = redialling_desk(0.9, 0.25, 4, 0.15, 0.0, 0.1, balking=1.0)
    loss = one_desk(0.9, 0.25, 4, room=0)
    assert chain.long_run(lambda s: s[0] == 4) == pytest.approx(loss.long_run(lambda k: k == 4), rel=1e-12)


def test_many_attempts_are_attempts_without_end():
    limited = patient_loss(0.9, 0.5, 2, 0.3, 0.1, 4, most=12)
    endless = redialling_desk(0.9, 0.5, 2, 0.0, 0.3, 0.1, room=0, most=(0, 60))
    assert limited.long_run(lambda s: s[0]) == pytest.approx(endless.long_run(lambda s: s[0]), rel=5e-3)
    assert limited.long_run(lambda s: s[0]) < endless.long_run(lambda s: s[0])


def test_one_attempt_is_erlang_b():
    chain = patient_loss(0.9, 0.25, 4, 0.5, 0.1, 1)
    loss = one_desk(0.9, 0.25, 4, room=0)
    assert chain.long_run(lambda s: s[0] == 4) == pytest.approx(loss.long_run(lambda k: k == 4), rel=1e-12)


def test_repeat_contacts_have_product_form():
    """An open network: the desk is M/M/3 with all that comes, the orbit M/M/infinity beside it, independent of it."""
    again, back, arrival, service = 0.3, 0.05, 0.5, 0.4
    chain = repeating_desk(arrival, service, 3, again, back, most=(80, 40))
    total = arrival / (1 - again)
    desk = one_desk(total, service, 3)
    orbit_mean = total * again / back
    for k in range(6):
        for j in range(6):
            orbit = exp(-orbit_mean) * orbit_mean**j / np.prod(np.arange(1, j + 1), initial=1.0)
            both = desk.long_run(lambda s, k=k: s == k) * orbit
            assert chain.long_run(lambda s, k=k, j=j: s == (k, j)) == pytest.approx(both, rel=1e-6)


def test_emails_instead_of_calls_are_as_many_as_gave_up_and_write():
    chain = writing_instead(0.6, (0.25, 0.4), (3, 2), 0.15, 0.6, 0.05, most=(15, 12, 25))
    one = one_desk(0.6, 0.25, 3, 0.15)
    gives_up = one.long_run(waiting(3)) * 0.15
    assert chain.long_run(lambda s: s[1]) * 0.05 == pytest.approx(0.6 * gives_up, rel=1e-3)
    assert chain.long_run(lambda s: min(s[2], 2)) * 0.4 == pytest.approx(0.6 * gives_up, rel=1e-3)


def test_lines_for_all_are_two_desks_apart():
    chain = shared_lines((0.5, 0.8), (0.25, 0.4), (0.1, 0.2), (2, 3), 90)
    for i, alone in enumerate((one_desk(0.5, 0.25, 2, 0.1), one_desk(0.8, 0.4, 3, 0.2))):
        assert chain.long_run(lambda s, i=i: s[i]) == pytest.approx(alone.long_run(float), rel=1e-9)


def test_lines_without_waiting_have_product_form():
    """As many advisers as lines: all that holds a line is together a loss system of the whole load."""
    chain = shared_lines((0.5, 0.8), (0.25, 0.4), (0.0, 0.0), (6, 6), 6)
    loss = one_desk(0.5 / 0.25 + 0.8 / 0.4, 1.0, 6, room=0)
    assert chain.long_run(lambda s: sum(s) == 6) == pytest.approx(loss.long_run(lambda k: k == 6), rel=1e-12)


def test_lines_without_callbacks_are_places_and_with_callbacks_alone_erlang_c():
    nobody = lines_and_callbacks(0.2, 0.25, 4, 0.0)
    assert nobody.long_run(len) == pytest.approx(one_desk(0.2, 0.25, 1, room=3).long_run(float), rel=1e-9)
    everybody = lines_and_callbacks(0.15, 0.25, 2, 1.0, most=80)
    assert everybody.long_run(len) == pytest.approx(one_desk(0.15, 0.25, 1).long_run(float), rel=1e-9)


def test_lines_in_tandem_are_one_line_for_the_whole_call():
    chain = lines_in_tandem(0.8, (0.25, 0.4), (6, 6), 0.4, 6)
    loss = one_desk(0.8 * (4 + 0.4 * 2.5), 1.0, 6, room=0)
    assert chain.long_run(lambda s: sum(s) == 6) == pytest.approx(loss.long_run(lambda k: k == 6), rel=1e-12)


def test_calls_do_not_feel_email_that_steps_back():
    chain = stepping_back((0.6, 0.3), (0.25, 0.5), 0.1, 4)
    alone = one_desk(0.6, 0.25, 4, 0.1, most=30)
    assert chain.long_run(lambda s: s[0]) == pytest.approx(alone.long_run(float), rel=1e-12)


def test_email_that_steps_back_conserves_work():
    """With one rate of service all present are M/M/n, whoever is served."""
    chain = stepping_back((0.4, 0.3), (0.25, 0.25), 0.0, 4, most=(60, 90))
    assert chain.long_run(sum) == pytest.approx(one_desk(0.7, 0.25, 4).long_run(float), rel=1e-6)


def test_email_taken_by_any_free_adviser_is_a_shared_desk():
    chain = keeping_free((0.4, 0.3), (0.25, 0.5), 0.1, 4, 1)
    shared = shared_desk((0.4, 0.3), (0.25, 0.5), (0.1, 0.0), 4)
    for i in range(4):
        assert chain.long_run(lambda s, i=i: s[i]) == pytest.approx(shared.long_run(lambda s, i=i: s[i]), rel=1e-5)


def test_email_taken_only_when_all_are_idle_never_delays_two_calls():
    chain = keeping_free((0.2, 0.05), (0.25, 0.5), 0.1, 3, 3)
    assert chain.long_run(lambda s: s[1] > 1) == 0
    assert chain.long_run(lambda s: s[1]) * 0.5 == pytest.approx(0.05, rel=1e-3)


def test_handed_on_and_own_callers_together_are_one_desk():
    chain = handed_on_first((0.3, 0.3), (0.25, 0.4), 0.0, (3, 3), 1.0, most=12)
    both = chain.long_run(lambda s: s[1] + s[2] + s[3])
    assert both == pytest.approx(one_desk(0.6, 0.4, 3).long_run(float), rel=1e-3)


def test_random_adviser_of_equally_fast_desks_is_one_desk():
    chain = free_adviser_at_random(0.9, (0.25, 0.25), 0.15, (1, 3))
    assert chain.long_run(sum) == pytest.approx(one_desk(0.9, 0.25, 4, 0.15).long_run(float), rel=1e-9)
    assert chain.long_run(lambda s: s[0]) * 3 == pytest.approx(chain.long_run(lambda s: s[1]), rel=1e-9)


@pytest.mark.parametrize("at_once", [True, False])
def test_nothing_handed_on_is_erlang_b(at_once):
    chain = handed_on_if_free(0.9, (0.25, 0.5), (4, 2), 0.0, at_once)
    loss = one_desk(0.9, 0.25, 4, room=0)
    assert chain.long_run(lambda s: s[0] == 4) == pytest.approx(loss.long_run(lambda k: k == 4), rel=1e-12)


def test_present_is_binomial():
    chances = dict(present(5, 0.2))
    assert sum(chances.values()) == pytest.approx(1)
    assert sum(k * p for k, p in chances.items()) == pytest.approx(4)


def test_busyness_is_gamma():
    moments = [sum(w * x**k for x, w in busyness(0.4)) for k in range(4)]
    assert moments == pytest.approx([1, 1, 1.16, 1.16 * (1 + 2 * 0.16)], rel=1e-9)


@pytest.mark.parametrize("shared", [0.0, 0.6, 1.0])
def test_two_factors_that_share_all_are_one(shared):
    """Nothing shared: no covariance; all shared: the variance; between, a little less than the share of it."""
    covariance = shared_busyness(0.3, shared)
    if shared in (0.0, 1.0):
        assert covariance == pytest.approx(shared * 0.09, abs=1e-5)
    else:
        assert 0.97 * shared * 0.09 < covariance < shared * 0.09


def test_a_day_without_appointments_is_erlang_a():
    expect = booked(0.02, 0.01, 0.005, 2, [], 1.0, 3600.0)
    assert expect(sum) == pytest.approx(one_desk(0.02, 0.01, 2, 0.005).day(3600.0)(float), rel=1e-9)


def test_many_appointments_become_d_m_1():
    """E[wait] = s / (mu (1 - s)) with s the root of s = exp(-mu (1 - s) a)."""
    gap_s, mean_s = 300.0, 200.0
    root = 0.5
    for _ in range(500):
        root = exp(-(1 - root) * gap_s / mean_s)
    slots = [gap_s * k for k in range(120)]
    expect = booked(1e-9, 1 / mean_s, 0.0, 1, slots, 1.0, gap_s * 120, most=1)
    before = booked(1e-9, 1 / mean_s, 0.0, 1, slots[:100], 1.0, gap_s * 100, most=1)
    late = (expect(lambda s: s[1]) - before(lambda s: s[1])) / 20
    assert late == pytest.approx(mean_s * root / (1 - root), rel=1e-6)


def test_all_who_are_reached_wait_as_in_erlang_c():
    delayed, wait = called_back_wait(0.006, 100.0, 30.0, 0.0)
    desk = one_desk(0.006, 0.01, 1)
    assert delayed == pytest.approx(desk.long_run(lambda k: k >= 1), rel=1e-9)
    assert wait == pytest.approx(desk.long_run(waiting(1)) / 0.006, rel=1e-9)


def test_unreached_with_no_ring_are_as_if_they_had_gone():
    """Nobody reached, no time lost: the desk is a loss system with one adviser."""
    delayed, _ = called_back_wait(0.006, 100.0, 0.0, 1.0)
    assert delayed == pytest.approx(one_desk(0.006, 0.01, 1, room=0).long_run(lambda k: k == 1), rel=1e-9)


def test_the_only_adviser_is_everybodys_own():
    assert own_adviser_answers(one_desk(0.006, 0.01, 1), 1) == pytest.approx(1)
