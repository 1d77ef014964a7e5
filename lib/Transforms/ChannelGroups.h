//===- ChannelGroups.h - Channels that go together --------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_TRANSFORMS_CHANNELGROUPS_H
#define DLC_LIB_TRANSFORMS_CHANNELGROUPS_H

#include "PrunableLayer.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/Normalization.h"
#include "dialects/dlc/Shape.h"

namespace dlc {

/// A constant operand with one dimension along the channels of a value.
struct ChannelConstant {
  mlir::Operation *op = nullptr;
  unsigned operand = 0;
  int64_t dim = 0;
  mlir::Value channels;
  /// A channel that is zeroed, rather than removed, is zero here.
  bool zeroed = false;
};

/// A layer whose outputs are channels that can be removed, if nothing that they
/// reach objects.
struct ChannelProducer {
  PrunableLayer layer;
  /// The unit of each output.
  llvm::SmallVector<int32_t> units;
};

/// Which channels of which values of a function are the same: those that are
/// removed together are one unit. Found by following the channels of every
/// layer through the graph.
class ChannelGroups {
public:
  /// The channels of a value: those of dimension `axis`, each belonging to a
  /// unit, or fixed (-1).
  struct Channels {
    int64_t axis = 0;
    llvm::SmallVector<int32_t> units;
    /// Channels whose producers give zeros are zero here.
    bool zeroStays = true;
  };

  explicit ChannelGroups(mlir::func::FuncOp func);

  llvm::ArrayRef<ChannelProducer> getProducers() const { return producers; }
  llvm::ArrayRef<ChannelConstant> getConstants() const { return constants; }
  llvm::ArrayRef<mlir::Value> getValues() const { return order; }
  const Channels *lookup(mlir::Value value) const;

  /// The unit that stands for all joined with it.
  int32_t find(int32_t unit) const;
  int32_t getNumUnits() const { return parents.size(); }
  /// Why the unit must stay; empty if it needn't.
  llvm::StringRef getObjection(int32_t unit) const;

private:
  void visit(mlir::Operation *op);
  void visitLayer(WeightedOp op);
  void visitDepthwise(ConvOp op);
  void visitBatchNorm(BatchNormOp op);
  void visitElementwise(mlir::Operation *op);
  bool visitConstantOperand(mlir::Operation *op, unsigned operand, int64_t axis,
                            bool &zeroStays);
  void visitPool(mlir::Operation *op);
  void visitReduce(mlir::Operation *op);
  void visitReshape(ReshapeOp op);
  void visitTranspose(TransposeOp op);
  void visitConcat(ConcatOp op);
  void visitSlice(SliceOp op);
  void visitPad(PadOp op);

  void setChannels(mlir::Value value, Channels channels);
  void join(llvm::ArrayRef<int32_t> a, llvm::ArrayRef<int32_t> b,
            mlir::Operation *op);
  void object(mlir::Value value, const llvm::Twine &reason);
  void objectAll(mlir::Operation *op, const llvm::Twine &reason);

  llvm::SmallVector<ChannelProducer> producers;
  llvm::SmallVector<ChannelConstant> constants;
  llvm::DenseMap<mlir::Value, Channels> channels;
  llvm::SmallVector<mlir::Value> order;
  std::vector<int32_t> parents;
  std::vector<std::string> objections;
};

} // namespace dlc

#endif // DLC_LIB_TRANSFORMS_CHANNELGROUPS_H
