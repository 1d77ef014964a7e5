//===- Selection.cpp - Lowering of selections by value --------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Sorting.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "dialects/dlc/Selection.h"

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;

/// Walks over all elements and counts the columns that are written.
static Value lowerNonZero(NonZeroOp op, NonZeroOp::Adaptor adaptor, B &b) {
  RankedTensorType type = signlessType(op.getY());
  Value empty = createEmpty(b, type);
  if (isEmpty(type))
    return empty;
  Type from = elementType(op.getX()), i1 = b.getI1Type();
  return createLoops(
      b, getDims(op.getX()), {empty, indexConstant(b, 0)},
      [&](B &inner, ArrayRef<Value> position, ValueRange state) {
        Value x = tensor::ExtractOp::create(inner, adaptor.getX(), position);
        return createBranch(
            inner, castScalar(inner, x, from, i1), state.getTypes(),
            [&](B &taken) -> SmallVector<Value> {
              Value y = state[0];
              for (auto [dim, at] : llvm::enumerate(position))
                y = tensor::InsertOp::create(
                    taken,
                    arith::IndexCastOp::create(taken, taken.getI64Type(), at),
                    y, ValueRange{indexConstant(taken, dim), state[1]});
              return {y, add(taken, state[1], indexConstant(taken, 1))};
            },
            [&](B &) { return SmallVector<Value>(state); });
      })[0];
}

//===----------------------------------------------------------------------===//
// Equal rows
//===----------------------------------------------------------------------===//

namespace {
/// The results of `unique` as far as they are computed.
struct Groups {
  Value first, inverse, counts, count;

  explicit Groups(ValueRange state)
      : first(state[0]), inverse(state[1]), counts(state[2]), count(state[3]) {}
  SmallVector<Value> getState() const {
    return {first, inverse, counts, count};
  }
};

class RowGrouping {
public:
  RowGrouping(UniqueOp op, Value x, B &b)
      : x(x), size(getSizeValue(b, getDim(x.getType(), 0))),
        width(getSizeValue(b, getDim(x.getType(), 1))),
        numbers(signlessType(op.getFirst())),
        isSingle(getDim(x.getType(), 1) == Dim(1)),
        isUnsignedType(isUnsigned(elementType(op.getX()))) {}

  SmallVector<Value> emit(B &b, bool isSorted);

private:
  Groups createGroups(B &b) const {
    auto scalar = RankedTensorType::get({}, b.getI64Type());
    SmallVector<Value> state = {
        createEmpty(b, numbers), createEmpty(b, numbers),
        createEmpty(b, numbers),
        createFilled(b, scalar, b.getI64IntegerAttr(0))};
    return Groups(state);
  }
  Value toIndex(B &b, Value number) const {
    return arith::IndexCastOp::create(b, b.getIndexType(), number);
  }
  Value toNumber(B &b, Value index) const {
    return arith::IndexCastOp::create(b, b.getI64Type(), index);
  }
  Value read(B &b, Value tensor, ValueRange at) const {
    return tensor::ExtractOp::create(b, tensor, at);
  }
  Value write(B &b, Value value, Value tensor, ValueRange at) const {
    return tensor::InsertOp::create(b, value, tensor, at);
  }
  /// The first element in which two rows differ: of each, and whether there is
  /// one.
  struct Difference {
    Value y, z, exists;
  };
  Difference findDifference(B &b, Value y, Value z) const;
  Value isBefore(B &b, Value y, Value z) const {
    Difference difference = findDifference(b, toIndex(b, y), toIndex(b, z));
    return arith::AndIOp::create(
        b, difference.exists,
        isAbove(b, difference.z, difference.y, isUnsignedType));
  }
  Value differ(B &b, Value y, Value z) const {
    return arith::OrIOp::create(b, isAbove(b, y, z, isUnsignedType),
                                isAbove(b, z, y, isUnsignedType));
  }
  Groups findGroups(B &b, Value order) const;
  Groups numberByAppearance(B &b, const Groups &groups) const;

  Value x, size, width;
  RankedTensorType numbers;
  bool isSingle, isUnsignedType;
};
} // namespace

RowGrouping::Difference RowGrouping::findDifference(B &b, Value y,
                                                    Value z) const {
  Value none = indexConstant(b, 0);
  if (isSingle) {
    Value a = read(b, x, {y, none}), c = read(b, x, {z, none});
    return {a, c, differ(b, a, c)};
  }
  Type index = b.getIndexType();
  Value last =
      sub(b, max(b, width, indexConstant(b, 1), false), indexConstant(b, 1));
  // Without columns all rows are equal; nothing is read of them.
  Value at = createWhile(
      b, none, index,
      [&](B &inner, ValueRange state) {
        Value isInside = less(inner, state[0], last, false);
        Value column = min(inner, state[0], last, false);
        Value isSame =
            arith::XOrIOp::create(inner,
                                  differ(inner, read(inner, x, {y, column}),
                                         read(inner, x, {z, column})),
                                  constant(inner, inner.getI1Type(), 1));
        return std::pair(
            arith::AndIOp::create(inner, isInside, isSame).getResult(),
            SmallVector<Value>(state));
      },
      [&](B &inner, ValueRange state) {
        return SmallVector<Value>{
            add(inner, state[0], indexConstant(inner, 1))};
      })[0];
  Value a = read(b, x, {y, at}), c = read(b, x, {z, at});
  return {a, c, differ(b, a, c)};
}

