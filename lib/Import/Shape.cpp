//===- Shape.cpp - Shape ops from ONNX ------------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpRegistry.h"
#include "RunTimeValues.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Shape.h"
#include "dialects/dlc/TypeInference.h"

#include <cmath>

using namespace mlir;
using namespace dlc::onnximport;

//===----------------------------------------------------------------------===//
// Shape, Size, Identity
//===----------------------------------------------------------------------===//

static Values importIdentity(Node &node) { return {node.getInput(0)}; }

static Values importShape(Node &node) {
  Value x = node.getInput(0);
  int64_t rank = rankOf(x);
  auto clamp = [&](int64_t position) {
    return std::clamp<int64_t>(position < 0 ? position + rank : position, 0,
                               rank);
  };
  int64_t start = clamp(node.getIntAttribute("start", 0));
  int64_t end = clamp(node.getIntAttribute("end", rank));
  Shape dims = dimsOf(x);
  return {
      node.sizes(ArrayRef(dims).slice(start, std::max(end, start) - start))};
}

static Values importSize(Node &node) {
  std::optional<Dim> count = dlc::countDims(dimsOf(node.getInput(0)));
  if (!count)
    return node.error("its input has too many elements to count");
  return {node.reshape(node.sizes(*count), {})};
}

//===----------------------------------------------------------------------===//
// Reshapes
//===----------------------------------------------------------------------===//

/// Takes out of both lists what they have in common.
static void cancel(Shape &a, Shape &b) {
  for (auto *it = a.begin(); it != a.end();) {
    auto *same = llvm::find(b, *it);
    if (same == b.end()) {
      ++it;
      continue;
    }
    b.erase(same);
    it = a.erase(it);
  }
}

/// Sets the one unknown size that the number of elements settles.
static bool inferSize(Node &node, Value x, Shape &shape, size_t unknown) {
  Shape known(shape), sizes = dimsOf(x);
  known.erase(known.begin() + unknown);
  // Also of sizes that nothing is known about, the same ones cancel out.
  cancel(known, sizes);
  std::optional<Dim> divisor = dlc::countDims(known),
                     total = dlc::countDims(sizes);
  if (!divisor || !total) {
    node.error("the shape overflows");
    return false;
  }
  if (divisor->isUnknown() || total->isUnknown())
    return true;
  if (*divisor == Dim(0) || (divisor->isNumber() && total->isNumber() &&
                             total->getSize() % divisor->getSize() != 0)) {
    node.error("its input's " + total->getText() +
               " elements don't divide into the target shape");
    return false;
  }
  MLIRContext *context = node.getContext();
  shape[unknown] = Dim(dlc::floorDivSizeExprs(total->getExpr(context),
                                              divisor->getExpr(context)));
  return true;
}

/// To a shape that is data: sizes of 0 copy those of the input, and one of -1
/// is what is left.
static Values importComputedReshape(Node &node) {
  Value x = node.getInput(0);
  std::optional<int64_t> length = getLength(node, 1);
  std::optional<Dim> count = dlc::countDims(dimsOf(x));
  if (!length || !count)
    return {};
  bool allowZero = node.getIntAttribute("allowzero", 0) != 0;
  Value one = node.number(1), rest = node.number(-1);
  SmallVector<Value> sizes;
  Value product = one;
  for (int64_t i = 0; i < *length; ++i) {
    Value size = node.element(node.getInput(1), i);
    if (!allowZero && i < rankOf(x))
      size = choose(node, isEqual(node, size, node.number(0)),
                    sizeValue(node, dimsOf(x)[i]), size);
    sizes.push_back(size);
    product =
        node.mul(product, choose(node, isEqual(node, size, rest), one, size));
  }
  // The shape is checked as a whole; nothing is divided by 0.
  Value left = node.div(sizeValue(node, *count), larger(node, product, one));
  for (Value &size : sizes)
    size = choose(node, isEqual(node, size, rest), left, size);
  return {reshapeTo(node, x, sizes)};
}

