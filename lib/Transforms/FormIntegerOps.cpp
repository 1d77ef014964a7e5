//===- FormIntegerOps.cpp - Quantized islands on integers -----------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MatchRemarks.h"
#include "QuantizedIslands.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/ConstantData.h"
#include "dialects/dlc/ConstantFolding.h"
#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Quantization.h"
#include "dialects/dlc/Shape.h"
#include "dlc/Transforms/Passes.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace dlc {
#define GEN_PASS_DEF_FORMINTEGEROPS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

static RankedTensorType getTensorType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// The elements of a constant of reals, dequantized or not.
static std::optional<SmallVector<double>> readReals(Value value) {
  Attribute constant;
  if (matchPattern(value, m_Constant(&constant)))
    return readFloats(constant);
  auto dequantize = value.getDefiningOp<DequantizeOp>();
  if (!dequantize || !matchPattern(dequantize.getX(), m_Constant(&constant)))
    return std::nullopt;
  std::optional<QuantizationParameters> parameters = getParameters(dequantize);
  auto numbers = readIntegers(constant);
  RankedTensorType type = dequantize.getType();
  // Biases: a parameter for each element, or one for all.
  if (!parameters || !numbers ||
      (parameters->scales.size() != 1 &&
       (type.getRank() != 1 || parameters->scales.size() != numbers->size())))
    return std::nullopt;
  SmallVector<double> reals;
  for (auto [i, number] : llvm::enumerate(*numbers)) {
    size_t k = parameters->scales.size() == 1 ? 0 : i;
    reals.push_back((number - parameters->zeroPoints[k]) *
                    parameters->scales[k]);
  }
  return reals;
}

/// A constant of f32, one number per channel (the dimension `trailing` places
/// before the last); a scalar where all are equal.
static Value createPerChannel(OpBuilder &builder, Location loc,
                              ArrayRef<double> numbers, int64_t trailing) {
  SmallVector<int64_t> shape;
  if (!llvm::all_equal(numbers)) {
    shape.assign(trailing + 1, 1);
    shape[0] = numbers.size();
  }
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  return ConstantOp::create(
      builder, loc,
      makeFloats(type, shape.empty() ? numbers.take_front(1) : numbers));
}

//===----------------------------------------------------------------------===//
// Operands of integer contractions
//===----------------------------------------------------------------------===//

namespace {
/// A quantized activation: ui8, or i16 that holds such; `(q - zeroPoint) *
/// scale`.
struct Activation {
  Value quantized;
  double scale;
  int64_t zeroPoint;

  /// Makes the ops that convert to `type`.
  static std::optional<Activation> get(Value real, Type type,
                                       PatternRewriter &rewriter);
};

/// Constant weights: i8 or i16 without a zero point, one scale per output
/// channel.
struct Weights {
  ElementsAttr values;
  SmallVector<double> scales;
  /// The sum of each output channel's weights.
  SmallVector<int64_t> sums;

  /// Of the dequantized constant `real`, whose output channels are dimension
  /// `axis`: i8 if `allowBytes` and they fit. None where sums of products might
  /// not fit i32.
  static std::optional<Weights> get(Value real, int64_t axis, bool allowBytes);

  /// The type of activations that these multiply.
  Type getActivationType() const;

private:
  static std::optional<Weights> get(DequantizeOp op, int64_t axis,
                                    IntegerType type);
};
} // namespace

static bool isByte(RankedTensorType type) {
  return type.getElementType().isUnsignedInteger(8) ||
         type.getElementType().isSignlessInteger(8);
}

