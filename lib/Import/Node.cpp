//===- Node.cpp - A node as its importer sees it --------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"

#include "SizeArithmetic.h"

#include "TensorData.h"
#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Shape.h"
#include "dialects/dlc/TypeInference.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "llvm/ADT/APSInt.h"

using namespace mlir;
using namespace dlc::onnximport;
using llvm::StringRef;
using onnx::AttributeProto;

Location dlc::onnximport::makeNodeLocation(const onnx::NodeProto &proto,
                                           MLIRContext *context) {
  std::string name = proto.name();
  if (name.empty() && proto.output_size() != 0)
    name = proto.output(0);
  return NameLoc::get(StringAttr::get(context, proto.op_type() + ":" + name));
}

Node::Node(ImportState &state, onnx::NodeProto &proto, unsigned index,
           int64_t opset, OpBuilder &builder, ArrayRef<Value> inputs,
           const StatedTypes &stated)
    : state(state), proto(proto), index(index), opset(opset), builder(builder),
      location(makeNodeLocation(proto, state.getContext())), inputs(inputs),
      stated(stated) {}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

Values Node::error(const Twine &text) {
  if (!failed) {
    std::string name = proto.name().empty() ? "" : " " + quote(proto.name());
    state.error("node #" + Twine(index) + name + " (" + proto.op_type() +
                ", opset " + Twine(opset) + "): " + text);
  }
  failed = true;
  return {};
}

Values Node::unsupported(const Twine &what) {
  return error(what + " is not supported");
}

bool Node::requireStatic(Value value, int64_t dim) {
  if (!failed && isDynamic(shapeOf(value)[dim]))
    error("the size of dimension " + Twine(dim) +
          " must be known at compile time; " + state.explainDynamic(value));
  return !failed;
}

bool Node::requireStatic(Value value) {
  for (int64_t dim = 0, rank = rankOf(value); dim != rank; ++dim)
    if (!requireStatic(value, dim))
      return false;
  return !failed;
}

Dim Node::requireSize(FailureOr<Dim> size) {
  if (llvm::failed(size))
    error("a size overflows");
  return llvm::succeeded(size) ? *size : Dim(0);
}

//===----------------------------------------------------------------------===//
// Inputs at compile time
//===----------------------------------------------------------------------===//

ElementsAttr Node::getConstant(unsigned i, StringRef name) {
  Value value = getInput(i);
  if (failed || !value)
    return {};
  ElementsAttr elements = state.evaluate(value);
  // A value that something reads at compile time holds a few sizes.
  constexpr int64_t most = 1 << 20;
  if (!elements)
    error("input '" + name + "' (" + quote(proto.input(i)) +
          ") must be known at compile time; " + state.explainUnknown(value));
  else if (elements.getNumElements() > most)
    error("input '" + name +
          "' has too many elements: " + Twine(elements.getNumElements()));
  return failed ? ElementsAttr() : elements;
}

std::optional<SmallVector<int64_t>> Node::getIntegers(unsigned i,
                                                      StringRef name) {
  ElementsAttr elements = getConstant(i, name);
  if (!elements)
    return std::nullopt;
  std::optional<SmallVector<int64_t>> values = readIntegers(elements);
  if (!values)
    error("input '" + name + "' must hold integers");
  return values;
}

std::optional<Shape> Node::getSizes(unsigned i, StringRef name) {
  Value value = getInput(i);
  if (failed || !value)
    return std::nullopt;
  if (std::optional<Shape> sizes = dlc::readSizes(value))
    return sizes;
  std::optional<SmallVector<int64_t>> integers = getIntegers(i, name);
  return integers ? std::optional(toBounds(*integers)) : std::nullopt;
}

std::optional<dlc::SizeBounds> Node::getBounds(const Dim &size) const {
  if (size.isNumber())
    return SizeBounds{size.getSize(), size.getSize()};
  if (AffineExpr expr = size.getSymbolic())
    return boundSize(expr, state.getLeastSizes(), state.getLargestSizes());
  return std::nullopt;
}

int64_t Node::getLargest(const Dim &size) const {
  std::optional<SizeBounds> bounds = getBounds(size);
  return bounds ? bounds->high : INT64_MAX;
}

