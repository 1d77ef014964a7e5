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

/// The names of a graph or of a function's body.
struct Scope {
  /// Every defined value; null where its definition failed to import.
  llvm::StringMap<mlir::Value> values;
  /// Initializers that nothing has read yet.
  llvm::StringMap<onnx::TensorProto *> initializers;
  /// The types that the model states.
  llvm::StringMap<const onnx::TypeProto *> stated;
  /// Opset versions by domain, the default domain being "".
  llvm::StringMap<int64_t> opsets;
  /// Whose names a subgraph sees too.
  Scope *outer = nullptr;

  /// The innermost scope that defines the name; null if none does.
  Scope *find(llvm::StringRef name) {
    for (Scope *scope = this; scope; scope = scope->outer)
      if (scope->values.contains(name) || scope->initializers.contains(name))
        return scope;
    return nullptr;
  }
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
  void importNodes(NodeList &nodes, Scope &scope);
  void importNode(onnx::NodeProto &proto, unsigned index, Scope &scope);
  bool collectInputs(const onnx::NodeProto &proto, unsigned index, Scope &scope,
                     llvm::SmallVectorImpl<mlir::Value> &inputs);
  void nodeError(const onnx::NodeProto &proto, unsigned index,
                 const Scope &scope, const llvm::Twine &text);
  void defineOutputs(const onnx::NodeProto &proto, unsigned index,
                     llvm::ArrayRef<mlir::Value> results, Scope &scope);
  mlir::Value lookup(llvm::StringRef name, Scope &scope);

  // Signature.cpp: the function's arguments and results.
  void createFunction(Scope &scope);
  void checkOptionNames(const Scope &scope);
  bool addInput(const onnx::ValueInfoProto &input, Scope &scope);
  mlir::RankedTensorType getInputType(const onnx::ValueInfoProto &input);
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

  // Functions.cpp: local functions and branches.
  void importIf(onnx::NodeProto &proto, unsigned index, Scope &scope);
  const onnx::FunctionProto *findFunction(const onnx::NodeProto &proto) const;
  void importCall(onnx::NodeProto &call, unsigned index,
                  const onnx::FunctionProto &function, Scope &scope);

  onnx::ModelProto &model;
  ImportState &state;
  mlir::OpBuilder builder;
  OpRegistry registry;
  mlir::func::FuncOp function;
  /// The sizes of named dimensions.
  llvm::StringMap<int64_t> dimensions;
  /// The functions being inlined.
  llvm::SmallVector<const onnx::FunctionProto *> calls;
};

} // namespace dlc::onnximport

#endif // DLC_LIB_IMPORT_IMPORTER_H
