//===- NonMaxSuppression.cpp - Lowering of the choice of boxes ------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// For each batch and class: what has enough of a score is sorted once, then
// each is compared with those kept so far, until one overlaps it too much. What
// is kept lies close together, as corners and an area.
//
//===----------------------------------------------------------------------===//

#include "Sorting.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "dialects/dlc/Selection.h"

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;

namespace {
/// A box by its corners.
struct Corners {
  Value left, top, right, bottom, area;
  SmallVector<Value> getValues() const {
    return {left, top, right, bottom, area};
  }
};

/// What the loops carry, tensors all of them.
struct Tensors {
  Value selected; // rows of the result
  Value count;    // how many of them there are
  Value kept;     // the boxes kept of this class, as corners
  Value order;    // candidates
  Value scratch;  // for sorting

  explicit Tensors(ValueRange state)
      : selected(state[0]), count(state[1]), kept(state[2]), order(state[3]),
        scratch(state[4]) {}
  SmallVector<Value> getState() const {
    return {selected, count, kept, order, scratch};
  }
};

class Suppression {
public:
  Suppression(NonMaxSuppressionOp op, NonMaxSuppressionOp::Adaptor adaptor,
              B &b)
      : op(op), boxes(adaptor.getBoxes()), scores(adaptor.getScores()),
        wide(computeType(elementType(boxes))),
        size(getSizeValue(b, getDim(boxes.getType(), 1))) {
    auto read = [&](Value scalar) {
      return tensor::ExtractOp::create(b, scalar, ValueRange()).getResult();
    };
    Value number = read(adaptor.getMost());
    Value none = constant(b, b.getI64Type(), 0);
    most = arith::IndexCastOp::create(b, b.getIndexType(),
                                      max(b, number, none, false));
    overlap = widen(b, read(adaptor.getIouThreshold()));
    least = read(adaptor.getScoreThreshold());
  }

  SmallVector<Value> emit(B &b);

private:
  SmallVector<Value> emitClass(B &b, Value batch, Value type,
                               ValueRange state) const;
  /// Those with enough of a score, and how many.
  std::pair<Value, Value> collect(B &b, Value batch, Value type,
                                  Value order) const;
  SmallVector<Value> emitCandidate(B &b, Value batch, Value type, Value box,
                                   Value begin, ValueRange state) const;
  Corners readBox(B &b, Value batch, Value box) const;
  Value isSuppressed(B &b, const Corners &box, Value kept, Value count) const;
  Value overlaps(B &b, const Corners &box, Value kept, Value at) const;

  mutable NonMaxSuppressionOp op; // MLIR's ops have few const members
  Value boxes, scores;
  Type wide;
  Value size, most, overlap, least;
};
} // namespace

std::pair<Value, Value> Suppression::collect(B &b, Value batch, Value type,
                                             Value order) const {
  SmallVector<Value> results = createLoop(
      b, size, {order, indexConstant(b, 0)},
      [&](B &inner, Value at, ValueRange state) {
        Value score = tensor::ExtractOp::create(inner, scores,
                                                ValueRange{batch, type, at});
        return createBranch(
            inner, less(inner, least, score, false), state.getTypes(),
            [&](B &taken) -> SmallVector<Value> {
              Value number =
                  arith::IndexCastOp::create(taken, taken.getI64Type(), at);
              return {
                  tensor::InsertOp::create(taken, number, state[0], state[1]),
                  add(taken, state[1], indexConstant(taken, 1))};
            },
            [&](B &) { return SmallVector<Value>(state); });
      });
  return {results[0], results[1]};
}

Corners Suppression::readBox(B &b, Value batch, Value box) const {
  auto read = [&](int64_t i) {
    return widen(b, tensor::ExtractOp::create(
                        b, boxes, ValueRange{batch, box, indexConstant(b, i)}));
  };
  Corners corners;
  if (op.getCenter()) {
    Value half = constant(b, wide, 0.5);
    Value x = read(0), y = read(1);
    Value width = mul(b, read(2), half), height = mul(b, read(3), half);
    corners = {sub(b, x, width), sub(b, y, height), add(b, x, width),
               add(b, y, height), Value()};
  } else {
    Value y = read(0), x = read(1), otherY = read(2), otherX = read(3);
    corners = {boundAbove(b, x, otherX, false), boundAbove(b, y, otherY, false),
               boundBelow(b, x, otherX, false), boundBelow(b, y, otherY, false),
               Value()};
  }
  corners.area = mul(b, sub(b, corners.right, corners.left),
                     sub(b, corners.bottom, corners.top));
  return corners;
}

/// Whether the intersection over union with the kept box `at` is too large;
/// that of boxes without an area isn't.
Value Suppression::overlaps(B &b, const Corners &box, Value kept,
                            Value at) const {
  auto read = [&](int64_t i) -> Value {
    return tensor::ExtractOp::create(b, kept,
                                     ValueRange{at, indexConstant(b, i)});
  };
  Corners other = {read(0), read(1), read(2), read(3), read(4)};
  Value zero = constant(b, wide, 0);
  Value width = sub(b, boundAbove(b, box.right, other.right, false),
                    boundBelow(b, box.left, other.left, false));
  Value height = sub(b, boundAbove(b, box.bottom, other.bottom, false),
                     boundBelow(b, box.top, other.top, false));
  Value common = mul(b, boundBelow(b, width, zero, false),
                     boundBelow(b, height, zero, false));
  Value all = sub(b, add(b, box.area, other.area), common);
  Value ratio = arith::DivFOp::create(b, common, all);
  Value isTooMuch = less(b, overlap, ratio, false);
  for (Value positive : {common, box.area, other.area, all})
    isTooMuch =
        arith::AndIOp::create(b, isTooMuch, less(b, zero, positive, false));
  return isTooMuch;
}

