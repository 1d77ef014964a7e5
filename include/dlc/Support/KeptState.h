//===- KeptState.h - What a model keeps between calls -----------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An argument of @main and a result may be one value that lives in the context:
// the result of one call is the argument of the next. The argument then carries
// `dlc.state`, a dictionary: `result` is the number of that result, of the same
// type. Of a state that grows, the type says what it has room for; `axis` is
// the dimension in which it grows, and `lengths` maps the module's symbols to
// (positions before the call, positions after it, room). The first and the last
// are symbols, which no caller chooses: the context keeps them.
//
//===----------------------------------------------------------------------===//

#ifndef DLC_SUPPORT_KEPTSTATE_H
#define DLC_SUPPORT_KEPTSTATE_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace dlc {

inline constexpr llvm::StringLiteral kStateAttrName = "dlc.state";

struct KeptState {
  unsigned result = 0;
  /// -1 where every call replaces all of it.
  int64_t axis = -1;
  /// Of one that grows.
  mlir::AffineExpr before, after, room;

  bool grows() const { return axis >= 0; }
  /// The numbers of the symbols that `before` and `room` are.
  unsigned getBeforeSymbol() const;
  unsigned getRoomSymbol() const;

  mlir::DictionaryAttr toAttr(mlir::MLIRContext *context,
                              unsigned numSymbols) const;

  /// Reads the attribute of an argument; none if it has none. Fails, with an
  /// error at the function, where it is malformed.
  static mlir::FailureOr<std::optional<KeptState>>
  get(mlir::FunctionOpInterface function, unsigned argument);
};

/// True if the argument is a state.
inline bool isKeptState(mlir::FunctionOpInterface function, unsigned argument) {
  return bool(function.getArgAttr(argument, kStateAttrName));
}

} // namespace dlc

#endif // DLC_SUPPORT_KEPTSTATE_H
