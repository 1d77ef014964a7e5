# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Arrays with unreadable memory on both sides, or as near as pages allow: a
read beyond an end is a crash."""
import ctypes as c
import mmap

import numpy as np

libc = c.CDLL(None, use_errno=True)
libc.mprotect.argtypes = [c.c_void_p, c.c_size_t, c.c_int]
NO_ACCESS = 0


def guarded(array, at_end):
    """A copy that ends (or else begins) where readable memory does."""
    array = np.asarray(array, order="C")
    page = mmap.PAGESIZE
    room = (array.nbytes + page - 1) // page * page
    memory = mmap.mmap(-1, room + 2 * page)
    whole = np.frombuffer(memory, "u1")
    for place in (0, page + room):
        if libc.mprotect(whole.ctypes.data + place, page, NO_ACCESS):
            raise OSError(c.get_errno(), "mprotect")
    start = page + (room - array.nbytes if at_end else 0)
    copy = whole[start:start + array.nbytes].view(array.dtype).reshape(
        array.shape)
    copy[...] = array
    return copy
