//===- Attention.cpp - Lowering of attention ------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoweringUtils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/DLCDialect.h"

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;

/// The number of a size, or what it is likely to be.
static int64_t estimate(const Dim &dim, Operation *op) {
  if (dim.isNumber())
    return dim.getSize();
  SmallVector<int64_t> likely;
  auto symbols =
      op->getParentOfType<ModuleOp>()->getAttrOfType<ArrayAttr>("dlc.symbols");
  for (Attribute symbol : symbols ? symbols.getValue() : ArrayRef<Attribute>())
    likely.push_back(cast<SymbolAttr>(symbol).getLikely());
  AffineExpr expr = dim.getSymbolic();
  bool isKnown = true;
  expr.walk([&](AffineExpr inner) {
    auto symbol = dyn_cast<AffineSymbolExpr>(inner);
    isKnown &= !symbol || symbol.getPosition() < likely.size();
  });
  return isKnown ? evaluateSize(expr, likely).value_or(1) : 1;
}

namespace {
/// Lowers one op. Where several heads share keys, two dimensions are heads:
/// those of the keys, and those that share one.
class AttentionLowering {
public:
  AttentionLowering(AttentionOp op, AttentionOp::Adaptor adaptor, B &b)
      : op(op), adaptor(adaptor), b(b), type(signlessType(op.getY())),
        wide(computeType(type.getElementType())) {
    Dim shared = getDim(adaptor.getK().getType(), op.getHeadAxis());
    Dim all = getDim(type, 2);
    heads = {shared};
    if (shared != all && shared.isNumber() && all.isNumber())
      heads.push_back(all.getSize() / shared.getSize());
    numKeys = getDim(adaptor.getK().getType(), op.getKeyAxis());
  }

  Value lower();

private:
  Value createScores();
  Value createWeighted(Value weights);
  Value createKeyColumns();
  Value createMask();
  bool readsKeysInPlace();

  /// The map of an operand that has these loops, those over heads in the
  /// middle: the first of these and how many there are.
  AffineMap selectLoops(ArrayRef<int64_t> before,
                        std::pair<int64_t, int64_t> middle,
                        ArrayRef<int64_t> after) const {
    SmallVector<int64_t> loops(before);
    llvm::append_range(
        loops, llvm::seq<int64_t>(middle.first, middle.first + middle.second));
    llvm::append_range(loops, after);
    return selectDims(b.getContext(), heads.size() + 4, loops);
  }
  /// A shape with all dimensions of heads in the middle.
  Shape withHeads(ArrayRef<Dim> before, ArrayRef<Dim> after) const {
    Shape shape(before);
    llvm::append_range(shape, heads);
    llvm::append_range(shape, after);
    return shape;
  }

  AttentionOp op;
  AttentionOp::Adaptor adaptor;
  B &b;
  RankedTensorType type;
  Type wide;
  Shape heads;
  Dim numKeys;
};
} // namespace

/// Where there are few queries, making columns of the keys would take longer
/// than the product.
bool AttentionLowering::readsKeysInPlace() {
  constexpr int64_t kFewQueries = 16;
  return op.getHeadsFirst() && estimate(getDim(type, 1), op) < kFewQueries;
}

/// The keys as columns, so that the product runs along them.
Value AttentionLowering::createKeyColumns() {
  return op.getHeadsFirst() ? createTranspose(b, adaptor.getK(), {0, 1, 3, 2})
                            : createTranspose(b, adaptor.getK(), {0, 2, 3, 1});
}

/// The mask for scores with as many dimensions as these have; null if there is
/// none.
Value AttentionLowering::createMask() {
  Value mask = adaptor.getMask();
  if (!mask || heads.size() == 1 || tensorType(mask).getRank() < 3)
    return mask;
  Shape dims = getDims(mask);
  size_t at = dims.size() - 3;
  bool isOne = dims[at] == Dim(1);
  dims[at] = isOne ? Dim(1) : heads[0];
  dims.insert(dims.begin() + at + 1, isOne ? Dim(1) : heads[1]);
  return createReshape(b, mask, dims);
}

