//===- Exporter.h - A graph in ONNX, being written --------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_EXPORT_EXPORTER_H
#define DLC_LIB_EXPORT_EXPORTER_H

#include "OnnxProto.h"
#include "dialects/dlc/DLCDialect.h"
#include "dlc/Support/ElementType.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace dlc::onnxexport {

/// The inputs of a node, by name; an empty name leaves one out.
using Names = llvm::ArrayRef<std::string>;

/// A node that has been added: its attributes are set in a chain.
class NodeRef {
public:
  explicit NodeRef(onnx::NodeProto &node) : node(&node) {}

  NodeRef &set(llvm::StringRef name, int64_t value);
  NodeRef &set(llvm::StringRef name, bool value) {
    return set(name, int64_t(value));
  }
  NodeRef &set(llvm::StringRef name, llvm::ArrayRef<int64_t> values);
  NodeRef &set(llvm::StringRef name, const llvm::APFloat &value);
  NodeRef &set(llvm::StringRef name, llvm::StringRef value);
  NodeRef &set(llvm::StringRef name, llvm::ArrayRef<double> values);
  NodeRef &set(llvm::StringRef name, llvm::ArrayRef<std::string> values);

  /// The name of the node's first output.
  const std::string &getOutput() const { return node->output(0); }

private:
  onnx::AttributeProto &add(llvm::StringRef name);
  onnx::NodeProto *node;
};

/// The bytes of an initializer, which stay in the module until written.
struct Initializer {
  onnx::TensorProto proto; ///< without its data
  mlir::ElementsAttr value;
  uint64_t bytes = 0;
  uint64_t offset = 0; ///< in the file of external data
};

class Exporter;
class OpRegistry;

/// Adds the nodes of an op.
using Handler =
    std::function<mlir::LogicalResult(mlir::Operation *op, Exporter &exporter)>;

/// Turns a function into a graph.
class Exporter {
public:
  Exporter(onnx::GraphProto &graph, std::vector<Initializer> &initializers)
      : graph(graph), initializers(initializers) {}

  mlir::LogicalResult run(mlir::func::FuncOp main);

  //===--------------------------------------------------------------------===//
  // For the handlers
  //===--------------------------------------------------------------------===//

  /// The name of a value; empty for a null one.
  std::string name(mlir::Value value) const { return names.lookup(value); }
  /// The names of an op's operands.
  llvm::SmallVector<std::string> operands(mlir::Operation *op) const;

  /// Adds the node whose outputs are the op's results.
  NodeRef add(mlir::Operation *op, llvm::StringRef opType, Names inputs);
  /// Adds a node on the way to the op's results.
  NodeRef addStep(mlir::Operation *op, llvm::StringRef opType, Names inputs);

  /// A vector of 64-bit integers, as shapes and axes are written.
  std::string integers(llvm::ArrayRef<int64_t> values);
  /// A scalar or vector of an element type.
  std::string numbers(mlir::RankedTensorType type,
                      llvm::ArrayRef<double> values);
  std::string scalar(double value, mlir::Type elementType);
  /// A vector of sizes, open ones computed from the inputs' shapes; an error at
  /// `op` where that can't be.
  mlir::FailureOr<std::string> sizes(mlir::Operation *op,
                                     llvm::ArrayRef<Dim> dims);

private:
  mlir::FailureOr<std::string> size(mlir::Operation *op, mlir::AffineExpr expr);
  void placeSymbols(mlir::func::FuncOp main);
  std::string makeUnique(llvm::StringRef wanted);
  void addInputs(mlir::func::FuncOp main);
  void nameOutputs(mlir::func::FuncOp main);
  void addOutputs(mlir::func::FuncOp main);
  mlir::LogicalResult addConstant(mlir::Operation *op,
                                  mlir::ElementsAttr value);
  std::string addInitializer(llvm::StringRef wanted, mlir::ElementsAttr value);
  NodeRef addNode(mlir::Operation *op, llvm::StringRef opType, Names inputs);

  onnx::GraphProto &graph;
  std::vector<Initializer> &initializers;
  mlir::MLIRContext *context = nullptr;
  llvm::DenseMap<mlir::Value, std::string> names;
  llvm::StringSet<> usedNames, usedNodeNames;
  /// How many names have been derived from one.
  llvm::StringMap<unsigned> counters;
  /// An input and its dimension that a symbol is, by its number.
  llvm::DenseMap<unsigned, std::pair<mlir::Value, int64_t>> symbolPlaces;
  /// Open sizes that have been computed.
  llvm::DenseMap<mlir::AffineExpr, std::string> sizeNames;
  /// Parameters that many nodes share.
  llvm::DenseMap<mlir::Attribute, std::string> shared;
};

/// The handlers, by op.
class OpRegistry {
public:
  OpRegistry();

  template <typename OpTy>
  void add(mlir::LogicalResult (*handler)(OpTy op, Exporter &exporter)) {
    handlers[OpTy::getOperationName()] = [handler](mlir::Operation *op,
                                                   Exporter &exporter) {
      return handler(llvm::cast<OpTy>(op), exporter);
    };
  }
  /// Ops that ONNX spells with the same operands and no attributes.
  template <typename OpTy> void addPlain(llvm::StringRef opType) {
    handlers[OpTy::getOperationName()] = [opType](mlir::Operation *op,
                                                  Exporter &exporter) {
      exporter.add(op, opType, exporter.operands(op));
      return mlir::success();
    };
  }
  /// The same with one attribute, `alpha`.
  template <typename OpTy> void addWithAlpha(llvm::StringRef opType) {
    handlers[OpTy::getOperationName()] = [opType](mlir::Operation *op,
                                                  Exporter &exporter) {
      exporter.add(op, opType, exporter.operands(op))
          .set("alpha", llvm::cast<OpTy>(op).getAlpha());
      return mlir::success();
    };
  }
  /// Null if ONNX has no spelling for the op.
  const Handler *lookup(mlir::Operation *op) const {
    auto found = handlers.find(op->getName().getStringRef());
    return found == handlers.end() ? nullptr : &found->second;
  }

private:
  llvm::StringMap<Handler> handlers;
};

// One file for each family of ops.
void registerContractionOps(OpRegistry &registry);
void registerElementwiseOps(OpRegistry &registry);
void registerIndexingOps(OpRegistry &registry);
void registerNormalizationOps(OpRegistry &registry);
void registerOpenSizeOps(OpRegistry &registry);
void registerPoolingOps(OpRegistry &registry);
void registerQuantizationOps(OpRegistry &registry);
void registerRecurrenceOps(OpRegistry &registry);
void registerReductionOps(OpRegistry &registry);
void registerResamplingOps(OpRegistry &registry);
void registerSelectionOps(OpRegistry &registry);
void registerShapeOps(OpRegistry &registry);

} // namespace dlc::onnxexport

#endif // DLC_LIB_EXPORT_EXPORTER_H
