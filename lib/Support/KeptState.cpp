//===- KeptState.cpp - What a model keeps between calls -------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Support/KeptState.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace dlc;

unsigned KeptState::getBeforeSymbol() const {
  return cast<AffineSymbolExpr>(before).getPosition();
}

unsigned KeptState::getRoomSymbol() const {
  return cast<AffineSymbolExpr>(room).getPosition();
}

DictionaryAttr KeptState::toAttr(MLIRContext *context,
                                 unsigned numSymbols) const {
  Builder builder(context);
  SmallVector<NamedAttribute> entries = {
      builder.getNamedAttr("result", builder.getI64IntegerAttr(result))};
  if (grows()) {
    entries.push_back(
        builder.getNamedAttr("axis", builder.getI64IntegerAttr(axis)));
    entries.push_back(builder.getNamedAttr(
        "lengths", AffineMapAttr::get(AffineMap::get(
                       0, numSymbols, {before, after, room}, context))));
  }
  return builder.getDictionaryAttr(entries);
}

/// Reads the entries of a state that grows; false if they make no sense for an
/// argument of `rank` dimensions.
static bool readGrowth(DictionaryAttr attr, int64_t rank, KeptState &state) {
  auto axis = attr.getAs<IntegerAttr>("axis");
  auto lengths = attr.getAs<AffineMapAttr>("lengths");
  if (!axis && !lengths)
    return true;
  if (!axis || !lengths || lengths.getValue().getNumDims() != 0 ||
      lengths.getValue().getNumResults() != 3)
    return false;
  state.axis = axis.getInt();
  state.before = lengths.getValue().getResult(0);
  state.after = lengths.getValue().getResult(1);
  state.room = lengths.getValue().getResult(2);
  return state.axis >= 0 && state.axis < rank &&
         isa<AffineSymbolExpr>(state.before) &&
         isa<AffineSymbolExpr>(state.room);
}

FailureOr<std::optional<KeptState>> KeptState::get(FunctionOpInterface function,
                                                   unsigned argument) {
  Attribute attr = function.getArgAttr(argument, kStateAttrName);
  if (!attr)
    return std::optional<KeptState>();
  KeptState state;
  auto dictionary = dyn_cast<DictionaryAttr>(attr);
  auto result =
      dictionary ? dictionary.getAs<IntegerAttr>("result") : IntegerAttr();
  auto type = dyn_cast<ShapedType>(function.getArgumentTypes()[argument]);
  if (!result || !type || !type.hasRank() || result.getInt() < 0 ||
      !readGrowth(dictionary, type.getRank(), state)) {
    function.emitError("argument ")
        << argument << " has a malformed '" << kStateAttrName << "'";
    return failure();
  }
  state.result = result.getInt();
  return std::optional<KeptState>(state);
}
