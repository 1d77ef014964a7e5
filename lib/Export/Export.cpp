//===- Export.cpp - The dlc dialect to ONNX protobuf ----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Export/Export.h"

#include "Exporter.h"
#include "dialects/dlc/Elementwise.h"
#include "dlc/Support/ElementBytes.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/LEB128.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::onnxexport;

dlc::ExportedModel::~ExportedModel() = default;

namespace {

/// Protobuf reads at most 2 GiB; what isn't weights needs some of that.
constexpr uint64_t largestEmbedded = (uint64_t(2) << 30) - (64 << 20);
/// What is smaller stays in the model even if the weights don't: a parameter
/// that shape inference reads must be there.
constexpr uint64_t smallestExternal = 1024;

/// Protobuf's encoding of one field with a length, up to its contents.
void writeHeader(llvm::raw_ostream &os, unsigned field, uint64_t length) {
  constexpr unsigned lengthDelimited = 2;
  llvm::encodeULEB128(field << 3 | lengthDelimited, os);
  llvm::encodeULEB128(length, os);
}
uint64_t getFieldSize(unsigned field, uint64_t length) {
  return llvm::getULEB128Size(field << 3) + llvm::getULEB128Size(length) +
         length;
}

class Model : public ExportedModel {
public:
  LogicalResult build(ModuleOp module, const ExportOptions &options);

  bool hasExternalData() const override { return external; }
  void write(llvm::raw_ostream &os) const override;
  void writeData(llvm::raw_ostream &os) const override;

private:
  bool isExternal(const Initializer &initializer) const {
    return external && initializer.bytes >= smallestExternal;
  }
  void placeExternalData(StringRef file);
  uint64_t getSize(const Initializer &initializer) const;

  /// Without its graph, and the graph without its initializers: these are
  /// written one by one, so that the weights aren't copied.
  onnx::ModelProto model;
  onnx::GraphProto graph;
  std::vector<Initializer> initializers;
  bool external = false;
};

} // namespace

/// The opset that is written, and the version of the format that goes with it,
/// where no op or element type came later; then, the newest version.
static constexpr int64_t usualOpset = 21, usualIRVersion = 10,
                         newestIRVersion = 13;

/// The opset with which an element type came.
static int64_t getOpset(Type type) {
  Type element = getElementTypeOrSelf(type);
  if (element.isInteger(2))
    return 25;
  if (isa<Float8E8M0FNUType>(element))
    return 24;
  return isa<Float4E2M1FNType>(element) ? 23 : usualOpset;
}

/// The opset that an op needs as it is exported.
static int64_t getOpset(Operation *op) {
  int64_t opset = usualOpset;
  if (isa<BitCastOp>(op))
    opset = 26;
  if (auto shift = dyn_cast<BitShiftOp>(op);
      shift && !shift.getType().getElementType().isUnsignedInteger())
    opset = 28;
  for (Type type : op->getOperandTypes())
    opset = std::max(opset, getOpset(type));
  for (Type type : op->getResultTypes())
    opset = std::max(opset, getOpset(type));
  return opset;
}

LogicalResult Model::build(ModuleOp module, const ExportOptions &options) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main || !llvm::hasSingleElement(main.getBody()))
    return module.emitError("the module has no func.func @main of one block");
  int64_t opset = usualOpset;
  main.walk([&](Operation *op) { opset = std::max(opset, getOpset(op)); });
  model.set_ir_version(opset == usualOpset ? usualIRVersion : newestIRVersion);
  model.set_producer_name("dlc");
  model.add_opset_import()->set_version(opset);
  auto name = module.getLoc()->findInstanceOf<NameLoc>();
  graph.set_name(name && !name.getName().empty() ? name.getName().str()
                                                 : "main");
  if (failed(Exporter(graph, initializers).run(main)))
    return failure();
  uint64_t bytes = 0;
  for (const Initializer &initializer : initializers)
    bytes += initializer.bytes;
  if (options.forceExternal || bytes > largestEmbedded)
    placeExternalData(options.dataFile);
  return success();
}

void Model::placeExternalData(StringRef file) {
  // Readers map what lies on a page of its own.
  constexpr uint64_t alignment = 4096;
  uint64_t end = 0;
  external = true;
  for (Initializer &initializer : initializers) {
    if (!isExternal(initializer))
      continue;
    initializer.offset = llvm::alignTo(end, alignment);
    end = initializer.offset + initializer.bytes;
    initializer.proto.set_data_location(onnx::TensorProto::EXTERNAL);
    auto add = [&](const char *key, const std::string &value) {
      onnx::StringStringEntryProto &entry =
          *initializer.proto.add_external_data();
      entry.set_key(key);
      entry.set_value(value);
    };
    add("location", file.str());
    add("offset", std::to_string(initializer.offset));
    add("length", std::to_string(initializer.bytes));
  }
}

uint64_t Model::getSize(const Initializer &initializer) const {
  uint64_t size = initializer.proto.ByteSizeLong();
  if (!isExternal(initializer))
    size +=
        getFieldSize(onnx::TensorProto::kRawDataFieldNumber, initializer.bytes);
  return size;
}

void Model::write(llvm::raw_ostream &os) const {
  using onnx::GraphProto;
  std::string head = graph.SerializeAsString();
  uint64_t size = head.size();
  for (const Initializer &initializer : initializers)
    size +=
        getFieldSize(GraphProto::kInitializerFieldNumber, getSize(initializer));
  os << model.SerializeAsString();
  writeHeader(os, onnx::ModelProto::kGraphFieldNumber, size);
  os << head;
  for (const Initializer &initializer : initializers) {
    writeHeader(os, GraphProto::kInitializerFieldNumber, getSize(initializer));
    os << initializer.proto.SerializeAsString();
    if (isExternal(initializer))
      continue;
    writeHeader(os, onnx::TensorProto::kRawDataFieldNumber, initializer.bytes);
    forEachChunk(initializer.value, [&](ArrayRef<char> chunk) {
      os.write(chunk.data(), chunk.size());
    });
  }
}

void Model::writeData(llvm::raw_ostream &os) const {
  uint64_t end = 0;
  for (const Initializer &initializer : initializers) {
    if (!isExternal(initializer))
      continue;
    os.write_zeros(initializer.offset - end);
    forEachChunk(initializer.value, [&](ArrayRef<char> chunk) {
      os.write(chunk.data(), chunk.size());
    });
    end = initializer.offset + initializer.bytes;
  }
}

std::unique_ptr<ExportedModel> dlc::exportONNX(ModuleOp module,
                                               const ExportOptions &options) {
  auto model = std::make_unique<Model>();
  if (failed(model->build(module, options)))
    return nullptr;
  return model;
}
