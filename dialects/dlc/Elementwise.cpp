//===- Elementwise.cpp - Elementwise ops ----------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/Elementwise.h"

#include "dialects/dlc/ConstantFolding.h"
#include "dialects/dlc/TypeInference.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace dlc;

#define GET_OP_CLASSES
#include "dialects/dlc/Elementwise.cpp.inc"

void DLCDialect::addElementwiseOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/dlc/Elementwise.cpp.inc"
      >();
}

LogicalResult ClipOp::inferReturnTypes(MLIRContext *context,
                                       MaybeLocation location, Adaptor adaptor,
                                       TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  const std::pair<StringRef, Value> bounds[] = {{"low", adaptor.getLow()},
                                                {"high", adaptor.getHigh()}};
  for (auto [name, bound] : bounds) {
    if (!bound)
      continue;
    auto type = cast<RankedTensorType>(bound.getType());
    if (failed(checkShape(location, name, getDims(type), {})) ||
        failed(checkElementTypes(location, "x", x, name, type)))
      return failure();
  }
  types.push_back(x);
  return success();
}

LogicalResult PowOp::inferReturnTypes(MLIRContext *context,
                                      MaybeLocation location, Adaptor adaptor,
                                      TypeVector &types) {
  return inferBroadcastType(location, adaptor.getOperands(),
                            getElementTypeOrSelf(adaptor.getA().getType()),
                            types);
}

LogicalResult WhereOp::inferReturnTypes(MLIRContext *context,
                                        MaybeLocation location, Adaptor adaptor,
                                        TypeVector &types) {
  if (failed(checkElementTypes(location, "a", adaptor.getA().getType(), "b",
                               adaptor.getB().getType())))
    return failure();
  return inferBroadcastType(location, adaptor.getOperands(),
                            getElementTypeOrSelf(adaptor.getA().getType()),
                            types);
}

NarrowingMode CastOp::getNarrowingMode() {
  switch (getRoundMode()) {
  case RoundMode::up:
    return {getSaturate(), NarrowingMode::Power::Up};
  case RoundMode::down:
    return {getSaturate(), NarrowingMode::Power::Down};
  case RoundMode::nearest:
    return {getSaturate(), NarrowingMode::Power::Nearest};
  }
  llvm_unreachable("all are listed");
}

/// A boolean is a byte.
static unsigned getBitsInMemory(RankedTensorType type) {
  unsigned width = type.getElementType().getIntOrFloatBitWidth();
  return width == 1 ? 8 : width;
}

LogicalResult BitCastOp::verify() {
  unsigned from = getBitsInMemory(getX().getType());
  unsigned to = getBitsInMemory(getType());
  if (from == to)
    return success();
  return emitOpError("can't read elements of ")
         << from << " bits as elements of " << to << " bits";
}

//===----------------------------------------------------------------------===//
// Folding of unary ops
//===----------------------------------------------------------------------===//

/// The functions of `Function::apply`, written once for all arithmetics.
template <typename Function>
static constexpr UnaryFunctions unary = {Function::template apply<double>,
                                         Function::template apply<int64_t>,
                                         Function::template apply<uint64_t>};

namespace {
struct Abs {
  template <typename T> static std::optional<T> apply(T x) {
    if constexpr (std::is_same_v<T, double>)
      return std::fabs(x);
    // Through unsigned: the least integer has no opposite.
    return std::is_signed_v<T> && x < T(0) ? T(-static_cast<uint64_t>(x)) : x;
  }
};
struct Neg {
  template <typename T> static std::optional<T> apply(T x) {
    if constexpr (std::is_same_v<T, double>)
      return -x;
    return T(-static_cast<uint64_t>(x));
  }
};
struct Relu {
  template <typename T> static std::optional<T> apply(T x) {
    return x <= T(0) ? T(0) : x;
  }
};
struct Not {
  template <typename T> static std::optional<T> apply(T x) {
    return T(x == T(0));
  }
};
} // namespace

OpFoldResult AbsOp::fold(FoldAdaptor adaptor) {
  return foldUnary(adaptor.getX(), getType(), unary<Abs>);
}

OpFoldResult NegOp::fold(FoldAdaptor adaptor) {
  return foldUnary(adaptor.getX(), getType(), unary<Neg>);
}