std::optional<Activation> Activation::get(Value real, Type type,
                                          PatternRewriter &rewriter) {
  auto op = real.getDefiningOp<DequantizeOp>();
  if (!op || !isPerTensor(op) || !isByte(op.getX().getType()) ||
      !op.getType().getElementType().isF32())
    return std::nullopt;
  std::optional<QuantizationParameters> parameters = getParameters(op);
  if (!parameters)
    return std::nullopt;
  Activation activation{op.getX(), parameters->scales[0],
                        parameters->zeroPoints[0]};
  RankedTensorType from = op.getX().getType();
  if (from.getElementType() == type)
    return activation;
  // i16 holds both kinds of bytes; an i8 that comes from elsewhere than a
  // quantization, say a model's input, is shifted to ui8.
  bool isShifted =
      from.getElementType().isSignlessInteger(8) && type.isUnsignedInteger(8);
  Type wide = rewriter.getIntegerType(16);
  activation.quantized =
      CastOp::create(rewriter, op.getLoc(), from.clone(wide), op.getX());
  if (isShifted) {
    auto scalarType = RankedTensorType::get({}, wide);
    Value shift = ConstantOp::create(
        rewriter, op.getLoc(),
        DenseElementsAttr::get(scalarType, static_cast<int16_t>(128)));
    Value shifted =
        AddOp::create(rewriter, op.getLoc(), activation.quantized, shift);
    activation.quantized =
        CastOp::create(rewriter, op.getLoc(), from.clone(type), shifted);
    activation.zeroPoint += 128;
  }
  return activation;
}

std::optional<Weights> Weights::get(Value real, int64_t axis, bool allowBytes) {
  auto op = real.getDefiningOp<DequantizeOp>();
  if (!op || !isByte(op.getX().getType()) ||
      !op.getType().getElementType().isF32())
    return std::nullopt;
  std::optional<Weights> weights;
  if (allowBytes)
    weights = get(op, axis, IntegerType::get(op.getContext(), 8));
  return weights ? weights
                 : get(op, axis, IntegerType::get(op.getContext(), 16));
}

Type Weights::getActivationType() const {
  Type type = values.getElementType();
  return type.isInteger(16)
             ? type
             : IntegerType::get(type.getContext(), 8, IntegerType::Unsigned);
}

std::optional<Weights> Weights::get(DequantizeOp op, int64_t axis,
                                    IntegerType elementType) {
  Attribute constant;
  if (!matchPattern(op.getX(), m_Constant(&constant)))
    return std::nullopt;
  std::optional<QuantizationParameters> parameters = getParameters(op);
  std::optional<ConstantView> view = ConstantView::get(constant);
  RankedTensorType type = op.getX().getType();
  if (!parameters || !view || type.getNumElements() == 0 ||
      (!isPerTensor(op) && static_cast<int64_t>(op.getAxis()) != axis))
    return std::nullopt;
  int64_t channels = type.getDimSize(axis), run = 1;
  for (int64_t size : type.getShape().drop_front(axis + 1))
    run *= size;
  // Activations and weights without their zero points are at most 255.
  if (type.getNumElements() / channels > (int64_t(1) << 31) / (255 * 255) - 1)
    return std::nullopt;

  Weights weights;
  weights.sums.assign(channels, 0);
  weights.scales = parameters->scales;
  weights.scales.resize(channels, parameters->scales[0]);
  SmallVector<int64_t> zeroPoints = parameters->zeroPoints;
  zeroPoints.resize(channels, parameters->zeroPoints[0]);
  bool isUnsigned = type.getElementType().isUnsignedInteger(), fits = true;
  unsigned bytes = elementType.getWidth() / 8;
  auto write = [&](MutableArrayRef<char> target) {
    for (int64_t i = 0, e = type.getNumElements(); i < e; ++i) {
      int64_t channel = i / run % channels;
      char byte = view->data()[view->isSplat() ? 0 : i];
      int64_t value = (isUnsigned ? int64_t(uint8_t(byte)) : int8_t(byte)) -
                      zeroPoints[channel];
      fits &= llvm::isIntN(elementType.getWidth(), value);
      weights.sums[channel] += value;
      // Constants are little-endian, as every host that dlc runs on.
      std::memcpy(target.data() + i * bytes, &value, bytes);
    }
  };
  weights.values = makeConstant(type.clone(elementType), write);
  if (!fits || !weights.values)
    return std::nullopt;
  return weights;
}

//===----------------------------------------------------------------------===//
// Integer contractions
//===----------------------------------------------------------------------===//

/// What a sum of `q * w` lacks to that of `(q - zeroPoint) * w`, per channel.
static SmallVector<int32_t> getCorrections(const Activation &activation,
                                           const Weights &weights) {
  return llvm::map_to_vector(weights.sums, [&](int64_t sum) {
    return static_cast<int32_t>(-activation.zeroPoint * sum);
  });
}