std::optional<SmallVector<double>> Node::getFloats(unsigned i, StringRef name) {
  ElementsAttr elements = getConstant(i, name);
  if (!elements)
    return std::nullopt;
  std::optional<SmallVector<double>> values = readFloats(elements);
  if (!values)
    error("input '" + name + "' must hold floating point numbers");
  return values;
}

std::optional<int64_t> Node::getInteger(unsigned i, StringRef name) {
  std::optional<SmallVector<int64_t>> values = getIntegers(i, name);
  if (!values)
    return std::nullopt;
  if (values->size() == 1)
    return values->front();
  error("input '" + name + "' must have one element");
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

AttributeProto *Node::findAttribute(StringRef name) {
  for (AttributeProto &attribute : *proto.mutable_attribute())
    if (attribute.name() == name)
      return &attribute;
  return nullptr;
}

AttributeProto *Node::findAttribute(StringRef name,
                                    AttributeProto::AttributeType type) {
  AttributeProto *attribute = findAttribute(name);
  if (!attribute || attribute->type() == type ||
      attribute->type() == AttributeProto::UNDEFINED)
    return attribute;
  error("attribute '" + name + "' must be of type " +
        StringRef(AttributeProto::AttributeType_Name(type)).lower());
  return nullptr;
}

int64_t Node::getIntAttribute(StringRef name, int64_t fallback) {
  AttributeProto *attribute = findAttribute(name, AttributeProto::INT);
  return attribute ? attribute->i() : fallback;
}

double Node::getFloatAttribute(StringRef name, double fallback) {
  AttributeProto *attribute = findAttribute(name, AttributeProto::FLOAT);
  return attribute ? attribute->f() : fallback;
}

Type Node::getTypeAttribute(StringRef name, Type fallback) {
  if (!hasAttribute(name))
    return fallback;
  llvm::Expected<Type> type =
      getElementType(getIntAttribute(name, 0), getContext());
  if (type)
    return *type;
  error("attribute '" + name + "': " + llvm::toString(type.takeError()));
  return fallback;
}

StringRef Node::getStringAttribute(StringRef name, StringRef fallback) {
  AttributeProto *attribute = findAttribute(name, AttributeProto::STRING);
  return attribute ? StringRef(attribute->s()) : fallback;
}

SmallVector<int64_t> Node::getIntsAttribute(StringRef name,
                                            ArrayRef<int64_t> fallback) {
  AttributeProto *attribute = findAttribute(name, AttributeProto::INTS);
  if (!attribute)
    return SmallVector<int64_t>(fallback);
  return llvm::to_vector_of<int64_t>(attribute->ints());
}

SmallVector<double> Node::getFloatsAttribute(StringRef name) {
  AttributeProto *attribute = findAttribute(name, AttributeProto::FLOATS);
  if (!attribute)
    return {};
  return llvm::to_vector_of<double>(attribute->floats());
}

SmallVector<StringRef> Node::getStringsAttribute(StringRef name) {
  AttributeProto *attribute = findAttribute(name, AttributeProto::STRINGS);
  if (!attribute)
    return {};
  return SmallVector<StringRef>(attribute->strings().begin(),
                                attribute->strings().end());
}

ElementsAttr Node::takeTensorAttribute(StringRef name) {
  AttributeProto *attribute = findAttribute(name, AttributeProto::TENSOR);
  if (!attribute)
    return {};
  llvm::Expected<ElementsAttr> tensor =
      takeTensor(*attribute->mutable_t(), state.getFolder(), getContext());
  if (tensor)
    return *tensor;
  error("attribute '" + name + "': " + llvm::toString(tensor.takeError()));
  return {};
}

bool Node::requireAttribute(StringRef name) {
  if (!hasAttribute(name))
    error("attribute '" + name + "' is missing");
  return !failed;
}

int64_t Node::normalizeAxis(int64_t axis, int64_t rank) {
  if (axis >= -rank && axis < rank)
    return axis < 0 ? axis + rank : axis;
  error("axis " + Twine(axis) + " is out of range for " + Twine(rank) +
        " dimensions");
  return 0;
}

SmallVector<int64_t> Node::normalizeAxes(ArrayRef<int64_t> axes, int64_t rank) {
  SmallVector<int64_t> result;
  for (int64_t axis : axes)
    result.push_back(normalizeAxis(axis, rank));
  llvm::sort(result);
  if (!failed &&
      std::adjacent_find(result.begin(), result.end()) != result.end())
    error("an axis appears twice");
  return failed ? SmallVector<int64_t>() : result;
}

std::optional<SmallVector<int64_t>> Node::getAxes(int64_t inputSince,
                                                  unsigned i, int64_t rank) {
  std::optional<SmallVector<int64_t>> axes;
  if (opset >= inputSince)
    axes = getIntegers(i, "axes");
  else if (hasAttribute("axes"))
    axes = getIntsAttribute("axes");
  if (axes)
    axes = normalizeAxes(*axes, rank);
  return axes;
}

//===----------------------------------------------------------------------===//
// Building
//===----------------------------------------------------------------------===//

Values Node::fold(Operation *op) {
  SmallVector<OpFoldResult> folded;
  if (mlir::failed(op->fold(folded)) || folded.size() != op->getNumResults())
    return {};
  Values results;
  for (auto [result, type] : llvm::zip(folded, op->getResultTypes())) {
    if (auto value = dyn_cast<Value>(result)) {
      results.push_back(value);
      continue;
    }
    auto elements = dyn_cast<ElementsAttr>(llvm::cast<Attribute>(result));
    if (!elements || elements.getType() != type)
      return {};
    results.push_back(constant(elements));
  }
  return results;
}

/// Infers the result types if asked to, creates the op and verifies it. Null if
/// that fails, `reason` then says why.
static Operation *createVerified(OperationState &state, bool infer,
                                 std::string &reason) {
  MLIRContext *context = state.getContext();
  ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
    if (reason.empty())
      reason = diagnostic.str();
    return success();
  });
  if (infer) {
    SmallVector<Type> types;
    auto *interface = state.name.getInterface<InferTypeOpInterface>();
    if (mlir::failed(
            interface->inferReturnTypes(context, state.location, state.operands,
                                        state.attributes.getDictionary(context),
                                        state.getRawProperties(), {}, types)))
      return nullptr;
    state.types.assign(types.begin(), types.end());
  }
  Operation *op = Operation::create(state);
  if (succeeded(verify(op)))
    return op;
  op->destroy();
  return nullptr;
}

