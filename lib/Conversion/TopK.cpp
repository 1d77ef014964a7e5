//===- TopK.cpp - Lowering of the selection of the largest ----------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One pass over the elements of a row keeps the k best ones in a heap, the
// worst of them on top, which lies where the result is to be. Taking that off,
// to the end, again and again leaves them in order.
//
//===----------------------------------------------------------------------===//

#include "Sorting.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "dialects/dlc/Selection.h"

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;

namespace {
/// An element and its position.
struct Item {
  Value element, position;
};

/// The results as far as they are computed.
struct Heap {
  Value values, indices;

  explicit Heap(ValueRange state) : values(state[0]), indices(state[1]) {}
  SmallVector<Value> getState() const { return {values, indices}; }
};

/// Emits the code for one row, at `outer` of the other dimensions.
class RowSelection {
public:
  RowSelection(TopKOp op, Value x, Value size, Value k, ArrayRef<Value> outer)
      : x(x), size(size), k(k), axis(op.getAxis()), outer(outer),
        isLargest(op.getLargest()),
        isUnsignedType(isUnsigned(elementType(op.getX()))) {}

  SmallVector<Value> emit(B &b, ValueRange state);

private:
  SmallVector<Value> getPosition(Value at) const {
    SmallVector<Value> position(outer);
    position.insert(position.begin() + axis, at);
    return position;
  }
  Item read(B &b, const Heap &heap, Value at) const {
    return {tensor::ExtractOp::create(b, heap.values, getPosition(at)),
            tensor::ExtractOp::create(b, heap.indices, getPosition(at))};
  }
  Heap write(B &b, const Heap &heap, Value at, const Item &item) const {
    SmallVector<Value> position = getPosition(at);
    SmallVector<Value> state = {
        tensor::InsertOp::create(b, item.element, heap.values, position),
        tensor::InsertOp::create(b, item.position, heap.indices, position)};
    return Heap(state);
  }
  Value isBetter(B &b, Value y, Value z) const {
    return isLargest ? isAbove(b, y, z, isUnsignedType)
                     : isAbove(b, z, y, isUnsignedType);
  }
  /// Behind in the result.
  Value isWorse(B &b, const Item &y, const Item &z) const {
    Value isEqual = select(b, isBetter(b, y.element, z.element),
                           constant(b, b.getI1Type(), 0),
                           less(b, z.position, y.position, false));
    return arith::OrIOp::create(b, isBetter(b, z.element, y.element), isEqual);
  }
  /// Puts `item` into the heap of `end` elements, the one at `start` being
  /// free.
  Heap sift(B &b, const Heap &heap, Value start, Value end,
            const Item &item) const;
  Heap takeFirst(B &b, Heap heap) const;
  Heap takeBetter(B &b, Heap heap) const;
  Heap sort(B &b, Heap heap) const;

  Value x, size, k;
  int64_t axis;
  ArrayRef<Value> outer;
  bool isLargest, isUnsignedType;
};
} // namespace

Heap RowSelection::sift(B &b, const Heap &heap, Value start, Value end,
                        const Item &item) const {
  Type index = b.getIndexType();
  SmallVector<Value> inits = heap.getState();
  inits.push_back(start);
  SmallVector<Type> passed = {heap.values.getType(), heap.indices.getType(),
                              index, index};
  Value one = indexConstant(b, 1);
  Value last = sub(b, end, one);
  SmallVector<Value> results = createWhile(
      b, inits, passed,
      [&](B &inner, ValueRange state) {
        Heap now(state);
        Value hole = state[2];
        Value child = add(inner, add(inner, hole, hole), one);
        Value hasChild = less(inner, child, end, false);
        Value left = min(inner, child, last, false);
        Value right = min(inner, add(inner, child, one), last, false);
        Item leftItem = read(inner, now, left);
        Item rightItem = read(inner, now, right);
        Value isRight = isWorse(inner, rightItem, leftItem);
        Item worst = {
            select(inner, isRight, rightItem.element, leftItem.element),
            select(inner, isRight, rightItem.position, leftItem.position)};
        Value goesOn =
            arith::AndIOp::create(inner, hasChild, isWorse(inner, worst, item));
        Value pick = select(inner, isRight, right, left);
        return std::pair(goesOn,
                         SmallVector<Value>{state[0], state[1], hole, pick});
      },
      [&](B &inner, ValueRange values) {
        Heap now(values);
        SmallVector<Value> next =
            write(inner, now, values[2], read(inner, now, values[3]))
                .getState();
        next.push_back(values[3]);
        return next;
      });
  return write(b, Heap(results), results[2], item);
}

