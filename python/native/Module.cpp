//===- Module.cpp - The module dlc._native --------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Native.h"

using namespace dlc::python;

PyMODINIT_FUNC PyInit__native() {
  static PyModuleDef definition = {
      PyModuleDef_HEAD_INIT,
      "dlc._native",
      "Compiled models: libraries, contexts, tensors. See dlc.Model.",
      -1,
      nullptr,
      nullptr,
      nullptr,
      nullptr,
      nullptr};
  Ref module(PyModule_Create(&definition));
  bool isFine = module && addLibraryType(module.get()) &&
                addContextType(module.get()) && addDLPackType(module.get());
  return isFine ? module.release() : nullptr;
}
