//===- Slicing.cpp - Joining and slicing ops from ONNX --------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpRegistry.h"
#include "RunTimeValues.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Indexing.h"
#include "dialects/dlc/Shape.h"
#include "dialects/dlc/TypeInference.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace dlc::onnximport;

//===----------------------------------------------------------------------===//
// Concat, Split
//===----------------------------------------------------------------------===//

static Values importConcat(Node &node) {
  if (llvm::is_contained(node.getInputs(), Value()))
    return node.error("an input is missing");
  if (node.getOpset() >= 4 && !node.requireAttribute("axis"))
    return {};
  int64_t axis = node.getAxisAttribute("axis", 1, rankOf(node.getInput(0)));
  if (node.hasFailed())
    return {};
  // Operands that add nothing would only be in the way.
  SmallVector<Value> inputs;
  for (Value input : node.getInputs())
    if (axis >= rankOf(input) || shapeOf(input)[axis] != 0)
      inputs.push_back(input);
  if (inputs.empty())
    return {node.getInput(0)};
  return {node.create<dlc::ConcatOp>(ValueRange(inputs), axis)};
}

/// The sum of two sizes.
static Dim add(Node &node, const Dim &a, const Dim &b) {
  return node.requireSize(dlc::addSizes(std::nullopt, a, b));
}

/// Parts of equal size of an open one; only the last one may be smaller, where
/// the opset allows it.
static Shape splitOpen(Node &node, const Dim &whole, int64_t parts) {
  MLIRContext *context = node.getContext();
  AffineExpr total = whole.getExpr(context),
             divisor = getAffineConstantExpr(parts, context);
  if (!total) {
    node.error("the size that it splits into " + Twine(parts) +
               " parts depends on data");
    return {};
  }
  AffineExpr part = total.floorDiv(divisor);
  if (node.getOpset() >= 18)
    part = total.ceilDiv(divisor);
  part = dlc::normalizeSize(part);
  Shape sizes(parts, Dim(part));
  if (node.getOpset() >= 18)
    sizes.back() = Dim(dlc::subSizeExprs(
        total,
        dlc::mulSizeExprs(part, getAffineConstantExpr(parts - 1, context))));
  return sizes;
}

/// The sizes of the parts that a Split makes of `whole`.
static Shape getSplitSizes(Node &node, const Dim &whole) {
  if (node.getOpset() < 13 && node.hasAttribute("split"))
    return dlc::toDims(node.getIntsAttribute("split"));
  if (node.isComputed(1)) {
    Shape sizes;
    int64_t axis = node.getAxisAttribute("axis", 0, rankOf(node.getInput(0)));
    for (int64_t i = 0; i < getLength(node, 1).value_or(0); ++i)
      sizes.push_back(
          node.defineSize(node.element(node.getInput(1), i), whole, i, axis));
    return sizes;
  }
  if (node.getInput(1))
    return node.getSizes(1, "split").value_or(Shape());
  // Parts of equal size; the last one may be smaller.
  int64_t parts = node.getIntAttribute("num_outputs", node.getNumOutputs());
  if (parts < 1 || parts > int64_t(node.getNumOutputs()))
    node.error("attribute 'num_outputs' contradicts its outputs");
  else if (isDynamic(whole))
    return splitOpen(node, whole, parts);
  int64_t total = whole.getSize();
  if (!node.hasFailed() && total % parts != 0 && node.getOpset() < 18)
    node.error(Twine(total) + " elements don't split into " + Twine(parts) +
               " equal parts");
  if (node.hasFailed())
    return {};
  int64_t size = llvm::divideCeil(total, parts);
  Shape sizes(parts, size);
  sizes.back() = total - size * (parts - 1);
  return sizes;
}

static Values importSplit(Node &node) {
  Value x = node.getInput(0);
  int64_t axis = node.getAxisAttribute("axis", 0, rankOf(x));
  if (node.hasFailed())
    return {};
  Shape sizes = getSplitSizes(node, dimsOf(x)[axis]);
  if (node.hasFailed())
    return {};
  if (sizes.size() < node.getNumOutputs())
    return node.error("it has more outputs than parts");
  return node.split(x, axis, sizes);
}

//===----------------------------------------------------------------------===//
// Slice
//===----------------------------------------------------------------------===//

namespace {
/// What Slice asks for along some axes.
struct SliceBounds {
  Shape starts, ends;
  SmallVector<int64_t> axes, steps;
};
} // namespace

