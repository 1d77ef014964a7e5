#!/usr/bin/env python3
# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks that the figures of `dlc run --profile --json` agree."""

import json
import sys

with open(sys.argv[1]) as file:
    profile = json.load(file)

calls = profile["calls"]
times = [call["ms"] for call in calls]
assert times == sorted(times, reverse=True), times
# Medians don't add up exactly.
assert 0.3 < sum(times) / profile["total_ms"] < 3, (times, profile["total_ms"])
product, = [call for call in calls if "MatMul:first" in call["nodes"]]
assert product["nodes"] == ["MatMul:first", "Relu:second"], product
assert product["flops"] == 2 * 8 * 64 * 64 + 8 * 64, product
assert profile["total_flops"] == sum(call["flops"] for call in calls)
rate = product["flops"] / product["ms"] * 1e-6
assert abs(product["gflops"] / rate - 1) < 1e-6, (product, rate)
assert abs(product["peak_share"] * profile["peak_gflops"] / rate - 1) < 1e-6
assert profile["peak_gflops"] > 1 and profile["threads"] == 1
