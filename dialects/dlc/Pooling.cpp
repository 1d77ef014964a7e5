//===- Pooling.cpp - Pooling over spatial windows -------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/Pooling.h"

#include "dialects/dlc/TypeInference.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace dlc;

#define GET_OP_CLASSES
#include "dialects/dlc/Pooling.cpp.inc"

void DLCDialect::addPoolingOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/dlc/Pooling.cpp.inc"
      >();
}

/// Both poolings give the same shape.
template <typename Adaptor>
static LogicalResult inferPool(MaybeLocation location, Adaptor adaptor,
                               TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  ArrayRef<int64_t> kernel = adaptor.getKernel();
  Windows windows{adaptor.getStrides(), adaptor.getPads(),
                  adaptor.getDilations()};
  int64_t block = adaptor.getBlock();
  if (failed(windows.check(location, kernel.size())) ||
      failed(checkAtLeast(location, "kernel", kernel, 1)) ||
      failed(checkAtLeast(location, "block", {block}, 0)) ||
      failed(checkRank(location, "x", x, kernel.size() + 2 + (block > 0))))
    return failure();
  Shape shape = getDims(x);
  if (block > 0 && !sizesAgree(shape.back(), block))
    return emitOptionalError(location, "the input's block is ",
                             shape.back().getText(), ", expected ", block);
  for (size_t i = 0; i < kernel.size(); ++i) {
    FailureOr<Dim> size = windows.count(location, i, shape[2 + i], kernel[i],
                                        adaptor.getCeilMode());
    if (failed(size))
      return failure();
    shape[2 + i] = *size;
  }
  return appendTensor(location, shape, x.getElementType(), types);
}

LogicalResult MaxPoolOp::inferReturnTypes(MLIRContext *context,
                                          MaybeLocation location,
                                          Adaptor adaptor, TypeVector &types) {
  return inferPool(location, adaptor, types);
}

LogicalResult AvgPoolOp::inferReturnTypes(MLIRContext *context,
                                          MaybeLocation location,
                                          Adaptor adaptor, TypeVector &types) {
  return inferPool(location, adaptor, types);
}
