//===- GraphOrder.h - The order of a graph's nodes --------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_IMPORT_GRAPHORDER_H
#define DLC_LIB_IMPORT_GRAPHORDER_H

#include "OnnxProto.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

namespace dlc::onnximport {

using NodeList = google::protobuf::RepeatedPtrField<onnx::NodeProto>;

/// The indices of the nodes in an order in which every node comes after those
/// whose results it reads; the order of the file where that is one. Fails where
/// a value has two producers or the nodes form a cycle.
llvm::Expected<llvm::SmallVector<unsigned>> orderNodes(const NodeList &nodes);

} // namespace dlc::onnximport

#endif // DLC_LIB_IMPORT_GRAPHORDER_H
