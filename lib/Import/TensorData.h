//===- TensorData.h - ONNX tensors and types to attributes ------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_IMPORT_TENSORDATA_H
#define DLC_LIB_IMPORT_TENSORDATA_H

#include "OnnxProto.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/Error.h"

namespace dlc::onnximport {

/// The element type for a TensorProto data type.
llvm::Expected<mlir::Type> getElementType(int32_t dataType,
                                          mlir::MLIRContext *context);

/// The static tensor type of the dimensions; fails where one is negative or
/// the size in bytes overflows.
llvm::Expected<mlir::RankedTensorType>
getStaticType(llvm::ArrayRef<int64_t> dims, mlir::Type elementType);

/// Decodes a tensor and empties it: large data move into a resource blob
/// without a copy. `folder` is where external data may lie.
llvm::Expected<mlir::ElementsAttr> takeTensor(onnx::TensorProto &tensor,
                                              llvm::StringRef folder,
                                              mlir::MLIRContext *context);

/// The elements as integers; none unless they are integers or booleans.
std::optional<llvm::SmallVector<int64_t>>
readIntegers(mlir::ElementsAttr elements);

/// The elements as floating point numbers; none unless they are such.
std::optional<llvm::SmallVector<double>>
readFloats(mlir::ElementsAttr elements);

} // namespace dlc::onnximport

#endif // DLC_LIB_IMPORT_TENSORDATA_H
