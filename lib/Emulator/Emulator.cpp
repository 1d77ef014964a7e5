//===- Emulator.cpp - Runs GPU kernels on the CPU -------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Emulator/Emulator.h"
#include "Executor.h"
#include "HostCalls.h"
#include "Retarget.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/TargetSelect.h"

using namespace llvm;
using namespace dlc;
using namespace dlc::emulator;

struct Emulator::Implementation {
  explicit Implementation(const EmulatorOptions &options)
      : options(options), memory(options.check), findings(options.maxFindings),
        executor(memory, findings, code.sites, this->options) {}

  Error compile(const llvm::Module &device);
  bool checkLaunch(const Kernel &kernel, const uint32_t grid[3],
                   const uint32_t block[3], uint32_t dynamicShared,
                   uint32_t numParameters);
  void fillDevice();

  /// Remembers what went wrong; the status of the C interface.
  int32_t fail(const Twine &text) {
    lastError = text.str();
    return 1;
  }

  // The functions of the device.
  int32_t copy(void *to, const void *from, size_t bytes, bool toDevice);
  int32_t fill(void *to, uint8_t value, size_t bytes);
  int32_t launch(const Kernel &kernel, const uint32_t grid[3],
                 const uint32_t block[3], uint32_t dynamicShared,
                 void **parameters, uint32_t numParameters);

  EmulatorOptions options;
  Memory memory;
  Findings findings;
  Retargeted code;
  Executor executor;
  std::unique_ptr<orc::LLJIT> jit;
  dlc_device device{};
  std::string lastError;
};

Error Emulator::Implementation::compile(const llvm::Module &device) {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  // A context of its own, which the compiled code keeps.
  SmallVector<char, 0> bitcode;
  raw_svector_ostream os(bitcode);
  WriteBitcodeToFile(device, os);
  auto context = std::make_unique<LLVMContext>();
  Expected<std::unique_ptr<llvm::Module>> module = parseBitcodeFile(
      MemoryBufferRef(StringRef(bitcode.data(), bitcode.size()), "device"),
      *context);
  if (!module)
    return module.takeError();

  Expected<orc::JITTargetMachineBuilder> builder =
      orc::JITTargetMachineBuilder::detectHost();
  if (!builder)
    return builder.takeError();
  Expected<std::unique_ptr<TargetMachine>> machine =
      builder->createTargetMachine();
  if (!machine)
    return machine.takeError();
  if (Error error = retarget(**module, **machine, options.check, code))
    return error;

  Expected<std::unique_ptr<orc::LLJIT>> created =
      orc::LLJITBuilder()
          .setJITTargetMachineBuilder(std::move(*builder))
          .create();
  if (!created)
    return created.takeError();
  jit = std::move(*created);
  orc::SymbolMap symbols;
  for (const hostcalls::HostCall &call : hostcalls::getAll())
    symbols[jit->mangleAndIntern(call.name)] = {
        orc::ExecutorAddr::fromPtr(call.address),
        JITSymbolFlags::Exported | JITSymbolFlags::Callable};
  if (Error error = jit->getMainJITDylib().define(
          orc::absoluteSymbols(std::move(symbols))))
    return error;
  if (Error error = jit->addIRModule(
          orc::ThreadSafeModule(std::move(*module), std::move(context))))
    return error;

  for (Kernel &kernel : code.kernels) {
    Expected<orc::ExecutorAddr> address = jit->lookup(kernel.name);
    if (!address)
      return address.takeError();
    kernel.entry = address->toPtr<KernelEntry>();
  }
  for (const auto &[name, bytes] : code.globals) {
    Expected<orc::ExecutorAddr> address = jit->lookup(name);
    if (!address)
      return address.takeError();
    memory.addGlobal("@" + name, address->toPtr<void *>(), bytes);
  }
  return Error::success();
}

/// What a device refuses, whatever the kernel does.
bool Emulator::Implementation::checkLaunch(const Kernel &kernel,
                                           const uint32_t grid[3],
                                           const uint32_t block[3],
                                           uint32_t dynamicShared,
                                           uint32_t numParameters) {
  auto refuse = [&](const Twine &text) {
    findings.add(FindingKind::BadLaunch, kernel.name, nullptr,
                 [&](Finding &finding) { finding.text = text.str(); });
    fail("kernel '" + kernel.name + "': " + text);
    return false;
  };
  auto format = [](const uint32_t size[3]) {
    return ("(" + Twine(size[0]) + "," + Twine(size[1]) + "," + Twine(size[2]) +
            ")")
        .str();
  };
  if (numParameters != kernel.numParameters)
    return refuse(Twine(numParameters) + " parameters instead of " +
                  Twine(kernel.numParameters));
  uint64_t threads = uint64_t(block[0]) * block[1] * block[2];
  if (block[0] > 1024 || block[1] > 1024 || block[2] > 64 || threads == 0 ||
      threads > 1024)
    return refuse("blocks of " + format(block) +
                  " threads; a device runs 1 to 1024, at most 64 along z");
  if (grid[0] == 0 || grid[1] == 0 || grid[2] == 0 || grid[0] > INT32_MAX ||
      grid[1] > UINT16_MAX || grid[2] > UINT16_MAX)
    return refuse("a grid of " + format(grid) +
                  " blocks; a device runs at least one, at most 65535 along y "
                  "and z");
  if (kernel.maxThreads && threads > kernel.maxThreads)
    return refuse("blocks of " + format(block) +
                  " threads; the kernel was compiled for at most " +
                  Twine(kernel.maxThreads));
  if (kernel.requiredThreads[0] &&
      !std::equal(block, block + 3, kernel.requiredThreads.begin()))
    return refuse("blocks of " + format(block) +
                  " threads; the kernel was compiled for " +
                  format(kernel.requiredThreads.data()));
  uint64_t shared = kernel.sharedBytes + dynamicShared;
  if (shared > options.maxSharedBytes)
    return refuse(Twine(shared) + " bytes of shared memory; a block has " +
                  Twine(options.maxSharedBytes));
  return true;
}

