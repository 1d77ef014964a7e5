//===- Elementwise.cpp - Elementwise ops from ONNX ------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpRegistry.h"
#include "TensorData.h"

#include "dialects/dlc/Elementwise.h"

using namespace mlir;
using namespace dlc::onnximport;
using llvm::APFloat;

//===----------------------------------------------------------------------===//
// Unary
//===----------------------------------------------------------------------===//

template <typename OpTy> static Values importUnary(Node &node) {
  return {node.keepType<OpTy>(node.getInput(0))};
}

/// Ops with one parameter, called `alpha` by ONNX.
template <typename OpTy, int defaultHundredths>
static Values importWithAlpha(Node &node) {
  double alpha = node.getFloatAttribute("alpha", defaultHundredths / 100.0);
  return {node.keepType<OpTy>(node.getInput(0), APFloat(alpha))};
}

static Values importSelu(Node &node) {
  double alpha = node.getFloatAttribute("alpha", 1.67326319217681884765625);
  double gamma = node.getFloatAttribute("gamma", 1.05070102214813232421875);
  return {node.keepType<dlc::SeluOp>(node.getInput(0), APFloat(alpha),
                                     APFloat(gamma))};
}

static Values importHardSigmoid(Node &node) {
  double alpha = node.getFloatAttribute("alpha", 0.2);
  double beta = node.getFloatAttribute("beta", 0.5);
  return {node.keepType<dlc::HardSigmoidOp>(node.getInput(0), APFloat(alpha),
                                            APFloat(beta))};
}

static Values importShrink(Node &node) {
  Value x = node.getInput(0);
  double bias = node.getFloatAttribute("bias", 0.0);
  double lambd = node.getFloatAttribute("lambd", 0.5);
  Type elementType = elementTypeOf(x);
  if (isa<FloatType>(elementType))
    return {node.keepType<dlc::ShrinkOp>(x, APFloat(bias), APFloat(lambd))};
  // Integers shrink by way of floating point, as the reference does.
  Value shrunk = node.keepType<dlc::ShrinkOp>(
      node.cast(x, Float64Type::get(node.getContext())), APFloat(bias),
      APFloat(lambd));
  return {node.cast(shrunk, elementType)};
}

static Values importGelu(Node &node) {
  StringRef approximate = node.getStringAttribute("approximate", "none");
  if (approximate != "none" && approximate != "tanh")
    return node.unsupported("approximate " + quote(approximate));
  return {node.keepType<dlc::GeluOp>(node.getInput(0), approximate == "tanh")};
}

/// Nothing is computed with floats of 8 bits themselves.
static Value getReal(Node &node) {
  Value x = node.getInput(0);
  return dlc::isNarrowFloat(elementTypeOf(x))
             ? node.cast(x, Float32Type::get(node.getContext()))
             : x;
}

static Values importIsNaN(Node &node) {
  Value x = getReal(node);
  Type boolean = IntegerType::get(node.getContext(), 1);
  return {node.createAs<dlc::IsNaNOp>(node.typeLike(x, boolean), x)};
}

static Values importIsInf(Node &node) {
  Value x = getReal(node);
  Type boolean = IntegerType::get(node.getContext(), 1);
  return {node.createAs<dlc::IsInfOp>(
      node.typeLike(x, boolean), x,
      node.getIntAttribute("detect_negative", 1) != 0,
      node.getIntAttribute("detect_positive", 1) != 0)};
}

//===----------------------------------------------------------------------===//
// Casts
//===----------------------------------------------------------------------===//

/// The number of the type that a Cast names; before opset 6 it has the name.
static int64_t getCastTarget(Node &node) {
  if (node.getOpset() >= 6)
    return node.getIntAttribute("to", 0);
  onnx::TensorProto::DataType type = onnx::TensorProto::UNDEFINED;
  StringRef name = node.getStringAttribute("to", "");
  if (!onnx::TensorProto::DataType_Parse(name.upper(), &type))
    node.error("attribute 'to' names no element type: " + quote(name));
  return type;
}

