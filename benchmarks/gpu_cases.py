# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The cases of gpu.py: written, compiled, with the outputs they should have."""
import json
import os
import re
import shutil
import subprocess

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import compare

# A prime, so that the rows of a matrix differ.
PERIOD = 4093
ALL = (["gpu", "resnet50", "resnet50.f16", "densenet121", "bert_base",
        "bert_base.f16"]
       + ["matmul%d%s" % (size, half) for size in (1024, 4096)
          for half in ("", ".f16")])


def expand(names):
    """`all`, and `gpu` for the models of that set."""
    for name in names:
        if name == "all":
            yield from expand(ALL)
        elif name == "gpu":
            yield from compare.marked("gpu")
        else:
            yield name


def matmul(size, dtype):
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    x, y, z = [helper.make_tensor_value_info(n, kind, [size, size])
               for n in "xyz"]
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "y"], ["z"])],
                              "matmul", [x, y], [z])
    return helper.make_model(graph, ir_version=8, opset_imports=[
        helper.make_opsetid("", 13)])


def repeat_weights(model):
    """Makes large random weights periodic, and the scales of batch norm, which
    are folded into them, one."""
    scales = {node.input[k] for node in model.graph.node
              if node.op_type == "BatchNormalization" for k in (1, 4)}
    for tensor in model.graph.initializer:
        value = numpy_helper.to_array(tensor)
        if tensor.name in scales:
            value = np.ones_like(value)
        elif value.dtype == np.float32 and value.size > PERIOD:
            value = np.resize(value.reshape(-1)[:PERIOD], value.shape)
        else:
            continue
        tensor.CopyFrom(numpy_helper.from_array(value, tensor.name))


def halve(tensor):
    if tensor.data_type == TensorProto.FLOAT:
        value = numpy_helper.to_array(tensor).astype("f2")
        tensor.CopyFrom(numpy_helper.from_array(value, tensor.name))


def to_half(model):
    """A copy whose f32 values are f16; rounds the weights of `model` to what
    the copy has."""
    half = onnx.ModelProto()
    half.CopyFrom(model)
    graph = half.graph
    del graph.value_info[:]
    for info in list(graph.input) + list(graph.output):
        if info.type.tensor_type.elem_type == TensorProto.FLOAT:
            info.type.tensor_type.elem_type = TensorProto.FLOAT16
    for tensor in graph.initializer:
        halve(tensor)
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.name == "value" and attribute.HasField("t"):
                halve(attribute.t)
            elif attribute.name == "to" and attribute.i == TensorProto.FLOAT:
                attribute.i = TensorProto.FLOAT16
    for ours, theirs in zip(model.graph.initializer, graph.initializer):
        if ours.data_type != theirs.data_type:
            value = numpy_helper.to_array(theirs).astype("f4")
            ours.CopyFrom(numpy_helper.from_array(value, ours.name))
    return half


def reference(model, feeds):
    import onnxruntime
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, feeds)


def stored_outputs(source, count):
    folder = os.path.join(os.path.dirname(source), "test_data_set_0")
    outputs = []
    for k in range(count):
        with open(os.path.join(folder, "output_%d.pb" % k), "rb") as file:
            outputs.append(numpy_helper.to_array(
                TensorProto.FromString(file.read())))
    return outputs


def tolerances(model, half):
    """As in the models' README; f16 keeps three digits, and quantized models
    may differ by steps."""
    if any(n.op_type == "QuantizeLinear" for n in model.graph.node):
        return {"rtol": 0, "atol": 5e-2}
    if half or model.graph.output[0].type.tensor_type.elem_type == \
            TensorProto.FLOAT16:
        return {"rtol": 1e-2, "atol": 1e-2}
    return {"rtol": 1e-3, "atol": 1e-4}


def network(name, half, folder, cache):
    """The model of a name of compare.py; writes its inputs and outputs, says
    the facts and the flags for its open dimensions."""
    ready = compare.Model(name, cache)
    model = onnx.load(ready.path)
    stored = os.path.isdir(os.path.join(compare.MODELS, name))
    if not stored:
        repeat_weights(model)
    feeds, flags = ready.feeds, []
    compiled = to_half(model) if half else model
    if half:
        feeds = {k: v.astype("f2").astype("f4") if v.dtype == np.float32 else v
                 for k, v in feeds.items()}
    if stored and not half:
        outputs = stored_outputs(compare.Model.find(name, cache)[0],
                                 len(model.graph.output))
    else:
        outputs = reference(model, feeds)
    for info in model.graph.input:
        if any(not d.HasField("dim_value")
               for d in info.type.tensor_type.shape.dim):
            flags += ["--shape", "%s=%s" % (
                info.name, "x".join(map(str, feeds[info.name].shape)))]
    for k, value in enumerate(feeds.values()):
        kept = value.astype("f2") if half and value.dtype == np.float32 \
            else value
        np.save(os.path.join(folder, "input_%d.npy" % k), kept)
    for k, value in enumerate(outputs):
        np.save(os.path.join(folder, "output_%d.npy" % k), value)
    facts = {"inputs": len(feeds), "outputs": len(outputs)}
    facts.update(tolerances(model, half))
    return compiled, facts, flags


def pack(case, folder, cache, dlc, arch):
    """Writes FOLDER/CASE; says so if the model can't be compiled."""
    name, half, other = re.fullmatch(r"(\w+)(\.f16)?(?:@(\w+))?",
                                     case).groups()
    target = os.path.join(folder, case)
    os.makedirs(target, exist_ok=True)
    size = re.fullmatch(r"matmul(\d+)", name)
    if size:
        dtype = "f2" if half else "f4"
        model, flags = matmul(int(size[1]), dtype), []
        facts = {"matmul": int(size[1]), "dtype": dtype}
        facts.update(tolerances(model, half))
    else:
        model, facts, flags = network(name, half, target, cache)
    facts["case"] = case
    path = os.path.join(cache, case + ".gpu.onnx")
    onnx.save(model, path)
    library = os.path.join(target, "libmodel.so")
    result = subprocess.run(
        [dlc, "compile", "-q", path, "-o", library, "--target=nvptx",
         "--gpu-arch=" + (other or arch)] + flags,
        capture_output=True, text=True)
    os.remove(path)
    if result.returncode:
        print("%s: %s" % (case, result.stderr.strip()[:300]))
        shutil.rmtree(target)
        return
    with open(os.path.join(target, "case.json"), "w") as file:
        json.dump(facts, file)
    print("%s: %.1f MB" % (case, os.path.getsize(library) / 1e6), flush=True)