/// Adds a bias of reals to the integer ones if it consists of whole multiples
/// of the factors, as quantizers make it.
static bool addWholeBias(ArrayRef<double> bias, ArrayRef<double> factors,
                         MutableArrayRef<int32_t> integers) {
  SmallVector<int32_t> sums;
  for (auto [number, factor, integer] :
       llvm::zip_equal(bias, factors, integers)) {
    double steps = number / factor, whole = std::nearbyint(steps);
    if (!(std::abs(steps) < 0x1p30) ||
        std::abs(steps - whole) > 1e-3 + 1e-6 * std::abs(steps) ||
        std::abs(whole + integer) > 0x1p30)
      return false;
    sums.push_back(static_cast<int32_t>(whole) + integer);
  }
  llvm::copy(sums, integers.begin());
  return true;
}

static Value createIntegers(OpBuilder &builder, Location loc,
                            ArrayRef<int32_t> numbers) {
  auto type = RankedTensorType::get({static_cast<int64_t>(numbers.size())},
                                    builder.getI32Type());
  return ConstantOp::create(builder, loc,
                            DenseElementsAttr::get(type, numbers));
}

static bool isAllZero(ArrayRef<int32_t> numbers) {
  return llvm::all_of(numbers, [](int32_t number) { return number == 0; });
}

/// The real numbers that integer sums stand for.
static Value createReals(OpBuilder &builder, Location loc, Value sums,
                         ArrayRef<double> factors, int64_t trailing) {
  Value reals = CastOp::create(
      builder, loc, getTensorType(sums).clone(builder.getF32Type()), sums);
  return MulOp::create(builder, loc, reals,
                       createPerChannel(builder, loc, factors, trailing));
}

namespace {
struct FormIntegerConv final : public OpRewritePattern<ConvOp> {
  FormIntegerConv(MLIRContext *context, int64_t dot)
      : OpRewritePattern(context), dot(dot) {}

  LogicalResult matchAndRewrite(ConvOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType type = op.getType();
    if (op.getOutputBlock())
      return rewriter.notifyMatchFailure(op, "it is blocked");
    // Machines that sum pairs of i16 want these, but no pairs are summed where
    // each channel has a filter of its own.
    bool hasPairs = op.getFilter().getType().getDimSize(1) > 1;
    std::optional<Weights> weights =
        Weights::get(op.getFilter(), op.getOutputDim(), dot != 2 || !hasPairs);
    if (!weights)
      return rewriter.notifyMatchFailure(
          op, "the filter isn't a dequantized constant whose sums fit i32");
    std::optional<Activation> x =
        Activation::get(op.getX(), weights->getActivationType(), rewriter);
    if (!x)
      return rewriter.notifyMatchFailure(
          op, "the input isn't dequantized per tensor");
    SmallVector<double> factors = llvm::map_to_vector(
        weights->scales, [&](double scale) { return scale * x->scale; });
    SmallVector<int32_t> integers = getCorrections(*x, *weights);
    int64_t spatial = op.getStrides().size();

    Location loc = op.getLoc();
    Value bias = op.getBias();
    if (bias) {
      std::optional<SmallVector<double>> numbers = readReals(bias);
      if (numbers && addWholeBias(*numbers, factors, integers)) {
        bias = Value();
      } else if (numbers) {
        bias = createPerChannel(rewriter, loc, *numbers, spatial);
      } else {
        SmallVector<int64_t> shape(spatial + 1, 1);
        shape[0] = type.getDimSize(1);
        bias = ReshapeOp::create(rewriter, loc,
                                 getTensorType(bias).clone(shape), bias);
      }
    }
    SmallVector<int64_t> pads(op.getPads());
    Value sums = ConvOp::create(
        rewriter, loc, type.clone(rewriter.getI32Type()),
        createPadded(rewriter, loc, *x, pads),
        ConstantOp::create(rewriter, op.getFilter().getLoc(), weights->values),
        isAllZero(integers) ? Value() : createIntegers(rewriter, loc, integers),
        op.getStrides(), pads, op.getDilations(), op.getGroup());
    Value reals = createReals(rewriter, loc, sums, factors, spatial);
    if (bias)
      reals = AddOp::create(rewriter, loc, reals, bias);
    rewriter.replaceOp(op, reals);
    return success();
  }

private:
  /// The activation, padded here where the convolution's own zeros would be
  /// wrong: `pads` are then 0.
  static Value createPadded(OpBuilder &builder, Location loc,
                            const Activation &x,
                            MutableArrayRef<int64_t> pads) {
    if (x.zeroPoint == 0 ||
        llvm::all_of(pads, [](int64_t pad) { return pad == 0; }))
      return x.quantized;
    size_t spatial = pads.size() / 2;
    SmallVector<int64_t> all{0, 0};
    llvm::append_range(all, pads.take_front(spatial));
    all.append({0, 0});
    llvm::append_range(all, pads.take_back(spatial));
    llvm::fill(pads, 0);
    Type type = getTensorType(x.quantized).getElementType();
    auto number = IntegerAttr::get(
        type, APInt(type.getIntOrFloatBitWidth(), x.zeroPoint,
                    /*isSigned=*/true, /*implicitTrunc=*/true));
    Value zeroPoint = ConstantOp::create(
        builder, loc,
        DenseElementsAttr::get(RankedTensorType::get({}, type),
                               Attribute(number)));
    return PadOp::create(builder, loc, x.quantized, zeroPoint, all,
                         PadMode::constant);
  }

