//===- ModelFile.h - Reading an ONNX file -----------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_IMPORT_MODELFILE_H
#define DLC_LIB_IMPORT_MODELFILE_H

#include "OnnxProto.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace dlc::onnximport {

/// Parses the file `path`: protobuf's binary format, or, where the name ends in
/// `.onnxtxt`, its text format. The error text doesn't name the file.
llvm::Expected<std::unique_ptr<onnx::ModelProto>>
readModelFile(llvm::StringRef path);

} // namespace dlc::onnximport

#endif // DLC_LIB_IMPORT_MODELFILE_H
