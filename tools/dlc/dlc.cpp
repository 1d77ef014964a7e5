//===- dlc.cpp - The command line -----------------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/WithColor.h"
#include <csignal>
#include <cstdlib>
#include <unistd.h>

using namespace llvm;

static void printVersion(raw_ostream &os) {
  os << "dlc " DLC_VERSION " (LLVM " LLVM_VERSION_STRING ")\n";
}

static const char *const kOverview =
    "dlc compiles neural networks in ONNX's format to native libraries";

/// Examples teach faster than lists; each command has its own.
static const char *getExamples(StringRef command) {
  if (command == "compile")
    return R"(
EXAMPLES:
  dlc compile model.onnx -o libmodel.so
      writes libmodel.so and model.h; functions are called model_create, ...
  dlc compile model.onnx -o libmodel.so --shape image=1x3x224x224
      pins the dimensions that the model leaves open
  dlc compile model.onnx -o libmodel.so --dim batch=1..64:8 --dim sequence=128
      takes batches of 1 to 64, is made for 8, and pins the sequence
  dlc compile model.onnx -o model.a --target-cpu=x86-64-v3
      a static library for any machine with AVX2
  dlc compile model.onnx -o libmodel.so --weights=external
      writes libmodel.weights, too, which is mapped when the model runs
  dlc compile model.onnx -o libmodel.so --target=nvptx --gpu-arch=sm_90
      kernels for NVIDIA GPUs as PTX; needs the driver when it runs
  dlc compile model.onnx -o - --emit=linalg
      prints a stage of the compiler (dlc, linalg, llvm, asm)
  dlc compile model.onnx -o copy.onnx
      the graph as dlc understands it, in ONNX of today
)";
  if (command == "run")
    return R"(
EXAMPLES:
  dlc run model.onnx
      runs the model on random inputs and prints the outputs
  dlc run libmodel.so --input image.npy --output-dir results
      runs a compiled model; writes results/output_0.npy, ...
  dlc run model.onnx --input ids=ids.npy --input mask=mask.pb
      inputs by name; open dimensions take their sizes from the inputs
  dlc run libmodel.so --shape ids=2x17 --bench
      random inputs of a size that the library leaves open; else a likely one
  dlc run model.onnx --compare test_data_set_0 --rtol 1e-3 --atol 1e-4
      reads input_K.pb and output_K.pb; exits 1 on a mismatch, that is unless
      |got - want| <= rtol |want| + atol max|want| for all elements
  dlc run libmodel.so --bench --threads 2 --json times.json
      times it
  dlc run model.onnx --target=nvptx --gpu-emulate --check
      runs a GPU's kernels on the CPU and looks for races, bounds, ...
  dlc run model.onnx --profile
      times each kernel, slowest first, with the nodes it came from
)";
  if (command == "prune")
    return R"(
EXAMPLES:
  dlc prune model.onnx -o pruned.onnx --sparsity 0.5
      sets the smaller half of each layer's weights to zero
  dlc prune model.onnx -o pruned.onnx --sparsity 0.75 --structure block
      zeros in blocks, which compiled 1x1 convolutions and matrix products skip
  dlc prune model.onnx -o pruned.onnx --sparsity 0.5 --structure channel
      removes half of the channels: the model gets smaller and faster anywhere
  dlc prune model.onnx -o pruned.onnx --structure 2:4
      of each 4 neighbours along the inputs, 2 stay
)";
  if (command == "check")
    return R"(
EXAMPLES:
  dlc check model.onnx
      lists all nodes that can't be compiled, or says ok
)";
  if (command == "inspect")
    return R"(
EXAMPLES:
  dlc inspect model.onnx --shape image=1x3x224x224
      ops, parameters, FLOPs, and the memory that running takes
)";
  if (command == "quantize")
    return R"(
EXAMPLES:
  dlc quantize model.onnx -o int8.onnx --calib train-images-idx3-ubyte.gz \
      --scale 0.00392156862745098 --samples 500
      runs 500 samples to see the ranges of all tensors; the model written has
      QuantizeLinear and DequantizeLinear around what computes on integers
  dlc quantize model.onnx -o int8.onnx --calib images.npy --method entropy
      ranges that leave out what is rare, by entropy or percentile
  dlc eval int8.onnx --reference model.onnx --inputs images.npy
      what it cost
)";
  if (command == "eval")
    return R"(
EXAMPLES:
  dlc eval model.onnx --inputs test-images-idx3-ubyte.gz \\
      --labels test-labels-idx1-ubyte.gz --scale 0.00392156862745098
      top-1 and top-5 accuracy; data are idx files, .npy, or folders of .npy
  dlc eval int8.onnx --inputs images.npy --reference model.onnx
      cosine and SQNR of the outputs
  dlc eval libint8.so --inputs images.npy --labels labels.npy \\
      --reference model.onnx --json figures.json
      both models' accuracy, and all of the above, in a file, too
)";
  return R"(
EXAMPLES:
  dlc check model.onnx                      can it be compiled?
  dlc inspect model.onnx                    what is in it?
  dlc compile model.onnx -o libmodel.so     make a library, and model.h
  dlc run libmodel.so --bench               how fast is it?
  dlc prune model.onnx -o pruned.onnx --sparsity 0.5    make it sparse
  dlc compile --help                        all options of a command
  python -m dlc.diff model.onnx             which node's values deviate?
  python -m dlc.reduce model.onnx --test 'dlc compile {model} -o lib.so'
                                            which part of it fails?
)";
}

/// Ends like any other error where LLVM can't go on, temporary files removed.
static void handleFatalError(void *, const char *reason, bool) {
  WithColor::error(errs()) << reason << "\n";
  sys::RunInterruptHandlers();
  std::_Exit(1);
}

/// The same without memory to format a text.
static void handleBadAlloc(void *, const char *, bool) {
  static constexpr StringLiteral text("error: out of memory\n");
  (void)!::write(2, text.data(), text.size());
  sys::RunInterruptHandlers();
  std::_Exit(1);
}

int main(int argc, char **argv) {
  InitLLVM initialize(argc, argv);
  // A limit on the size of files is an error of writing, not the end.
  std::signal(SIGXFSZ, SIG_IGN);
  install_fatal_error_handler(handleFatalError);
  install_bad_alloc_error_handler(handleBadAlloc);
  cl::SetVersionPrinter(printVersion);
  cl::extrahelp examples(getExamples(argc > 1 ? argv[1] : ""));
  dlc::hideForeignOptions();
  if (argc == 1) {
    char help[] = "--help";
    char *arguments[] = {argv[0], help};
    cl::ParseCommandLineOptions(2, arguments, kOverview);
  }
  cl::ParseCommandLineOptions(argc, argv, kOverview);
  Error error = dlc::runCommand();
  if (!error)
    return 0;
  // An empty text: diagnostics have told already.
  std::string text = toString(std::move(error));
  if (!text.empty())
    WithColor::error(errs()) << text << "\n";
  return 1;
}
