//===- Json.h - Figures for programs to read -----------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_DRIVER_JSON_H
#define DLC_DRIVER_JSON_H

#include "dlc/Driver/Prune.h"
#include "llvm/Support/JSON.h"

namespace dlc {

/// Writes figures to a file.
llvm::Error writeJSON(const llvm::json::Value &figures, llvm::StringRef path);

/// `inputs`, `outputs`, `states` and `sizes`. A dimension is a number, its
/// symbol or formula, or empty.
llvm::json::Object toJSON(const Signature &signature);

/// `layers` and `files`.
llvm::json::Object toJSON(const PruneReport &report);

} // namespace dlc

#endif // DLC_DRIVER_JSON_H
