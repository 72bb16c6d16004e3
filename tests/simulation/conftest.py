"""Small centres, played by every engine that knows their rules."""

import pytest
from small_centres import Centre

from simcenter.simulation.engine import play


@pytest.fixture(params=["compiled", "simpy"])
def rows(request):
    """Play a centre and give some columns of its log, row by row (or of the stays on the floor, ``duty_...``)."""

    def play_and_list(queues, desks, customers, columns, **rest):
        centre = Centre(queues, desks, customers, **rest)
        log = play(centre.network, centre.staffing, centre.draws, request.param)
        assert play(centre.network, centre.staffing, centre.draws, request.param).equals(log)
        return centre.rows(log, *columns.split())

    return play_and_list
