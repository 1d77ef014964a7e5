//===- SizeExpr.cpp - Sizes as expressions --------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Support/SizeExpr.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/MathExtras.h"
#include <map>
#include <numeric>

using namespace mlir;
using namespace dlc;

//===----------------------------------------------------------------------===//
// Polynomials
//===----------------------------------------------------------------------===//

/// An order of expressions that doesn't depend on addresses.
static int compare(AffineExpr a, AffineExpr b) {
  if (a == b)
    return 0;
  if (a.getKind() != b.getKind())
    return a.getKind() < b.getKind() ? -1 : 1;
  if (auto symbol = dyn_cast<AffineSymbolExpr>(a))
    return symbol.getPosition() < cast<AffineSymbolExpr>(b).getPosition() ? -1
                                                                          : 1;
  if (auto dim = dyn_cast<AffineDimExpr>(a))
    return dim.getPosition() < cast<AffineDimExpr>(b).getPosition() ? -1 : 1;
  if (auto constant = dyn_cast<AffineConstantExpr>(a))
    return constant.getValue() < cast<AffineConstantExpr>(b).getValue() ? -1
                                                                        : 1;
  auto binaryA = cast<AffineBinaryOpExpr>(a);
  auto binaryB = cast<AffineBinaryOpExpr>(b);
  int lhs = compare(binaryA.getLHS(), binaryB.getLHS());
  return lhs ? lhs : compare(binaryA.getRHS(), binaryB.getRHS());
}

namespace {
/// The factors of a product in order: symbols, dimensions, and divisions whose
/// operands are in normal form.
using Product = SmallVector<AffineExpr>;

struct ProductLess {
  bool operator()(const Product &a, const Product &b) const {
    // Of higher degree first.
    if (a.size() != b.size())
      return a.size() > b.size();
    for (auto [x, y] : llvm::zip_equal(a, b))
      if (int order = compare(x, y))
        return order < 0;
    return false;
  }
};

/// A sum of products, each with its coefficient, none of them 0.
struct Polynomial {
  std::map<Product, int64_t, ProductLess> terms;

  void add(const Product &product, int64_t coefficient) {
    int64_t &sum = terms[product];
    sum = int64_t(uint64_t(sum) + uint64_t(coefficient));
    if (sum == 0)
      terms.erase(product);
  }
};
} // namespace

static Product multiply(const Product &a, const Product &b) {
  Product product(a);
  product.append(b);
  llvm::sort(product,
             [](AffineExpr x, AffineExpr y) { return compare(x, y) < 0; });
  return product;
}

static Polynomial multiply(const Polynomial &a, const Polynomial &b) {
  Polynomial result;
  for (const auto &[productA, x] : a.terms)
    for (const auto &[productB, y] : b.terms)
      result.add(multiply(productA, productB),
                 int64_t(uint64_t(x) * uint64_t(y)));
  return result;
}

static AffineExpr toExpr(const Polynomial &polynomial, MLIRContext *context) {
  AffineExpr sum = getAffineConstantExpr(0, context);
  for (const auto &[product, coefficient] : polynomial.terms) {
    AffineExpr term = getAffineConstantExpr(1, context);
    for (AffineExpr factor : product)
      term = term * factor;
    sum = sum + term * coefficient;
  }
  return sum;
}

static std::optional<int64_t> getConstant(const Polynomial &polynomial) {
  if (polynomial.terms.empty())
    return 0;
  const auto &[product, coefficient] = *polynomial.terms.begin();
  if (polynomial.terms.size() == 1 && product.empty())
    return coefficient;
  return std::nullopt;
}

