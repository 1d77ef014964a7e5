//===- DLCDialect.cpp - The dlc dialect -----------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/DLCDialect.h"

#include "dialects/dlc/Constant.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dlc;

#include "dialects/dlc/DLCDialect.cpp.inc"
#include "dialects/dlc/DLCEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/dlc/DLCAttributes.cpp.inc"

LogicalResult DLCDialect::verifyOperationAttribute(Operation *op,
                                                   NamedAttribute attribute) {
  if (attribute.getName() != "dlc.symbols")
    return success();
  auto symbols = dyn_cast<ArrayAttr>(attribute.getValue());
  if (!symbols || symbols.size() > DimsAttr::maxSymbols)
    return op->emitError("'dlc.symbols' must be an array of at most ")
           << DimsAttr::maxSymbols << " symbols";
  bool isComputed = false;
  for (Attribute entry : symbols) {
    auto symbol = dyn_cast<SymbolAttr>(entry);
    if (symbol && symbol.isComputed() && symbol.getMost().getDims().size() != 1)
      return op->emitError("'dlc.symbols' has a computed size without one "
                           "upper bound: ")
             << entry;
    if (symbol && isComputed && !symbol.isComputed())
      return op->emitError("'dlc.symbols' has a size that calls choose behind "
                           "computed ones: ")
             << entry;
    isComputed |= symbol && symbol.isComputed();
    if (!symbol || symbol.getMin() < 0 ||
        symbol.getMin() > symbol.getLikely() ||
        symbol.getLikely() > symbol.getMax())
      return op->emitError("'dlc.symbols' has an entry that is no symbol with "
                           "0 <= least <= likely <= largest size: ")
             << entry;
  }
  return success();
}

void DLCDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/dlc/DLCAttributes.cpp.inc"
      >();
  addConstantOps();
  addContractionOps();
  addElementwiseOps();
  addIndexingOps();
  addNormalizationOps();
  addPoolingOps();
  addQuantizationOps();
  addRandomOps();
  addRecurrenceOps();
  addReductionOps();
  addResamplingOps();
  addSelectionOps();
  addShapeOps();
  addSparseOps();
  addStorageOps();
}