/// Converts as the attributes say.
static Values castAs(Node &node, Type type) {
  std::optional<dlc::RoundMode> roundMode =
      dlc::symbolizeRoundMode(node.getStringAttribute("round_mode", "up"));
  if (!roundMode)
    return node.error("attribute 'round_mode' must be up, down or nearest");
  Value x = node.getInput(0);
  return {node.createAs<dlc::CastOp>(node.typeLike(x, type), x,
                                     node.getIntAttribute("saturate", 1) != 0,
                                     *roundMode)};
}

/// The type in the attribute `to`; null if there is none.
static Type getTargetType(Node &node) {
  if (!node.requireAttribute("to"))
    return {};
  int64_t target = getCastTarget(node);
  if (node.hasFailed())
    return {};
  llvm::Expected<Type> type = getElementType(target, node.getContext());
  if (type)
    return *type;
  node.error(llvm::toString(type.takeError()));
  return {};
}

static Values importCast(Node &node) {
  Type type = getTargetType(node);
  return type ? castAs(node, type) : Values();
}

static Values importCastLike(Node &node) {
  return castAs(node, elementTypeOf(node.getInput(1)));
}

static Values importBitCast(Node &node) {
  Value x = node.getInput(0);
  Type type = getTargetType(node);
  if (!type)
    return {};
  return {node.createAs<dlc::BitCastOp>(node.typeLike(x, type), x)};
}

//===----------------------------------------------------------------------===//
// Clip
//===----------------------------------------------------------------------===//

/// A bound as a scalar; null if there is none.
static Value getClipBound(Node &node, unsigned input, StringRef attribute) {
  Type elementType = elementTypeOf(node.getInput(0));
  if (node.getOpset() < 11) {
    if (!node.hasAttribute(attribute))
      return {};
    return node.scalar(node.getFloatAttribute(attribute, 0), elementType);
  }
  Value bound = node.getInput(input);
  if (!bound)
    return {};
  if (!llvm::all_of(shapeOf(bound), [](int64_t size) { return size == 1; }))
    node.error("'" + attribute + "' must be a scalar");
  return node.reshape(bound, {});
}

static Values importClip(Node &node) {
  Value low = getClipBound(node, 1, "min");
  Value high = getClipBound(node, 2, "max");
  if (!low && !high)
    return {node.getInput(0)};
  return {node.create<dlc::ClipOp>(node.getInput(0), low, high)};
}

//===----------------------------------------------------------------------===//
// Binary, ternary, variadic
//===----------------------------------------------------------------------===//

/// The second operand with dimensions of 1 behind its own, so that these lie at
/// `axis` of the first one's, as operands broadcast before opset 7.
static Value alignAt(Node &node, int64_t axis, Value a, Value b) {
  int64_t behind = rankOf(a) - axis - rankOf(b);
  if (axis < 0 || behind < 0) {
    node.error("attribute 'axis' is " + Twine(axis) +
               ", but the operands have " + Twine(rankOf(a)) + " and " +
               Twine(rankOf(b)) + " dimensions");
    return {};
  }
  Shape shape = dimsOf(b);
  shape.append(behind, Dim(1));
  return node.reshape(b, shape);
}

template <typename OpTy> static Values importBinary(Node &node) {
  Value a = node.getInput(0), b = node.getInput(1);
  // Until then operands broadcast only where the attribute says so; what is
  // written without it has equal shapes.
  if (node.getOpset() < 7 && node.getIntAttribute("broadcast", 0) != 0 &&
      node.hasAttribute("axis") && rankOf(b) != 0)
    b = alignAt(node, node.getIntAttribute("axis", 0), a, b);
  return {node.create<OpTy>(a, b)};
}

template <typename OpTy> static Values importVariadic(Node &node) {
  Value result = node.getInput(0);
  for (auto [i, input] : llvm::enumerate(node.getInputs().drop_front())) {
    if (!input)
      return node.error("input " + Twine(i + 1) + " is missing");
    result = node.create<OpTy>(result, input);
  }
  return {result};
}

