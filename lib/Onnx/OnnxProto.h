//===- OnnxProto.h - ONNX's protobuf classes --------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_ONNX_ONNXPROTO_H
#define DLC_LIB_ONNX_ONNXPROTO_H

// The classes of the full format, traditional ML included.
#include "onnx-ml.pb.h"

#endif // DLC_LIB_ONNX_ONNXPROTO_H