static Values importReshape(Node &node) {
  if (node.getOpset() >= 5 && node.isComputed(1))
    return importComputedReshape(node);
  Value x = node.getInput(0);
  std::optional<Shape> target;
  if (node.getOpset() < 5)
    target = toBounds(node.getIntsAttribute("shape"));
  else
    target = node.getSizes(1, "shape");
  if (!target)
    return {};
  Shape dims = dimsOf(x);
  bool allowZero = node.getIntAttribute("allowzero", 0) != 0;
  std::optional<size_t> unknown;
  Shape shape(*target);
  for (auto [i, size] : llvm::enumerate(shape)) {
    if (size == Dim(0) && !allowZero) {
      if (int64_t(i) >= rankOf(x))
        return node.error("dimension " + Twine(i) +
                          " of the target shape copies one that its input "
                          "doesn't have");
      size = dims[i];
    } else if (size == Dim(-1)) {
      if (unknown)
        return node.error("the target shape has two dimensions of -1");
      unknown = i;
      size = Dim();
    } else if (size.isNumber() && size.getSize() < 0) {
      return node.error("the target shape has the dimension " + size.getText());
    }
  }
  if (unknown && !inferSize(node, x, shape, *unknown))
    return {};
  return {node.reshape(x, shape)};
}

static Values importFlatten(Node &node) {
  Value x = node.getInput(0);
  int64_t rank = rankOf(x);
  int64_t axis = node.getIntAttribute("axis", 1);
  // Unlike other axes, this one may be the rank.
  if (axis != rank)
    axis = node.normalizeAxis(axis, rank);
  if (node.hasFailed())
    return {};
  Shape dims = dimsOf(x);
  auto rows = dlc::countDims(ArrayRef(dims).take_front(axis));
  auto columns = dlc::countDims(ArrayRef(dims).drop_front(axis));
  if (!rows || !columns)
    return node.error("the shape overflows");
  return {node.reshape(x, {*rows, *columns})};
}

/// Dimension `place` of what `x` becomes where those that `isTaken` says leave
/// it (`sign` -1), or come to it (1).
static Value moveSizes(Node &node, Value x, ArrayRef<Value> isTaken,
                       int64_t place, bool isAdded) {
  Value one = node.number(1), at = node.number(0), size = one;
  if (isAdded) {
    // The dimension of x that as many kept ones precede.
    for (Value flag : isTaken.take_front(place))
      at = node.add(at, node.sub(one, flag));
    for (auto [dim, own] : llvm::enumerate(dimsOf(x)))
      size = choose(node, isEqual(node, at, node.number(dim)),
                    sizeValue(node, own), size);
    return choose(node, isEqual(node, isTaken[place], one), one, size);
  }
  for (auto [dim, own] : llvm::enumerate(dimsOf(x))) {
    Value isHere = isEqual(
        node, node.add(at, node.mul(isTaken[dim], node.number(rankOf(x)))),
        node.number(place));
    size = choose(node, isHere, sizeValue(node, own), size);
    at = node.add(at, node.sub(one, isTaken[dim]));
  }
  return size;
}

/// Squeeze and Unsqueeze by axes that are data: how many there are says the
/// rank of the result.
static Values importComputedAxes(Node &node, bool isAdded) {
  Value x = node.getInput(0);
  std::optional<int64_t> length = getLength(node, 1);
  if (!length)
    return {};
  int64_t rank = rankOf(x) + (isAdded ? *length : -*length);
  if (rank < 0)
    return node.error("it has more axes than dimensions");
  SmallVector<Value> isTaken = findAxes(node, 1, std::max(rank, rankOf(x)));
  SmallVector<Value> sizes;
  for (int64_t place = 0; place < rank; ++place)
    sizes.push_back(moveSizes(node, x, isTaken, place, isAdded));
  return {reshapeTo(node, x, sizes)};
}

