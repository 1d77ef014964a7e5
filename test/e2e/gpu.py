# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models compiled for GPUs: emulated, and their PTX looked over."""
import os
import sys
import tempfile

from harness import PEERS, ROOT, compare_outputs, execute, needs_peers

if not PEERS:
    import numpy as np
    import onnx

PTX_LINT = os.path.join(ROOT, "test", "gpu", "ptx_lint.py")
GPU_ARCHS = ["sm_75", "sm_80", "sm_90", "sm_120"]


class GPUTests:
    """A part of run.py's Tests."""

    def gpu(self):
        if not os.path.isdir(self.models):
            yield "gpu", self.no_shared
        for name in self.first_models():
            # A minute of emulation.
            if name != "superres_espcn" or self.full:
                yield "gpu/" + name, lambda n=name: self.one_gpu(n)
        for name in ("plain", "transposed", "edges", "odd", "wide", "deep"):
            yield "gpu/f16-" + name, lambda n=name: self.one_product(n)

    def one_gpu(self, name):
        folder = os.path.join(self.models, name)
        return self.emulate(os.path.join(folder, "model.onnx"),
                            os.path.join(folder, "test_data_set_0"),
                            (1e-3, 1e-4), (1e-4, 1e-5))

    def emulate(self, model, data, tolerance, cpu_tolerance, archs=GPU_ARCHS):
        folder = tempfile.mkdtemp(dir=self.top)
        emulated = os.path.join(folder, "gpu")
        result = execute([self.dlc, "run", model, "--target=nvptx",
                          "--gpu-emulate", "--check", "--compare", data,
                          "--output-dir", emulated,
                          "--rtol=%g" % tolerance[0],
                          "--atol=%g" % tolerance[1]])
        shapes = self.open_shapes(model, data)
        compare_outputs(self.load_outputs(emulated),
                        self.run_library(model, data, shapes, folder),
                        *cpu_tolerance, "against the CPU: ")
        for arch in archs:
            ptx = os.path.join(folder, arch + ".ptx")
            execute([self.dlc, "compile", "-q", model, "--target=nvptx",
                     "--gpu-arch=" + arch, "-o", ptx] + shapes)
            text = execute([sys.executable, PTX_LINT, ptx, "--arch", arch]).text
        return "emulated in %.1f s; PTX: %s" % (
            result.seconds, "text alone, no ptxas" if "no ptxas" in text
            else "assembled for %s" % ", ".join(archs))

    def run_library(self, model, data, shapes, folder):
        """The outputs of the model compiled for the CPU."""
        library = os.path.join(folder, "libmodel.so")
        out = os.path.join(folder, "cpu")
        execute([self.dlc, "compile", "-q", model, "-o", library] + shapes)
        command = [self.dlc, "run", library, "--output-dir", out]
        for k in range(len(self.read_tensors(data, "input"))):
            command += ["--input", os.path.join(data, "input_%d.pb" % k)]
        execute(command)
        return self.load_outputs(out)

    @staticmethod
    def load_outputs(folder):
        return [np.load(os.path.join(folder, "output_%d.npy" % k))
                for k in range(len(os.listdir(folder)))]

    @staticmethod
    def open_shapes(model, data):
        """What pins the open dimensions of a model's inputs."""
        needs_peers()
        graph = onnx.load(model, load_external_data=False).graph
        weights = {w.name for w in graph.initializer}
        inputs = [i for i in graph.input if i.name not in weights]
        flags = []
        for k, given in enumerate(inputs):
            path = os.path.join(data, "input_%d.pb" % k)
            with open(path, "rb") as file:
                dims = onnx.TensorProto.FromString(file.read()).dims
            if any(not d.HasField("dim_value")
                   for d in given.type.tensor_type.shape.dim):
                flags += ["--shape", "%s=%s" % (
                    given.name, "x".join(str(d) for d in dims))]
        return flags

    def one_product(self, name):
        """f16 products, which tensor cores do from sm_80 on, if pieces of 16
        bytes are whole. The sums are f32 there and here, and rounded to f16
        once."""
        needs_peers()
        import generated
        folder = tempfile.mkdtemp(dir=self.top)
        model = os.path.join(folder, "model.onnx")
        graph, x, y = generated.f16_product(name)
        onnx.save(graph, model)
        for kind, array in (("input_0", x), ("output_0", y)):
            with open(os.path.join(folder, kind + ".pb"), "wb") as file:
                file.write(onnx.numpy_helper.from_array(array)
                           .SerializeToString())
        return self.emulate(model, folder, (2e-3, 1e-3), (2e-3, 1e-3))
