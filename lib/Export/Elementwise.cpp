//===- Elementwise.cpp - Elementwise ops to ONNX --------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Exporter.h"

#include "dialects/dlc/Elementwise.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::onnxexport;

/// x * sigmoid(alpha * x); Swish itself came with opset 24.
static LogicalResult exportSwish(SwishOp op, Exporter &exporter) {
  std::string x = exporter.name(op.getX()), scaled = x;
  double alpha = op.getAlpha().convertToDouble();
  if (alpha != 1.0)
    scaled =
        exporter
            .addStep(op, "Mul",
                     {x, exporter.scalar(alpha, op.getType().getElementType())})
            .getOutput();
  std::string gate = exporter.addStep(op, "Sigmoid", {scaled}).getOutput();
  exporter.add(op, "Mul", {x, gate});
  return success();
}

static LogicalResult exportClip(ClipOp op, Exporter &exporter) {
  exporter.add(op, "Clip",
               {exporter.name(op.getX()), exporter.name(op.getLow()),
                exporter.name(op.getHigh())});
  return success();
}

static LogicalResult exportCast(CastOp op, Exporter &exporter) {
  Type to = op.getType().getElementType();
  NodeRef node = exporter.add(op, "Cast", exporter.operands(op))
                     .set("to", int64_t(getDType(to)));
  if (!op.getSaturate() && isNarrowFloat(to))
    node.set("saturate", false);
  if (isa<Float8E8M0FNUType>(to))
    node.set("round_mode", stringifyRoundMode(op.getRoundMode()));
  return success();
}

static LogicalResult exportBitCast(BitCastOp op, Exporter &exporter) {
  exporter.add(op, "BitCast", exporter.operands(op))
      .set("to", int64_t(getDType(op.getType().getElementType())));
  return success();
}

static LogicalResult exportPRelu(PReluOp op, Exporter &exporter) {
  if (op.getA().getType() != op.getType())
    return op.emitError("ONNX's PRelu broadcasts the slope only");
  exporter.add(op, "PRelu", exporter.operands(op));
  return success();
}

static LogicalResult exportMod(ModOp op, Exporter &exporter) {
  bool isFloat = isa<FloatType>(op.getType().getElementType());
  if (isFloat && !op.getFmod())
    return op.emitError("ONNX's Mod of floats has the sign of the dividend");
  exporter.add(op, "Mod", exporter.operands(op)).set("fmod", op.getFmod());
  return success();
}

static LogicalResult exportSelu(SeluOp op, Exporter &exporter) {
  exporter.add(op, "Selu", exporter.operands(op))
      .set("alpha", op.getAlpha())
      .set("gamma", op.getGamma());
  return success();
}

static LogicalResult exportHardSigmoid(HardSigmoidOp op, Exporter &exporter) {
  exporter.add(op, "HardSigmoid", exporter.operands(op))
      .set("alpha", op.getAlpha())
      .set("beta", op.getBeta());
  return success();
}

static LogicalResult exportShrink(ShrinkOp op, Exporter &exporter) {
  exporter.add(op, "Shrink", exporter.operands(op))
      .set("bias", op.getBias())
      .set("lambd", op.getLambd());
  return success();
}

static LogicalResult exportGelu(GeluOp op, Exporter &exporter) {
  exporter.add(op, "Gelu", exporter.operands(op))
      .set("approximate",
           StringRef(op.getTanhApproximation() ? "tanh" : "none"));
  return success();
}

static LogicalResult exportIsInf(IsInfOp op, Exporter &exporter) {
  exporter.add(op, "IsInf", exporter.operands(op))
      .set("detect_negative", op.getDetectNegative())
      .set("detect_positive", op.getDetectPositive());
  return success();
}

static LogicalResult exportBitShift(BitShiftOp op, Exporter &exporter) {
  exporter.add(op, "BitShift", exporter.operands(op))
      .set("direction", StringRef(op.getRight() ? "RIGHT" : "LEFT"));
  return success();
}

static void registerUnaryOps(OpRegistry &registry) {
  registry.addPlain<AbsOp>("Abs");
  registry.addPlain<NegOp>("Neg");
  registry.addPlain<SignOp>("Sign");
  registry.addPlain<ExpOp>("Exp");
  registry.addPlain<LogOp>("Log");
  registry.addPlain<SqrtOp>("Sqrt");
  registry.addPlain<ReciprocalOp>("Reciprocal");
  registry.addPlain<FloorOp>("Floor");
  registry.addPlain<CeilOp>("Ceil");
  registry.addPlain<RoundOp>("Round");
  registry.addPlain<SinOp>("Sin");
  registry.addPlain<CosOp>("Cos");
  registry.addPlain<TanOp>("Tan");
  registry.addPlain<AsinOp>("Asin");
  registry.addPlain<AcosOp>("Acos");
  registry.addPlain<AtanOp>("Atan");
  registry.addPlain<SinhOp>("Sinh");
  registry.addPlain<CoshOp>("Cosh");
  registry.addPlain<TanhOp>("Tanh");
  registry.addPlain<AsinhOp>("Asinh");
  registry.addPlain<AcoshOp>("Acosh");
  registry.addPlain<AtanhOp>("Atanh");
  registry.addPlain<ErfOp>("Erf");
  registry.addPlain<SigmoidOp>("Sigmoid");
  registry.addPlain<ReluOp>("Relu");
  registry.addPlain<SoftplusOp>("Softplus");
  registry.addPlain<SoftsignOp>("Softsign");
  registry.addPlain<HardSwishOp>("HardSwish");
  registry.addPlain<MishOp>("Mish");
  registry.addPlain<NotOp>("Not");
  registry.addPlain<BitwiseNotOp>("BitwiseNot");
  registry.addPlain<IsNaNOp>("IsNaN");
  registry.addWithAlpha<LeakyReluOp>("LeakyRelu");
  registry.addWithAlpha<EluOp>("Elu");
  registry.addWithAlpha<CeluOp>("Celu");
  registry.addWithAlpha<ThresholdedReluOp>("ThresholdedRelu");
  registry.add(exportSelu);
  registry.add(exportHardSigmoid);
  registry.add(exportShrink);
  registry.add(exportSwish);
  registry.add(exportGelu);
  registry.add(exportClip);
  registry.add(exportCast);
  registry.add(exportBitCast);
  registry.add(exportIsInf);
}

void dlc::onnxexport::registerElementwiseOps(OpRegistry &registry) {
  registerUnaryOps(registry);
  registry.addPlain<AddOp>("Add");
  registry.addPlain<SubOp>("Sub");
  registry.addPlain<MulOp>("Mul");
  registry.addPlain<DivOp>("Div");
  registry.addPlain<MinOp>("Min");
  registry.addPlain<MaxOp>("Max");
  registry.addPlain<PowOp>("Pow");
  registry.addPlain<BitwiseAndOp>("BitwiseAnd");
  registry.addPlain<BitwiseOrOp>("BitwiseOr");
  registry.addPlain<BitwiseXorOp>("BitwiseXor");
  registry.addPlain<AndOp>("And");
  registry.addPlain<OrOp>("Or");
  registry.addPlain<XorOp>("Xor");
  registry.addPlain<EqualOp>("Equal");
  registry.addPlain<LessOp>("Less");
  registry.addPlain<LessEqualOp>("LessOrEqual");
  registry.addPlain<GreaterOp>("Greater");
  registry.addPlain<GreaterEqualOp>("GreaterOrEqual");
  registry.addPlain<WhereOp>("Where");
  registry.add(exportMod);
  registry.add(exportPRelu);
  registry.add(exportBitShift);
}
