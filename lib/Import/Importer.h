//===- Importer.h - ONNX graphs to functions --------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_IMPORT_IMPORTER_H
#define DLC_LIB_IMPORT_IMPORTER_H

#include "GraphOrder.h"
#include "ImportState.h"
#include "OpRegistry.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringSet.h"

namespace dlc::onnximport {

using OpsetList = google::protobuf::RepeatedPtrField<onnx::OperatorSetIdProto>;

/// A sequence of tensors whose length is known, or an optional value that is
/// empty (one that isn't is what it holds).
struct ValueList {
  llvm::SmallVector<mlir::Value> elements;
  bool isSequence = true;
  /// After an error.
  bool isUnknown = false;
};

/// The names of a graph or of a function's body.
struct Scope {
  /// Every defined value; null where its definition failed to import.
  llvm::StringMap<mlir::Value> values;
  /// Those that are lists.
  llvm::StringMap<ValueList> lists;
  /// Initializers that nothing has read yet.
  llvm::StringMap<onnx::TensorProto *> initializers;
  /// The types that the model states.
  llvm::StringMap<const onnx::TypeProto *> stated;
  /// Opset versions by domain, the default domain being "".
  llvm::StringMap<int64_t> opsets;
  /// Whose names a subgraph sees too.
  Scope *outer = nullptr;
  /// Where its nodes are built; its constants stand at the beginning.
  mlir::Block *block = nullptr;

  /// The innermost scope that defines the name; null if none does.
  Scope *find(llvm::StringRef name) {
    for (Scope *scope = this; scope; scope = scope->outer)
      if (scope->values.contains(name) || scope->lists.contains(name) ||
          scope->initializers.contains(name))
        return scope;
    return nullptr;
  }
};

/// A node, where it stands in its graph, and the names that it sees.
struct Site {
  onnx::NodeProto &proto;
  unsigned index;
  Scope &scope;
};

struct CountedLoop;
struct LoopParts;
struct ScanParts;
/// Where a loop's iterations put an output, or take an input from: the
/// dimension, and whether the last iteration is at its front.
struct ScanPlace {
  int64_t axis = 0;
  bool isReverse = false;
};

/// Turns a model into a function, emptying it on the way.
class Importer {
public:
  Importer(onnx::ModelProto &model, ImportState &state)
      : model(model), state(state), builder(state.getContext()) {}

  /// The module, or null after errors have been emitted.
  mlir::OwningOpRef<mlir::ModuleOp> run();

private:
  // Importer.cpp: the walk over the graph.
  void readOpsets(const OpsetList &imports, Scope &scope);
  void addGraphNames(onnx::GraphProto &graph, Scope &scope);
  bool importNodes(NodeList &nodes, Scope &scope);
  void importNode(const Site &site);
  bool collectInputs(const Site &site,
                     llvm::SmallVectorImpl<mlir::Value> &inputs);
  bool collectInput(llvm::StringRef name, const Site &site, mlir::Value &input);
  void nodeError(const Site &site, const llvm::Twine &text);
  void defineOutputs(const Site &site, llvm::ArrayRef<mlir::Value> results);
  mlir::Value lookup(llvm::StringRef name, Scope &scope);

  // Signature.cpp: the function's arguments and results.
  void createFunction(Scope &scope);
  void checkOptionNames(const Scope &scope);
  bool addInput(const onnx::ValueInfoProto &input, Scope &scope);
  mlir::RankedTensorType getInputType(const onnx::ValueInfoProto &input);
  std::optional<llvm::ArrayRef<int64_t>> getGivenShape(llvm::StringRef input);
  bool pinDimensions(const onnx::ValueInfoProto &input,
                     llvm::SmallVectorImpl<int64_t> &shape);
  bool nameDimensions(const onnx::ValueInfoProto &input,
                      llvm::ArrayRef<int64_t> sizes, Shape &shape);
  void forEachNamedDimension(
      const Scope &scope,
      llvm::function_ref<void(llvm::StringRef input, const std::string &name,
                              unsigned position, size_t rank,
                              int64_t pinnedSize)>
          callback);
  void declareDimensions(const Scope &scope);
  int64_t getPinnedSize(llvm::StringRef name);
  void checkDimNames();
  void checkStated(llvm::StringRef name, mlir::Value value, const Scope &scope);
  void finishFunction(Scope &scope);
  mlir::DictionaryAttr describeValue(const onnx::ValueInfoProto &info,
                                     mlir::Type type);

