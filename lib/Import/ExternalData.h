//===- ExternalData.h - Weights stored beside a model -----------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_IMPORT_EXTERNALDATA_H
#define DLC_LIB_IMPORT_EXTERNALDATA_H

#include "OnnxProto.h"
#include "mlir/IR/AsmState.h"
#include "llvm/Support/Error.h"

namespace dlc::onnximport {

/// The `size` bytes of a tensor whose data lie in another file, mapped where
/// their alignment allows it and copied otherwise. Only regular files in
/// `folder` or below it, reached through no symbolic link, are read.
llvm::Expected<mlir::AsmResourceBlob>
readExternalData(const onnx::TensorProto &tensor, llvm::StringRef folder,
                 uint64_t size, size_t alignment);

} // namespace dlc::onnximport

#endif // DLC_LIB_IMPORT_EXTERNALDATA_H