/// The quotient if `b` is one product that divides every term of `a`.
static std::optional<Polynomial> divide(const Polynomial &a,
                                        const Polynomial &b) {
  if (b.terms.size() != 1)
    return std::nullopt;
  const auto &[divisor, by] = *b.terms.begin();
  Polynomial quotient;
  for (const auto &[product, coefficient] : a.terms) {
    if (coefficient % by != 0)
      return std::nullopt;
    Product rest(product);
    for (AffineExpr factor : divisor) {
      auto place = llvm::find(rest, factor);
      if (place == rest.end())
        return std::nullopt;
      rest.erase(place);
    }
    quotient.add(rest, coefficient / by);
  }
  return quotient;
}

static Polynomial toPolynomial(AffineExpr expr);

/// The quotient where `a` and the positive number `by` have a common divisor,
/// without it; both stay what they are where they have none.
static void reduceFraction(Polynomial &a, int64_t &by) {
  int64_t divisor = by;
  for (const auto &[product, coefficient] : a.terms)
    divisor = std::gcd(divisor, coefficient);
  for (auto &[product, coefficient] : a.terms)
    coefficient /= divisor;
  by /= divisor;
}

/// `a floordiv b` or `a mod b`: what `b`, a positive number, divides exactly
/// comes out of the division.
static Polynomial divideOrMod(AffineExprKind kind, const Polynomial &a,
                              const Polynomial &b, MLIRContext *context) {
  bool isMod = kind == AffineExprKind::Mod;
  if (std::optional<Polynomial> exact = divide(a, b))
    return isMod ? Polynomial() : *exact;
  Polynomial whole, rest(a), result;
  std::optional<int64_t> by = getConstant(b);
  if (by && *by > 0) {
    rest.terms.clear();
    for (const auto &[product, coefficient] : a.terms) {
      int64_t quotient = llvm::divideFloorSigned(coefficient, *by);
      if (quotient != 0)
        whole.add(product, quotient);
      if (coefficient != quotient * *by)
        rest.add(product, coefficient - quotient * *by);
    }
    if (std::optional<int64_t> number = getConstant(rest)) {
      if (isMod)
        whole.terms.clear();
      if (isMod && *number != 0)
        whole.add({}, *number);
      return whole; // 0 <= rest < by
    }
  }
  AffineExpr divisor = toExpr(b, context);
  if (by && *by > 0 && !isMod) {
    reduceFraction(rest, *by);
    divisor = getAffineConstantExpr(*by, context);
  }
  AffineExpr atom = getAffineBinaryOpExpr(kind, toExpr(rest, context), divisor);
  // Upstream may simplify what it builds.
  if (atom.getKind() == kind)
    result.add({atom}, 1);
  else
    result = toPolynomial(atom);
  if (!isMod)
    for (const auto &[product, coefficient] : whole.terms)
      result.add(product, coefficient);
  return result;
}

static Polynomial toPolynomial(AffineExpr expr) {
  Polynomial result;
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    if (constant.getValue() != 0)
      result.add({}, constant.getValue());
    return result;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary) {
    result.add({expr}, 1);
    return result;
  }
  Polynomial lhs = toPolynomial(binary.getLHS());
  Polynomial rhs = toPolynomial(binary.getRHS());
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    for (const auto &[product, coefficient] : rhs.terms)
      lhs.add(product, coefficient);
    return lhs;
  case AffineExprKind::Mul:
    return multiply(lhs, rhs);
  case AffineExprKind::CeilDiv: {
    // ceil(a / b) = floor((a + b - 1) / b), as b is positive.
    for (const auto &[product, coefficient] : rhs.terms)
      lhs.add(product, coefficient);
    lhs.add({}, -1);
    return divideOrMod(AffineExprKind::FloorDiv, lhs, rhs, expr.getContext());
  }
  default:
    return divideOrMod(expr.getKind(), lhs, rhs, expr.getContext());
  }
}

//===----------------------------------------------------------------------===//
// The interface
//===----------------------------------------------------------------------===//

AffineExpr dlc::normalizeSize(AffineExpr expr) {
  return toExpr(toPolynomial(expr), expr.getContext());
}

AffineExpr dlc::addSizeExprs(AffineExpr a, AffineExpr b) {
  return normalizeSize(a + b);
}

