#!/usr/bin/env python3
# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

"""PTX of a kernel that keeps more values alive than there are registers."""

N = 300
print(""".version 7.0
.target sm_80
.address_size 64
.visible .entry kernel(.param .u64 pointer)
.maxntid 1024, 1, 1
{
  .reg .f32 %%x<%d>;
  .reg .u64 %%p;
  ld.param.u64 %%p, [pointer];""" % N)
for i in range(N):
    print("  ld.volatile.global.f32 %%x%d, [%%p+%d];" % (i, 4 * i))
for i in reversed(range(N)):
    print("  st.volatile.global.f32 [%%p+%d], %%x%d;" % (4 * i, i))
print("  ret;\n}")