static Values importSqueeze(Node &node) {
  if (node.getOpset() >= 13 && node.isComputed(1))
    return importComputedAxes(node, /*isAdded=*/false);
  Value x = node.getInput(0);
  std::optional<SmallVector<int64_t>> axes = node.getAxes(13, 1, rankOf(x));
  if (node.hasFailed())
    return {};
  Shape shape, checked = dimsOf(x);
  for (auto [i, size] : llvm::enumerate(checked)) {
    // Without axes, an open size is taken not to be 1.
    bool isOne = size == Dim(1);
    bool isRemoved = axes ? llvm::is_contained(*axes, int64_t(i)) : isOne;
    if (isRemoved && size.isNumber() && !isOne)
      return node.error("dimension " + Twine(i) +
                        " can't be removed: its size is " + size.getText());
    if (isRemoved)
      size = 1;
    else
      shape.push_back(size);
  }
  return {node.reshape(node.checkSizes(x, checked), shape)};
}

static Values importUnsqueeze(Node &node) {
  if (node.getOpset() >= 13 && node.isComputed(1))
    return importComputedAxes(node, /*isAdded=*/true);
  Value x = node.getInput(0);
  std::optional<SmallVector<int64_t>> given;
  if (node.getOpset() >= 13)
    given = node.getIntegers(1, "axes");
  else if (node.requireAttribute("axes"))
    given = node.getIntsAttribute("axes");
  if (node.hasFailed())
    return {};
  if (!given)
    return node.error("input 'axes' is missing");
  SmallVector<int64_t> axes =
      node.normalizeAxes(*given, rankOf(x) + given->size());
  if (node.hasFailed())
    return {};
  Shape shape = dimsOf(x);
  for (int64_t axis : axes)
    shape.insert(shape.begin() + axis, 1);
  return {node.reshape(x, shape)};
}

//===----------------------------------------------------------------------===//
// Transposes
//===----------------------------------------------------------------------===//

static Values importTranspose(Node &node) {
  Value x = node.getInput(0);
  SmallVector<int64_t> perm =
      llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, rankOf(x))));
  perm = node.getIntsAttribute("perm", perm);
  SmallVector<int64_t> sorted(perm);
  llvm::sort(sorted);
  if (!llvm::equal(sorted, llvm::seq<int64_t>(0, rankOf(x))))
    return node.error("attribute 'perm' doesn't permute the dimensions");
  return {node.transpose(x, perm)};
}

/// The sizes of an image and the block size of the two ops that follow.
struct BlockedImage {
  Dim n, h, w;
  int64_t c, block;
};

static std::optional<BlockedImage> getBlockedImage(Node &node) {
  Value x = node.getInput(0);
  constexpr int64_t largestBlock = 1 << 15;
  int64_t block = node.getIntAttribute("blocksize", 0);
  if (block < 1 || block > largestBlock)
    node.error("attribute 'blocksize' is missing or out of range");
  else if (rankOf(x) != 4)
    node.error("its input must have 4 dimensions");
  if (node.hasFailed() || !node.requireStatic(x, 1))
    return std::nullopt;
  Shape dims = dimsOf(x);
  return BlockedImage{dims[0], dims[2], dims[3], dims[1].getSize(), block};
}

/// `size` times `block`.
static Dim enlarge(Node &node, const Dim &size, int64_t block) {
  return node.requireSize(dlc::multiplySizes(std::nullopt, size, block));
}

/// `size` divided by `block`; an error if there is a remainder.
static Dim shrink(Node &node, const Dim &size, int64_t block) {
  if (size.isUnknown() || (size.isNumber() && size.getSize() % block != 0)) {
    node.error("its image of " + size.getText() +
               " elements doesn't divide into blocks");
    return 0;
  }
  MLIRContext *context = node.getContext();
  return Dim(dlc::floorDivSizeExprs(size.getExpr(context),
                                    getAffineConstantExpr(block, context)));
}