  int64_t dot;
};

struct FormIntegerMatMul final : public OpRewritePattern<MatMulOp> {
  FormIntegerMatMul(MLIRContext *context, int64_t dot)
      : OpRewritePattern(context), dot(dot) {}

  LogicalResult matchAndRewrite(MatMulOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getTransposeA() || getTensorType(op.getB()).getRank() != 2)
      return rewriter.notifyMatchFailure(op, "it is batched or transposed");
    std::optional<Weights> weights =
        Weights::get(op.getB(), op.getOutputDim(), /*allowBytes=*/dot != 2);
    if (!weights)
      return rewriter.notifyMatchFailure(
          op, "the weights aren't a dequantized constant whose sums fit i32");
    std::optional<Activation> a =
        Activation::get(op.getA(), weights->getActivationType(), rewriter);
    if (!a)
      return rewriter.notifyMatchFailure(
          op, "the left operand isn't dequantized per tensor");
    SmallVector<double> factors = llvm::map_to_vector(
        weights->scales, [&](double scale) { return scale * a->scale; });
    Location loc = op.getLoc();
    Value sums = MatMulOp::create(
        rewriter, loc, op.getType().clone(rewriter.getI32Type()), a->quantized,
        ConstantOp::create(rewriter, op.getB().getLoc(), weights->values),
        /*transpose_a=*/false, op.getTransposeB());
    SmallVector<int32_t> integers = getCorrections(*a, *weights);
    if (!isAllZero(integers))
      sums = AddOp::create(rewriter, loc, sums,
                           createIntegers(rewriter, loc, integers));
    rewriter.replaceOp(
        op, createReals(rewriter, loc, sums, factors, /*trailing=*/0));
    return success();
  }

private:
  int64_t dot;
};
} // namespace

//===----------------------------------------------------------------------===//
// Requantization
//===----------------------------------------------------------------------===//

static bool isReadable(Value value) {
  return isSmallEnoughToFold(value.getType()) &&
         getTensorType(value).getElementType().isF32() &&
         readReals(value).has_value();
}

/// True if `value` times a positive factor takes no more ops than `value`.
static bool canScale(Value value) {
  if (isReadable(value))
    return true;
  Operation *op = value.getDefiningOp();
  if (!op || !getTensorType(value).getElementType().isF32())
    return false;
  if (auto dequantize = dyn_cast<DequantizeOp>(op))
    return getParameters(dequantize).has_value();
  if (!op->hasOneUse())
    return false;
  if (auto mul = dyn_cast<MulOp>(op))
    return isReadable(mul.getA()) || isReadable(mul.getB());
  return op->hasTrait<dlc::OpTrait::Homogeneous>() &&
         llvm::all_of(op->getOperands(), canScale);
}

