//===- Attention.h - What ops of attention have in common -------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_IMPORT_ATTENTION_H
#define DLC_LIB_IMPORT_ATTENTION_H

#include "Node.h"
#include <limits>

namespace dlc::onnximport {

/// Which keys the queries see, and what is added to their scores: what
/// conditions and biases come to as one tensor.
class ScoreMask {
public:
  /// Of positions; the first query stands at key 0.
  ScoreMask(Node &node, Dim queries, Dim keys)
      : node(node), queries(queries), keys(keys) {}

  /// The first query stands at this key, which may differ from batch to batch
  /// (a vector).
  void setFirstQuery(Dim position) { firstQuery = position; }
  void setFirstQueries(mlir::Value positions);

  /// Keys after a query, but for the next `more`, are hidden.
  void hideAfter(int64_t more, double hidden = kHidden);
  /// Keys before a query, but for the last `more`, are hidden.
  void hideBefore(int64_t more);
  /// Of each batch there are as many keys (a vector).
  void hideBeyond(mlir::Value counts, double hidden = kHidden);
  /// The same of keys before starts and from ends on (vectors).
  void hideOutside(mlir::Value starts, mlir::Value ends, double hidden);
  /// Booleans that broadcast to batch x heads x queries x keys. Where they
  /// don't hold, `hidden` is added. If they are for fewer keys, the others are
  /// hidden.
  void require(mlir::Value seen, double hidden = kHidden);
  /// Numbers that do so are added. What they lack is hidden, too.
  void add(mlir::Value numbers);

  /// What is to be added to the scores; null if that is nothing.
  mlir::Value build(mlir::Type elementType);
  /// True if a query may see no key at all.
  bool mayHideAll() const { return hidesAll; }

private:
  static constexpr double kHidden = -std::numeric_limits<double>::infinity();

  /// Positions as i64 that broadcast to batch x 1 x queries x keys.
  mlir::Value getQueryPositions();
  mlir::Value getKeyPositions();
  mlir::Value makeRange(Dim first, Dim count);
  /// A number per batch, as i64 that broadcasts so.
  mlir::Value perBatch(mlir::Value numbers);
  /// Fills what `mask` lacks of all keys with `fill`.
  mlir::Value coverKeys(mlir::Value mask, double fill);

  Node &node;
  Dim queries, keys;
  Dim firstQuery = 0;
  mlir::Value firstQueries;
  mlir::Value seen;
  llvm::SmallVector<mlir::Value> biases;
  llvm::SmallVector<std::pair<mlir::Value, double>> penalties;
  bool hidesAll = false;
};

/// The operands of attention.
struct AttentionOperands {
  /// batch x queries x heads x size
  mlir::Value q;
  /// batch x heads x keys x size if `headsFirst`, or else batch x keys x heads
  /// x size; perhaps fewer heads than queries have.
  mlir::Value k, v;
  bool headsFirst = false;
  double scale = 1, softcap = 0;
  /// What is added to the scores, or null.
  mlir::Value mask;
  /// The result of a query all of whose keys are hidden is 0.
  bool zeroHidden = false;
};

/// The result, batch x queries x heads x value size.
mlir::Value buildAttention(Node &node, const AttentionOperands &operands);

/// Attention whose scores are of interest, all of batch x heads x queries x
/// keys.
struct SpelledAttention {
  mlir::Value products, capped, masked, weights;
  /// batch x queries x heads x value size
  mlir::Value y;
};

/// Spells attention in plain ops. The softmax is computed in `precision`, if
/// that isn't null; with `sink`, a number per head, there is one more key with
/// that score and no value.
SpelledAttention spellAttention(Node &node, const AttentionOperands &operands,
                                mlir::Type precision = {},
                                mlir::Value sink = {});

/// batch x tokens x (heads * size) to batch x tokens x heads x size, and back.
mlir::Value splitHeads(Node &node, mlir::Value x, int64_t heads,
                       llvm::StringRef name);
mlir::Value mergeHeads(Node &node, mlir::Value x);
/// Heads inside tokens change places with heads outside.
inline mlir::Value swapHeads(Node &node, mlir::Value x) {
  return x ? node.transpose(x, {0, 2, 1, 3}) : x;
}

/// The rotation of pairs of elements of batch x tokens x heads x size by angles
/// whose cosines and sines broadcast to batch x tokens x 1 x (pairs). Elements
/// behind the pairs stay. A pair is (2i, 2i + 1) if `interleaved`, or else
/// (i, i + pairs).
mlir::Value rotatePairs(Node &node, mlir::Value x, mlir::Value cosines,
                        mlir::Value sines, bool interleaved);

} // namespace dlc::onnximport

#endif // DLC_LIB_IMPORT_ATTENTION_H