static Values importDepthToSpace(Node &node) {
  std::optional<BlockedImage> image = getBlockedImage(node);
  if (!image)
    return {};
  auto [n, h, w, c, block] = *image;
  if (c % (block * block) != 0)
    return node.error("its channels don't divide into blocks");
  int64_t depth = c / (block * block);
  bool columnFirst = node.getStringAttribute("mode", "DCR") == "CRD";
  Value x = node.getInput(0);
  if (columnFirst) {
    x = node.reshape(x, {n, depth, block, block, h, w});
    x = node.transpose(x, {0, 1, 4, 2, 5, 3});
  } else {
    x = node.reshape(x, {n, block, block, depth, h, w});
    x = node.transpose(x, {0, 3, 4, 1, 5, 2});
  }
  return {node.reshape(
      x, {n, depth, enlarge(node, h, block), enlarge(node, w, block)})};
}

static Values importSpaceToDepth(Node &node) {
  std::optional<BlockedImage> image = getBlockedImage(node);
  if (!image)
    return {};
  auto [n, h, w, c, block] = *image;
  Dim rows = shrink(node, h, block), columns = shrink(node, w, block);
  Value x = node.checkSizes(node.getInput(0), {n, c, enlarge(node, rows, block),
                                               enlarge(node, columns, block)});
  x = node.reshape(x, {n, c, rows, block, columns, block});
  if (node.getStringAttribute("mode", "DCR") == "CRD")
    x = node.transpose(x, {0, 1, 3, 5, 2, 4});
  else
    x = node.transpose(x, {0, 3, 5, 1, 2, 4});
  return {node.reshape(x, {n, c * block * block, rows, columns})};
}

//===----------------------------------------------------------------------===//
// Expand, Tile
//===----------------------------------------------------------------------===//

/// To a shape that is data: a dimension of size 1 becomes as large as that
/// says, another one stays.
static Values importComputedExpand(Node &node) {
  Value x = node.getInput(0);
  std::optional<int64_t> length = getLength(node, 1);
  if (!length)
    return {};
  int64_t rank = std::max(rankOf(x), *length);
  Shape checked = dimsOf(x), shape(rank, 1);
  for (int64_t dim = 0; dim < rank && !node.hasFailed(); ++dim) {
    int64_t own = dim - (rank - rankOf(x)), i = dim - (rank - *length);
    if (own >= 0)
      shape[dim] = checked[own];
    if (i < 0)
      continue;
    Value wanted = node.element(node.getInput(1), i);
    if (shape[dim] == Dim(1)) {
      shape[dim] =
          node.defineSize(wanted, node.getStatedBound(0, dim, 1), 0, dim);
      continue;
    }
    Value size = choose(node, isEqual(node, wanted, node.number(1)),
                        sizeValue(node, shape[dim]), wanted);
    shape[dim] = checked[own] = node.defineSize(size, shape[dim], 0, dim);
  }
  return {node.expand(node.checkSizes(x, checked), shape)};
}

static Values importExpand(Node &node) {
  if (node.isComputed(1))
    return importComputedExpand(node);
  Value x = node.getInput(0);
  std::optional<Shape> target = node.getSizes(1, "shape");
  if (!target)
    return {};
  size_t rank = std::max<size_t>(rankOf(x), target->size());
  Shape shape(rank, 1);
  llvm::copy(dimsOf(x), shape.end() - rankOf(x));
  for (auto [size, wanted] :
       llvm::zip(MutableArrayRef(shape).take_back(target->size()), *target)) {
    if (wanted.isNumber() && wanted.getSize() < 0)
      return node.error("the target shape has the dimension " +
                        wanted.getText());
    if (size == Dim(1) || (isDynamic(size) && wanted != Dim(1)))
      size = wanted;
    else if (wanted.isNumber() && wanted != Dim(1) && wanted != size)
      return node.error("a dimension of " + size.getText() +
                        " elements doesn't broadcast to " + wanted.getText());
  }
  return {node.expand(x, shape)};
}