/// The elements of a readable constant times `factor`.
static Value scaleConstant(PatternRewriter &rewriter, Value value,
                           double factor) {
  SmallVector<double> numbers = *readReals(value);
  for (double &number : numbers)
    number *= factor;
  return ConstantOp::create(rewriter, value.getLoc(),
                            makeFloats(getTensorType(value), numbers));
}

/// `value` times `factor`, for a value that can be scaled.
static Value scale(PatternRewriter &rewriter, Value value, double factor) {
  if (isReadable(value))
    return scaleConstant(rewriter, value, factor);
  Operation *op = value.getDefiningOp();
  if (auto dequantize = dyn_cast<DequantizeOp>(op))
    return DequantizeOp::create(
        rewriter, op->getLoc(), dequantize.getType(), dequantize.getX(),
        scaleConstant(rewriter, dequantize.getScale(), factor),
        dequantize.getZeroPoint(), dequantize.getAxis());
  SmallVector<Value> operands(op->getOperands());
  if (isa<MulOp>(op)) {
    Value &constant = isReadable(operands[1]) ? operands[1] : operands[0];
    constant = scaleConstant(rewriter, constant, factor);
  } else {
    for (Value &operand : operands)
      operand = scale(rewriter, operand, factor);
  }
  Operation *clone = rewriter.clone(*op);
  clone->setOperands(operands);
  return clone->getResult(0);
}

namespace {
/// quantize(x * c + d, scale) -> quantize(x * (c / scale) + d / scale, 1)
struct ScaleBeforeQuantize final : public OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<QuantizationParameters> parameters = getParameters(op);
    if (!parameters || !isPerTensor(op) || parameters->scales[0] == 1.0 ||
        isReadable(op.getX()) || !canScale(op.getX()))
      return rewriter.notifyMatchFailure(
          op, "the scale is 1, unknown or per channel, or what is quantized "
              "takes no factor");
    auto scaleType = op.getScale().getType();
    Value one =
        ConstantOp::create(rewriter, op.getLoc(), makeFloats(scaleType, {1.0}));
    Value scaled = scale(rewriter, op.getX(), 1.0 / parameters->scales[0]);
    rewriter.replaceOpWithNewOp<QuantizeOp>(op, op.getType(), scaled, one,
                                            op.getZeroPoint(), op.getAxis());
    return success();
  }
};

/// quantize(relu(x)) -> quantize(x) where 0 is the smallest representable
/// value.
struct DropRelu final : public OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp op,
                                PatternRewriter &rewriter) const override {
    auto relu = op.getX().getDefiningOp<ReluOp>();
    std::optional<QuantizationParameters> parameters = getParameters(op);
    if (!relu || !parameters ||
        !op.getType().getElementType().isUnsignedInteger() ||
        llvm::any_of(parameters->zeroPoints,
                     [](int64_t zeroPoint) { return zeroPoint != 0; }))
      return rewriter.notifyMatchFailure(op,
                                         "no relu that quantizing does anyway");
    rewriter.modifyOpInPlace(op, [&] { op.getXMutable().assign(relu.getX()); });
    return success();
  }
};

struct FormIntegerOpsPass final
    : public dlc::impl::FormIntegerOpsBase<FormIntegerOpsPass> {
  using Base::Base;

  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet shifts(context), moves(context), islands(context);
    populateUnsignedActivationPatterns(shifts);
    populateMoveQuantizationPatterns(moves);
    islands.add<FormIntegerConv, FormIntegerMatMul>(context, dot);
    // Factors are known once all contractions have got theirs.
    RewritePatternSet requantizations(context);
    requantizations.add<ScaleBeforeQuantize, DropRelu>(context);
    MatchRemarks listener;
    for (RewritePatternSet *patterns :
         {&shifts, &moves, &islands, &requantizations}) {
      GreedyRewriteConfig config;
      if (remarks && patterns == &islands)
        config.setListener(&listener);
      if (failed(applyPatternsGreedily(getOperation(), std::move(*patterns),
                                       config)))
        return signalPassFailure();
    }
    listener.emit(getOperation());
    getOperation().walk([&](Operation *op) {
      if (isa<ConvOp, MatMulOp>(op) &&
          getTensorType(op->getOperand(0)).getElementType() !=
              getTensorType(op->getResult(0)).getElementType())
        ++numContractions;
    });
  }
};
} // namespace
