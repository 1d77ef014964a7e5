//===- Microsoft.h - Parts of ops of com.microsoft --------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_IMPORT_MICROSOFT_H
#define DLC_LIB_IMPORT_MICROSOFT_H

#include "OpRegistry.h"

namespace dlc::onnximport {

// One file for each family of ops.
void registerMicrosoftAttentionOps(OpRegistry &registry);
void registerMicrosoftFusedOps(OpRegistry &registry);
void registerMicrosoftGroupQuery(OpRegistry &registry);
void registerMicrosoftQuantizationOps(OpRegistry &registry);
void registerMicrosoftWeightOps(OpRegistry &registry);

/// Images with their channels last, as convolutions and poolings have them, and
/// the inverse.
mlir::Value channelsFirst(Node &node, mlir::Value x);
mlir::Value channelsLast(Node &node, mlir::Value x);

/// The factor of the scores of queries, whose last dimension is a head's size;
/// an attribute of 0 stands for the usual one.
double getAttentionScale(Node &node, mlir::Value q);
/// Rows of a table of angles for positions, batch x tokens, as batch x tokens x
/// 1 x pairs.
mlir::Value lookUpAngles(Node &node, mlir::Value table, mlir::Value positions);

} // namespace dlc::onnximport

#endif // DLC_LIB_IMPORT_MICROSOFT_H