/// Each dimension as two, the repetitions, which are broadcast, and its own.
static Value repeat(Node &node, Value x, ArrayRef<Dim> repeats) {
  Shape apart, expanded, joined;
  for (auto [size, times] : llvm::zip_equal(dimsOf(x), repeats)) {
    std::optional<Dim> product = dlc::countDims({times, size});
    if (!product) {
      node.error("the result is too large");
      return {};
    }
    apart.append({Dim(1), size});
    expanded.append({times, size});
    joined.push_back(*product);
  }
  return node.reshape(node.expand(node.reshape(x, apart), expanded), joined);
}

/// Whether a float says how many times something is done.
static bool isCount(double number) {
  return number >= 0 && number <= 0x1p40 && number == std::floor(number);
}

/// Repetitions that are data.
static std::optional<Shape> findRepeats(Node &node, Value x) {
  std::optional<int64_t> length = getLength(node, 1);
  if (length && *length != rankOf(x))
    node.error("there must be one number of repetitions for each dimension");
  Shape repeats;
  for (int64_t dim = 0; dim < rankOf(x) && !node.hasFailed(); ++dim) {
    Dim most = node.getStatedBound(0, dim, 1), size = dimsOf(x)[dim];
    if (most.isNumber() && size.isNumber() && size.getSize() > 0)
      most = most.getSize() / size.getSize();
    repeats.push_back(node.defineSize(node.element(node.getInput(1), dim), most,
                                      0, dim, "repeats"));
  }
  return node.hasFailed() ? std::nullopt : std::optional(repeats);
}

/// How often each dimension is repeated. Before opset 6 the inputs are one
/// number and its axis, of the tensor's own type.
static std::optional<Shape> getRepeats(Node &node) {
  if (node.getOpset() >= 6)
    return node.isComputed(1) ? findRepeats(node, node.getInput(0))
                              : node.getSizes(1, "repeats");
  std::optional<SmallVector<double>> tiles = node.getFloats(1, "tiles");
  std::optional<SmallVector<double>> axis = node.getFloats(2, "axis");
  if (!tiles || !axis)
    return std::nullopt;
  if (tiles->size() != 1 || axis->size() != 1 || !isCount(tiles->front()) ||
      !isCount(axis->front()))
    node.error("'tiles' and 'axis' must be one whole number each");
  if (node.hasFailed())
    return std::nullopt;
  Shape repeats(rankOf(node.getInput(0)), Dim(1));
  int64_t position = node.normalizeAxis(int64_t(axis->front()), repeats.size());
  if (node.hasFailed())
    return std::nullopt;
  repeats[position] = int64_t(tiles->front());
  return repeats;
}

static Values importTile(Node &node) {
  Value x = node.getInput(0);
  std::optional<Shape> repeats = getRepeats(node);
  if (!repeats)
    return {};
  if (dlc::isAnyDynamic(*repeats) && int64_t(repeats->size()) == rankOf(x))
    return {repeat(node, x, *repeats)};
  return {node.create<dlc::TileOp>(x, dlc::toSizes(*repeats))};
}

void dlc::onnximport::registerShapeOps(OpRegistry &registry) {
  registry.add("Identity", 1, importIdentity);
  registry.add("Shape", 1, importShape);
  registry.add("Size", 1, importSize);
  registry.add("Reshape", 1, 2, importReshape);
  registry.add("Flatten", 1, importFlatten);
  registry.add("Squeeze", 1, 2, importSqueeze);
  registry.add("Unsqueeze", 1, 2, importUnsqueeze);
  registry.add("Transpose", 1, importTranspose);
  registry.add("DepthToSpace", 1, importDepthToSpace);
  registry.add("SpaceToDepth", 1, importSpaceToDepth);
  registry.add("Expand", 2, importExpand);
  registry.add("Tile", 2, 3, importTile);
}
