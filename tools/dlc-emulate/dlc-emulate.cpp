//===- dlc-emulate.cpp - Runs one kernel under the emulator ---------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// A tool of the tests: runs a kernel of an LLVM module and prints its buffers
// and what the emulator found.
//
//   dlc-emulate kernel.ll --kernel=add --grid=2 --block=64 --check
//     --arg=f32:128:iota --arg=f32:128 --arg=i32=128 --print=1
//
// An argument is a buffer, TYPE:COUNT[:FILLING] (the fillings: iota, zero,
// one, mod7; none: nobody has written it), or a value, TYPE=VALUE.

#include "dlc/Emulator/Emulator.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"
#include <cstring>

using namespace llvm;

static cl::opt<std::string> inputPath(cl::Positional, cl::desc("<module>"),
                                      cl::Required);
static cl::opt<std::string> kernelName("kernel", cl::desc("The kernel"),
                                       cl::Required);
static cl::list<unsigned> gridSize("grid", cl::CommaSeparated,
                                   cl::desc("Blocks along x,y,z"));
static cl::list<unsigned> blockSize("block", cl::CommaSeparated,
                                    cl::desc("Threads along x,y,z"));
static cl::opt<unsigned> dynamicShared("dynamic-shared",
                                       cl::desc("Bytes of shared memory"));
static cl::list<std::string>
    argumentTexts("arg", cl::desc("TYPE:COUNT[:FILLING] or TYPE=VALUE"));
static cl::list<unsigned> printed("print",
                                  cl::desc("Print this argument's buffer"));
static cl::opt<bool> check("check", cl::desc("Watch every access"));
static cl::opt<unsigned> shuffleSeed("shuffle",
                                     cl::desc("A random order with this seed"));
static cl::opt<unsigned> repeat("repeat", cl::init(1),
                                cl::desc("Launch that often"));

namespace {

enum class ElementType { F32, F16, I8, I32, I64 };

struct KernelArgument {
  ElementType type;
  uint64_t count = 0; // 0: a value
  dlc_device_memory memory = 0;
  uint64_t value = 0;
  uint64_t parameter = 0; // what the kernel gets
};

} // namespace

static unsigned getBytes(ElementType type) {
  switch (type) {
  case ElementType::I8:
    return 1;
  case ElementType::F16:
    return 2;
  case ElementType::I64:
    return 8;
  default:
    return 4;
  }
}

static void storeElement(ElementType type, char *to, double value) {
  auto put = [&](auto typed) { std::memcpy(to, &typed, sizeof(typed)); };
  switch (type) {
  case ElementType::F32:
    return put(float(value));
  case ElementType::F16:
    return put(_Float16(value));
  case ElementType::I8:
    return put(int8_t(value));
  case ElementType::I32:
    return put(int32_t(value));
  case ElementType::I64:
    return put(int64_t(value));
  }
}

static double loadElement(ElementType type, const char *from) {
  auto get = [&](auto typed) {
    std::memcpy(&typed, from, sizeof(typed));
    return double(typed);
  };
  switch (type) {
  case ElementType::F32:
    return get(float());
  case ElementType::F16:
    return get(_Float16());
  case ElementType::I8:
    return get(int8_t());
  case ElementType::I32:
    return get(int32_t());
  case ElementType::I64:
    return get(int64_t());
  }
  return 0;
}

static Error fillBuffer(const dlc_device &device,
                        const KernelArgument &argument, StringRef filling) {
  std::vector<char> bytes(argument.count * getBytes(argument.type));
  for (uint64_t i = 0; i != argument.count; ++i) {
    double value;
    if (filling == "iota")
      value = i;
    else if (filling == "zero")
      value = 0;
    else if (filling == "one")
      value = 1;
    else if (filling == "mod7")
      value = double(i % 7) - 3;
    else
      return createStringError("unknown filling '" + filling + "'");
    storeElement(argument.type, &bytes[i * getBytes(argument.type)], value);
  }
  if (device.copy_to_device(device.self, argument.memory, bytes.data(),
                            bytes.size()))
    return createStringError(device.last_error(device.self));
  return Error::success();
}