static std::optional<SliceBounds> getSliceBounds(Node &node) {
  SliceBounds bounds;
  if (node.getOpset() < 10) {
    bounds.starts = toBounds(node.getIntsAttribute("starts"));
    bounds.ends = toBounds(node.getIntsAttribute("ends"));
    bounds.axes = node.getIntsAttribute("axes");
  } else {
    auto starts = node.getSizes(1, "starts");
    auto ends = node.getSizes(2, "ends");
    auto axes = node.getIntegers(3, "axes");
    auto steps = node.getIntegers(4, "steps");
    if (node.hasFailed())
      return std::nullopt;
    if (!starts || !ends) {
      node.error("input 'starts' or 'ends' is missing");
      return std::nullopt;
    }
    bounds = {*starts, *ends, axes.value_or(SmallVector<int64_t>()),
              steps.value_or(SmallVector<int64_t>())};
  }
  size_t count = bounds.starts.size();
  if (bounds.axes.empty())
    bounds.axes = llvm::to_vector(llvm::seq<int64_t>(0, count));
  if (bounds.steps.empty())
    bounds.steps.assign(count, 1);
  if (bounds.ends.size() != count || bounds.axes.size() != count ||
      bounds.steps.size() != count)
    node.error("'starts', 'ends', 'axes' and 'steps' have different lengths");
  // Also reports an axis that is out of range or appears twice.
  (void)node.normalizeAxes(bounds.axes, rankOf(node.getInput(0)));
  if (node.hasFailed())
    return std::nullopt;
  return bounds;
}

/// Clamps a slice of `size` elements as ONNX does; gives its start and length.
static std::pair<int64_t, int64_t> clampSlice(int64_t start, int64_t end,
                                              int64_t step, int64_t size) {
  if (size == 0)
    return {0, 0};
  bool isForward = step > 0;
  int64_t least = isForward ? 0 : -1, most = isForward ? size : size - 1;
  start = start < 0 ? start + size : start;
  start = std::clamp<int64_t>(start, 0, std::max<int64_t>(most, 0));
  end = std::clamp(end < 0 ? std::max(end, -size - 1) + size : end, least,
                   std::max(most, least));
  int64_t distance = isForward ? end - start : start - end;
  // The step's magnitude, even for the most negative one.
  uint64_t stride = isForward ? uint64_t(step) : -uint64_t(step);
  if (distance <= 0)
    return {0, 0};
  return {start, int64_t((uint64_t(distance) - 1) / stride + 1)};
}

/// The same where a size or a bound is open: bounds beyond the largest size are
/// the ends, others are taken to lie inside.
static std::pair<Dim, Dim> boundSlice(Node &node, const Dim &start,
                                      const Dim &end, int64_t step,
                                      const Dim &size) {
  auto place = [&](const Dim &bound) {
    int64_t number = bound.getSize();
    if (!bound.isNumber())
      return bound;
    Dim end = step > 0 ? size : add(node, size, -1);
    if (number >= INT32_MAX || number >= node.getLargest(end))
      return end;
    if (number <= INT32_MIN)
      return Dim(step > 0 ? 0 : -1);
    return number < 0 ? add(node, size, number) : bound;
  };
  Dim first = place(start), last = place(end);
  MLIRContext *context = node.getContext();
  AffineExpr from = first.getExpr(context), to = last.getExpr(context);
  if (!from || !to)
    return {first, Dim()};
  AffineExpr distance =
      step > 0 ? dlc::subSizeExprs(to, from) : dlc::subSizeExprs(from, to);
  if (std::optional<int64_t> number = dlc::getConstantSize(distance);
      number && *number <= 0)
    return {Dim(0), Dim(0)};
  AffineExpr stride = getAffineConstantExpr(std::abs(step), context);
  return {first, Dim(dlc::normalizeSize(distance.ceilDiv(stride)))};
}

//===----------------------------------------------------------------------===//
// Slices by data
//===----------------------------------------------------------------------===//

namespace {
/// What a slice along one axis asks for, as scalars; a step of 1 is null.
struct AxisSlice {
  Value start, end, step;
};
} // namespace

/// Takes neighbours.
static Value sliceForward(Node &node, Value x, int64_t axis, AxisSlice slice) {
  Dim whole = dimsOf(x)[axis];
  Value size = sizeValue(node, whole), none = node.number(0);
  auto clamp = [&](Value bound) {
    return larger(node, smaller(node, wrap(node, bound, size), size), none);
  };
  Value start = clamp(slice.start), end = clamp(slice.end);
  Value length = larger(node, node.sub(end, start), none);
  Dim first = node.defineSize(start, whole, 0, axis, "start");
  Dim count = node.defineSize(length, whole, 0, axis);
  return node.slice(x, axis, first, count);
}

