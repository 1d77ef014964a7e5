//===- Constant.cpp - Lowering of constants -------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoweringUtils.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#include "dialects/dlc/Constant.h"

using namespace mlir;

/// The same elements under a signless type; a resource's blob isn't touched.
static Value lowerConstant(dlc::ConstantOp op, dlc::ConstantOp::Adaptor,
                           ImplicitLocOpBuilder &b) {
  RankedTensorType type = dlc::signlessType(op.getY());
  ElementsAttr value = op.getValue();
  if (value.getType() == type)
    return arith::ConstantOp::create(b, value);
  if (auto dense = dyn_cast<DenseElementsAttr>(value))
    return arith::ConstantOp::create(b, dense.bitcast(type.getElementType()));
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value))
    return arith::ConstantOp::create(
        b, cast<TypedAttr>(static_cast<Attribute>(
               DenseResourceElementsAttr::get(type, resource.getRawHandle()))));
  op.emitOpError("has a value of a kind that can't be lowered");
  return nullptr;
}

void dlc::populateConstantPatterns(const TypeConverter &converter,
                                   RewritePatternSet &patterns) {
  addLowering<ConstantOp>(converter, patterns, lowerConstant);
}
