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

/// `a floordiv b`: what `b`, a positive number, divides exactly comes out of
/// the division.
static Polynomial floorDivide(const Polynomial &a, const Polynomial &b,
                              MLIRContext *context) {
  if (std::optional<Polynomial> exact = divide(a, b))
    return *exact;
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
    if (getConstant(rest))
      return whole; // 0 <= rest < by
  }
  AffineExpr divisor = toExpr(b, context);
  if (by && *by > 0) {
    reduceFraction(rest, *by);
    divisor = getAffineConstantExpr(*by, context);
  }
  AffineExpr atom = getAffineBinaryOpExpr(AffineExprKind::FloorDiv,
                                          toExpr(rest, context), divisor);
  // Upstream may simplify what it builds.
  if (atom.getKind() == AffineExprKind::FloorDiv)
    result.add({atom}, 1);
  else
    result = toPolynomial(atom);
  for (const auto &[product, coefficient] : whole.terms)
    result.add(product, coefficient);
  return result;
}

/// `a mod b = a - b * (a floordiv b)`, so that there is one form of both.
static Polynomial getRemainder(const Polynomial &a, const Polynomial &b,
                               MLIRContext *context) {
  Polynomial result(a);
  for (const auto &[product, coefficient] :
       multiply(b, floorDivide(a, b, context)).terms)
    result.add(product, -coefficient);
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
    return floorDivide(lhs, rhs, expr.getContext());
  }
  case AffineExprKind::Mod:
    return getRemainder(lhs, rhs, expr.getContext());
  default:
    return floorDivide(lhs, rhs, expr.getContext());
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
  return toExpr(floorDivide(toPolynomial(a), toPolynomial(b), a.getContext()),
                a.getContext());
}

