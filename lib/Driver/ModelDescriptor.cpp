//===- ModelDescriptor.cpp - The constants that describe a model ----------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelDescriptor.h"
#include "ModelExports.h"
#include "ModelModule.h"
#include "Version.h"
#include "dlc/Runtime/Profile.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"

#include "../Runtime/Runtime.h"

using namespace llvm;
using namespace dlc;

namespace {

/// Builds the constants that describe a model. Their types are those of the
/// runtime's C structures.
class DescriptorBuilder {
public:
  DescriptorBuilder(Module &module, const dlc::Target &target,
                    const ModelDescription &description)
      : module(module), target(target), description(description),
        context(module.getContext()) {}

  /// Defines `dlc_rt_model`.
  Error define(Function *entry, Function *prepare);
  /// Defines `dlc_rt_profile`.
  Error defineProfile();
  /// Defines `dlc_rt_program`.
  Error defineProgram();

private:
  Constant *getNumber(uint64_t value, unsigned bits = 64) {
    return ConstantInt::get(context, APInt(bits, value, false, true));
  }
  Constant *getNull() {
    return ConstantPointerNull::get(PointerType::get(context, 0));
  }
  Constant *getGlobal(Constant *value) {
    auto *global = new GlobalVariable(module, value->getType(), true,
                                      GlobalValue::InternalLinkage, value,
                                      description.prefix + "_dlc_info");
    global->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
    return global;
  }
  Constant *getString(StringRef text) {
    return getGlobal(ConstantDataArray::getString(context, text));
  }
  Constant *getArray(ArrayRef<Constant *> elements) {
    if (elements.empty())
      return getNull();
    return getGlobal(ConstantArray::get(
        ArrayType::get(elements.front()->getType(), elements.size()),
        elements));
  }
  Constant *getStringArray(ArrayRef<std::string> texts) {
    SmallVector<Constant *> strings;
    for (const std::string &text : texts)
      strings.push_back(getString(text));
    return getArray(strings);
  }
  Constant *getTensorInfos(ArrayRef<TensorSpec> specs);
  Constant *getSymbols(ArrayRef<SymbolSpec> specs);
  Constant *getStateInfos();
  Constant *getStateRooms();
  Constant *getDimSymbols(uint64_t &numDims);
  Constant *getCPUFeatures();
  Constant *getWeights();
  std::vector<Constant *> getModelFields(uint64_t headBytes);
  uint64_t getConstantBytes(StringRef name);
  uint64_t getHeadBytes() { return getConstantBytes("dlc_rt_head_bytes"); }
  uint64_t getArenaBytes();
  Constant *getKernels();
  Constant *getLaunches();
  Constant *getProfiledCalls();

  Module &module;
  const dlc::Target &target;
  const ModelDescription &description;
  LLVMContext &context;
};

} // namespace

Constant *DescriptorBuilder::getTensorInfos(ArrayRef<TensorSpec> specs) {
  SmallVector<Constant *> infos;
  for (const TensorSpec &spec : specs) {
    SmallVector<Constant *> dims;
    for (int64_t dim : spec.dims)
      dims.push_back(getNumber(dim));
    Constant *names = getStringArray(spec.dimNames);
    infos.push_back(ConstantStruct::getAnon(
        {getString(spec.name), getNumber(spec.dtype, 32),
         getNumber(spec.dims.size(), 32), getArray(dims), names,
         getNumber(spec.bytes)}));
  }
  return getArray(infos);
}

Constant *DescriptorBuilder::getSymbols(ArrayRef<SymbolSpec> specs) {
  SmallVector<Constant *> symbols;
  for (const SymbolSpec &symbol : specs)
    symbols.push_back(ConstantStruct::getAnon(
        {getString(symbol.name), getNumber(symbol.min), getNumber(symbol.max),
         getNumber(symbol.likely)}));
  return getArray(symbols);
}