/// `scale * q k^T + mask` (the softcap before the mask), batch x heads x
/// queries x keys.
Value AttentionLowering::createScores() {
  Shape q = getDims(adaptor.getQ());
  Value queries =
      createReshape(b, adaptor.getQ(), withHeads({q[0], q[1]}, {q[3]}));
  bool isInPlace = readsKeysInPlace();
  Value keys = isInPlace ? adaptor.getK() : createKeyColumns();
  int64_t numHeads = heads.size(), query = numHeads + 1, key = numHeads + 2,
          element = numHeads + 3;
  AffineMap rows = selectLoops({0}, {1, 1}, {key, element}),
            columns = selectLoops({0}, {1, 1}, {element, key});
  Value products =
      createContraction(b, {queries, keys}, withHeads({q[0]}, {q[1], numKeys}),
                        {selectLoops({0, query}, {1, numHeads}, {element}),
                         isInPlace ? rows : columns,
                         selectLoops({0}, {1, numHeads}, {query, key})});
  RankedTensorType scores = tensorType(products);
  SmallVector<Value> operands{products};
  SmallVector<AffineMap> maps{b.getMultiDimIdentityMap(scores.getRank())};
  if (Value mask = createMask()) {
    operands.push_back(mask);
    maps.push_back(broadcastMap(tensorType(mask), scores));
  }
  return createPointwise(
      b, scores, operands, maps, [&](B &inner, ValueRange args) {
        double scale = op.getScale().convertToDouble();
        Value scaled = mul(inner, args[0], constant(inner, wide, scale));
        if (double cap = op.getSoftcap().convertToDouble(); cap != 0) {
          Value share = mul(inner, scaled, constant(inner, wide, 1 / cap));
          scaled = mul(inner, math::TanhOp::create(inner, share),
                       constant(inner, wide, cap));
        }
        return args.size() == 1
                   ? scaled
                   : add(inner, scaled,
                         castScalar(inner, args[1], args[1].getType(), wide));
      });
}

/// `weights v`, batch x queries x heads x elements, which is also the order of
/// the loops.
Value AttentionLowering::createWeighted(Value weights) {
  Shape shape = getDims(type);
  int64_t numHeads = heads.size(), element = numHeads + 2, key = numHeads + 3;
  AffineMap values = op.getHeadsFirst()
                         ? selectLoops({0}, {2, 1}, {key, element})
                         : selectLoops({0, key}, {2, 1}, {element});
  return createContraction(b, {weights, adaptor.getV()},
                           withHeads({shape[0], shape[1]}, {shape[3]}),
                           {selectLoops({0}, {2, numHeads}, {1, key}), values,
                            selectLoops({0, 1}, {2, numHeads}, {element})});
}

/// Divides by the sums of exponentials after the second product, where there
/// are fewer elements to divide.
Value AttentionLowering::lower() {
  Value scores = createScores();
  int64_t rank = tensorType(scores).getRank();
  SmallVector<int64_t> rows = llvm::to_vector(llvm::seq<int64_t>(0, rank - 1));
  MLIRContext *context = b.getContext();
  Value most = createReduction(b, scores, rank - 1, lowestValue(wide, false),
                               [](B &inner, ValueRange args) {
                                 return max(inner, args[1], args[0], false);
                               });
  AffineMap identity = b.getMultiDimIdentityMap(rank);
  Value weights = createPointwise(
      b, tensorType(scores), {scores, most},
      {identity, selectDims(context, rank, rows)},
      [](B &inner, ValueRange args) {
        return math::ExpOp::create(inner, sub(inner, args[0], args[1]))
            .getResult();
      });
  Value sums = createReduction(
      b, weights, rank - 1, b.getZeroAttr(wide),
      [](B &inner, ValueRange args) { return add(inner, args[1], args[0]); });
  Value weighted = createWeighted(weights);
  // The result's dimensions: batch, query, heads, element.
  SmallVector<int64_t> sumDims = {0};
  llvm::append_range(sumDims, llvm::seq<int64_t>(2, rank - 1));
  sumDims.push_back(1);
  Value y = createPointwise(
      b, tensorType(weighted).clone(type.getElementType()), {weighted, sums},
      {identity, selectDims(context, rank, sumDims)},
      [&](B &inner, ValueRange args) {
        Value y = div(inner, args[0], args[1], false);
        // The sum is NaN exactly where the whole softmax is.
        if (op.getZeroUnseen())
          y = select(inner,
                     arith::CmpFOp::create(inner, arith::CmpFPredicate::UNO,
                                           args[1], args[1]),
                     constant(inner, wide, 0), y);
        return narrow(inner, y, type.getElementType());
      });
  return createReshape(b, y, getDims(type));
}

static Value lowerAttention(AttentionOp op, AttentionOp::Adaptor adaptor,
                            B &b) {
  return AttentionLowering(op, adaptor, b).lower();
}

void dlc::populateAttentionPatterns(const TypeConverter &converter,
                                    RewritePatternSet &patterns) {
  addLowering<AttentionOp>(converter, patterns, lowerAttention);
}