AffineExpr dlc::modSizeExprs(AffineExpr a, AffineExpr b) {
  return toExpr(getRemainder(toPolynomial(a), toPolynomial(b), a.getContext()),
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

static bool hasDivision(AffineExpr expr) {
  bool found = false;
  expr.walk([&](AffineExpr part) {
    found |=
        part.getKind() > AffineExprKind::Mul && isa<AffineBinaryOpExpr>(part);
  });
  return found;
}

/// The bounds by those of an expression's parts.
static std::optional<SizeBounds>
boundParts(AffineExpr expr, ArrayRef<int64_t> lows, ArrayRef<int64_t> highs) {
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
  std::optional<SizeBounds> a = boundParts(binary.getLHS(), lows, highs);
  std::optional<SizeBounds> b = boundParts(binary.getRHS(), lows, highs);
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

/// A lower bound of a sum in which divisions by numbers are replaced by what
/// they are at least (or, subtracted, at most), so that what is divided cancels
/// out against other terms: 2 * ((n + 1) floordiv 2) - n is at least 0.
static std::optional<int64_t> boundBelow(Polynomial sum, ArrayRef<int64_t> lows,
                                         ArrayRef<int64_t> highs) {
  int64_t scale = 1;
  auto scaleBy = [&](int64_t by) {
    std::optional<int64_t> product = llvm::checkedMul(scale, by);
    bool fits = product.has_value();
    scale = product.value_or(0);
    for (auto &[factors, coefficient] : sum.terms) {
      product = llvm::checkedMul(coefficient, by);
      fits &= product.has_value();
      coefficient = product.value_or(0);
    }
    return fits;
  };
  auto findDivision = [&] {
    return llvm::find_if(sum.terms, [](const auto &term) {
      if (term.first.size() != 1)
        return false;
      auto binary = dyn_cast<AffineBinaryOpExpr>(term.first.front());
      return binary && getConstantSize(binary.getRHS()).value_or(0) > 0;
    });
  };
  for (auto term = findDivision(); term != sum.terms.end();
       term = findDivision()) {
    auto division = cast<AffineBinaryOpExpr>(term->first.front());
    int64_t by = *getConstantSize(division.getRHS());
    int64_t coefficient = term->second;
    sum.terms.erase(term);
    if (!scaleBy(by))
      return std::nullopt;
    // (a - by + 1) / by <= a floordiv by <= a / by
    for (const auto &[factors, c] : toPolynomial(division.getLHS()).terms) {
      std::optional<int64_t> product = llvm::checkedMul(coefficient, c);
      if (!product)
        return std::nullopt;
      sum.add(factors, *product);
    }
    std::optional<int64_t> rounding = llvm::checkedMul(coefficient, by - 1);
    if (!rounding)
      return std::nullopt;
    if (coefficient > 0)
      sum.add({}, -*rounding);
  }
  int64_t least = 0;
  for (const auto &[factors, coefficient] : sum.terms) {
    std::optional<SizeBounds> bounds = SizeBounds{coefficient, coefficient};
    for (AffineExpr factor : factors) {
      std::optional<SizeBounds> own = boundParts(factor, lows, highs);
      if (own && bounds)
        bounds = boundCorners(*bounds, *own, [](int64_t x, int64_t y) {
          return llvm::checkedMul(x, y);
        });
      else
        bounds = std::nullopt;
    }
    std::optional<int64_t> next =
        bounds ? llvm::checkedAdd(least, bounds->low) : std::nullopt;
    if (!next)
      return std::nullopt;
    least = *next;
  }
  return llvm::divideCeilSigned(least, scale);
}

std::optional<SizeBounds> dlc::boundSize(AffineExpr expr,
                                         ArrayRef<int64_t> lows,
                                         ArrayRef<int64_t> highs) {
  std::optional<SizeBounds> bounds = boundParts(expr, lows, highs);
  if (!bounds || bounds->low == bounds->high || !hasDivision(expr))
    return bounds;
  Polynomial sum = toPolynomial(expr), negated;
  for (const auto &[product, coefficient] : sum.terms)
    negated.add(product, -coefficient);
  if (std::optional<int64_t> low = boundBelow(sum, lows, highs))
    bounds->low = std::max(bounds->low, *low);
  if (std::optional<int64_t> low = boundBelow(negated, lows, highs))
    bounds->high = std::min(bounds->high, -*low);
  return bounds;
}

namespace {
/// Replaces bounded symbols by their bounds.
struct BoundReplacer {
  ArrayRef<AffineExpr> mosts;
  ArrayRef<int64_t> lows, highs;

  bool isBounded(AffineExpr expr) const {
    bool found = false;
    expr.walk([&](AffineExpr part) {
      auto symbol = dyn_cast<AffineSymbolExpr>(part);
      found |= symbol && symbol.getPosition() < mosts.size() &&
               mosts[symbol.getPosition()];
    });
    return found;
  }
  bool isNotNegative(AffineExpr expr) const {
    std::optional<SizeBounds> bounds = boundSize(expr, lows, highs);
    return bounds && bounds->low >= 0;
  }
  /// What `expr` is at most or, otherwise, at least; null if that isn't found.
  AffineExpr replace(AffineExpr expr, bool isUpper) const;
  AffineExpr replaceRest(AffineExpr product) const;
};
} // namespace

AffineExpr BoundReplacer::replace(AffineExpr expr, bool isUpper) const {
  if (!isBounded(expr))
    return expr;
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr)) {
    unsigned position = symbol.getPosition();
    return isUpper ? replace(mosts[position], true)
                   : getAffineConstantExpr(lows[position], expr.getContext());
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  AffineExpr lhs = binary.getLHS(), rhs = binary.getRHS();
  std::optional<int64_t> number = getConstantSize(rhs);
  switch (expr.getKind()) {
  case AffineExprKind::Add: {
    AffineExpr a = replace(lhs, isUpper), b = replace(rhs, isUpper);
    return a && b ? a + b : AffineExpr();
  }
  case AffineExprKind::Mul: {
    if (number) {
      AffineExpr a = replace(lhs, isUpper == (*number >= 0));
      return a ? a * *number : AffineExpr();
    }
    if (AffineExpr whole = isUpper ? replaceRest(expr) : AffineExpr())
      return replace(whole, true);
    if (!isNotNegative(lhs) || !isNotNegative(rhs))
      return {};
    AffineExpr a = replace(lhs, isUpper), b = replace(rhs, isUpper);
    return a && b ? a * b : AffineExpr();
  }
  case AffineExprKind::FloorDiv: {
    AffineExpr a = replace(lhs, isUpper);
    if (a && number.value_or(0) > 0)
      return a.floorDiv(rhs);
    // A divisor is at least 1.
    return isUpper && isNotNegative(lhs) ? a : AffineExpr();
  }
  default:
    return {};
  }
}

/// A product in which a symbol is what its other factors leave of a whole: the
/// whole, and what else there is. Null of others.
AffineExpr BoundReplacer::replaceRest(AffineExpr product) const {
  Polynomial polynomial = toPolynomial(product);
  if (polynomial.terms.size() != 1)
    return {};
  auto [factors, coefficient] = *polynomial.terms.begin();
  for (AffineExpr factor : factors) {
    auto symbol = dyn_cast<AffineSymbolExpr>(factor);
    if (!symbol || symbol.getPosition() >= mosts.size())
      continue;
    auto rest =
        dyn_cast_if_present<AffineBinaryOpExpr>(mosts[symbol.getPosition()]);
    if (!rest || rest.getKind() != AffineExprKind::FloorDiv)
      continue;
    AffineExpr others = divideExactly(product, factor * rest.getRHS());
    if (others)
      return normalizeSize(others * rest.getLHS());
  }
  return {};
}

AffineExpr dlc::raiseSize(AffineExpr expr, ArrayRef<AffineExpr> mosts,
                          ArrayRef<int64_t> lows, ArrayRef<int64_t> highs) {
  BoundReplacer replacer{mosts, lows, highs};
  if (AffineExpr raised = replacer.replace(normalizeSize(expr), true))
    return normalizeSize(raised);
  std::optional<SizeBounds> bounds = boundSize(expr, lows, highs);
  return bounds ? getAffineConstantExpr(bounds->high, expr.getContext())
                : AffineExpr();
}

AffineExpr dlc::isNotNegative(AffineExpr expr, SizeBounds bounds) {
  // Of sizes and what is computed with them, neither overflows.
  int64_t reach = std::max({bounds.high + 1, -bounds.low, int64_t(1)});
  return normalizeSize((expr + reach).floorDiv(reach));
}

AffineExpr dlc::clampAtZero(AffineExpr expr, SizeBounds bounds) {
  MLIRContext *context = expr.getContext();
  if (bounds.low >= 0)
    return expr;
  if (bounds.high <= 0)
    return getAffineConstantExpr(0, context);
  return mulSizeExprs(expr, isNotNegative(expr, bounds));
}
