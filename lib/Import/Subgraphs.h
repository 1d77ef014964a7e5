//===- Subgraphs.h - Graphs that are attributes of nodes --------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_IMPORT_SUBGRAPHS_H
#define DLC_LIB_IMPORT_SUBGRAPHS_H

#include "Importer.h"

namespace dlc::onnximport {

/// The attribute, null if the node lacks it.
onnx::AttributeProto *findAttribute(onnx::NodeProto &proto,
                                    llvm::StringRef name);
/// The integers of an attribute; none if the node lacks it.
llvm::SmallVector<int64_t> getIntegers(onnx::NodeProto &proto,
                                       llvm::StringRef name);

/// Makes the region one block with these arguments, and moves the builder
/// there. No op has the region yet: which one it is to be, and of which types,
/// is known when the subgraph has been imported.
mlir::Block &beginRegion(mlir::OpBuilder &builder, mlir::Region &region,
                         mlir::TypeRange types, mlir::Location loc);

inline bool areKnown(llvm::ArrayRef<mlir::Value> values) {
  return !llvm::is_contained(values, mlir::Value());
}

/// The truth of a value that is known; none if it isn't.
std::optional<bool> readTruth(mlir::ElementsAttr value);

/// Element type and shape, for error texts.
std::string describeType(mlir::Value value);

/// True if the node names output `i`.
inline bool wantsOutput(const Site &site, size_t i) {
  return i < size_t(site.proto.output_size()) &&
         !site.proto.output(int(i)).empty();
}

} // namespace dlc::onnximport

#endif // DLC_LIB_IMPORT_SUBGRAPHS_H