AffineExpr dlc::subSizeExprs(AffineExpr a, AffineExpr b) {
  return normalizeSize(a - b);
}

AffineExpr dlc::mulSizeExprs(AffineExpr a, AffineExpr b) {
  return toExpr(multiply(toPolynomial(a), toPolynomial(b)), a.getContext());
}

AffineExpr dlc::floorDivSizeExprs(AffineExpr a, AffineExpr b) {
  return toExpr(divideOrMod(AffineExprKind::FloorDiv, toPolynomial(a),
                            toPolynomial(b), a.getContext()),
                a.getContext());
}

AffineExpr dlc::modSizeExprs(AffineExpr a, AffineExpr b) {
  return toExpr(divideOrMod(AffineExprKind::Mod, toPolynomial(a),
                            toPolynomial(b), a.getContext()),
                a.getContext());
}

AffineExpr dlc::divideExactly(AffineExpr a, AffineExpr b) {
  std::optional<Polynomial> quotient = divide(toPolynomial(a), toPolynomial(b));
  return quotient ? toExpr(*quotient, a.getContext()) : AffineExpr();
}

std::optional<int64_t> dlc::getConstantSize(AffineExpr expr) {
  if (auto constant = dyn_cast_or_null<AffineConstantExpr>(expr))
    return constant.getValue();
  return std::nullopt;
}

std::optional<int64_t> dlc::evaluateSize(AffineExpr expr,
                                         ArrayRef<int64_t> symbols) {
  std::optional<SizeBounds> bounds = boundSize(expr, symbols, symbols);
  if (!bounds || bounds->low != bounds->high)
    return std::nullopt;
  return bounds->low;
}

/// The bounds of `combine` over the corners of two intervals.
template <typename Fn>
static std::optional<SizeBounds> boundCorners(SizeBounds a, SizeBounds b,
                                              Fn combine) {
  std::optional<SizeBounds> result;
  for (int64_t x : {a.low, a.high})
    for (int64_t y : {b.low, b.high}) {
      std::optional<int64_t> value = combine(x, y);
      if (!value)
        return std::nullopt;
      if (!result)
        result = SizeBounds{*value, *value};
      result->low = std::min(result->low, *value);
      result->high = std::max(result->high, *value);
    }
  return result;
}

std::optional<SizeBounds> dlc::boundSize(AffineExpr expr,
                                         ArrayRef<int64_t> lows,
                                         ArrayRef<int64_t> highs) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return SizeBounds{constant.getValue(), constant.getValue()};
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr)) {
    if (symbol.getPosition() >= lows.size())
      return std::nullopt;
    return SizeBounds{lows[symbol.getPosition()], highs[symbol.getPosition()]};
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return std::nullopt;
  std::optional<SizeBounds> a = boundSize(binary.getLHS(), lows, highs);
  std::optional<SizeBounds> b = boundSize(binary.getRHS(), lows, highs);
  if (!a || !b)
    return std::nullopt;
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return boundCorners(
        *a, *b, [](int64_t x, int64_t y) { return llvm::checkedAdd(x, y); });
  case AffineExprKind::Mul:
    return boundCorners(
        *a, *b, [](int64_t x, int64_t y) { return llvm::checkedMul(x, y); });
  default:
    break;
  }
  if (b->low < 1)
    return std::nullopt;
  if (expr.getKind() == AffineExprKind::Mod) {
    if (a->low == a->high && b->low == b->high) {
      int64_t rest = ((a->low % b->low) + b->low) % b->low;
      return SizeBounds{rest, rest};
    }
    return SizeBounds{0, b->high - 1};
  }
  bool isCeil = expr.getKind() == AffineExprKind::CeilDiv;
  return boundCorners(*a, *b,
                      [&](int64_t x, int64_t y) -> std::optional<int64_t> {
                        return isCeil ? llvm::divideCeilSigned(x, y)
                                      : llvm::divideFloorSigned(x, y);
                      });
}
