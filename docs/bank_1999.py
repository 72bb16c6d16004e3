"""How scenarios/bank_1999.toml and its CSV were made from the call file of the "Anonymous Bank".

Run it with the path of the call file; it writes the demand CSV and prints the fitted laws, which are copied into the
scenario by hand::

    python docs/bank_1999.py calls_1999_01_02_10.csv.gz scenarios/bank_1999.csv

Data: Anonymous Bank, Israel, 1999, organised by Ilan Guedj and Avi Mandelbaum (Technion, Haifa).
"""

import sys

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import gamma

FIRST, DAYS = pd.Timestamp("1999-10-10"), 7
QUEUES = {"PS": "regular", "PE": "english", "NE": "stock", "NW": "prospect", "IN": "internet", "TT": "callback"}
OPEN = {6: (7.0, 24.0), 0: (7.0, 24.0), 1: (7.0, 24.0), 2: (7.0, 24.0), 3: (7.0, 24.0), 4: (7.0, 14.0), 5: (20.0, 24.0)}
"""Opening hours by weekday, Monday = 0: Sunday to Thursday, Friday, Saturday night."""


def weibull(time_s: np.ndarray, left: np.ndarray) -> tuple[float, float]:
    """Shape and scale of patience: maximum likelihood, the answered being censored at their wait."""
    time_s = np.maximum(time_s, 0.5)  # the file counts whole seconds
    log_t = np.log(time_s)

    def slope(shape: float) -> float:
        weight = time_s**shape
        return float((weight * log_t).sum() / weight.sum() - 1 / shape - log_t[left].mean())

    shape = float(brentq(slope, 0.05, 10.0))
    return shape, float(((time_s**shape).sum() / left.sum()) ** (1 / shape))


def kaplan_meier(time_s: np.ndarray, left: np.ndarray, at_s: list[float]) -> list[float]:
    """Share still waiting after each of ``at_s``, the answered being censored."""
    times, index = np.unique(time_s, return_inverse=True)
    leaving = np.bincount(index, weights=left)
    at_risk = np.bincount(index)[::-1].cumsum()[::-1]
    staying = np.cumprod(1 - leaving / at_risk)
    return [float(staying[times <= at][-1]) for at in at_s]


def demand(calls: pd.DataFrame) -> pd.DataFrame:
    """Calls that entered a queue (answered or abandoned), per half hour in which the site is open, and call type."""
    week = calls[(calls.arrival >= FIRST) & (calls.arrival < FIRST + pd.Timedelta(days=DAYS))]
    half_hour = week.arrival.dt.floor("30min")
    table = week.groupby([half_hour, "call_type"]).size().unstack(fill_value=0)
    starts = pd.date_range(FIRST, periods=48 * DAYS, freq="30min")
    hour = starts.hour + starts.minute / 60
    is_open = [OPEN[day][0] <= h < OPEN[day][1] for day, h in zip(starts.day_of_week, hour, strict=True)]
    kept = table.reindex(index=starts[is_open], columns=list(QUEUES), fill_value=0).rename(columns=QUEUES)
    outside = len(week) - int(kept.to_numpy().sum())
    print(f"{len(week)} calls in the week; {outside} of them, outside the opening hours, left out")
    kept.index = kept.index.strftime("%Y-%m-%dT%H:%M")
    return kept.rename_axis("interval_start").reset_index()


def main(call_file: str, csv_file: str) -> None:
    """Write the demand and print the laws."""
    calls = pd.read_csv(call_file, parse_dates=["arrival"])
    calls = calls[calls.outcome.isin(["answered", "abandoned"]) & calls.call_type.isin(QUEUES)]
    demand(calls).to_csv(csv_file, index=False)
    at_s = [30.0, 60.0, 120.0, 300.0]
    print("queue     calls  handle: mean_s   cv   patience: shape scale_s mean_s   still waiting at 30, 60, 120, 300 s")
    for call_type, queue in QUEUES.items():
        mine = calls[calls.call_type == call_type]
        service_s = mine.service_s[(mine.service_s > 0) & (mine.service_s <= 3600)].to_numpy()
        waited = mine[(mine.queued == 1) & (mine.wait_s <= 3600)]
        wait_s, left = waited.wait_s.to_numpy(dtype=float), waited.outcome.eq("abandoned").to_numpy()
        shape, scale_s = weibull(wait_s, left)
        observed = " ".join(f"{s:.3f}" for s in kaplan_meier(wait_s, left, at_s))
        fitted = " ".join(f"{np.exp(-((t / scale_s) ** shape)):.3f}" for t in at_s)
        print(
            f"{queue:9} {len(mine):5} {service_s.mean():14.0f} {service_s.std() / service_s.mean():6.2f} {shape:14.2f}"
            f" {scale_s:7.0f} {scale_s * gamma(1 + 1 / shape):6.0f}   observed {observed}, fitted {fitted}"
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