Constant *DescriptorBuilder::getStateInfos() {
  SmallVector<Constant *> infos;
  for (const StateSpec &state : description.signature.states) {
    const TensorSpec &spec = state.input;
    SmallVector<Constant *> dims;
    for (int64_t dim : spec.dims)
      dims.push_back(getNumber(dim));
    infos.push_back(ConstantStruct::getAnon(
        {getString(spec.name), getString(state.output),
         getNumber(spec.dtype, 32), getNumber(spec.dims.size(), 32),
         getArray(dims), getStringArray(spec.dimNames), getNumber(spec.bytes),
         getNumber(state.axis, 32), getNumber(state.symbol, 32)}));
  }
  return getArray(infos);
}

/// The symbol that each state's room is, or -1.
Constant *DescriptorBuilder::getStateRooms() {
  SmallVector<Constant *> rooms;
  for (const StateSpec &state : description.signature.states)
    rooms.push_back(getNumber(state.room, 32));
  return getArray(rooms);
}

/// Which symbol each dimension of the inputs, outputs and states is.
Constant *DescriptorBuilder::getDimSymbols(uint64_t &numDims) {
  SmallVector<Constant *> symbols;
  for (const std::vector<TensorSpec> *specs :
       {&description.signature.inputs, &description.signature.outputs})
    for (const TensorSpec &spec : *specs)
      for (int32_t symbol : spec.dimSymbols)
        symbols.push_back(getNumber(symbol, 32));
  for (const StateSpec &state : description.signature.states)
    for (int32_t symbol : state.input.dimSymbols)
      symbols.push_back(getNumber(symbol, 32));
  numDims = symbols.size();
  return getArray(symbols);
}

Constant *DescriptorBuilder::getCPUFeatures() {
  SmallVector<Constant *> features;
  for (const CPUFeature &feature : target.getRequiredFeatures())
    features.push_back(ConstantStruct::getAnon(
        {getString(feature.name), getNumber(feature.leaf, 32),
         getNumber(feature.subleaf, 32), getNumber(feature.reg, 32),
         getNumber(feature.bit, 32), getNumber(feature.xcr0)}));
  return getArray(features);
}

/// The address of embedded weights. Their object is written apart: data of
/// their size is no matter for LLVM.
Constant *DescriptorBuilder::getWeights() {
  if (!description.weightsBytes || !description.weightsFile.empty())
    return getNull();
  auto *global = new GlobalVariable(
      module,
      ArrayType::get(Type::getInt8Ty(context), description.weightsBytes), true,
      GlobalValue::ExternalLinkage, nullptr,
      getWeightsSymbol(description.prefix));
  global->setVisibility(GlobalValue::HiddenVisibility);
  global->setAlignment(Align(DLC_RT_ALIGNMENT));
  return global;
}

/// The fields of dlc_model_v1, in order.
std::vector<Constant *> DescriptorBuilder::getModelFields(uint64_t headBytes) {
  const Signature &signature = description.signature;
  std::vector<Constant *> fields = {
      getNumber(sizeof(dlc_model_v1)),
      getNumber(DLC_ABI_V1, 32),
      getNumber(0, 32),
      getString(description.prefix),
      getString("dlc " DLC_VERSION),
      getString(target.getTriple().str()),
      getString(target.getCPU()),
      getNumber(
          headBytes +
          alignTo(description.numSizes * sizeof(int64_t), DLC_RT_ALIGNMENT) +
          alignTo(getArenaBytes(), DLC_RT_ALIGNMENT)),
      getNumber(description.arenaBytes),
      getNumber(description.weightsBytes),
      getNumber(signature.inputs.size(), 32),
      getNumber(signature.outputs.size(), 32),
      getTensorInfos(signature.inputs),
      getTensorInfos(signature.outputs)};
  for (const char *name : ArrayRef(kExports).drop_back())
    fields.push_back(module.getFunction(name));
  fields.push_back(getNumber(signature.symbols.size(), 32));
  fields.push_back(getNumber(0, 32));
  fields.push_back(getSymbols(signature.symbols));
  for (const char *name : kOpenSizesExports)
    fields.push_back(description.numSizes
                         ? static_cast<Constant *>(module.getFunction(name))
                         : getNull());
  fields.push_back(getNumber(signature.states.size(), 32));
  fields.push_back(getNumber(0, 32));
  fields.push_back(getStateInfos());
  for (const char *name : kStateExports)
    fields.push_back(!signature.states.empty()
                         ? static_cast<Constant *>(module.getFunction(name))
                         : getNull());
  const std::vector<SymbolSpec> &computed = signature.computedSizes;
  fields.push_back(getNumber(computed.size(), 32));
  fields.push_back(getNumber(0, 32));
  fields.push_back(getSymbols(computed));
  fields.push_back(
      !computed.empty()
          ? static_cast<Constant *>(module.getFunction(kResultDimsExport))
          : getNull());
  return fields;
}

