//===- DLCToLinalg.cpp - dlc to linalg on tensors -------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoweringUtils.h"
#include "PackedArguments.h"
#include "Patterns.h"
#include "SymbolicSizes.h"
#include "dlc/Conversion/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace dlc {
#define GEN_PASS_DEF_CONVERTDLCTOLINALGPASS
#include "dlc/Conversion/Passes.h.inc"
} // namespace dlc

using namespace mlir;

/// Names the first op with a size of which nothing is known; the patterns need
/// all sizes as numbers or expressions.
static LogicalResult checkKnown(ModuleOp module) {
  auto isUnknown = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && !dlc::areKnown(dlc::getDims(tensor));
  };
  WalkResult result = module.walk([&](Operation *op) {
    if (!isa_and_nonnull<dlc::DLCDialect>(op->getDialect()))
      return WalkResult::advance();
    if (llvm::none_of(op->getOperandTypes(), isUnknown) &&
        llvm::none_of(op->getResultTypes(), isUnknown))
      return WalkResult::advance();
    op->emitOpError("has a dynamic dimension that is no expression of the "
                    "model's open sizes: give the model's inputs their sizes");
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

namespace {

/// Scalars of tensors, and tensors of scalars: a tensor of one element is a
/// fill, which its readers take in.
struct ExtractLowering : OpConversionPattern<tensor::ExtractOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(tensor::ExtractOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<tensor::ExtractOp>(op, adaptor.getTensor(),
                                                   adaptor.getIndices());
    return success();
  }
};

struct FromElementsLowering : OpConversionPattern<tensor::FromElementsOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(tensor::FromElementsOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (adaptor.getElements().size() != 1)
      return rewriter.notifyMatchFailure(op, "more than one element");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    rewriter.replaceOp(op, dlc::createFilled(b, dlc::signlessType(op),
                                             adaptor.getElements().front()));
    return success();
  }
};

struct ConvertDLCToLinalg
    : dlc::impl::ConvertDLCToLinalgPassBase<ConvertDLCToLinalg> {
  void runOnOperation() override {
    SmallVector<dlc::SizeCheck> checks;
    if (failed(checkKnown(getOperation())) ||
        failed(dlc::writeSizeChecks(getOperation(), checks)))
      return signalPassFailure();
    SmallVector<func::FuncOp> functions(getOperation().getOps<func::FuncOp>());
    for (func::FuncOp function : functions) {
      dlc::addSymbolArguments(function);
      if (function.getName() == "main")
        dlc::packArguments(function);
      if (failed(dlc::lowerDefinitions(function, checks)))
        return signalPassFailure();
    }

    TypeConverter converter;
    converter.addConversion([](Type type) { return dlc::signless(type); });

    ConversionTarget target(getContext());
    target.addLegalDialect<arith::ArithDialect, cf::ControlFlowDialect,
                           linalg::LinalgDialect, math::MathDialect,
                           tensor::TensorDialect>();
    target.addDynamicallyLegalOp<tensor::ExtractOp>(
        [&](Operation *op) { return converter.isLegal(op); });
    target.addIllegalOp<tensor::FromElementsOp>();
    target.addLegalOp<ModuleOp>();
    target.addDynamicallyLegalOp<func::FuncOp>([&](func::FuncOp op) {
      return converter.isSignatureLegal(op.getFunctionType()) &&
             converter.isLegal(&op.getBody());
    });
    target.addDynamicallyLegalOp<func::ReturnOp, func::CallOp>(
        [&](Operation *op) { return converter.isLegal(op); });

    RewritePatternSet patterns(&getContext());
    patterns.add<ExtractLowering, FromElementsLowering>(converter,
                                                        &getContext());
    scf::populateSCFStructuralTypeConversionsAndLegality(converter, patterns,
                                                         target);
    dlc::populateAttentionPatterns(converter, patterns);
    dlc::populateConstantPatterns(converter, patterns);
    dlc::populateContractionPatterns(converter, patterns);
    dlc::populateElementwisePatterns(converter, patterns);
    dlc::populateIndexingPatterns(converter, patterns);
    dlc::populateNormalizationPatterns(converter, patterns);
    dlc::populatePoolingPatterns(converter, patterns);
    dlc::populateQuantizationPatterns(converter, patterns);
    dlc::populateRandomPatterns(converter, patterns);
    dlc::populateReductionPatterns(converter, patterns);
    dlc::populateResamplingPatterns(converter, patterns);
    dlc::populateRoiPoolingPatterns(converter, patterns);
    dlc::populateSamplePatterns(converter, patterns);
    dlc::populateSelectionPatterns(converter, patterns);
    dlc::populateShapePatterns(converter, patterns);
    dlc::populateSparsePatterns(converter, patterns);
    dlc::populateStoragePatterns(converter, patterns);
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns,
                                                                   converter);
    populateReturnOpTypeConversionPattern(patterns, converter);
    populateCallOpTypeConversionPattern(patterns, converter);

    ConversionConfig config;
    config.allowPatternRollback = false;
    if (failed(applyFullConversion(getOperation(), target, std::move(patterns),
                                   config)))
      return signalPassFailure();
    for (func::FuncOp function : functions) {
      dlc::dropDims(function);
      if (failed(dlc::replaceComputedArguments(function)))
        return signalPassFailure();
    }
  }
};

} // namespace
