//===- Subgraphs.cpp - Graphs that are attributes of nodes ----------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Subgraphs.h"

#include "KnownAttributes.h"
#include "dialects/dlc/TypeInference.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace dlc::onnximport;
using llvm::StringRef;
using llvm::Twine;

onnx::AttributeProto *dlc::onnximport::findAttribute(onnx::NodeProto &proto,
                                                     StringRef name) {
  for (onnx::AttributeProto &attribute : *proto.mutable_attribute())
    if (attribute.name() == name)
      return &attribute;
  return nullptr;
}

onnx::GraphProto *Importer::findGraph(const Site &site, StringRef name) {
  onnx::AttributeProto *attribute = findAttribute(site.proto, name);
  if (attribute && attribute->has_g())
    return attribute->mutable_g();
  nodeError(site, "attribute " + quote(name) + " must be a graph");
  return nullptr;
}

SmallVector<int64_t> dlc::onnximport::getIntegers(onnx::NodeProto &proto,
                                                  StringRef name) {
  onnx::AttributeProto *attribute = findAttribute(proto, name);
  return attribute ? llvm::to_vector_of<int64_t>(attribute->ints())
                   : SmallVector<int64_t>();
}

bool Importer::checkAttributes(const Site &site) {
  std::string unknown =
      findUnknownAttribute(site.proto, site.scope.opsets.lookup(""));
  if (!unknown.empty())
    nodeError(site, unknown);
  return unknown.empty();
}

Values Importer::importSubgraph(onnx::GraphProto &graph, ArrayRef<Value> inputs,
                                const Site &site) {
  Scope inner;
  inner.outer = &site.scope;
  inner.opsets = site.scope.opsets;
  addGraphNames(graph, inner);
  for (auto [input, value] : llvm::zip_equal(graph.input(), inputs)) {
    if (!inner.values.try_emplace(input.name(), value).second) {
      nodeError(site,
                "two inputs of its subgraph are called " + quote(input.name()));
      return {};
    }
    if (!value)
      continue;
    inner.stated.try_emplace(input.name(), &input.type());
    checkStated(input.name(), value, inner);
  }
  if (!importNodes(*graph.mutable_node(), inner))
    return {};
  Values results;
  for (const onnx::ValueInfoProto &output : graph.output()) {
    const ValueList *list = findList(output.name(), inner);
    if (list && !list->isUnknown)
      nodeError(site, "its subgraph's output " + quote(output.name()) +
                          " is a sequence or an empty optional value; only "
                          "tensors leave branches and bodies of loops");
    else if (!inner.find(output.name()))
      nodeError(site, "nothing defines its subgraph's output " +
                          quote(output.name()));
    results.push_back(lookup(output.name(), inner));
  }
  return results;
}

void Importer::discard(Region &region) {
  region.dropAllReferences();
  region.getBlocks().clear();
  // Other values may get the addresses of these.
  state.forgetEvaluated();
}

Value Importer::extractScalar(Location loc, Value value) {
  SmallVector<Value> indices;
  if (rankOf(value) != 0)
    indices.assign(rankOf(value),
                   arith::ConstantIndexOp::create(builder, loc, 0));
  return tensor::ExtractOp::create(builder, loc, value, indices);
}

Block &dlc::onnximport::beginRegion(OpBuilder &builder, Region &region,
                                    TypeRange types, Location loc) {
  Block &block = region.emplaceBlock();
  for (Type type : types)
    block.addArgument(type, loc);
  builder.setInsertionPointToEnd(&block);
  return block;
}

std::optional<bool> dlc::onnximport::readTruth(ElementsAttr value) {
  if (!value || !value.getElementType().isInteger(1) ||
      value.getNumElements() != 1)
    return std::nullopt;
  return *value.value_begin<bool>();
}

std::string dlc::onnximport::describeType(Value value) {
  std::string text;
  llvm::raw_string_ostream(text)
      << elementTypeOf(value) << " of shape " << dlc::shapeText(dimsOf(value));
  return text;
}

bool Importer::checkScalar(const Site &site, StringRef what, Value value,
                           Type elementType) {
  if (elementTypeOf(value) == elementType &&
      llvm::all_of(shapeOf(value), [](int64_t size) { return size == 1; }))
    return true;
  nodeError(site, "its " + what + " must be one " +
                      (elementType.isInteger(1) ? "boolean" : "int64") +
                      ", not " + describeType(value));
  return false;
}

/// Imports what can be of a subgraph whose inputs aren't known, for the errors.
void Importer::reportUnsupported(onnx::GraphProto &graph, const Site &site) {
  OpBuilder::InsertionGuard guard(builder);
  Region region;
  beginRegion(builder, region, {}, builder.getUnknownLoc());
  (void)importSubgraph(graph, SmallVector<Value>(graph.input_size()), site);
  discard(region);
}