/// The first k elements as they come, then as a heap.
Heap RowSelection::takeFirst(B &b, Heap heap) const {
  heap = Heap(createLoop(
      b, k, heap.getState(), [&](B &inner, Value at, ValueRange state) {
        Value position =
            arith::IndexCastOp::create(inner, inner.getI64Type(), at);
        Item item = {tensor::ExtractOp::create(inner, x, getPosition(at)),
                     position};
        return write(inner, Heap(state), at, item).getState();
      }));
  Value parents = arith::DivUIOp::create(b, k, indexConstant(b, 2));
  Value last = sub(b, parents, indexConstant(b, 1));
  return Heap(createLoop(
      b, parents, heap.getState(), [&](B &inner, Value at, ValueRange state) {
        Value start = sub(inner, last, at);
        Item item = read(inner, Heap(state), start);
        return sift(inner, Heap(state), start, k, item).getState();
      }));
}

/// Of the others, each that is better than the worst one takes its place.
Heap RowSelection::takeBetter(B &b, Heap heap) const {
  Value none = indexConstant(b, 0);
  Value end = select(b, equal(b, k, none), none, size);
  return Heap(createLoopFrom(
      b, k, end, heap.getState(), [&](B &inner, Value at, ValueRange state) {
        Value element = tensor::ExtractOp::create(inner, x, getPosition(at));
        Value worst =
            tensor::ExtractOp::create(inner, state[0], getPosition(none));
        return createBranch(
            inner, isBetter(inner, element, worst), state.getTypes(),
            [&](B &taken) {
              Value position =
                  arith::IndexCastOp::create(taken, taken.getI64Type(), at);
              return sift(taken, Heap(state), none, k, {element, position})
                  .getState();
            },
            [&](B &) { return SmallVector<Value>(state); });
      }));
}

Heap RowSelection::sort(B &b, Heap heap) const {
  Value none = indexConstant(b, 0), one = indexConstant(b, 1);
  Value last = sub(b, max(b, k, one, false), one);
  return Heap(createLoop(
      b, last, heap.getState(), [&](B &inner, Value step, ValueRange state) {
        Heap now(state);
        Value end = sub(inner, last, step);
        Item item = read(inner, now, end), worst = read(inner, now, none);
        now = write(inner, now, end, worst);
        return sift(inner, now, none, end, item).getState();
      }));
}

SmallVector<Value> RowSelection::emit(B &b, ValueRange state) {
  return sort(b, takeBetter(b, takeFirst(b, Heap(state)))).getState();
}

namespace {
struct TopKLowering : OpConversionPattern<TopKOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(TopKOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    B b(op.getLoc(), rewriter);
    RankedTensorType type = signlessType(op.getValues());
    SmallVector<Value> results = {createEmpty(b, type),
                                  createEmpty(b, type.clone(b.getI64Type()))};
    if (!isEmpty(type)) {
      int64_t axis = op.getAxis();
      Value size = getSizeValue(b, getDim(adaptor.getX().getType(), axis));
      Value k = getSizeValue(b, getDim(type, axis));
      results =
          createLoops(b, otherSizes(type, axis), results,
                      [&](B &inner, ArrayRef<Value> outer, ValueRange state) {
                        return RowSelection(op, adaptor.getX(), size, k, outer)
                            .emit(inner, state);
                      });
    }
    rewriter.replaceOp(op, results);
    return success();
  }
};
} // namespace

void dlc::populateTopKPatterns(const TypeConverter &converter,
                               RewritePatternSet &patterns) {
  patterns.add<TopKLowering>(converter, patterns.getContext());
}
