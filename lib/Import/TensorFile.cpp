//===- TensorFile.cpp - ONNX files read without importing -----------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Import/TensorFile.h"

#include "ModelFile.h"
#include "TensorData.h"
#include "dlc/Support/ElementBytes.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace dlc;

Expected<HostTensor> dlc::readTensorProto(StringRef path) {
  auto fail = [&](const Twine &text) {
    return createStringError(path + ": " + text);
  };
  auto file = MemoryBuffer::getFile(path, /*IsText=*/false,
                                    /*RequiresNullTerminator=*/false);
  if (!file)
    return fail(file.getError().message());
  google::protobuf::LogSilencer silencer;
  onnx::TensorProto proto;
  StringRef bytes = (*file)->getBuffer();
  if (bytes.size() > INT32_MAX ||
      !proto.ParseFromArray(bytes.data(), int(bytes.size())))
    return fail("not a serialized ONNX tensor");
  HostTensor tensor;
  tensor.name = proto.name();
  tensor.dtype = proto.data_type();
  tensor.dims.assign(proto.dims().begin(), proto.dims().end());
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  Expected<mlir::ElementsAttr> elements =
      onnximport::takeTensor(proto, sys::path::parent_path(path), &context);
  if (!elements)
    return fail(toString(elements.takeError()));
  forEachChunk(*elements, [&](ArrayRef<char> chunk) {
    tensor.data.insert(tensor.data.end(), chunk.begin(), chunk.end());
  });
  return tensor;
}

Expected<ModelSummary> dlc::readModelSummary(StringRef path) {
  Expected<std::unique_ptr<onnx::ModelProto>> model =
      onnximport::readModelFile(path);
  if (!model)
    return createStringError(path + ": " + toString(model.takeError()));
  const onnx::GraphProto &graph = (*model)->graph();
  StringSet<> initializers;
  for (const onnx::TensorProto &tensor : graph.initializer())
    initializers.insert(tensor.name());
  ModelSummary summary;
  summary.numNodes = graph.node_size();
  for (const onnx::OperatorSetIdProto &opset : (*model)->opset_import())
    if (opset.domain().empty() || opset.domain() == "ai.onnx")
      summary.opset = opset.version();
  for (const onnx::ValueInfoProto &value : graph.input()) {
    if (initializers.contains(value.name()))
      continue;
    ModelSummary::Input input;
    input.name = value.name();
    input.dtype = value.type().tensor_type().elem_type();
    for (const auto &dim : value.type().tensor_type().shape().dim())
      input.dims.push_back(dim.has_dim_value() ? dim.dim_value() : -1);
    summary.inputs.push_back(std::move(input));
  }
  return summary;
}
