//===- RunTimeValues.cpp - Sizes and axes that are data -------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RunTimeValues.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Indexing.h"

using namespace mlir;
using namespace dlc::onnximport;

static Type getI64(Node &node) {
  return IntegerType::get(node.getContext(), 64);
}

//===----------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------===//

Value dlc::onnximport::sizeValue(Node &node, const Dim &size) {
  return node.reshape(node.sizes(size), {});
}

Value dlc::onnximport::larger(Node &node, Value a, Value b) {
  return node.create<dlc::MaxOp>(a, b);
}

Value dlc::onnximport::smaller(Node &node, Value a, Value b) {
  return node.create<dlc::MinOp>(a, b);
}

Value dlc::onnximport::isEqual(Node &node, Value a, Value b) {
  return node.create<dlc::EqualOp>(a, b);
}

Value dlc::onnximport::isLess(Node &node, Value a, Value b) {
  return node.create<dlc::LessOp>(a, b);
}

Value dlc::onnximport::choose(Node &node, Value condition, Value a, Value b) {
  return node.create<dlc::WhereOp>(condition, a, b);
}

Value dlc::onnximport::wrap(Node &node, Value value, Value size) {
  return choose(node, isLess(node, value, node.number(0)),
                node.add(value, size), value);
}

//===----------------------------------------------------------------------===//
// Vectors
//===----------------------------------------------------------------------===//

std::optional<int64_t> dlc::onnximport::getLength(Node &node, unsigned i) {
  Value vector = node.getInput(i);
  if (!vector)
    return std::nullopt;
  if (rankOf(vector) > 1) {
    node.error("input " + Twine(i) + " must be a vector");
    return std::nullopt;
  }
  if (rankOf(vector) == 1 && !node.requireStatic(vector, 0))
    return std::nullopt;
  return rankOf(vector) == 0 ? 1 : shapeOf(vector)[0];
}

std::optional<Shape>
dlc::onnximport::findSizes(Node &node, unsigned i,
                           llvm::function_ref<Dim(int64_t)> getMost) {
  std::optional<int64_t> length = getLength(node, i);
  if (!length)
    return std::nullopt;
  Shape sizes;
  for (int64_t element = 0; element < *length && !node.hasFailed(); ++element) {
    Dim most = getMost(element);
    sizes.push_back(node.defineSize(node.element(node.getInput(i), element),
                                    most, 0, element));
  }
  return node.hasFailed() ? std::nullopt : std::optional(sizes);
}

SmallVector<Value> dlc::onnximport::findAxes(Node &node, unsigned i,
                                             int64_t rank) {
  SmallVector<Value> found(rank, node.number(0));
  int64_t length = getLength(node, i).value_or(0);
  for (int64_t j = 0; j < length; ++j) {
    Value axis =
        wrap(node, node.element(node.getInput(i), j), node.number(rank));
    for (int64_t dim = 0; dim < rank; ++dim)
      found[dim] = choose(node, isEqual(node, axis, node.number(dim)),
                          node.number(1), found[dim]);
  }
  return found;
}

Value dlc::onnximport::spreadOverAxes(Node &node, Value values, int64_t first,
                                      unsigned axesInput, int64_t dim,
                                      int64_t rank, Value rest) {
  int64_t length = getLength(node, axesInput).value_or(0);
  for (int64_t j = 0; j < length; ++j) {
    Value axis = wrap(node, node.element(node.getInput(axesInput), j),
                      node.number(rank));
    rest = choose(node, isEqual(node, axis, node.number(dim)),
                  node.element(values, first + j), rest);
  }
  return rest;
}

Value dlc::onnximport::reshapeTo(Node &node, Value x, ArrayRef<Value> sizes) {
  std::optional<Dim> count = dlc::countDims(dimsOf(x));
  if (node.hasFailed() || !count)
    return {};
  Shape shape;
  Dim before = 1;
  for (auto [i, size] : llvm::enumerate(sizes)) {
    // What the sizes before it leave of the elements. Without elements nothing
    // follows of the others.
    Dim most = *count == Dim(0) ? node.getStatedBound(0, i, 1) : *count;
    if (AffineExpr made = before.getSymbolic(); made && *count != Dim(0))
      most =
          Dim(dlc::floorDivSizeExprs(count->getExpr(node.getContext()), made));
    shape.push_back(node.defineSize(size, most, 0, i));
    if (node.hasFailed())
      return {};
    before = *dlc::countDims(shape);
  }
  return node.reshape(x, shape);
}