static Values importMean(Node &node) {
  Values sum = importVariadic<dlc::AddOp>(node);
  if (node.hasFailed())
    return {};
  double count = node.getInputs().size();
  return {node.div(sum[0], node.scalar(count, elementTypeOf(sum[0])))};
}

static Values importMod(Node &node) {
  return {node.create<dlc::ModOp>(node.getInput(0), node.getInput(1),
                                  node.getIntAttribute("fmod", 0) != 0)};
}

static Values importBitShift(Node &node) {
  StringRef direction = node.getStringAttribute("direction", "");
  if (direction != "LEFT" && direction != "RIGHT")
    return node.error("attribute 'direction' must be LEFT or RIGHT");
  return {node.create<dlc::BitShiftOp>(node.getInput(0), node.getInput(1),
                                       direction == "RIGHT")};
}

static Values importPRelu(Node &node) {
  Value x = node.getInput(0), slope = node.getInput(1);
  // Before opset 7 a vector has one number for each channel.
  if (node.getOpset() < 7 && rankOf(slope) == 1 && rankOf(x) > 2 &&
      shapeOf(slope)[0] != 1)
    slope = alignAt(node, 1, x, slope);
  Value y = node.create<dlc::PReluOp>(x, slope);
  if (y && y.getType() != x.getType())
    return node.error("the slope doesn't broadcast to the input's shape");
  return {y};
}

static Values importSwiGLU(Node &node) {
  Value a = node.getInput(0), b = node.getInput(1);
  if (elementTypeOf(a) != elementTypeOf(b))
    return node.error("A and B must have one element type");
  if (rankOf(a) != rankOf(b))
    return node.error("A and B must have the same shape");
  // Nothing broadcasts.
  b = node.checkSizes(b, dimsOf(a));
  Value gate = node.keepType<dlc::SwishOp>(
      a, APFloat(node.getFloatAttribute("alpha", 1.0)));
  return {node.mul(gate, b)};
}

static Values importWhere(Node &node) {
  return {node.create<dlc::WhereOp>(node.getInput(0), node.getInput(1),
                                    node.getInput(2))};
}

//===----------------------------------------------------------------------===//
// Registration
//===----------------------------------------------------------------------===//

