//===- Exporter.cpp - A graph in ONNX, being written ----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Exporter.h"

#include "dialects/dlc/ControlFlow.h"
#include "dlc/Support/ElementBytes.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::onnxexport;

//===----------------------------------------------------------------------===//
// Attributes of nodes
//===----------------------------------------------------------------------===//

onnx::AttributeProto &NodeRef::add(StringRef name) {
  onnx::AttributeProto &attribute = *node->add_attribute();
  attribute.set_name(name.str());
  return attribute;
}

NodeRef &NodeRef::set(StringRef name, int64_t value) {
  onnx::AttributeProto &attribute = add(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
  return *this;
}

NodeRef &NodeRef::set(StringRef name, ArrayRef<int64_t> values) {
  onnx::AttributeProto &attribute = add(name);
  attribute.set_type(onnx::AttributeProto::INTS);
  attribute.mutable_ints()->Add(values.begin(), values.end());
  return *this;
}

NodeRef &NodeRef::set(StringRef name, const llvm::APFloat &value) {
  onnx::AttributeProto &attribute = add(name);
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(float(value.convertToDouble()));
  return *this;
}

NodeRef &NodeRef::set(StringRef name, StringRef value) {
  onnx::AttributeProto &attribute = add(name);
  attribute.set_type(onnx::AttributeProto::STRING);
  attribute.set_s(value.str());
  return *this;
}

NodeRef &NodeRef::set(StringRef name, ArrayRef<double> values) {
  onnx::AttributeProto &attribute = add(name);
  attribute.set_type(onnx::AttributeProto::FLOATS);
  for (double value : values)
    attribute.add_floats(float(value));
  return *this;
}

NodeRef &NodeRef::set(StringRef name, ArrayRef<std::string> values) {
  onnx::AttributeProto &attribute = add(name);
  attribute.set_type(onnx::AttributeProto::STRINGS);
  for (const std::string &value : values)
    attribute.add_strings(value);
  return *this;
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

std::string Exporter::makeUnique(StringRef wanted) {
  if (usedNames.insert(wanted).second)
    return wanted.str();
  std::string name;
  do
    name = (wanted + "_" + Twine(++counters[wanted])).str();
  while (!usedNames.insert(name).second);
  return name;
}

/// What the importer wrote into the location, `OpType:node_name` for nodes.
static StringRef getLocationName(Operation *op) {
  auto location = op->getLoc()->findInstanceOf<NameLoc>();
  return location ? location.getName().getValue() : StringRef();
}

SmallVector<std::string> Exporter::operands(Operation *op) const {
  return llvm::map_to_vector(op->getOperands(),
                             [&](Value value) { return name(value); });
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

NodeRef Exporter::addNode(Operation *op, StringRef opType, Names inputs) {
  onnx::NodeProto &node = *graph.add_node();
  node.set_op_type(opType.str());
  StringRef name = getLocationName(op).split(':').second;
  // A dlc op may be one of several that a node became.
  if (!name.empty() && usedNodeNames.insert(name).second)
    node.set_name(name.str());
  for (const std::string &input : inputs)
    node.add_input(input);
  // A trailing input that is left out isn't written.
  while (node.input_size() && node.input(node.input_size() - 1).empty())
    node.mutable_input()->RemoveLast();
  return NodeRef(node);
}

/// What a value is called after its op, where nothing else names it.
static std::string nameAfter(Operation *op, StringRef opType) {
  StringRef name = getLocationName(op).split(':').second;
  return name.empty() ? opType.str() : (name + ":" + opType).str();
}

NodeRef Exporter::add(Operation *op, StringRef opType, Names inputs) {
  NodeRef node = addNode(op, opType, inputs);
  onnx::NodeProto &proto = *graph.mutable_node()->rbegin();
  for (Value result : op->getResults()) {
    std::string &name = names[result];
    if (name.empty())
      name = makeUnique(nameAfter(op, opType));
    proto.add_output(name);
  }
  return node;
}

NodeRef Exporter::addStep(Operation *op, StringRef opType, Names inputs) {
  NodeRef node = addNode(op, opType, inputs);
  graph.mutable_node()->rbegin()->add_output(makeUnique(nameAfter(op, opType)));
  return node;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

std::string Exporter::addInitializer(StringRef wanted, ElementsAttr value) {
  Initializer initializer;
  initializer.value = value;
  initializer.bytes = *getByteSize(value);
  std::string name = makeUnique(wanted.empty() ? "constant" : wanted);
  initializer.proto.set_name(name);
  initializer.proto.set_data_type(getDType(value.getElementType()));
  for (int64_t size : value.getShapedType().getShape())
    initializer.proto.add_dims(size);
  initializers.push_back(std::move(initializer));
  return name;
}

LogicalResult Exporter::addConstant(Operation *op, ElementsAttr value) {
  Value result = op->getResult(0);
  if (!getDType(value.getElementType()) || !getByteSize(value))
    return op->emitError("ONNX has no initializer of this type");
  // The name of an initializer, or of the node whose folding made it.
  StringRef wanted = getLocationName(op);
  std::string &name = names[result];
  if (name.empty()) {
    name = addInitializer(wanted, value);
    return success();
  }
  // An output of the graph must come from a node.
  onnx::NodeProto &node = *graph.add_node();
  node.set_op_type("Identity");
  node.add_input(addInitializer(wanted, value));
  node.add_output(name);
  return success();
}

std::string Exporter::numbers(RankedTensorType type, ArrayRef<double> values) {
  SmallVector<Attribute> elements;
  Builder builder(type.getContext());
  for (double value : values)
    if (auto integer = dyn_cast<IntegerType>(type.getElementType()))
      elements.push_back(builder.getIntegerAttr(
          integer, APInt(integer.getWidth(), int64_t(value), true, true)));
    else
      elements.push_back(builder.getFloatAttr(type.getElementType(), value));
  auto value = DenseElementsAttr::get(type, elements);
  std::string &name = shared[value];
  if (name.empty())
    name = addInitializer("parameter", value);
  return name;
}

std::string Exporter::scalar(double value, Type elementType) {
  return numbers(RankedTensorType::get({}, elementType), value);
}

std::string Exporter::integers(ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get(int64_t(values.size()),
                                    IntegerType::get(context, 64));
  auto value = DenseElementsAttr::get(type, values);
  std::string &name = shared[value];
  if (name.empty())
    name = addInitializer("parameter", value);
  return name;
}

//===----------------------------------------------------------------------===//
// The graph
//===----------------------------------------------------------------------===//

/// Names, and for open dimensions their names.
static void describeValue(onnx::ValueInfoProto &info, StringRef name, Type type,
                          DictionaryAttr attributes) {
  auto tensor = cast<RankedTensorType>(type);
  info.set_name(name.str());
  onnx::TypeProto::Tensor &proto = *info.mutable_type()->mutable_tensor_type();
  proto.set_elem_type(getDType(tensor.getElementType()));
  auto dimNames =
      attributes ? attributes.getAs<ArrayAttr>("dlc.dim_names") : ArrayAttr();
  onnx::TensorShapeProto &shape = *proto.mutable_shape();
  for (auto [i, size] : llvm::enumerate(tensor.getShape())) {
    onnx::TensorShapeProto::Dimension &dim = *shape.add_dim();
    if (!ShapedType::isDynamic(size))
      dim.set_dim_value(size);
    else if (dimNames && i < dimNames.size())
      if (auto text = dyn_cast<StringAttr>(dimNames[i]);
          text && !text.getValue().empty())
        dim.set_dim_param(text.str());
  }
}

static std::string getValueName(DictionaryAttr attributes, StringRef kind,
                                unsigned index) {
  auto name =
      attributes ? attributes.getAs<StringAttr>("dlc.name") : StringAttr();
  return name && !name.getValue().empty() ? name.str()
                                          : (kind + Twine(index)).str();
}

void Exporter::addInputs(func::FuncOp main) {
  for (BlockArgument argument : main.getArguments()) {
    unsigned index = argument.getArgNumber();
    DictionaryAttr attributes = main.getArgAttrDict(index);
    std::string name = makeUnique(getValueName(attributes, "input", index));
    names[argument] = name;
    describeValue(*graph.add_input(), name, argument.getType(), attributes);
  }
}

/// Gives the values that are outputs their names before others take them.
void Exporter::nameOutputs(func::FuncOp main) {
  Operation *terminator = main.front().getTerminator();
  for (auto [index, value] : llvm::enumerate(terminator->getOperands())) {
    DictionaryAttr attributes = main.getResultAttrDict(index);
    std::string name = getValueName(attributes, "output", index);
    // An output may be an input under its own name.
    if (names.lookup(value) != name)
      name = makeUnique(name);
    describeValue(*graph.add_output(), name, value.getType(), attributes);
    names.try_emplace(value, name);
  }
}

/// What is an output under several names, or an input, too, is copied.
void Exporter::addOutputs(func::FuncOp main) {
  Operation *terminator = main.front().getTerminator();
  for (auto [index, value] : llvm::enumerate(terminator->getOperands())) {
    const std::string &output = graph.output(int(index)).name();
    if (names.lookup(value) == output)
      continue;
    onnx::NodeProto &node = *graph.add_node();
    node.set_op_type("Identity");
    node.add_input(names.lookup(value));
    node.add_output(output);
  }
}

LogicalResult Exporter::run(func::FuncOp main) {
  if (failed(refuseControlFlow(main, "export as ONNX")))
    return failure();
  OpRegistry registry;
  context = main.getContext();
  addInputs(main);
  placeSymbols(main);
  nameOutputs(main);
  bool isGood = true;
  for (Operation &op : main.front().without_terminator()) {
    Attribute value;
    if (op.getNumResults() == 1 && matchPattern(&op, m_Constant(&value)) &&
        isa<ElementsAttr>(value)) {
      isGood &= succeeded(addConstant(&op, cast<ElementsAttr>(value)));
    } else if (const Handler *handler = registry.lookup(&op)) {
      isGood &= succeeded((*handler)(&op, *this));
    } else {
      isGood = false;
      op.emitError("ONNX has no spelling for ")
          << op.getName() << "; export the graph before it is lowered";
    }
  }
  addOutputs(main);
  return success(isGood);
}

OpRegistry::OpRegistry() {
  registerContractionOps(*this);
  registerElementwiseOps(*this);
  registerIndexingOps(*this);
  registerNormalizationOps(*this);
  registerOpenSizeOps(*this);
  registerPoolingOps(*this);
  registerQuantizationOps(*this);
  registerRecurrenceOps(*this);
  registerReductionOps(*this);
  registerResamplingOps(*this);
  registerSelectionOps(*this);
  registerShapeOps(*this);
}