  // Functions.cpp: local functions.
  const onnx::FunctionProto *findFunction(const onnx::NodeProto &proto) const;
  void importCall(const Site &call, const onnx::FunctionProto &function);

  // Subgraphs.cpp: graphs that are attributes of nodes.
  onnx::GraphProto *findGraph(const Site &site, llvm::StringRef name);
  bool checkAttributes(const Site &site);
  Values importSubgraph(onnx::GraphProto &graph,
                        llvm::ArrayRef<mlir::Value> inputs, const Site &site);
  void reportUnsupported(onnx::GraphProto &graph, const Site &site);
  void discard(mlir::Region &region);
  mlir::Value extractScalar(mlir::Location loc, mlir::Value value);
  bool checkScalar(const Site &site, llvm::StringRef what, mlir::Value value,
                   mlir::Type elementType);

  // If.cpp
  void importIf(const Site &site);
  bool checkBranch(const Site &site, onnx::GraphProto *&graph);
  Values importBranches(mlir::Value condition, onnx::GraphProto *thenGraph,
                        onnx::GraphProto *elseGraph, const Site &site);

  // CountedLoop.cpp: loops whose number of iterations is known before them.
  Values createDestinations(const CountedLoop &loop,
                            llvm::ArrayRef<mlir::Value> outputs,
                            const Site &site);
  bool checkStates(llvm::ArrayRef<mlir::Value> before,
                   llvm::ArrayRef<mlir::Value> after, const Site &site);
  Values finishFor(const CountedLoop &loop,
                   std::unique_ptr<mlir::Region> region,
                   llvm::ArrayRef<mlir::Value> results, const Site &site);

  // Loop.cpp
  void importLoop(const Site &site);
  bool readLoop(const Site &site, LoopParts &loop);
  Values importLoopBody(LoopParts &loop, const Site &site);
  std::optional<Dim> getTripCount(const LoopParts &loop, bool isNeeded);
  mlir::Value createCount(const LoopParts &loop);
  Values finishCountedLoop(LoopParts &loop,
                           std::unique_ptr<mlir::Region> region,
                           llvm::ArrayRef<mlir::Value> results,
                           const Site &site);
  Values finishWhile(LoopParts &loop, std::unique_ptr<mlir::Region> region,
                     llvm::ArrayRef<mlir::Value> results, const Site &site);

  // Scan.cpp
  void importScan(const Site &site);
  bool readScan(const Site &site, bool isBatched, ScanParts &scan);
  bool readScanPlaces(const Site &site, llvm::StringRef axesName,
                      llvm::StringRef directionsName,
                      llvm::MutableArrayRef<ScanPlace> places);
  std::optional<Dim> getScanLength(const Site &site,
                                   llvm::ArrayRef<mlir::Value> inputs,
                                   llvm::MutableArrayRef<ScanPlace> places);
  Values
  createScan(const Site &site, CountedLoop loop,
             llvm::ArrayRef<mlir::Value> inputs,
             llvm::SmallVector<ScanPlace> places,
             llvm::function_ref<Values(llvm::ArrayRef<mlir::Value>)> body);

  // Sequences.cpp: sequences and optional values.
  bool readsLists(const Site &site);
  const ValueList *findList(llvm::StringRef name, Scope &user);
  bool
  collectListInputs(const Site &site,
                    llvm::SmallVectorImpl<mlir::Value> &values,
                    llvm::SmallVectorImpl<std::optional<ValueList>> &lists);
  void defineList(const Site &site, int output, ValueList list);
  void defineUnknown(const Site &site);
  void importListOp(const Site &site);
  void importSequenceMap(const Site &site, llvm::ArrayRef<mlir::Value> values,
                         llvm::ArrayRef<std::optional<ValueList>> lists,
                         bool isGood);

  onnx::ModelProto &model;
  ImportState &state;
  mlir::OpBuilder builder;
  OpRegistry registry;
  mlir::func::FuncOp function;
  /// The sizes of named dimensions.
  llvm::StringMap<int64_t> dimensions;
  /// The functions being inlined.
  llvm::SmallVector<const onnx::FunctionProto *> calls;
  /// How often the bodies of maps have been imported.
  size_t mappedElements = 0;
};

} // namespace dlc::onnximport

#endif // DLC_LIB_IMPORT_IMPORTER_H