Value dlc::onnximport::selectByAxis(Node &node, unsigned i, Value like,
                                    llvm::function_ref<Value(int64_t)> make) {
  int64_t rank = rankOf(like);
  Value axis = wrap(node, node.element(node.getInput(i), 0), node.number(rank));
  // Only checked.
  (void)node.defineSize(axis, rank - 1, 0, 0, "axis");
  std::function<Value(int64_t)> choose = [&](int64_t dim) -> Value {
    if (dim == rank - 1 || node.hasFailed())
      return make(dim);
    return node.branch(
        isEqual(node, axis, node.number(dim)), like.getType(),
        [&] { return make(dim); }, [&] { return choose(dim + 1); });
  };
  return choose(0);
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

namespace {
/// A reduction along axes that are data: each element goes to the place in the
/// result that its other coordinates say.
class ComputedReduction {
public:
  ComputedReduction(Node &node, Value x, bool keepdims)
      : node(node), x(x), keepdims(keepdims), rank(rankOf(x)), dims(dimsOf(x)),
        isReduced(findAxes(node, 1, rank)) {}

  Value emit(ReduceKind kind);

private:
  /// The sizes of the result.
  SmallVector<Value> getSizes();
  Shape defineSizes();
  /// The place of each element, all of them in a row.
  Value getPlaces();
  Value start(ReduceKind kind, Type type, const Dim &count);
  /// All elements combined at their places, in a row of `count` results.
  Value combine(ReduceKind kind, Value elements, Value places,
                const Dim &count);
  Value combineLogSumExp(Value elements, Value places, const Dim &count);

  Node &node;
  Value x;
  bool keepdims;
  int64_t rank;
  Shape dims;
  SmallVector<Value> isReduced;
};
} // namespace

SmallVector<Value> ComputedReduction::getSizes() {
  Value one = node.number(1);
  SmallVector<Value> sizes;
  int64_t numAxes = getLength(node, 1).value_or(0);
  if (keepdims) {
    for (int64_t dim = 0; dim < rank; ++dim)
      sizes.push_back(choose(node, isEqual(node, isReduced[dim], one), one,
                             sizeValue(node, dims[dim])));
  } else {
    // Dimension `dim` becomes that which as many of those before it stay.
    sizes.assign(std::max<int64_t>(rank - numAxes, 0), one);
    Value place = node.number(0);
    for (int64_t dim = 0; dim < rank; ++dim) {
      for (auto [i, size] : llvm::enumerate(sizes)) {
        Value isHere = isEqual(
            node, node.add(place, node.mul(isReduced[dim], node.number(rank))),
            node.number(i));
        size = choose(node, isHere, sizeValue(node, dims[dim]), size);
      }
      place = node.add(place, node.sub(one, isReduced[dim]));
    }
  }
  // An axis that appears twice, or isn't one, makes a size that can't be.
  Value count = node.number(0);
  for (Value flag : isReduced)
    count = node.add(count, flag);
  if (!sizes.empty())
    sizes[0] = choose(node, isEqual(node, count, node.number(numAxes)),
                      sizes[0], node.number(-1));
  return sizes;
}

Shape ComputedReduction::defineSizes() {
  Shape shape;
  std::optional<Dim> all = dlc::countDims(dims);
  bool areNumbers = !dlc::isAnyDynamic(dims);
  int64_t largest = 1;
  for (const Dim &dim : dims)
    largest = areNumbers ? std::max(largest, dim.getSize()) : 1;
  for (auto [i, size] : llvm::enumerate(getSizes())) {
    Dim most = keepdims ? dims[i] : areNumbers ? Dim(largest) : *all;
    // A dimension without elements is one element when it is reduced.
    if (keepdims && most == Dim(0))
      most = 1;
    shape.push_back(node.defineSize(size, most, 0, i));
  }
  return shape;
}

Value ComputedReduction::getPlaces() {
  Value places = node.number(0), stride = node.number(1);
  for (int64_t dim = rank - 1; dim >= 0; --dim) {
    Value isKept = node.sub(node.number(1), isReduced[dim]);
    Value positions = node.createAs<dlc::RangeOp>(
        dlc::makeTensorType(dims[dim], getI64(node)), node.number(0),
        node.mul(stride, isKept));
    Shape shape(rank, 1);
    shape[dim] = dims[dim];
    places = node.add(places, node.reshape(positions, shape));
    Value size = sizeValue(node, dims[dim]);
    stride = choose(node, isEqual(node, isReduced[dim], node.number(1)), stride,
                    node.mul(stride, size));
  }
  return node.reshape(node.expand(places, dims), *dlc::countDims(dims));
}

/// What is combined with the elements of `count` results.
Value ComputedReduction::start(ReduceKind kind, Type type, const Dim &count) {
  bool isBool = elementTypeOf(x).isInteger(1);
  double value =
      kind == ReduceKind::prod || (isBool && kind == ReduceKind::min) ? 1 : 0;
  if (auto floatType = dyn_cast<FloatType>(type)) {
    if (kind == ReduceKind::max || kind == ReduceKind::min)
      value = kind == ReduceKind::max ? -std::numeric_limits<double>::infinity()
                                      : std::numeric_limits<double>::infinity();
  } else if (!isBool && (kind == ReduceKind::max || kind == ReduceKind::min)) {
    unsigned width = type.getIntOrFloatBitWidth();
    bool isUnsigned = type.isUnsignedInteger();
    bool isMax = kind == ReduceKind::max;
    APInt number = isUnsigned ? (isMax ? APInt::getMinValue(width)
                                       : APInt::getMaxValue(width))
                              : (isMax ? APInt::getSignedMinValue(width)
                                       : APInt::getSignedMaxValue(width));
    auto scalar = RankedTensorType::get({}, type);
    return node.expand(node.constant(DenseElementsAttr::get(
                           scalar, IntegerAttr::get(type, number))),
                       count);
  }
  return node.full(count, value, type);
}

Value ComputedReduction::combine(ReduceKind kind, Value elements, Value places,
                                 const Dim &count) {
  auto mode = kind == ReduceKind::prod  ? dlc::ScatterMode::mul
              : kind == ReduceKind::max ? dlc::ScatterMode::max
              : kind == ReduceKind::min ? dlc::ScatterMode::min
                                        : dlc::ScatterMode::add;
  return node.keepType<dlc::ScatterElementsOp>(
      start(kind, elementTypeOf(elements), count), places, elements,
      /*axis=*/0, mode);
}

/// m + log(sum(exp(x - m))), m being the maximum, or finite where that isn't.
Value ComputedReduction::combineLogSumExp(Value elements, Value places,
                                          const Dim &count) {
  auto type = dyn_cast<FloatType>(elementTypeOf(elements));
  if (!type) {
    node.error("its input must hold floating point numbers");
    return {};
  }
  double largest =
      APFloat::getLargest(type.getFloatSemantics()).convertToDouble();
  Value most = node.create<dlc::ClipOp>(
      combine(ReduceKind::max, elements, places, count),
      node.scalar(-largest, type), node.scalar(largest, type));
  Value own = node.create<dlc::GatherOp>(most, places, /*axis=*/0);
  Value sum = combine(ReduceKind::sum,
                      node.keepType<dlc::ExpOp>(node.sub(elements, own)),
                      places, count);
  return node.add(node.keepType<dlc::LogOp>(sum), most);
}

Value ComputedReduction::emit(ReduceKind kind) {
  std::optional<Dim> all = dlc::countDims(dims);
  if (node.hasFailed() || !all || all->isUnknown())
    return {};
  Type own = elementTypeOf(x), type = own;
  // Sums of narrow floats are f32 while they grow; booleans are numbers.
  if (isa<FloatType>(own) && own.getIntOrFloatBitWidth() < 32)
    type = Float32Type::get(node.getContext());
  if (own.isInteger(1))
    type = IntegerType::get(node.getContext(), 8);
  Shape shape = defineSizes();
  Value places = getPlaces();
  if (node.hasFailed())
    return {};
  Dim count = *dlc::countDims(shape);
  Value elements = node.cast(node.reshape(x, *all), type);
  Value result = kind == ReduceKind::logSumExp
                     ? combineLogSumExp(elements, places, count)
                     : combine(kind, elements, places, count);
  if (kind == ReduceKind::mean) {
    Value ratio = node.div(node.cast(sizeValue(node, *all), type),
                           node.cast(sizeValue(node, count), type));
    result = node.div(result, ratio);
  }
  return node.reshape(node.cast(result, own), shape);
}

Value dlc::onnximport::reduceAlong(Node &node, Value x, ReduceKind kind,
                                   bool keepdims) {
  return ComputedReduction(node, x, keepdims).emit(kind);
}
