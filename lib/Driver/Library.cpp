//===- Library.cpp - A compiled model, loaded -----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Driver/Library.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include <dlfcn.h>

using namespace dlc;

bool dlc::isLibraryFile(llvm::StringRef path) {
  llvm::file_magic magic;
  return !llvm::identify_magic(path, magic) && magic.is_object();
}

/// The library's function that describes the model, found by the end of its
/// name: the begin is the model's own.
static llvm::Expected<std::string> findModelSymbol(llvm::StringRef path) {
  auto file = llvm::object::ObjectFile::createObjectFile(path);
  if (!file)
    return file.takeError();
  auto *elf =
      llvm::dyn_cast<llvm::object::ELFObjectFileBase>(file->getBinary());
  if (!elf)
    return llvm::createStringError("not an ELF library");
  for (const llvm::object::ELFSymbolRef &symbol :
       elf->getDynamicSymbolIterators()) {
    llvm::Expected<llvm::StringRef> name = symbol.getName();
    if (!name)
      return name.takeError();
    if (name->ends_with("_dlc_model_v1"))
      return name->str();
  }
  return llvm::createStringError(
      "not a model compiled by dlc: it exports no *_dlc_model_v1");
}

/// What a library of the first compiler of version 1 describes.
static constexpr size_t kFirstModelBytes = offsetof(dlc_model_v1, num_symbols);

llvm::Expected<Library> Library::load(llvm::StringRef path, unsigned threads,
                                      const dlc_device *device) {
  auto fail = [&](const llvm::Twine &text) {
    return llvm::createStringError(path + ": " + text);
  };
  llvm::Expected<std::string> symbol = findModelSymbol(path);
  if (!symbol)
    return fail(llvm::toString(symbol.takeError()));
  // A name without a folder would be searched for elsewhere.
  llvm::SmallString<128> absolute(path);
  if (std::error_code error = llvm::sys::fs::make_absolute(absolute))
    return fail(error.message());
  Library library;
  library.handle = dlopen(absolute.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library.handle)
    return fail(dlerror());
  auto getModel = reinterpret_cast<const dlc_model_v1 *(*)()>(
      dlsym(library.handle, symbol->c_str()));
  if (!getModel)
    return fail(dlerror());
  library.model = getModel();
  if (library.model->abi_version != DLC_ABI_V1 ||
      library.model->struct_size < kFirstModelBytes)
    return fail("it has another version of the C ABI");
  char text[512];
  dlc_options options = DLC_OPTIONS_INIT;
  options.error = text;
  options.error_bytes = sizeof text;
  options.num_threads = threads;
  options.device = device;
  if (library.model->create(&options, &library.context) != DLC_OK)
    return fail(text);
  return std::move(library);
}

Library::Library(Library &&other)
    : handle(std::exchange(other.handle, nullptr)), model(other.model),
      context(std::exchange(other.context, nullptr)) {}

const dlc_profile_v1 *Library::getProfile() const {
  std::string symbol = std::string(model->name) + "_dlc_profile_v1";
  auto getProfile = reinterpret_cast<const dlc_profile_v1 *(*)()>(
      dlsym(handle, symbol.c_str()));
  const dlc_profile_v1 *profile = getProfile ? getProfile() : nullptr;
  return profile && profile->struct_size >= sizeof(*profile) ? profile
                                                             : nullptr;
}

Library::~Library() {
  if (context)
    model->destroy(context);
  if (handle)
    dlclose(handle);
}

llvm::ArrayRef<dlc_symbol> Library::getSymbols() const {
  if (model->struct_size < offsetof(dlc_model_v1, num_states))
    return {};
  return llvm::ArrayRef(model->symbols, model->num_symbols);
}

llvm::ArrayRef<dlc_state_info> Library::getStates() const {
  if (model->struct_size < offsetof(dlc_model_v1, num_computed_sizes))
    return {};
  return llvm::ArrayRef(model->states, model->num_states);
}