OpFoldResult ReluOp::fold(FoldAdaptor adaptor) {
  return foldUnary(adaptor.getX(), getType(), unary<Relu>);
}

OpFoldResult NotOp::fold(FoldAdaptor adaptor) {
  return foldUnary(adaptor.getX(), getType(), unary<Not>);
}

OpFoldResult SqrtOp::fold(FoldAdaptor adaptor) {
  return foldUnary(
      adaptor.getX(), getType(),
      {[](double x) { return std::optional(std::sqrt(x)); }, nullptr, nullptr});
}

OpFoldResult FloorOp::fold(FoldAdaptor adaptor) {
  return foldUnary(adaptor.getX(), getType(),
                   {[](double x) { return std::optional(std::floor(x)); },
                    nullptr, nullptr});
}

OpFoldResult CeilOp::fold(FoldAdaptor adaptor) {
  return foldUnary(
      adaptor.getX(), getType(),
      {[](double x) { return std::optional(std::ceil(x)); }, nullptr, nullptr});
}

OpFoldResult CastOp::fold(FoldAdaptor adaptor) {
  if (getX().getType() == getType())
    return getX();
  return foldCast(adaptor.getX(), getType(), getNarrowingMode());
}

OpFoldResult BitCastOp::fold(FoldAdaptor adaptor) {
  if (getX().getType() == getType())
    return getX();
  return foldBitCast(adaptor.getX(), getType());
}

//===----------------------------------------------------------------------===//
// Folding of binary and ternary ops
//===----------------------------------------------------------------------===//

template <typename Function>
static constexpr BinaryFunctions binary = {Function::template apply<double>,
                                           Function::template apply<int64_t>,
                                           Function::template apply<uint64_t>};
template <typename Function>
static constexpr CompareFunctions compare = {
    Function::template apply<double>, Function::template apply<int64_t>,
    Function::template apply<uint64_t>};