/// A size that the runtime knows.
uint64_t DescriptorBuilder::getConstantBytes(StringRef name) {
  GlobalVariable *head = module.getGlobalVariable(name);
  return cast<ConstantInt>(head->getInitializer())->getZExtValue();
}

/// The bytes of a context behind its head: the arena, or what it takes to run
/// on a device, a pointer for each kernel included.
uint64_t DescriptorBuilder::getArenaBytes() {
  if (!description.program)
    return description.arenaBytes;
  return getConstantBytes("dlc_rt_device_bytes") +
         description.program->kernels.size() * sizeof(uint64_t);
}

/// LLVM checks nothing of this in a build without assertions.
static bool fits(StructType *type, ArrayRef<Constant *> values) {
  if (type->getNumElements() != values.size())
    return false;
  for (auto [expected, value] : zip_equal(type->elements(), values))
    if (!value || value->getType() != expected)
      return false;
  return true;
}

static Error createMismatch() {
  return createStringError("the runtime and the driver disagree on the "
                           "description of a model");
}

Error DescriptorBuilder::define(Function *entry, Function *prepare) {
  GlobalVariable *declared = module.getGlobalVariable("dlc_rt_model");
  auto *type = dyn_cast<StructType>(declared->getValueType());
  auto *modelType = dyn_cast<StructType>(type->getElementType(0));

  bool external = !description.weightsFile.empty();
  auto getIf = [&](bool condition, const char *name) -> Constant * {
    return condition ? module.getFunction(name) : getNull();
  };
  bool isSplit = module.getFunction("dlc_rt_parallel") != nullptr;
  bool isDevice = description.program.has_value();
  bool isOpen = description.numSizes != 0;
  bool hasStates = !description.signature.states.empty();
  bool findsSizes = !description.signature.computedSizes.empty();
  uint64_t numDims = 0;
  Constant *dimSymbols = getDimSymbols(numDims);
  std::vector<Constant *> modelFields = getModelFields(getHeadBytes());
  std::vector<Constant *> fields = {
      ConstantStruct::get(modelType, modelFields),
      entry ? static_cast<Constant *>(entry) : getNull(),
      getCPUFeatures(),
      getNumber(target.getRequiredFeatures().size()),
      getWeights(),
      getIf(isSplit, "dlc_rt_start_threads"),
      getIf(isSplit, "dlc_rt_stop_threads"),
      getIf(external, "dlc_rt_map_weights"),
      getIf(external, "dlc_rt_unmap_weights"),
      external ? getString(description.weightsFile) : getNull(),
      external
          ? getGlobal(ConstantDataArray::get(context, description.weightsId))
          : getNull(),
      getIf(isDevice, "dlc_rt_create_device"),
      getIf(isDevice, "dlc_rt_run_device"),
      getIf(isDevice, "dlc_rt_destroy_device"),
      getIf(isOpen, "dlc_rt_bind_sizes"),
      getIf(isOpen, "dlc_rt_measure_arena"),
      prepare ? static_cast<Constant *>(prepare) : getNull(),
      getNumber(description.numSizes),
      isOpen ? dimSymbols : getNull(),
      getNumber(numDims),
      getStringArray(description.checks),
      getNumber(description.signature.numRooms),
      getStateRooms(),
      getIf(hasStates, "dlc_rt_init_states"),
      getIf(hasStates, "dlc_rt_keep_symbols"),
      getIf(hasStates, "dlc_rt_check_states"),
      getIf(hasStates, "dlc_rt_begin_run"),
      getIf(hasStates, "dlc_rt_end_run"),
      getIf(findsSizes, "dlc_rt_begin_computing"),
      getIf(findsSizes, "dlc_rt_end_computing")};
  if (!fits(modelType, modelFields) || !fits(type, fields))
    return createMismatch();
  declared->setInitializer(ConstantStruct::get(type, fields));
  return Error::success();
}

