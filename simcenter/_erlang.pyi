from typing import Any

import numpy as np

loss: np.ufunc
one_measure: np.ufunc
service_level: np.ufunc
advisers_for: np.ufunc
load_for: np.ufunc
lines_for: np.ufunc
terms: np.ufunc
__test__: dict[Any, Any]
