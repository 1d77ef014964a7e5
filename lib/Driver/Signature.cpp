//===- Signature.cpp - A model's inputs and outputs -----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Driver/Signature.h"
#include "dlc/Runtime/ABI.h"
#include "dlc/Support/HostTensor.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace dlc;

int32_t dlc::getDType(Type type) {
  if (type.isF32())
    return DLC_FLOAT32;
  if (type.isF64())
    return DLC_FLOAT64;
  if (type.isF16())
    return DLC_FLOAT16;
  if (type.isBF16())
    return DLC_BFLOAT16;
  bool isUnsigned = type.isUnsignedInteger();
  if (!type.isIntOrIndex() || type.isIndex())
    return 0;
  switch (type.getIntOrFloatBitWidth()) {
  case 1:
    return DLC_BOOL;
  case 8:
    return isUnsigned ? DLC_UINT8 : DLC_INT8;
  case 16:
    return isUnsigned ? DLC_UINT16 : DLC_INT16;
  case 32:
    return isUnsigned ? DLC_UINT32 : DLC_INT32;
  case 64:
    return isUnsigned ? DLC_UINT64 : DLC_INT64;
  }
  return 0;
}

Type dlc::getElementType(int32_t dtype, MLIRContext *context) {
  Builder builder(context);
  auto getUnsigned = [&](unsigned width) -> Type {
    return IntegerType::get(context, width, IntegerType::Unsigned);
  };
  switch (dtype) {
  case DLC_FLOAT32:
    return builder.getF32Type();
  case DLC_FLOAT64:
    return builder.getF64Type();
  case DLC_FLOAT16:
    return builder.getF16Type();
  case DLC_BFLOAT16:
    return builder.getBF16Type();
  case DLC_BOOL:
    return builder.getI1Type();
  case DLC_INT8:
  case DLC_INT16:
  case DLC_INT32:
  case DLC_INT64:
    return builder.getIntegerType(getDTypeSize(dtype) * 8);
  case DLC_UINT8:
  case DLC_UINT16:
  case DLC_UINT32:
  case DLC_UINT64:
    return getUnsigned(getDTypeSize(dtype) * 8);
  }
  return {};
}

/// Sets the size of a tensor whose dimensions are all known.
static llvm::Error setBytes(TensorSpec &spec) {
  std::optional<int64_t> elements = getNumElements(spec.dims, spec.dtype);
  if (!elements)
    return llvm::createStringError("'" + spec.name + "', " + formatType(spec) +
                                   ", is too large");
  spec.bytes = *elements * getDTypeSize(spec.dtype);
  return llvm::Error::success();
}

/// Reads one argument or result; `kind` and `index` name one without a name.
static llvm::Expected<TensorSpec> getSpec(Type type, DictionaryAttr attributes,
                                          StringRef kind, unsigned index) {
  TensorSpec spec;
  ArrayAttr dimNames;
  if (attributes) {
    if (auto name = attributes.getAs<StringAttr>("dlc.name"))
      spec.name = name.str();
    dimNames = attributes.getAs<ArrayAttr>("dlc.dim_names");
  }
  if (spec.name.empty())
    spec.name = (kind + Twine(index)).str();
  auto tensor = dyn_cast<RankedTensorType>(type);
  spec.dtype = tensor ? getDType(tensor.getElementType()) : 0;
  if (!spec.dtype) {
    std::string text;
    llvm::raw_string_ostream(text) << type;
    return llvm::createStringError(kind + " '" + spec.name + "' has type " +
                                   text + ", which the C ABI doesn't know");
  }
  for (auto [i, dim] : llvm::enumerate(tensor.getShape())) {
    spec.dims.push_back(ShapedType::isDynamic(dim) ? -1 : dim);
    StringAttr name;
    if (dimNames && i < dimNames.size())
      name = dyn_cast<StringAttr>(dimNames[i]);
    spec.dimNames.push_back(name ? name.str() : std::string());
  }
  if (!tensor.hasStaticShape())
    return spec;
  if (llvm::Error error = setBytes(spec))
    return std::move(error);
  return spec;
}

llvm::Expected<Signature> dlc::getSignature(ModuleOp module) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return llvm::createStringError("the module has no func.func @main");
  Signature signature;
  for (unsigned i = 0, e = main.getNumArguments(); i != e; ++i) {
    auto spec =
        getSpec(main.getArgumentTypes()[i], main.getArgAttrDict(i), "input", i);
    if (!spec)
      return spec.takeError();
    signature.inputs.push_back(std::move(*spec));
  }
  for (unsigned i = 0, e = main.getNumResults(); i != e; ++i) {
    auto spec = getSpec(main.getResultTypes()[i], main.getResultAttrDict(i),
                        "output", i);
    if (!spec)
      return spec.takeError();
    signature.outputs.push_back(std::move(*spec));
  }
  return signature;
}

llvm::Error dlc::refineShapes(Signature &signature, ModuleOp module) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main || main.getNumResults() != signature.outputs.size())
    return llvm::createStringError("lowering changed the outputs of @main");
  for (auto [spec, type] :
       llvm::zip_equal(signature.outputs, main.getResultTypes())) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !tensor.hasStaticShape())
      return llvm::createStringError(
          "the shape of output '" + spec.name + "', " + formatType(spec) +
          ", depends on the inputs' values; only static shapes are compiled");
    spec.dims.assign(tensor.getShape().begin(), tensor.getShape().end());
    if (llvm::Error error = setBytes(spec))
      return error;
  }
  return llvm::Error::success();
}

std::string dlc::formatType(const TensorSpec &spec) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << getDTypeName(spec.dtype) << '[';
  for (auto [i, dim] : llvm::enumerate(spec.dims)) {
    os << (i ? ", " : "");
    if (dim >= 0)
      os << dim;
    else
      os << (spec.dimNames[i].empty() ? "?" : spec.dimNames[i]);
  }
  os << ']';
  return text;
}

llvm::Error dlc::checkStaticInputs(const Signature &signature) {
  std::string text;
  for (const TensorSpec &input : signature.inputs) {
    if (!llvm::is_contained(input.dims, -1))
      continue;
    text += "input '" + input.name + "' is " + formatType(input) +
            "; pin its dimensions, as in --shape " + input.name + "=";
    for (auto [i, dim] : llvm::enumerate(input.dims))
      text += (i ? "x" : "") + (dim < 0 ? "1" : std::to_string(dim));
    text += "\n";
  }
  if (text.empty())
    return llvm::Error::success();
  text.pop_back();
  return llvm::createStringError(text);
}