Value Suppression::isSuppressed(B &b, const Corners &box, Value kept,
                                Value count) const {
  Type index = b.getIndexType(), i1 = b.getI1Type();
  Value no = constant(b, i1, 0), yes = constant(b, i1, 1);
  return createWhile(
      b, {indexConstant(b, 0), no}, {index, i1},
      [&](B &inner, ValueRange state) {
        Value isLeft = less(inner, state[0], count, false);
        Value goesOn = arith::AndIOp::create(
            inner, isLeft, arith::XOrIOp::create(inner, state[1], yes));
        return std::pair(goesOn, SmallVector<Value>(state));
      },
      [&](B &inner, ValueRange state) -> SmallVector<Value> {
        return {add(inner, state[0], indexConstant(inner, 1)),
                overlaps(inner, box, kept, state[0])};
      })[1];
}

/// Keeps a candidate that nothing speaks against. `state`: the rows of the
/// result, the boxes kept, how many these are.
SmallVector<Value> Suppression::emitCandidate(B &b, Value batch, Value type,
                                              Value box, Value begin,
                                              ValueRange state) const {
  Corners corners = readBox(b, batch, box);
  Value isOut = isSuppressed(b, corners, state[1], state[2]);
  return createBranch(
      b, isOut, state.getTypes(),
      [&](B &) { return SmallVector<Value>(state); },
      [&](B &inner) -> SmallVector<Value> {
        Value selected = state[0], kept = state[1];
        SmallVector<Value> edges = corners.getValues();
        SmallVector<Value> place = {batch, type, box};
        for (auto [i, value] : llvm::enumerate(edges))
          kept = tensor::InsertOp::create(
              inner, value, kept,
              ValueRange{state[2], indexConstant(inner, i)});
        Value row = add(inner, begin, state[2]);
        for (auto [i, value] : llvm::enumerate(place))
          selected = tensor::InsertOp::create(
              inner,
              arith::IndexCastOp::create(inner, inner.getI64Type(), value),
              selected, ValueRange{row, indexConstant(inner, i)});
        return {selected, kept, add(inner, state[2], indexConstant(inner, 1))};
      });
}

SmallVector<Value> Suppression::emitClass(B &b, Value batch, Value type,
                                          ValueRange state) const {
  Tensors tensors(state);
  auto [order, count] = collect(b, batch, type, tensors.order);
  std::tie(tensors.order, tensors.scratch) = createMergeSort(
      b, order, tensors.scratch, count, [&](B &inner, Value x, Value y) {
        auto read = [&](Value number) -> Value {
          Value at =
              arith::IndexCastOp::create(inner, inner.getIndexType(), number);
          return tensor::ExtractOp::create(inner, scores,
                                           ValueRange{batch, type, at});
        };
        return less(inner, read(y), read(x), false);
      });
  Value begin = arith::IndexCastOp::create(
      b, b.getIndexType(),
      tensor::ExtractOp::create(b, tensors.count, ValueRange()));
  SmallVector<Value> kept = createLoop(
      b, count, {tensors.selected, tensors.kept, indexConstant(b, 0)},
      [&](B &inner, Value step, ValueRange inState) {
        return createBranch(
            inner, less(inner, inState[2], most, false), inState.getTypes(),
            [&](B &next) {
              Value number =
                  tensor::ExtractOp::create(next, tensors.order, step);
              Value box =
                  arith::IndexCastOp::create(next, next.getIndexType(), number);
              return emitCandidate(next, batch, type, box, begin, inState);
            },
            [&](B &) { return SmallVector<Value>(inState); });
      });
  tensors.selected = kept[0];
  tensors.kept = kept[1];
  Value total =
      arith::IndexCastOp::create(b, b.getI64Type(), add(b, begin, kept[2]));
  tensors.count =
      tensor::InsertOp::create(b, total, tensors.count, ValueRange());
  return tensors.getState();
}

SmallVector<Value> Suppression::emit(B &b) {
  Shape dims = getDims(scores.getType());
  Type i64 = b.getI64Type();
  auto numbers = makeTensorType(dims[2], i64);
  Value selected = createEmpty(b, signlessType(op.getSelected()));
  Value count =
      createFilled(b, signlessType(op.getCount()), b.getI64IntegerAttr(0));
  if (isEmpty(tensorType(selected)) || isEmpty(tensorType(scores)))
    return {selected, count};
  Value kept = createEmpty(b, makeTensorType({dims[2], 5}, wide));
  SmallVector<Value> state = {selected, count, kept, createEmpty(b, numbers),
                              createEmpty(b, numbers)};
  state = createLoops(b, {dims[0], dims[1]}, state,
                      [&](B &inner, ArrayRef<Value> at, ValueRange carried) {
                        return emitClass(inner, at[0], at[1], carried);
                      });
  return {state[0], state[1]};
}

namespace {
struct NonMaxSuppressionLowering : OpConversionPattern<NonMaxSuppressionOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(NonMaxSuppressionOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    B b(op.getLoc(), rewriter);
    rewriter.replaceOp(op, Suppression(op, adaptor, b).emit(b));
    return success();
  }
};
} // namespace

void dlc::populateNonMaxSuppressionPatterns(const TypeConverter &converter,
                                            RewritePatternSet &patterns) {
  patterns.add<NonMaxSuppressionLowering>(converter, patterns.getContext());
}
