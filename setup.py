"""Build the compiled parts. Metadata and settings are in pyproject.toml.

Two builds: the fast one, and a checked one (``SIMCENTER_CHECKED=1``) with bounds checks and assertions on. Each has
its own folder for generated C, so that one never picks up the other's stale code.
"""

import os
import sys

import numpy as np
from Cython.Build import cythonize
from setuptools import Extension, setup

CHECKED = os.environ.get("SIMCENTER_CHECKED", "0") not in ("", "0")
# The same rows on every machine: no fused multiply-add, no fast-math, no -march.
FLAGS = ["/O2", "/fp:precise"] if sys.platform == "win32" else ["-O3", "-ffp-contract=off", "-fno-fast-math"]
CHECKS = {"boundscheck": CHECKED, "wraparound": False, "initializedcheck": CHECKED, "cdivision": not CHECKED}
NAMES = sorted(name[:-4] for name in os.listdir("ext") if name.endswith(".pyx"))

extensions = [
    Extension(
        f"simcenter.{name}",
        [f"ext/{name}.pyx"],
        include_dirs=[np.get_include(), "ext"],
        define_macros=[("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")] + ([] if not CHECKED else [("SIMCENTER_CHECKED", "1")]),
        extra_compile_args=FLAGS,
    )
    for name in NAMES
]

setup(
    ext_modules=cythonize(
        extensions,
        build_dir="build/c_checked" if CHECKED else "build/c_fast",
        compiler_directives={"language_level": "3", "binding": True, "embedsignature": True, **CHECKS},
        include_path=["ext"],
    )
)