Constant *DescriptorBuilder::getKernels() {
  SmallVector<Constant *> kernels;
  for (const DeviceKernel &kernel : description.program->kernels)
    kernels.push_back(ConstantStruct::getAnon(
        {getString(kernel.name),
         ConstantDataArray::get(context,
                                ArrayRef<uint32_t>({uint32_t(kernel.grid[0]),
                                                    uint32_t(kernel.grid[1]),
                                                    uint32_t(kernel.grid[2])})),
         getNumber(kernel.threads, 32)}));
  return getArray(kernels);
}

Constant *DescriptorBuilder::getLaunches() {
  SmallVector<Constant *> launches;
  for (const DeviceLaunch &launch : description.program->launches) {
    SmallVector<Constant *> places;
    for (auto [inWeights, offset] : zip_equal(launch.inWeights, launch.offsets))
      places.push_back(
          ConstantStruct::getAnon({getNumber(inWeights), getNumber(offset)}));
    launches.push_back(
        ConstantStruct::getAnon({getNumber(launch.kernel),
                                 getNumber(places.size()), getArray(places)}));
  }
  return getArray(launches);
}

Error DescriptorBuilder::defineProgram() {
  GlobalVariable *declared = module.getGlobalVariable("dlc_rt_program");
  auto *type = dyn_cast<StructType>(declared->getValueType());
  const DeviceProgram &program = *description.program;
  SmallVector<Constant *> offsets;
  for (int64_t offset : program.argumentOffsets)
    offsets.push_back(getNumber(offset));
  std::vector<Constant *> fields = {getString(program.ptx),
                                    getNumber(program.ptx.size()),
                                    getNumber(description.arenaBytes),
                                    getArray(offsets),
                                    getNumber(program.kernels.size()),
                                    getKernels(),
                                    getNumber(program.launches.size()),
                                    getLaunches()};
  if (!fits(type, fields))
    return createMismatch();
  declared->setInitializer(ConstantStruct::get(type, fields));
  return Error::success();
}

Constant *DescriptorBuilder::getProfiledCalls() {
  SmallVector<Constant *> calls;
  for (const ProfiledCall &call : description.profiledCalls) {
    Constant *kernel = getString(call.kernel);
    calls.push_back(ConstantStruct::getAnon({kernel, getNumber(call.flops),
                                             getNumber(call.nodes.size()),
                                             getStringArray(call.nodes)}));
  }
  return getArray(calls);
}

Error DescriptorBuilder::defineProfile() {
  GlobalVariable *declared = module.getGlobalVariable("dlc_rt_profile");
  auto *type = dyn_cast<StructType>(declared->getValueType());
  Function *multiplyAdd = module.getFunction(
      "dlc_rt_multiply_add_" + std::to_string(target.getVectorBytes() / 4));
  if (multiplyAdd)
    target.setAttributes(*multiplyAdd);
  std::vector<Constant *> fields = {
      getNumber(sizeof(dlc_profile_v1)),
      getNumber(getHeadBytes() + description.profileOffset),
      getNumber(description.profiledCalls.size()), getProfiledCalls(),
      multiplyAdd};
  if (!fits(type, fields))
    return createMismatch();
  declared->setInitializer(ConstantStruct::get(type, fields));
  return Error::success();
}

Error dlc::defineDescriptors(Module &module, const dlc::Target &target,
                             const ModelDescription &description,
                             Function *entry, Function *prepare) {
  DescriptorBuilder builder(module, target, description);
  if (Error error = builder.define(entry, prepare))
    return error;
  if (description.profile)
    if (Error error = builder.defineProfile())
      return error;
  if (description.program)
    return builder.defineProgram();
  return Error::success();
}