Values Node::finish(OperationState &opState, bool infer) {
  std::string reason;
  Operation *op = createVerified(opState, infer, reason);
  if (!op) {
    bool isNarrow = llvm::any_of(opState.operands, [](Value operand) {
      Type type = elementTypeOf(operand);
      return dlc::isNarrowFloat(type) || dlc::isNarrowInteger(type);
    });
    if (isNarrow && StringRef(reason).contains("must be ranked tensor"))
      reason += "; numbers of so few bits are stored, moved and converted, but "
                "not computed with: Cast or DequantizeLinear them before";
    return error(reason.empty() ? "its operands don't fit" : reason);
  }
  if (Values folded = fold(op); !folded.empty()) {
    op->destroy();
    return folded;
  }
  if (std::optional<Shape> sizes =
          foldSizes(op, state.getLeastSizes(), state.getLargestSizes())) {
    RankedTensorType type =
        llvm::cast<RankedTensorType>(op->getResult(0).getType());
    op->destroy();
    return {reshape(cast(this->sizes(*sizes), type.getElementType()),
                    getDims(type))};
  }
  builder.insert(op);
  return Values(op->getResults());
}

Value Node::constant(ElementsAttr value) {
  if (failed || !value)
    return {};
  return ConstantOp::create(builder, location, value.getType(), value);
}

/// The integer of that type nearest to `value`.
static APInt toInteger(double value, Type type) {
  // Booleans are 0 and 1, not 0 and -1.
  llvm::APSInt result(type.getIntOrFloatBitWidth(),
                      type.isUnsignedInteger() || type.isInteger(1));
  bool isExact;
  (void)APFloat(value).convertToInteger(result, APFloat::rmNearestTiesToEven,
                                        &isExact);
  return result;
}

Value Node::full(ArrayRef<Dim> shape, double value, Type elementType) {
  if (failed || !elementType)
    return {};
  Attribute element;
  if (auto type = dyn_cast<FloatType>(elementType))
    element = FloatAttr::get(type, value);
  else
    element = IntegerAttr::get(elementType, toInteger(value, elementType));
  bool isOpen = isAnyDynamic(shape);
  llvm::Expected<RankedTensorType> type = getStaticType(
      isOpen ? SmallVector<int64_t>() : toSizes(shape), elementType);
  if (type) {
    Value result = constant(DenseElementsAttr::get(*type, element));
    return isOpen ? expand(result, shape) : result;
  }
  error(llvm::toString(type.takeError()));
  return {};
}

