//===- Functions.cpp - Functions ops from ONNX ----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

#include "KnownAttributes.h"

using namespace mlir;
using namespace dlc::onnximport;
using llvm::Twine;

const onnx::FunctionProto *
Importer::findFunction(const onnx::NodeProto &proto) const {
  for (const onnx::FunctionProto &candidate : model.functions())
    if (candidate.name() == proto.op_type() &&
        candidate.domain() == proto.domain() &&
        candidate.overload() == proto.overload())
      return &candidate;
  return nullptr;
}

/// Replaces references to the function's attributes by the call's attributes,
/// or else by their defaults.
static void bindAttributes(onnx::NodeProto &node, const onnx::NodeProto &call,
                           ArrayRef<onnx::AttributeProto> defaults) {
  auto *attributes = node.mutable_attribute();
  for (int i = attributes->size() - 1; i >= 0; --i) {
    onnx::AttributeProto &attribute = *attributes->Mutable(i);
    if (attribute.ref_attr_name().empty())
      continue;
    const onnx::AttributeProto *bound = nullptr;
    auto bind = [&](const auto &values) {
      for (const onnx::AttributeProto &value : values)
        if (value.name() == attribute.ref_attr_name())
          bound = &value;
    };
    bind(defaults);
    bind(call.attribute());
    if (!bound) {
      attributes->DeleteSubrange(i, 1);
      continue;
    }
    std::string name = attribute.name();
    attribute = *bound;
    attribute.set_name(name);
  }
}

/// Binds the attributes of a function's nodes, those of subgraphs too; an input
/// that the call leaves out is left out inside as well.
static void bindNodes(NodeList &nodes, const onnx::NodeProto &call,
                      ArrayRef<onnx::AttributeProto> defaults,
                      const llvm::StringSet<> &missing) {
  for (onnx::NodeProto &node : nodes) {
    bindAttributes(node, call, defaults);
    for (std::string &input : *node.mutable_input())
      if (missing.contains(input))
        input.clear();
    for (onnx::AttributeProto &attribute : *node.mutable_attribute())
      if (attribute.has_g())
        bindNodes(*attribute.mutable_g()->mutable_node(), call, defaults,
                  missing);
  }
}

/// Imports the function's body in place of the call.
void Importer::importCall(const Site &call, const onnx::FunctionProto &callee) {
  constexpr size_t deepest = 32;
  if (llvm::is_contained(calls, &callee) || calls.size() == deepest) {
    nodeError(call, "functions call each other in a circle");
    return defineOutputs(call, {});
  }
  SmallVector<onnx::AttributeProto> defaults(callee.attribute_proto().begin(),
                                             callee.attribute_proto().end());
  std::string unknown = findUnknownAttribute(call.proto, callee, defaults);
  if (!unknown.empty()) {
    nodeError(call, unknown);
    return defineOutputs(call, {});
  }
  Scope body;
  body.block = builder.getInsertionBlock();
  SmallVector<Value> inputs;
  SmallVector<std::optional<ValueList>> lists;
  readOpsets(callee.opset_import(), body);
  if (!collectListInputs(call, inputs, lists))
    return defineOutputs(call, {});
  for (auto [name, value, list] : llvm::zip(callee.input(), inputs, lists))
    if (list)
      body.lists[name] = *list;
    else if (value)
      body.values[name] = value;

  NodeList nodes = callee.node();
  llvm::StringSet<> missing;
  for (const std::string &input : callee.input())
    if (!body.find(input))
      missing.insert(input);
  bindNodes(nodes, call.proto, defaults, missing);
  calls.push_back(&callee);
  bool isGood = importNodes(nodes, body);
  calls.pop_back();
  if (!isGood)
    return defineOutputs(call, {});
  SmallVector<Value> results;
  for (const std::string &output : callee.output()) {
    if (const ValueList *list = findList(output, body);
        list && !list->isUnknown)
      nodeError(call, "the function's output " + quote(output) +
                          " is a sequence or an empty optional value; only "
                          "tensors leave functions");
    else if (!body.find(output))
      nodeError(call, "nothing defines the function's output " + quote(output));
    results.push_back(body.values.lookup(output));
  }
  if (llvm::is_contained(results, Value()))
    results.clear();
  defineOutputs(call, results);
}
