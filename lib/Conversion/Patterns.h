//===- Patterns.h - The pattern sets of the lowering ------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One function per op family, and the pattern class that they share.
//
//===----------------------------------------------------------------------===//

#ifndef LIB_CONVERSION_PATTERNS_H
#define LIB_CONVERSION_PATTERNS_H

#include "dialects/dlc/DLCDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/Transforms/DialectConversion.h"

namespace dlc {

void populateAttentionPatterns(const mlir::TypeConverter &converter,
                               mlir::RewritePatternSet &patterns);
void populateConstantPatterns(const mlir::TypeConverter &converter,
                              mlir::RewritePatternSet &patterns);
void populateContractionPatterns(const mlir::TypeConverter &converter,
                                 mlir::RewritePatternSet &patterns);
void populateElementwisePatterns(const mlir::TypeConverter &converter,
                                 mlir::RewritePatternSet &patterns);
void populateIndexingPatterns(const mlir::TypeConverter &converter,
                              mlir::RewritePatternSet &patterns);
void populateNonMaxSuppressionPatterns(const mlir::TypeConverter &converter,
                                       mlir::RewritePatternSet &patterns);
void populateNormalizationPatterns(const mlir::TypeConverter &converter,
                                   mlir::RewritePatternSet &patterns);
void populatePoolingPatterns(const mlir::TypeConverter &converter,
                             mlir::RewritePatternSet &patterns);
void populateQuantizationPatterns(const mlir::TypeConverter &converter,
                                  mlir::RewritePatternSet &patterns);
void populateRandomPatterns(const mlir::TypeConverter &converter,
                            mlir::RewritePatternSet &patterns);
void populateReductionPatterns(const mlir::TypeConverter &converter,
                               mlir::RewritePatternSet &patterns);
void populateResamplingPatterns(const mlir::TypeConverter &converter,
                                mlir::RewritePatternSet &patterns);
void populateRoiPoolingPatterns(const mlir::TypeConverter &converter,
                                mlir::RewritePatternSet &patterns);
void populateSamplePatterns(const mlir::TypeConverter &converter,
                            mlir::RewritePatternSet &patterns);
void populateSelectionPatterns(const mlir::TypeConverter &converter,
                               mlir::RewritePatternSet &patterns);
void populateShapePatterns(const mlir::TypeConverter &converter,
                           mlir::RewritePatternSet &patterns);
void populateSparsePatterns(const mlir::TypeConverter &converter,
                            mlir::RewritePatternSet &patterns);
void populateStoragePatterns(const mlir::TypeConverter &converter,
                             mlir::RewritePatternSet &patterns);
void populateTopKPatterns(const mlir::TypeConverter &converter,
                          mlir::RewritePatternSet &patterns);

/// Lowers an op of one result by a plain function, from the op (whose types
/// still tell signed from unsigned) and its converted operands to the value
/// that replaces the result. A null value means that the op can't be lowered.
template <typename OpTy>
class FunctionLowering : public mlir::OpConversionPattern<OpTy> {
public:
  using Function = mlir::Value (*)(OpTy, typename OpTy::Adaptor,
                                   mlir::ImplicitLocOpBuilder &);

  FunctionLowering(const mlir::TypeConverter &converter,
                   mlir::MLIRContext *context, Function lower)
      : mlir::OpConversionPattern<OpTy>(converter, context), lower(lower) {}

  llvm::LogicalResult
  matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                  mlir::ConversionPatternRewriter &rewriter) const override {
    mlir::ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    mlir::Value result = lower(op, adaptor, b);
    if (!result)
      return mlir::failure();
    rewriter.replaceOp(op, result);
    return mlir::success();
  }

private:
  Function lower;
};

template <typename OpTy>
void addLowering(const mlir::TypeConverter &converter,
                 mlir::RewritePatternSet &patterns,
                 typename FunctionLowering<OpTy>::Function lower) {
  patterns.add<FunctionLowering<OpTy>>(converter, patterns.getContext(), lower);
}

} // namespace dlc

#endif // LIB_CONVERSION_PATTERNS_H