Value Node::integers(ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get(values.size(), builder.getI64Type());
  return constant(DenseElementsAttr::get(type, values));
}

Value Node::sizes(ArrayRef<Dim> values) {
  if (failed)
    return {};
  if (!isAnyDynamic(values))
    return integers(toSizes(values));
  SmallVector<AffineExpr> exprs = llvm::map_to_vector(
      values, [&](const Dim &dim) { return dim.getExpr(getContext()); });
  if (!areKnown(values)) {
    error("a size depends on data");
    return {};
  }
  auto type = RankedTensorType::get(values.size(), builder.getI64Type());
  return SizesOp::create(builder, location, type,
                         DimsAttr::get(getContext(), exprs));
}

Value Node::positions(const Dim &count, size_t rank, size_t dim) {
  Type i64 = builder.getI64Type();
  Value positions = createAs<RangeOp>(makeTensorType(count, i64),
                                      scalar(0, i64), scalar(1, i64));
  Shape shape(rank, 1);
  shape[dim] = count;
  return reshape(positions, shape);
}

Value Node::add(Value a, Value b) { return create<AddOp>(a, b); }
Value Node::sub(Value a, Value b) { return create<SubOp>(a, b); }
Value Node::mul(Value a, Value b) { return create<MulOp>(a, b); }
Value Node::div(Value a, Value b) { return create<DivOp>(a, b); }

Value Node::cast(Value x, Type elementType) {
  if (!x || !elementType || elementTypeOf(x) == elementType)
    return x;
  return createAs<CastOp>(typeLike(x, elementType), x);
}

Value Node::reshape(Value x, ArrayRef<Dim> shape) {
  if (!x || dimsOf(x) == Shape(shape))
    return x;
  return createAs<ReshapeOp>(makeTensorType(shape, elementTypeOf(x)), x);
}

Value Node::checkSizes(Value x, ArrayRef<Dim> shape) {
  if (!x || dimsOf(x) == Shape(shape))
    return x;
  return createAs<CheckSizesOp>(makeTensorType(shape, elementTypeOf(x)), x);
}

Value Node::transpose(Value x, ArrayRef<int64_t> perm) {
  if (llvm::is_sorted(perm))
    return x;
  return create<TransposeOp>(x, perm);
}

Value Node::expand(Value x, ArrayRef<Dim> shape) {
  if (!x || dimsOf(x) == Shape(shape))
    return x;
  return createAs<ExpandOp>(makeTensorType(shape, elementTypeOf(x)), x);
}

Value Node::slice(Value x, int64_t axis, Dim start, Dim size) {
  if (failed || !x)
    return {};
  Shape starts(rankOf(x), 0), sizes = dimsOf(x);
  SmallVector<int64_t> steps(rankOf(x), 1);
  starts[axis] = start;
  sizes[axis] = size;
  return create<SliceOp>(x, starts, sizes, steps);
}

Values Node::split(Value x, int64_t axis, ArrayRef<Dim> sizes) {
  if (failed || !x)
    return {};
  Dim total = dimsOf(x)[axis];
  Shape checked = dimsOf(x);
  checked[axis] = 0;
  for (const Dim &size : sizes)
    checked[axis] = requireSize(addSizes(std::nullopt, checked[axis], size));
  if (total.isNumber() && checked[axis].isNumber() && checked[axis] != total)
    return error("the parts don't make up the " + total.getText() +
                 " elements of axis " + Twine(axis));
  if (!checked[axis].isUnknown() && !total.isUnknown())
    x = checkSizes(x, checked);
  Values results;
  Dim start = 0;
  for (const Dim &size : sizes) {
    if (size.isNumber() &&
        (size.getSize() < 0 ||
         (start.isNumber() && total.isNumber() &&
          size.getSize() > total.getSize() - start.getSize())))
      return error("the parts don't fit the " + total.getText() +
                   " elements of axis " + Twine(axis));
    results.push_back(slice(x, axis, start, size));
    start = requireSize(addSizes(std::nullopt, start, size));
  }
  return results;
}
