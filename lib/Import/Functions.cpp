//===- Functions.cpp - Functions ops from ONNX ----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

#include "KnownAttributes.h"
#include <google/protobuf/unknown_field_set.h>

using namespace mlir;
using namespace dlc::onnximport;
using llvm::Twine;

const onnx::FunctionProto *
Importer::findFunction(const onnx::NodeProto &proto) const {
  for (const onnx::FunctionProto &candidate : model.functions())
    if (candidate.name() == proto.op_type() &&
        candidate.domain() == proto.domain())
      return &candidate;
  return nullptr;
}

/// The function's attributes that have defaults: a field that is newer than the
/// packaged classes.
static SmallVector<onnx::AttributeProto>
getDefaults(const onnx::FunctionProto &function) {
  constexpr int attributeProto = 11;
  SmallVector<onnx::AttributeProto> defaults;
  const google::protobuf::UnknownFieldSet &fields = function.unknown_fields();
  for (int i = 0; i < fields.field_count(); ++i) {
    const google::protobuf::UnknownField &field = fields.field(i);
    onnx::AttributeProto attribute;
    if (field.number() == attributeProto &&
        field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED &&
        attribute.ParseFromString(field.length_delimited()))
      defaults.push_back(attribute);
  }
  return defaults;
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

/// Imports the function's body in place of the call.
void Importer::importCall(onnx::NodeProto &call, unsigned index,
                          const onnx::FunctionProto &callee, Scope &scope) {
  constexpr size_t deepest = 32;
  if (llvm::is_contained(calls, &callee) || calls.size() == deepest) {
    nodeError(call, index, scope, "functions call each other in a circle");
    return defineOutputs(call, index, {}, scope);
  }
  SmallVector<onnx::AttributeProto> defaults = getDefaults(callee);
  std::string unknown = findUnknownAttribute(call, callee, defaults);
  if (!unknown.empty()) {
    nodeError(call, index, scope, unknown);
    return defineOutputs(call, index, {}, scope);
  }
  Scope body;
  SmallVector<Value> inputs;
  readOpsets(callee.opset_import(), body);
  if (!collectInputs(call, index, scope, inputs))
    return defineOutputs(call, index, {}, scope);
  for (auto [name, value] : llvm::zip(callee.input(), inputs))
    if (value)
      body.values[name] = value;

  NodeList nodes = callee.node();
  for (onnx::NodeProto &node : nodes) {
    bindAttributes(node, call, defaults);
    // An input that the call leaves out is left out inside, too.
    for (std::string &input : *node.mutable_input())
      if (llvm::is_contained(callee.input(), input) &&
          !body.values.contains(input))
        input.clear();
  }
  calls.push_back(&callee);
  importNodes(nodes, body);
  calls.pop_back();
  SmallVector<Value> results;
  for (const std::string &output : callee.output()) {
    if (!body.values.contains(output))
      nodeError(call, index, scope,
                "nothing defines the function's output " + quote(output));
    results.push_back(body.values.lookup(output));
  }
  if (llvm::is_contained(results, Value()))
    results.clear();
  defineOutputs(call, index, results, scope);
}

/// Imports the branch that a condition known at compile time selects.
void Importer::importIf(onnx::NodeProto &proto, unsigned index, Scope &scope) {
  SmallVector<Value> inputs;
  bool isGood = collectInputs(proto, index, scope, inputs);
  onnx::GraphProto *branches[2] = {nullptr, nullptr};
  for (onnx::AttributeProto &attribute : *proto.mutable_attribute())
    if (attribute.name() == "then_branch" || attribute.name() == "else_branch")
      branches[attribute.name() == "then_branch"] = attribute.mutable_g();
  if (isGood &&
      (inputs.size() != 1 || !inputs[0] || !branches[0] || !branches[1])) {
    nodeError(proto, index, scope, "it needs a condition and two branches");
    isGood = false;
  }
  if (!isGood)
    return defineOutputs(proto, index, {}, scope);
  ElementsAttr condition = state.evaluate(inputs[0]);
  if (!condition || !condition.getElementType().isInteger(1) ||
      condition.getNumElements() != 1) {
    nodeError(proto, index, scope,
              "input 'cond' (" + quote(proto.input(0)) +
                  ") must be one boolean known at compile time; " +
                  state.explainUnknown(inputs[0]));
    return defineOutputs(proto, index, {}, scope);
  }
  onnx::GraphProto &graph = *branches[*condition.value_begin<bool>()];
  Scope branch;
  branch.outer = &scope;
  branch.opsets = scope.opsets;
  addGraphNames(graph, branch);
  importNodes(*graph.mutable_node(), branch);
  SmallVector<Value> results;
  for (const onnx::ValueInfoProto &output : graph.output()) {
    if (!branch.find(output.name()))
      nodeError(proto, index, scope,
                "nothing defines its branch's output " + quote(output.name()));
    results.push_back(lookup(output.name(), branch));
  }
  if (llvm::is_contained(results, Value()))
    results.clear();
  defineOutputs(proto, index, results, scope);
}
