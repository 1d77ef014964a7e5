//===- KnownAttributes.h - The attributes that ONNX's ops have --*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_IMPORT_KNOWNATTRIBUTES_H
#define DLC_LIB_IMPORT_KNOWNATTRIBUTES_H

#include "OnnxProto.h"
#include "llvm/ADT/SmallVector.h"

namespace dlc::onnximport {

/// What is wrong with the names of a node's attributes, and what may be meant:
/// a name that its op (of ONNX's own domain or com.microsoft) doesn't have in
/// that opset would go unheard. Empty if nothing is wrong.
std::string findUnknownAttribute(const onnx::NodeProto &node, int64_t opset);

/// The same for the call of a function, some of whose attributes have
/// `defaults`.
std::string findUnknownAttribute(const onnx::NodeProto &call,
                                 const onnx::FunctionProto &callee,
                                 llvm::ArrayRef<onnx::AttributeProto> defaults);

} // namespace dlc::onnximport

#endif // DLC_LIB_IMPORT_KNOWNATTRIBUTES_H