static Expected<KernelArgument> makeArgument(const dlc_device &device,
                                             StringRef text) {
  size_t end = text.find_first_of(":=");
  auto type = StringSwitch<std::optional<ElementType>>(text.take_front(end))
                  .Case("f32", ElementType::F32)
                  .Case("f16", ElementType::F16)
                  .Case("i8", ElementType::I8)
                  .Case("i32", ElementType::I32)
                  .Case("i64", ElementType::I64)
                  .Default(std::nullopt);
  if (!type || end == StringRef::npos)
    return createStringError("--arg=" + text + ": neither buffer nor value");
  KernelArgument argument{*type};
  auto [count, filling] = text.drop_front(end + 1).split(':');
  if (text[end] == '=') {
    double value;
    if (count.getAsDouble(value))
      return createStringError("--arg=" + text + ": no number");
    storeElement(*type, reinterpret_cast<char *>(&argument.parameter), value);
    return argument;
  }
  if (count.getAsInteger(10, argument.count))
    return createStringError("--arg=" + text + ": no number of elements");
  argument.memory =
      device.allocate(device.self, argument.count * getBytes(*type));
  argument.parameter = argument.memory;
  if (!filling.empty())
    if (Error error = fillBuffer(device, argument, filling))
      return error;
  return argument;
}

static Error printBuffer(const dlc_device &device,
                         const KernelArgument &argument) {
  std::vector<char> bytes(argument.count * getBytes(argument.type));
  if (device.copy_to_host(device.self, bytes.data(), argument.memory,
                          bytes.size()))
    return createStringError(device.last_error(device.self));
  for (uint64_t i = 0; i != argument.count; ++i)
    outs() << format(
        i ? " %g" : "%g",
        loadElement(argument.type, &bytes[i * getBytes(argument.type)]));
  outs() << '\n';
  return Error::success();
}

static Error run(const Module &module, bool &found) {
  dlc::EmulatorOptions options;
  options.check = check;
  if (shuffleSeed.getNumOccurrences())
    options.shuffleSeed = shuffleSeed;
  auto emulator = dlc::Emulator::create(module, options);
  if (!emulator)
    return emulator.takeError();
  const dlc_device &device = *(*emulator)->getDevice();
  void *loaded = device.load_module(device.self, "", 0);
  void *function = device.get_function(device.self, loaded, kernelName.c_str());
  if (!function)
    return createStringError(device.last_error(device.self));
  std::vector<KernelArgument> arguments;
  for (const std::string &text : argumentTexts) {
    Expected<KernelArgument> argument = makeArgument(device, text);
    if (!argument)
      return argument.takeError();
    arguments.push_back(*argument);
  }
  std::vector<void *> parameters;
  for (KernelArgument &argument : arguments)
    parameters.push_back(&argument.parameter);
  uint32_t grid[3] = {1, 1, 1}, block[3] = {1, 1, 1};
  std::copy_n(gridSize.begin(), std::min<size_t>(3, gridSize.size()), grid);
  std::copy_n(blockSize.begin(), std::min<size_t>(3, blockSize.size()), block);
  for (unsigned i = 0; i != repeat; ++i)
    if (device.launch(device.self, function, grid, block, dynamicShared,
                      parameters.data(), parameters.size()))
      found = true;
  (*emulator)->printFindings(outs());
  for (unsigned index : printed) {
    if (index >= arguments.size() || !arguments[index].memory)
      return createStringError("--print: no such buffer");
    if (Error error = printBuffer(device, arguments[index]))
      return error;
  }
  return Error::success();
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "runs one kernel on the CPU\n");
  LLVMContext context;
  SMDiagnostic diagnostic;
  std::unique_ptr<Module> module = parseIRFile(inputPath, diagnostic, context);
  if (!module) {
    diagnostic.print(argv[0], errs());
    return 1;
  }
  bool found = false;
  if (Error error = run(*module, found)) {
    logAllUnhandledErrors(std::move(error), errs(), "error: ");
    return 1;
  }
  // Findings are told from errors of the tool.
  return found ? 2 : 0;
}
