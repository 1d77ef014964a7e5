# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

# Configuration of the text tests. `ninja check-dlc` runs them all; for one
# folder or file: lit -v build/test --filter <regex>.
#
# Substitutions: %shared (the folder with real models; such a test says
# `REQUIRES: shared`), %digits (examples/digits), %python, %cc (the C compiler
# the project is built with), %ptx-lint (test/gpu/ptx_lint.py).

import ctypes
import os
import platform
import shutil

import lit.formats

config.name = "dlc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".ll", ".test", ".onnxtxt", ".c"]
config.excludes = ["Inputs", "badinput", "conformance", "e2e", "unit"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.dlc_obj_root, "test")

for folder in (config.llvm_tools_dir, os.path.join(config.dlc_obj_root, "bin")):
    config.environment["PATH"] = os.pathsep.join(
        [folder, config.environment["PATH"]])

config.substitutions += [
    ("%python", config.python_executable),
    ("%cc", config.c_compiler),
    ("%reference-docs",
     os.path.join(config.dlc_src_root, "scripts", "reference-docs")),
    ("%ptx-lint", "%s %s" % (config.python_executable, os.path.join(
        config.dlc_src_root, "test", "gpu", "ptx_lint.py"))),
    ("%digits", os.path.join(config.dlc_src_root, "examples", "digits")),
]

if "DLC_FULL" in os.environ:
    config.environment["DLC_FULL"] = os.environ["DLC_FULL"]

# What a machine may lack is a feature; a test that needs it says so, and lit
# counts it as unsupported.
shared = (os.environ.get("DLC_SHARED") or config.dlc_shared
          or os.path.join(config.dlc_src_root, "..", "shared"))
if os.path.isdir(os.path.join(shared, "models")):
    config.available_features.add("shared")
    config.substitutions.append(("%shared", os.path.realpath(shared)))
else:
    lit_config.note("no shared models in %s: tests that need them are skipped"
                    % shared)

# Tests that use the lint print a note without it.
cuda_bin = os.path.join(os.environ.get("CUDA_HOME", "/usr/local/cuda"), "bin")
if shutil.which("ptxas", path=os.pathsep.join(
        [cuda_bin, os.environ.get("PATH", "")])):
    config.available_features.add("ptxas")
    if "CUDA_HOME" in os.environ:
        config.environment["CUDA_HOME"] = os.environ["CUDA_HOME"]
else:
    lit_config.note("no ptxas: PTX isn't assembled")

try:
    ctypes.CDLL("libcuda.so.1")
except OSError:
    config.available_features.add("no-cuda")

if platform.machine() in ("x86_64", "AMD64"):
    config.available_features.add("x86_64")
