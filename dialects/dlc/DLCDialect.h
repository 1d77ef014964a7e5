//===- DLCDialect.h - The dlc dialect ---------------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_DLC_DLCDIALECT_H
#define DIALECTS_DLC_DLCDIALECT_H

#include "dialects/dlc/Dim.h"
#include "dlc/Support/ElementType.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/dlc/DLCDialect.h.inc"
#include "dialects/dlc/DLCEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/dlc/DLCAttributes.h.inc"

#include "dialects/dlc/DLCInterfaces.h.inc"

namespace dlc {

namespace OpTrait {
/// One result element depends on one element of each operand, after NumPy
/// broadcasting.
template <typename ConcreteType>
class ElementwiseTrait
    : public mlir::OpTrait::TraitBase<ConcreteType, ElementwiseTrait> {};

// Facts about what an op computes: DLCBase.td defines them.
template <typename ConcreteType>
class KeepsZero : public mlir::OpTrait::TraitBase<ConcreteType, KeepsZero> {};
template <typename ConcreteType>
class KeepsFinite : public mlir::OpTrait::TraitBase<ConcreteType, KeepsFinite> {
};
template <typename ConcreteType>
class Homogeneous : public mlir::OpTrait::TraitBase<ConcreteType, Homogeneous> {
};
template <typename ConcreteType>
class SelectsElements
    : public mlir::OpTrait::TraitBase<ConcreteType, SelectsElements> {};
} // namespace OpTrait

/// True if the declared types contradict none of the inferred dimensions.
bool areCompatibleTypes(mlir::TypeRange inferred, mlir::TypeRange declared);

/// Infers the tensor type of `elementType` whose shape is that of `operands`
/// broadcast together as NumPy does; fails where they don't broadcast.
llvm::LogicalResult
inferBroadcastType(std::optional<mlir::Location> location,
                   mlir::ValueRange operands, mlir::Type elementType,
                   llvm::SmallVectorImpl<mlir::Type> &types);

} // namespace dlc

#endif // DIALECTS_DLC_DLCDIALECT_H
