//===- OnnxProto.h - ONNX's protobuf classes --------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_ONNX_ONNXPROTO_H
#define DLC_LIB_ONNX_ONNXPROTO_H

// The packaged classes are those of the full format, traditional ML included.
#ifndef ONNX_ML
#define ONNX_ML 1
#endif
#include "onnx/onnx_pb.h"

#endif // DLC_LIB_ONNX_ONNXPROTO_H