namespace {
struct Add {
  template <typename T> static std::optional<T> apply(T a, T b) {
    if constexpr (std::is_same_v<T, double>)
      return a + b;
    return T(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
  }
};
struct Sub {
  template <typename T> static std::optional<T> apply(T a, T b) {
    if constexpr (std::is_same_v<T, double>)
      return a - b;
    return T(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
  }
};
struct Mul {
  template <typename T> static std::optional<T> apply(T a, T b) {
    if constexpr (std::is_same_v<T, double>)
      return a * b;
    return T(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
  }
};
struct Div {
  template <typename T> static std::optional<T> apply(T a, T b) {
    if constexpr (std::is_same_v<T, double>)
      return a / b;
    if (b == T(0))
      return std::nullopt;
    // The least integer by -1 overflows.
    if (std::is_signed_v<T> && b == T(-1))
      return T(-static_cast<uint64_t>(a));
    return T(a / b);
  }
};
struct Min {
  template <typename T> static std::optional<T> apply(T a, T b) {
    return a < b || a != a ? a : b;
  }
};
struct Max {
  template <typename T> static std::optional<T> apply(T a, T b) {
    return a > b || a != a ? a : b;
  }
};
struct And {
  template <typename T> static std::optional<T> apply(T a, T b) {
    return T(a != T(0) && b != T(0));
  }
};
struct Or {
  template <typename T> static std::optional<T> apply(T a, T b) {
    return T(a != T(0) || b != T(0));
  }
};
struct Xor {
  template <typename T> static std::optional<T> apply(T a, T b) {
    return T((a != T(0)) != (b != T(0)));
  }
};
struct Equal {
  template <typename T> static bool apply(T a, T b) { return a == b; }
};
struct Less {
  template <typename T> static bool apply(T a, T b) { return a < b; }
};
struct LessEqual {
  template <typename T> static bool apply(T a, T b) { return a <= b; }
};
struct Greater {
  template <typename T> static bool apply(T a, T b) { return a > b; }
};
struct GreaterEqual {
  template <typename T> static bool apply(T a, T b) { return a >= b; }
};
} // namespace

/// Folds `a op number` to `a`, if broadcasting doesn't change its type.
static OpFoldResult foldNeutral(Value a, Attribute b, Type type,
                                double number) {
  return a.getType() == type && isSplatOf(b, number) ? OpFoldResult(a)
                                                     : OpFoldResult();
}

OpFoldResult AddOp::fold(FoldAdaptor adaptor) {
  // x + -0.0 is x for every float; -0.0 + 0.0 is not.
  bool isFloat = isa<FloatType>(getType().getElementType());
  if (OpFoldResult a =
          foldNeutral(getA(), adaptor.getB(), getType(), isFloat ? -0.0 : 0.0))
    return a;
  return foldBinary(adaptor.getA(), adaptor.getB(), getType(), binary<Add>);
}

OpFoldResult SubOp::fold(FoldAdaptor adaptor) {
  if (OpFoldResult a = foldNeutral(getA(), adaptor.getB(), getType(), 0.0))
    return a;
  return foldBinary(adaptor.getA(), adaptor.getB(), getType(), binary<Sub>);
}

OpFoldResult MulOp::fold(FoldAdaptor adaptor) {
  if (OpFoldResult a = foldNeutral(getA(), adaptor.getB(), getType(), 1.0))
    return a;
  return foldBinary(adaptor.getA(), adaptor.getB(), getType(), binary<Mul>);
}

OpFoldResult DivOp::fold(FoldAdaptor adaptor) {
  if (OpFoldResult a = foldNeutral(getA(), adaptor.getB(), getType(), 1.0))
    return a;
  return foldBinary(adaptor.getA(), adaptor.getB(), getType(), binary<Div>);
}

OpFoldResult ModOp::fold(FoldAdaptor adaptor) {
  // Floats have two meanings, of which this is neither.
  BinaryFunctions functions = {
      nullptr,
      [](int64_t a, int64_t b) -> std::optional<int64_t> {
        if (b == 0)
          return std::nullopt;
        if (b == -1)
          return 0;
        int64_t rest = a % b;
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
      },
      [](uint64_t a, uint64_t b) {
        return b == 0 ? std::nullopt : std::optional(a % b);
      }};
  if (getFmod())
    functions.onSigned = [](int64_t a, int64_t b) -> std::optional<int64_t> {
      if (b == 0)
        return std::nullopt;
      return b == -1 ? 0 : a % b;
    };
  return foldBinary(adaptor.getA(), adaptor.getB(), getType(), functions);
}

OpFoldResult MinOp::fold(FoldAdaptor adaptor) {
  return foldBinary(adaptor.getA(), adaptor.getB(), getType(), binary<Min>);
}

OpFoldResult MaxOp::fold(FoldAdaptor adaptor) {
  return foldBinary(adaptor.getA(), adaptor.getB(), getType(), binary<Max>);
}

OpFoldResult AndOp::fold(FoldAdaptor adaptor) {
  return foldBinary(adaptor.getA(), adaptor.getB(), getType(), binary<And>);
}

OpFoldResult OrOp::fold(FoldAdaptor adaptor) {
  return foldBinary(adaptor.getA(), adaptor.getB(), getType(), binary<Or>);
}

OpFoldResult XorOp::fold(FoldAdaptor adaptor) {
  return foldBinary(adaptor.getA(), adaptor.getB(), getType(), binary<Xor>);
}

OpFoldResult EqualOp::fold(FoldAdaptor adaptor) {
  return foldCompare(adaptor.getA(), adaptor.getB(), getType(), compare<Equal>);
}

OpFoldResult LessOp::fold(FoldAdaptor adaptor) {
  return foldCompare(adaptor.getA(), adaptor.getB(), getType(), compare<Less>);
}

OpFoldResult LessEqualOp::fold(FoldAdaptor adaptor) {
  return foldCompare(adaptor.getA(), adaptor.getB(), getType(),
                     compare<LessEqual>);
}

OpFoldResult GreaterOp::fold(FoldAdaptor adaptor) {
  return foldCompare(adaptor.getA(), adaptor.getB(), getType(),
                     compare<Greater>);
}

OpFoldResult GreaterEqualOp::fold(FoldAdaptor adaptor) {
  return foldCompare(adaptor.getA(), adaptor.getB(), getType(),
                     compare<GreaterEqual>);
}

OpFoldResult WhereOp::fold(FoldAdaptor adaptor) {
  for (auto [chosen, value] : {std::pair(1.0, getA()), std::pair(0.0, getB())})
    if (value.getType() == getType() &&
        isSplatOf(adaptor.getCondition(), chosen))
      return value;
  return foldWhere(adaptor.getCondition(), adaptor.getA(), adaptor.getB(),
                   getType());
}
