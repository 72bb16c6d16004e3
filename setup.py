"""Build the compiled parts. Metadata and settings are in pyproject.toml.

Two builds: the fast one, and a checked one (``SIMCENTER_CHECKED=1``) with bounds checks and assertions on. Each has
its own folder for generated C, so that one never picks up the other's stale code. ``SIMCENTER_SANITIZED=1`` adds the
compiler's address and undefined-behaviour sanitizers to either (tests/simulation/test_sanitized.py uses it).
"""

import os
import sys

import numpy as np
from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import CCompilerError, ExecError, PlatformError

CHECKED = os.environ.get("SIMCENTER_CHECKED", "0") not in ("", "0")
# The same rows on every machine: no fused multiply-add, no fast-math, no -march.
FLAGS = ["/O2", "/fp:precise"] if sys.platform == "win32" else ["-O3", "-g0", "-ffp-contract=off", "-fno-fast-math"]
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
SANITIZED = SANITIZERS if os.environ.get("SIMCENTER_SANITIZED", "0") not in ("", "0") else []
CHECKS = {"boundscheck": CHECKED, "wraparound": False, "initializedcheck": CHECKED, "cdivision": not CHECKED}
MACROS = [("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION"), *([("SIMCENTER_CHECKED", "1")] if CHECKED else [])]
COMPILER = """simcenter's inner loops need a C compiler, and the one tried failed (its own words are above).
  Debian, Ubuntu: apt-get install gcc libc6-dev python3-dev    macOS: xcode-select --install
  Windows: "Microsoft C++ Build Tools" with the workload "Desktop development with C++" """


class Build(build_ext):
    """Says what to install when there is no compiler; compiles several parts at a time."""

    def finalize_options(self):
        """As many at a time as there are processors, if no number was asked for."""
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count()

    def build_extensions(self):
        """Compile each extension."""
        try:
            super().build_extensions()
        except (CCompilerError, ExecError, PlatformError) as problem:
            raise SystemExit(f"{problem}\n{COMPILER}") from None


names = sorted(name[:-4] for name in os.listdir("ext") if name.endswith(".pyx"))
paths = {
    "include_dirs": [np.get_include(), "ext"],
    "define_macros": MACROS,
    "extra_compile_args": FLAGS + SANITIZED,
    "extra_link_args": SANITIZED,
}
setup(
    cmdclass={"build_ext": Build},
    ext_modules=cythonize(
        [Extension(f"simcenter.{name}", [f"ext/{name}.pyx"], **paths) for name in names],
        build_dir="build/c_checked" if CHECKED else "build/c_fast",
        compiler_directives={"language_level": "3", "binding": True, "embedsignature": True, **CHECKS},
        # "." finds simcenter/*.pxd, so that one extension can call the C functions of another.
        include_path=[".", "ext"],
    ),
)