bool Library::computesSizes() const {
  return model->struct_size >= sizeof(dlc_model_v1) && model->result_dims;
}

static dlc_tensor getView(const HostTensor &tensor) {
  // The ABI has one structure for inputs and outputs; inputs are only read.
  return {const_cast<char *>(tensor.data.data()), tensor.dtype,
          int32_t(tensor.dims.size()),
          const_cast<int64_t *>(tensor.dims.data())};
}

static std::vector<dlc_tensor>
getViews(llvm::ArrayRef<const HostTensor *> tensors) {
  std::vector<dlc_tensor> views;
  for (const HostTensor *tensor : tensors)
    views.push_back(getView(*tensor));
  return views;
}

/// Outputs as the model describes them, of no elements yet.
static std::vector<HostTensor> makeOutputs(const dlc_model_v1 &model) {
  std::vector<HostTensor> outputs;
  for (const dlc_tensor_info &info :
       llvm::ArrayRef(model.outputs, model.num_outputs)) {
    HostTensor &tensor = outputs.emplace_back();
    tensor.name = info.name;
    tensor.dtype = info.dtype;
    tensor.dims.assign(info.dims, info.dims + info.rank);
  }
  return outputs;
}

llvm::Error Library::chooseSizes(dlc_context *other,
                                 llvm::ArrayRef<const HostTensor *> inputs,
                                 std::vector<HostTensor> &outputs) const {
  if (getSymbols().empty() && !computesSizes())
    return llvm::Error::success();
  std::vector<dlc_tensor> inputViews = getViews(inputs), outputViews;
  for (const HostTensor &output : outputs)
    outputViews.push_back(getView(output));
  if (model->output_dims(other, inputViews.data(), inputViews.size(),
                         outputViews.data(), outputViews.size()) != DLC_OK)
    return llvm::createStringError(model->last_error(other));
  return llvm::Error::success();
}

llvm::Error Library::writeStates(llvm::ArrayRef<const HostTensor *> states) {
  std::vector<dlc_tensor> views = getViews(states);
  if (model->state_write(context, views.data(), views.size()) != DLC_OK)
    return llvm::createStringError(model->last_error(context));
  return llvm::Error::success();
}

llvm::Error Library::forkStates(dlc_context *other, int64_t length) const {
  auto grows = [](const dlc_state_info &state) { return state.axis >= 0; };
  if (llvm::none_of(getStates(), grows))
    return llvm::Error::success();
  bool isRewound = llvm::all_of(getStates(), grows);
  if (model->state_fork(context, other) != DLC_OK ||
      (isRewound ? model->state_rewind(other, length)
                 : model->state_reset(other)) != DLC_OK)
    return llvm::createStringError(model->last_error(other));
  return llvm::Error::success();
}

llvm::Error Library::run(llvm::ArrayRef<const HostTensor *> inputs,
                         std::vector<HostTensor> &outputs) {
  outputs = makeOutputs(*model);
  if (llvm::Error error = chooseSizes(context, inputs, outputs))
    return error;
  std::vector<dlc_tensor> inputViews = getViews(inputs), outputViews;
  for (HostTensor &output : outputs) {
    std::optional<int64_t> elements = getNumElements(output.dims, output.dtype);
    if (!elements)
      return llvm::createStringError("output '" + output.name +
                                     "' is too large");
    output.data.reserve(1); // not null, even if empty
    output.data.resize(getDTypeBytes(output.dtype, *elements));
    outputViews.push_back(getView(output));
  }
  if (model->run_tensors(context, inputViews.data(), inputViews.size(),
                         outputViews.data(), outputViews.size()) != DLC_OK)
    return llvm::createStringError(model->last_error(context));
  // Some may have come to be smaller.
  for (HostTensor &output : outputs)
    output.data.resize(getDTypeBytes(
        output.dtype, *getNumElements(output.dims, output.dtype)));
  return llvm::Error::success();
}