int32_t Emulator::Implementation::launch(
    const Kernel &kernel, const uint32_t grid[3], const uint32_t block[3],
    uint32_t dynamicShared, void **parameters, uint32_t numParameters) {
  if (!checkLaunch(kernel, grid, block, dynamicShared, numParameters))
    return 1;
  uint64_t before = findings.getTotal();
  size_t listed = findings.getList().size();
  bool completed = executor.run(kernel, grid, block, dynamicShared, parameters);
  if (findings.getTotal() == before)
    return completed ? 0
                     : fail("kernel '" + kernel.name +
                            "': no memory for its threads");
  std::string text;
  raw_string_ostream os(text);
  os << findings.getTotal() - before << " findings";
  if (listed < findings.getList().size()) {
    os << ", first ";
    printFinding(os, findings.getList()[listed]);
  }
  return fail(text);
}

int32_t Emulator::Implementation::copy(void *to, const void *from, size_t bytes,
                                       bool toDevice) {
  const void *onDevice = toDevice ? to : from;
  Region *region = memory.find(onDevice, bytes);
  if (!region)
    return fail("a copy of " + Twine(bytes) + " bytes " +
                (toDevice ? "to" : "from") +
                " the device that no allocation holds");
  std::memcpy(to, from, bytes);
  if (toDevice)
    region->markInitialized(static_cast<char *>(to) - region->begin, bytes);
  return 0;
}

int32_t Emulator::Implementation::fill(void *to, uint8_t value, size_t bytes) {
  Region *region = memory.find(to, bytes);
  if (!region)
    return fail("a fill of " + Twine(bytes) +
                " bytes that no allocation holds");
  std::memset(to, value, bytes);
  region->markInitialized(static_cast<char *>(to) - region->begin, bytes);
  return 0;
}

static Emulator::Implementation &getSelf(void *self) {
  return *static_cast<Emulator::Implementation *>(self);
}

static void *toPointer(dlc_device_memory memory) {
  return reinterpret_cast<void *>(static_cast<uintptr_t>(memory));
}

void Emulator::Implementation::fillDevice() {
  device.struct_size = sizeof(device);
  device.self = this;
  // The module is the one the emulator was made of.
  device.load_module = [](void *self, const char *, size_t) { return self; };
  device.unload_module = [](void *, void *) {};
  device.get_function = [](void *self, void *, const char *name) -> void * {
    for (Kernel &kernel : getSelf(self).code.kernels)
      if (kernel.name == name)
        return &kernel;
    getSelf(self).fail("there is no kernel '" + Twine(name) + "'");
    return nullptr;
  };
  device.allocate = [](void *self, size_t bytes) -> dlc_device_memory {
    void *memory = getSelf(self).memory.allocate(bytes);
    if (!memory)
      getSelf(self).fail("no memory for " + Twine(bytes) + " bytes");
    return reinterpret_cast<uintptr_t>(memory);
  };
  device.release = [](void *self, dlc_device_memory memory) {
    getSelf(self).memory.release(toPointer(memory));
  };
  device.copy_to_device = [](void *self, dlc_device_memory to, const void *from,
                             size_t bytes) {
    return getSelf(self).copy(toPointer(to), from, bytes, /*toDevice=*/true);
  };
  device.copy_to_host = [](void *self, void *to, dlc_device_memory from,
                           size_t bytes) {
    return getSelf(self).copy(to, toPointer(from), bytes, /*toDevice=*/false);
  };
  device.fill = [](void *self, dlc_device_memory to, uint8_t value,
                   size_t bytes) {
    return getSelf(self).fill(toPointer(to), value, bytes);
  };
  device.launch = [](void *self, void *function, const uint32_t grid[3],
                     const uint32_t block[3], uint32_t dynamicShared,
                     void **parameters, uint32_t numParameters) {
    return getSelf(self).launch(*static_cast<Kernel *>(function), grid, block,
                                dynamicShared, parameters, numParameters);
  };
  device.synchronize = [](void *) { return int32_t(0); };
  device.last_error = [](void *self) {
    return getSelf(self).lastError.c_str();
  };
}

Emulator::Emulator(std::unique_ptr<Implementation> implementation)
    : implementation(std::move(implementation)) {}
Emulator::~Emulator() = default;

Expected<std::unique_ptr<Emulator>>
Emulator::create(const llvm::Module &device, const EmulatorOptions &options) {
  auto implementation = std::make_unique<Implementation>(options);
  if (Error error = implementation->compile(device))
    return error;
  implementation->fillDevice();
  return std::unique_ptr<Emulator>(new Emulator(std::move(implementation)));
}

const dlc_device *Emulator::getDevice() const {
  return &implementation->device;
}

const std::vector<Finding> &Emulator::getFindings() const {
  return implementation->findings.getList();
}

void Emulator::printFindings(raw_ostream &os) const {
  implementation->findings.print(os);
}
