# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What PyTorch needs for the cases of gpu.py that it has networks for. The
weights are its own random ones: times alone are compared."""
import re

import torch


def network(name):
    """The module and its inputs on the CPU, or None."""
    size = re.fullmatch(r"matmul(\d+)", name)
    if size:
        shape = int(size[1]), int(size[1])
        return torch.matmul, [torch.randn(shape), torch.randn(shape)]
    if name == "bert_base":
        layer = torch.nn.TransformerEncoderLayer(
            768, 12, 3072, 0, "gelu", batch_first=True)
        return (torch.nn.TransformerEncoder(layer, 12,
                                            enable_nested_tensor=False),
                [torch.randn(1, 128, 768)])
    import torchvision
    if name in ("resnet50", "densenet121", "vgg19"):
        return (getattr(torchvision.models, name)(),
                [torch.randn(1, 3, 224, 224)])
    return None


def graph_milliseconds(call, arguments):
    """The time of one replay of the call as a CUDA graph."""
    side = torch.cuda.Stream()
    with torch.cuda.stream(side):
        for _ in range(3):
            call(*arguments)
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        call(*arguments)

    def replay(count):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        for _ in range(count):
            graph.replay()
        end.record()
        torch.cuda.synchronize()
        return start.elapsed_time(end) / count

    replay(3)
    count = max(1, min(200, int(60 / replay(3))))
    return sorted(replay(count) for _ in range(7))[3]


def one(name, half, tf32, median_ms):
    module, inputs = network(name)
    if half:
        inputs = [x.half() for x in inputs]
    if isinstance(module, torch.nn.Module):
        module = module.eval().cuda()
        if half:
            module = module.half()
        if inputs[0].dim() == 4:
            module = module.to(memory_format=torch.channels_last)
    torch.backends.cuda.matmul.allow_tf32 = tf32
    torch.backends.cudnn.allow_tf32 = tf32
    there = [x.cuda() for x in inputs]
    if there[0].dim() == 4:
        there[0] = there[0].contiguous(memory_format=torch.channels_last)
    kernels = graph_milliseconds(module, there)
    run = median_ms(lambda: module(*[x.cuda() for x in inputs]).cpu(), 0.3)
    return {"run_ms": run, "kernels_ms": kernels}


@torch.inference_mode()
def measure(cases, median_ms):
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(0)
    for case in cases:
        name, half = re.match(r"(\w+)(\.f16)?", case).groups()
        if "@" in case or network(name) is None:
            continue
        for tf32 in [False] if half else [False, True]:
            record = one(name, bool(half), tf32, median_ms)
            yield dict(record, case=case, how="%s, %s" % (
                torch.__version__, "f16" if half else "tf32" if tf32
                else "f32"))