/// Takes every so manieth element, backwards if the step is negative.
static Value sliceStrided(Node &node, Value x, int64_t axis, AxisSlice slice) {
  Dim whole = dimsOf(x)[axis];
  Value size = sizeValue(node, whole), none = node.number(0),
        one = node.number(1), minus = node.number(-1);
  Value reach = node.number(int64_t(1) << 40);
  Value step =
      larger(node, smaller(node, slice.step, reach), node.sub(none, reach));
  Value isBack = isLess(node, step, none);
  Value high = choose(node, isBack, node.sub(size, one), size);
  Value low = choose(node, isBack, minus, none);
  auto clamp = [&](Value bound, Value least) {
    return larger(node, smaller(node, wrap(node, bound, size), high), least);
  };
  // What lies before the first element ends a slice, and begins none.
  Value start =
      clamp(slice.start, choose(node, isBack, smaller(node, none, high), none));
  Value end = clamp(slice.end, low);
  Value distance =
      choose(node, isBack, node.sub(start, end), node.sub(end, start));
  Value stride = larger(node, larger(node, step, node.sub(none, step)), one);
  Value length = node.div(
      larger(node, node.add(distance, node.sub(stride, one)), none), stride);
  length = choose(node, isEqual(node, step, none), minus, length);
  Dim count = node.defineSize(length, whole, 0, axis);
  Type i64 = IntegerType::get(node.getContext(), 64);
  Value positions =
      node.createAs<dlc::RangeOp>(dlc::makeTensorType(count, i64), start, step);
  return node.create<dlc::GatherOp>(x, positions, axis);
}

static Value sliceAxis(Node &node, Value x, int64_t axis, AxisSlice slice) {
  if (node.hasFailed())
    return {};
  return slice.step ? sliceStrided(node, x, axis, slice)
                    : sliceForward(node, x, axis, slice);
}

/// Bounds, steps or axes that are data.
static Values importComputedSlice(Node &node) {
  Value x = node.getInput(0);
  int64_t rank = rankOf(x);
  std::optional<int64_t> length = getLength(node, 1);
  if (!length)
    return {};
  // Known steps of 1 are no steps.
  bool hasSteps = node.isComputed(4);
  if (node.getInput(4) && !hasSteps)
    if (auto steps = node.getIntegers(4, "steps"))
      hasSteps = llvm::any_of(*steps, [](int64_t step) { return step != 1; });
  if (node.isComputed(3)) {
    for (int64_t dim = 0; dim < rank; ++dim) {
      auto spread = [&](unsigned i, int64_t rest) {
        return spreadOverAxes(node, node.getInput(i), 0, 3, dim, rank,
                              node.number(rest));
      };
      x = sliceAxis(node, x, dim,
                    {spread(1, 0), spread(2, INT64_MAX),
                     hasSteps ? spread(4, 1) : Value()});
    }
    return {x};
  }
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, *length));
  if (node.getInput(3))
    axes = node.getIntegers(3, "axes").value_or(axes);
  (void)node.normalizeAxes(axes, rank);
  for (auto [j, axis] : llvm::enumerate(axes))
    x = sliceAxis(node, x, node.normalizeAxis(axis, rank),
                  {node.element(node.getInput(1), j),
                   node.element(node.getInput(2), j),
                   hasSteps ? node.element(node.getInput(4), j) : Value()});
  return {x};
}

static Values importSlice(Node &node) {
  if (node.getOpset() >= 10)
    for (unsigned i = 1; i < 5; ++i)
      if (node.isComputed(i))
        return importComputedSlice(node);
  Value x = node.getInput(0);
  std::optional<SliceBounds> bounds = getSliceBounds(node);
  if (!bounds)
    return {};
  Shape starts(rankOf(x), 0), sizes = dimsOf(x);
  SmallVector<int64_t> steps(rankOf(x), 1);
  for (auto [start, end, givenAxis, step] :
       llvm::zip(bounds->starts, bounds->ends, bounds->axes, bounds->steps)) {
    int64_t axis = node.normalizeAxis(givenAxis, rankOf(x));
    if (step == 0)
      return node.error("a step is 0");
    bool isWhole =
        start == Dim(0) && step == 1 &&
        (end == sizes[axis] || (end.isNumber() && end.getSize() >= INT32_MAX));
    if (isDynamic(sizes[axis]) && isWhole)
      continue;
    if (isDynamic(sizes[axis]) || isDynamic(start) || isDynamic(end)) {
      if (step <= -INT32_MAX || step >= INT32_MAX)
        return node.error("the step " + Twine(step) +
                          " of an open dimension is out of range");
      std::tie(starts[axis], sizes[axis]) =
          boundSlice(node, start, end, step, sizes[axis]);
    } else {
      std::tie(starts[axis], sizes[axis]) =
          clampSlice(start.getSize(), end.getSize(), step, shapeOf(x)[axis]);
    }
    // One element is reached without stepping.
    bool isSingle = sizes[axis].isNumber() && sizes[axis].getSize() <= 1;
    steps[axis] = isSingle ? 1 : step;
  }
  return {node.create<dlc::SliceOp>(x, starts, sizes, steps)};
}

void dlc::onnximport::registerSlicingOps(OpRegistry &registry) {
  registry.add("Concat", 1, OpRegistry::anyNumber, importConcat);
  registry.add("Split", 1, 2, importSplit);
  registry.add("Slice", 1, 5, importSlice);
}