/// Walks over the rows in order: one that differs from that before it begins a
/// group.
Groups RowGrouping::findGroups(B &b, Value order) const {
  SmallVector<Value> state = createLoop(
      b, size, createGroups(b).getState(),
      [&](B &inner, Value at, ValueRange carried) {
        Groups groups(carried);
        Value none = indexConstant(inner, 0), one = indexConstant(inner, 1);
        Value isFirst = equal(inner, at, none);
        Value before = select(inner, isFirst, none, sub(inner, at, one));
        Value number = read(inner, order, at);
        Value row = toIndex(inner, number);
        Difference difference = findDifference(
            inner, toIndex(inner, read(inner, order, before)), row);
        Value isNew = arith::OrIOp::create(inner, isFirst, difference.exists);
        Value count = read(inner, groups.count, {});
        Value unit = constant(inner, inner.getI64Type(), 1);
        SmallVector<Value> next = createBranch(
            inner, isNew,
            TypeRange{groups.first.getType(), groups.counts.getType(),
                      groups.count.getType()},
            [&](B &opened) -> SmallVector<Value> {
              Value group = toIndex(opened, count);
              return {
                  write(opened, number, groups.first, group),
                  write(opened, unit, groups.counts, group),
                  write(opened, add(opened, count, unit), groups.count, {})};
            },
            [&](B &found) -> SmallVector<Value> {
              Value group = toIndex(found, sub(found, count, unit));
              Value members = read(found, groups.counts, group);
              return {
                  groups.first,
                  write(found, add(found, members, unit), groups.counts, group),
                  groups.count};
            });
        Value own = sub(inner, read(inner, next[2], {}), unit);
        return SmallVector<Value>{
            next[0], write(inner, own, groups.inverse, row), next[1], next[2]};
      });
  return Groups(state);
}

/// Gives the groups the numbers in which their first rows come.
Groups RowGrouping::numberByAppearance(B &b, const Groups &groups) const {
  SmallVector<Value> state = createGroups(b).getState();
  state.push_back(createEmpty(b, numbers)); // the new numbers
  state =
      createLoop(b, size, state, [&](B &inner, Value at, ValueRange carried) {
        Groups own(carried);
        Value group = toIndex(inner, read(inner, groups.inverse, at));
        Value number = toNumber(inner, at);
        Value begins = equal(inner, read(inner, groups.first, group), number);
        SmallVector<Value> next = createBranch(
            inner, begins,
            TypeRange{own.first.getType(), own.counts.getType(),
                      own.count.getType(), carried[4].getType()},
            [&](B &opened) -> SmallVector<Value> {
              Value count = read(opened, own.count, {});
              Value place = toIndex(opened, count);
              Value unit = constant(opened, opened.getI64Type(), 1);
              return {write(opened, number, own.first, place),
                      write(opened, read(opened, groups.counts, group),
                            own.counts, place),
                      write(opened, add(opened, count, unit), own.count, {}),
                      write(opened, count, carried[4], group)};
            },
            [&](B &) -> SmallVector<Value> {
              return {own.first, own.counts, own.count, carried[4]};
            });
        Value inverse =
            write(inner, read(inner, next[3], group), own.inverse, at);
        return SmallVector<Value>{next[0], inverse, next[1], next[2], next[3]};
      });
  return Groups(state);
}

SmallVector<Value> RowGrouping::emit(B &b, bool isSorted) {
  if (isEmpty(numbers))
    return createGroups(b).getState();
  Value order = createPointwise(b, numbers, {}, {}, [&](B &inner, ValueRange) {
    return toNumber(inner, linalg::IndexOp::create(inner, 0));
  });
  order = createMergeSort(
              b, order, createEmpty(b, numbers), size,
              [&](B &inner, Value y, Value z) { return isBefore(inner, y, z); })
              .first;
  Groups groups = findGroups(b, order);
  return (isSorted ? groups : numberByAppearance(b, groups)).getState();
}

namespace {
struct UniqueLowering : OpConversionPattern<UniqueOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(UniqueOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    B b(op.getLoc(), rewriter);
    rewriter.replaceOp(
        op, RowGrouping(op, adaptor.getX(), b).emit(b, op.getSorted()));
    return success();
  }
};
} // namespace

void dlc::populateSelectionPatterns(const TypeConverter &converter,
                                    RewritePatternSet &patterns) {
  addLowering<NonZeroOp>(converter, patterns, lowerNonZero);
  patterns.add<UniqueLowering>(converter, patterns.getContext());
  populateNonMaxSuppressionPatterns(converter, patterns);
  populateTopKPatterns(converter, patterns);
}
