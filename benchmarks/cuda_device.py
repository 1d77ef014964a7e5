# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The CUDA driver through ctypes, as the device of a compiled model
(include/dlc/Runtime/Device.h) that remembers what was launched, so that it can
be timed. For gpu.py."""
import ctypes as c
import statistics

Memory = c.c_uint64
DIMS = c.POINTER(c.c_uint32)
# Of the driver's enumerations.
JIT_ERROR_LOG, JIT_ERROR_LOG_BYTES = 5, 6
STREAM_NON_BLOCKING, CAPTURE_THREAD_LOCAL = 1, 1


class DeviceTable(c.Structure):
    _fields_ = [("struct_size", c.c_size_t), ("self", c.c_void_p)] + [
        (name, c.CFUNCTYPE(result, c.c_void_p, *arguments))
        for name, result, arguments in [
            ("load_module", c.c_void_p, [c.c_void_p, c.c_size_t]),
            ("unload_module", None, [c.c_void_p]),
            ("get_function", c.c_void_p, [c.c_void_p, c.c_char_p]),
            ("allocate", Memory, [c.c_size_t]),
            ("release", None, [Memory]),
            ("copy_to_device", c.c_int32, [Memory, c.c_void_p, c.c_size_t]),
            ("copy_to_host", c.c_int32, [c.c_void_p, Memory, c.c_size_t]),
            ("fill", c.c_int32, [Memory, c.c_uint8, c.c_size_t]),
            ("launch", c.c_int32, [c.c_void_p, DIMS, DIMS, c.c_uint32,
                                   c.POINTER(c.c_void_p), c.c_uint32]),
            ("synchronize", c.c_int32, []),
            ("last_error", c.c_void_p, [])]]


class Driver:
    """The first GPU and a stream of it. Calls raise what goes wrong."""

    def __init__(self):
        self.library = c.CDLL("libcuda.so.1")
        self.cuInit(0)
        device, self.context = c.c_int32(), c.c_void_p()
        self.cuDeviceGet(c.byref(device), 0)
        self.cuDevicePrimaryCtxRetain(c.byref(self.context), device)
        self.cuCtxSetCurrent(self.context)
        self.stream = c.c_void_p()
        self.cuStreamCreate(c.byref(self.stream),
                            c.c_uint32(STREAM_NON_BLOCKING))
        name = c.create_string_buffer(128)
        self.cuDeviceGetName(name, 128, device)
        self.name = name.value.decode()

    def __getattr__(self, name):
        function = getattr(self.library, name)

        def call(*arguments):
            result = function(*arguments)
            if result:
                reason = c.c_char_p()
                self.library.cuGetErrorString(result, c.byref(reason))
                raise RuntimeError("%s: %s" % (
                    name, (reason.value or b"%d" % result).decode()))

        setattr(self, name, call)
        return call

    def wait(self):
        self.cuStreamSynchronize(self.stream)

    def event(self):
        event = c.c_void_p()
        self.cuEventCreate(c.byref(event), c.c_uint32(0))
        return event

    def record(self, event):
        self.cuEventRecord(event, self.stream)

    def milliseconds(self, start, end):
        value = c.c_float()
        self.cuEventElapsedTime(c.byref(value), start, end)
        return value.value


class Launch:
    """One launch, with all that repeats it."""

    def __init__(self, name, function, grid, block, shared, values):
        self.name, self.grid, self.block = name, grid, block
        self.values = [Memory(v) for v in values]
        self.pointers = (c.c_void_p * max(len(values), 1))(
            *[c.addressof(v) for v in self.values])
        self.arguments = [c.c_void_p(function), *map(c.c_uint32, grid + block),
                          c.c_uint32(shared)]


class RecordingDevice:
    """A table for `dlc_options.device`; `launches` and `copies` of the last
    `begin()` on."""

    def __init__(self, driver):
        self.driver = driver
        self.names, self.error = {}, c.create_string_buffer(16384)
        self.begin()
        self.table = DeviceTable(struct_size=c.sizeof(DeviceTable))
        for name, kind in DeviceTable._fields_[2:]:
            setattr(self.table, name, kind(self.guarded(getattr(self, name))))

    def begin(self):
        self.launches, self.copies = [], []

    def guarded(self, function):
        """What fails is said by last_error, and by a result that is an error
        for every function: 0 where something is returned, or 1."""
        def call(_, *arguments):
            try:
                return function(*arguments)
            except RuntimeError as error:
                self.error.value = str(error).encode()[:16000]
                return 0 if function.__name__ in (
                    "load_module", "get_function", "allocate") else 1
        return call

    def load_module(self, text, size):
        log = c.create_string_buffer(8192)
        options = (c.c_int32 * 2)(JIT_ERROR_LOG, JIT_ERROR_LOG_BYTES)
        values = (c.c_void_p * 2)(c.addressof(log), 8192)
        module = c.c_void_p()
        try:
            self.driver.cuModuleLoadDataEx(c.byref(module), c.c_void_p(text), 2,
                                           options, values)
        except RuntimeError as error:
            raise RuntimeError("%s\n%s" % (
                error, log.value.decode(errors="replace"))) from None
        return module.value

    def unload_module(self, module):
        self.driver.cuModuleUnload(c.c_void_p(module))

    def get_function(self, module, name):
        function = c.c_void_p()
        self.driver.cuModuleGetFunction(c.byref(function), c.c_void_p(module),
                                        name)
        self.names[function.value] = name.decode()
        return function.value

    def allocate(self, size):
        memory = Memory()
        self.driver.cuMemAlloc_v2(c.byref(memory), c.c_size_t(size))
        return memory.value

    def release(self, memory):
        self.driver.cuMemFree_v2(Memory(memory))

    def copy_to_device(self, to, source, size):
        self.copies.append(("cuMemcpyHtoDAsync_v2", Memory(to),
                            c.c_void_p(source), c.c_size_t(size)))
        self.copy(self.copies[-1])
        return 0

    def copy_to_host(self, to, source, size):
        self.copies.append(("cuMemcpyDtoHAsync_v2", c.c_void_p(to),
                            Memory(source), c.c_size_t(size)))
        self.copy(self.copies[-1])
        self.driver.wait()
        return 0

    def fill(self, to, value, size):
        self.driver.cuMemsetD8Async(Memory(to), c.c_uint8(value),
                                    c.c_size_t(size), self.driver.stream)
        return 0

    def launch(self, function, grid, block, shared, params, count):
        values = [c.cast(params[i], c.POINTER(Memory))[0]
                  for i in range(count)]
        launch = Launch(self.names[function], function, grid[:3], block[:3],
                        shared, values)
        self.launches.append(launch)
        self.repeat(launch)
        return 0

    def synchronize(self):
        self.driver.wait()
        return 0

    def last_error(self):
        return c.addressof(self.error)

    def copy(self, arguments):
        getattr(self.driver, arguments[0])(*arguments[1:], self.driver.stream)

    def repeat(self, launch):
        self.driver.cuLaunchKernel(*launch.arguments, self.driver.stream,
                                   launch.pointers, None)

    def graph_milliseconds(self, seconds):
        """The launches as a CUDA graph: the time of one replay, without what
        launching costs the host."""
        driver = self.driver
        graph, ready = c.c_void_p(), c.c_void_p()
        driver.cuStreamBeginCapture_v2(driver.stream,
                                       c.c_int32(CAPTURE_THREAD_LOCAL))
        for launch in self.launches:
            self.repeat(launch)
        driver.cuStreamEndCapture(driver.stream, c.byref(graph))
        driver.cuGraphInstantiateWithFlags(c.byref(ready), graph,
                                           c.c_uint64(0))

        def replay(count):
            start, end = driver.event(), driver.event()
            driver.record(start)
            for _ in range(count):
                driver.cuGraphLaunch(ready, driver.stream)
            driver.record(end)
            driver.wait()
            return driver.milliseconds(start, end) / count

        replay(3)
        count = max(1, min(200, int(1e3 * seconds / 8 / replay(3))))
        return statistics.median(replay(count) for _ in range(7))

    def launch_milliseconds(self, rounds=5):
        """The time of each launch, with events around it. The GPU is kept busy
        until all is queued, or the gaps would be the host's."""
        driver, room = self.driver, 1 << 30
        memory = self.allocate(room)
        events = [driver.event() for _ in range(len(self.launches) + 1)]
        times = []
        for _ in range(rounds):
            for _ in range(1 + len(self.launches) // 10):
                self.fill(memory, 1, room)
            driver.record(events[0])
            for launch, event in zip(self.launches, events[1:]):
                self.repeat(launch)
                driver.record(event)
            driver.wait()
            times.append([driver.milliseconds(*pair)
                          for pair in zip(events, events[1:])])
        self.release(memory)
        return [statistics.median(column) for column in zip(*times)]