static void registerUnaryOps(OpRegistry &registry) {
  registry.add("Abs", 1, importUnary<dlc::AbsOp>);
  registry.add("Neg", 1, importUnary<dlc::NegOp>);
  registry.add("Sign", 1, importUnary<dlc::SignOp>);
  registry.add("Exp", 1, importUnary<dlc::ExpOp>);
  registry.add("Log", 1, importUnary<dlc::LogOp>);
  registry.add("Sqrt", 1, importUnary<dlc::SqrtOp>);
  registry.add("Reciprocal", 1, importUnary<dlc::ReciprocalOp>);
  registry.add("Floor", 1, importUnary<dlc::FloorOp>);
  registry.add("Ceil", 1, importUnary<dlc::CeilOp>);
  registry.add("Round", 1, importUnary<dlc::RoundOp>);
  registry.add("Sin", 1, importUnary<dlc::SinOp>);
  registry.add("Cos", 1, importUnary<dlc::CosOp>);
  registry.add("Tan", 1, importUnary<dlc::TanOp>);
  registry.add("Asin", 1, importUnary<dlc::AsinOp>);
  registry.add("Acos", 1, importUnary<dlc::AcosOp>);
  registry.add("Atan", 1, importUnary<dlc::AtanOp>);
  registry.add("Sinh", 1, importUnary<dlc::SinhOp>);
  registry.add("Cosh", 1, importUnary<dlc::CoshOp>);
  registry.add("Tanh", 1, importUnary<dlc::TanhOp>);
  registry.add("Asinh", 1, importUnary<dlc::AsinhOp>);
  registry.add("Acosh", 1, importUnary<dlc::AcoshOp>);
  registry.add("Atanh", 1, importUnary<dlc::AtanhOp>);
  registry.add("Erf", 1, importUnary<dlc::ErfOp>);
  registry.add("Sigmoid", 1, importUnary<dlc::SigmoidOp>);
  registry.add("Relu", 1, importUnary<dlc::ReluOp>);
  registry.add("Softplus", 1, importUnary<dlc::SoftplusOp>);
  registry.add("Softsign", 1, importUnary<dlc::SoftsignOp>);
  registry.add("HardSwish", 1, importUnary<dlc::HardSwishOp>);
  registry.add("Mish", 1, importUnary<dlc::MishOp>);
  registry.add("Not", 1, importUnary<dlc::NotOp>);
  registry.add("BitwiseNot", 1, importUnary<dlc::BitwiseNotOp>);
  registry.add("LeakyRelu", 1, importWithAlpha<dlc::LeakyReluOp, 1>);
  registry.add("Elu", 1, importWithAlpha<dlc::EluOp, 100>);
  registry.add("Celu", 1, importWithAlpha<dlc::CeluOp, 100>);
  registry.add("ThresholdedRelu", 1,
               importWithAlpha<dlc::ThresholdedReluOp, 100>);
  registry.add("Swish", 1, importWithAlpha<dlc::SwishOp, 100>);
  registry.add("Selu", 1, importSelu);
  registry.add("HardSigmoid", 1, importHardSigmoid);
  registry.add("Shrink", 1, importShrink);
  registry.add("Gelu", 1, importGelu);
  registry.add("IsNaN", 1, importIsNaN);
  registry.add("IsInf", 1, importIsInf);
}

void dlc::onnximport::registerElementwiseOps(OpRegistry &registry) {
  registerUnaryOps(registry);
  registry.add("Cast", 1, importCast);
  registry.add("CastLike", 2, importCastLike);
  registry.add("BitCast", 1, importBitCast);
  registry.add("Clip", 1, 3, importClip);
  registry.add("Add", 2, importBinary<dlc::AddOp>);
  registry.add("Sub", 2, importBinary<dlc::SubOp>);
  registry.add("Mul", 2, importBinary<dlc::MulOp>);
  registry.add("Div", 2, importBinary<dlc::DivOp>);
  registry.add("Pow", 2, importBinary<dlc::PowOp>);
  registry.add("And", 2, importBinary<dlc::AndOp>);
  registry.add("Or", 2, importBinary<dlc::OrOp>);
  registry.add("Xor", 2, importBinary<dlc::XorOp>);
  registry.add("BitwiseAnd", 2, importBinary<dlc::BitwiseAndOp>);
  registry.add("BitwiseOr", 2, importBinary<dlc::BitwiseOrOp>);
  registry.add("BitwiseXor", 2, importBinary<dlc::BitwiseXorOp>);
  registry.add("Equal", 2, importBinary<dlc::EqualOp>);
  registry.add("Less", 2, importBinary<dlc::LessOp>);
  registry.add("LessOrEqual", 2, importBinary<dlc::LessEqualOp>);
  registry.add("Greater", 2, importBinary<dlc::GreaterOp>);
  registry.add("GreaterOrEqual", 2, importBinary<dlc::GreaterEqualOp>);
  registry.add("Sum", 1, OpRegistry::anyNumber, importVariadic<dlc::AddOp>);
  registry.add("Max", 1, OpRegistry::anyNumber, importVariadic<dlc::MaxOp>);
  registry.add("Min", 1, OpRegistry::anyNumber, importVariadic<dlc::MinOp>);
  registry.add("Mean", 1, OpRegistry::anyNumber, importMean);
  registry.add("Mod", 2, importMod);
  registry.add("BitShift", 2, importBitShift);
  registry.add("PRelu", 2, importPRelu);
  registry.add("SwiGLU", 2, importSwiGLU);
  registry.add("Where", 3, importWhere);
}
