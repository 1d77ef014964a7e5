//===- RecognizeOps.cpp - Ops spelled out by exporters --------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Recognize.h"

#include "dialects/dlc/ConstantData.h"
#include "dialects/dlc/ConstantFolding.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Shape.h"
#include "dlc/Transforms/Passes.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace dlc {
#define GEN_PASS_DEF_RECOGNIZEOPS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

std::optional<double> dlc::getSplat(Value value) {
  Attribute constant;
  if (!matchPattern(value, m_Constant(&constant)))
    return std::nullopt;
  std::optional<ConstantView> view = ConstantView::get(constant);
  if (!view || !(view->isSplat() || countElements(view->getType()) == 1))
    return std::nullopt;
  Attribute first = viewConstant(
      *view, RankedTensorType::get({}, view->getType().getElementType()), 0,
      {});
  if (std::optional<SmallVector<double>> number = readFloats(first))
    return number->front();
  if (std::optional<SmallVector<int64_t>> number = readIntegers(first))
    return static_cast<double>(number->front());
  return std::nullopt;
}

bool dlc::isNear(double number, double expected, Type elementType) {
  double tolerance = 1e-6;
  if (auto type = dyn_cast<FloatType>(elementType))
    tolerance = std::max(
        tolerance,
        std::ldexp(1.0, 1 - static_cast<int>(type.getFPMantissaWidth())));
  return std::fabs(number - expected) <= tolerance * std::fabs(expected);
}

bool dlc::isSplatNear(Value value, double expected) {
  std::optional<double> number = getSplat(value);
  return number &&
         isNear(*number, expected, getTensorType(value).getElementType());
}

//===----------------------------------------------------------------------===//
// Products and sums
//===----------------------------------------------------------------------===//

/// One step: what `value` is a constant times, without a change of type.
static std::optional<Scaled> peelConstant(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || op->getNumOperands() == 0)
    return std::nullopt;
  Scaled result{op->getOperand(0), 1};
  if (isa<NegOp>(op)) {
    result.coefficient = -1;
  } else if (isa<MulOp, DivOp>(op)) {
    std::optional<double> number = getSplat(op->getOperand(1));
    if (!number && isa<MulOp>(op)) {
      number = getSplat(op->getOperand(0));
      result.value = op->getOperand(1);
    }
    if (!number || *number == 0)
      return std::nullopt;
    result.coefficient = isa<MulOp>(op) ? *number : 1 / *number;
  } else {
    return std::nullopt;
  }
  if (result.value.getType() != value.getType() ||
      !isa<FloatType>(getTensorType(value).getElementType()))
    return std::nullopt;
  return result;
}

SmallVector<Scaled> dlc::getMultiples(Value value) {
  constexpr size_t kMostSteps = 4;
  SmallVector<Scaled> multiples{{value, 1}};
  while (multiples.size() < kMostSteps) {
    std::optional<Scaled> next = peelConstant(multiples.back().value);
    if (!next)
      break;
    next->coefficient *= multiples.back().coefficient;
    multiples.push_back(*next);
  }
  return multiples;
}

Value dlc::getMultipleOf(Value value, double coefficient) {
  Type elementType = getTensorType(value).getElementType();
  for (const Scaled &multiple : getMultiples(value))
    if (isNear(multiple.coefficient, coefficient, elementType))
      return multiple.value;
  return {};
}

/// Multiplies `value` into the product; `depth` bounds the size of the tree.
static void addFactors(Product &product, Value value, Value whole, int depth) {
  if (value == whole || depth == 0)
    return product.factors.push_back(value);
  if (std::optional<Scaled> scaled = peelConstant(value)) {
    product.coefficient *= scaled->coefficient;
    return addFactors(product, scaled->value, whole, depth - 1);
  }
  auto isPlain = [&](Value factor) {
    return factor.getType() == value.getType();
  };
  if (auto mul = value.getDefiningOp<MulOp>())
    if (isPlain(mul.getA()) && isPlain(mul.getB())) {
      addFactors(product, mul.getA(), whole, depth - 1);
      return addFactors(product, mul.getB(), whole, depth - 1);
    }
  if (auto pow = value.getDefiningOp<PowOp>()) {
    std::optional<double> exponent = getSplat(pow.getB());
    if (isPlain(pow.getA()) && exponent && (*exponent == 2 || *exponent == 3)) {
      for (int i = 0; i < *exponent; ++i)
        addFactors(product, pow.getA(), whole, depth - 1);
      return;
    }
  }
  product.factors.push_back(value);
}

Product dlc::getProduct(Value value, Value whole) {
  constexpr int kDepth = 5;
  Product product;
  addFactors(product, value, whole, kDepth);
  return product;
}

bool Product::is(double expected, ArrayRef<Value> others) const {
  if (factors.size() != others.size() || factors.empty() ||
      !isNear(coefficient, expected,
              getTensorType(factors.front()).getElementType()))
    return false;
  return std::is_permutation(factors.begin(), factors.end(), others.begin());
}

Value Product::getOther(Value known) const {
  if (factors.size() != 2)
    return {};
  return factors[0] == known ? factors[1]
                             : (factors[1] == known ? factors[0] : Value());
}

Value dlc::getSummandBeside(Value value, double number) {
  auto add = value.getDefiningOp<AddOp>();
  if (!add)
    return {};
  for (auto [constant, other] :
       {std::pair(add.getB(), add.getA()), std::pair(add.getA(), add.getB())})
    if (isSplatNear(constant, number) && other.getType() == value.getType())
      return other;
  return {};
}

Value dlc::getReciprocalOf(Value value) {
  if (auto reciprocal = value.getDefiningOp<ReciprocalOp>())
    return reciprocal.getX();
  auto div = value.getDefiningOp<DivOp>();
  return div && isSplatNear(div.getA(), 1) &&
                 div.getB().getType() == value.getType()
             ? div.getB()
             : Value();
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct RecognizeOpsPass final
    : public dlc::impl::RecognizeOpsBase<RecognizeOpsPass> {
  using Base::Base;

  void runOnOperation() override {
    // Attention contains softmax, so the small ops come first. A softmax or a
    // norm that is seen before its operands are simplified is seen again.
    RewritePatternSet small(&getContext()), large(&getContext());
    populateActivationRecognition(small);
    populateNormalizationRecognition(small);
    populateAttentionOperandPatterns(small);
    populateAttentionRecognition(large);
    TransposeOp::getCanonicalizationPatterns(large, &getContext());
    for (RewritePatternSet *patterns : {&small, &large})
      if (failed(applyPatternsGreedily(getOperation(), std::move(*patterns))))
        return signalPassFailure();
  }
};
} // namespace
