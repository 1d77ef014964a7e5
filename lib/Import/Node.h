//===- Node.h - A node as its importer sees it ------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_IMPORT_NODE_H
#define DLC_LIB_IMPORT_NODE_H

#include "ImportState.h"
#include "OnnxProto.h"
#include "dialects/dlc/DLCDialect.h"
#include "llvm/ADT/StringMap.h"

namespace dlc::onnximport {

using dlc::Dim;
using dlc::Shape;

/// The results of a node, in order; empty after an error.
using Values = llvm::SmallVector<mlir::Value, 2>;

/// The shape, rank and element type of a tensor; empty, 0 and null for a null
/// value, so that importers can go on building after an error.
inline llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
  if (!value)
    return {};
  return llvm::cast<mlir::RankedTensorType>(value.getType()).getShape();
}
inline int64_t rankOf(mlir::Value value) { return shapeOf(value).size(); }
inline mlir::Type elementTypeOf(mlir::Value value) {
  if (!value)
    return {};
  return llvm::cast<mlir::RankedTensorType>(value.getType()).getElementType();
}
inline bool isDynamic(int64_t size) {
  return mlir::ShapedType::isDynamic(size);
}
/// The sizes, open ones too; empty for a null value.
inline Shape dimsOf(mlir::Value value) {
  return value ? getDims(value) : Shape();
}

/// Numbers of a model as sizes or bounds. The least number, which would stand
/// for an unknown size, is one more.
inline Shape toBounds(llvm::ArrayRef<int64_t> numbers) {
  return Shape(llvm::map_range(numbers, [](int64_t number) {
    return Dim(std::max(number, -INT64_MAX));
  }));
}

/// The location of all that a node becomes.
mlir::Location makeNodeLocation(const onnx::NodeProto &proto,
                                mlir::MLIRContext *context);

/// A node of the model as the importer of its op sees it: inputs, attributes,
/// and a builder. The first error is kept; from then on nothing is built and
/// every built value is null.
class Node {
public:
  using StatedTypes = llvm::StringMap<const onnx::TypeProto *>;

  /// `stated` are the types that the graph around it states.
  Node(ImportState &state, onnx::NodeProto &proto, unsigned index,
       int64_t opset, mlir::OpBuilder &builder,
       llvm::ArrayRef<mlir::Value> inputs, const StatedTypes &stated);

  llvm::StringRef getOpType() const { return proto.op_type(); }
  int64_t getOpset() const { return opset; }
  /// True in the body of a loop.
  bool isInLoop() const { return state.isInLoop; }
  /// A seed of its own for a node that needs one.
  uint32_t makeSeed() { return state.makeSeed(); }
  mlir::MLIRContext *getContext() const { return state.getContext(); }

  //===--------------------------------------------------------------------===//
  // Errors
  //===--------------------------------------------------------------------===//

  bool hasFailed() const { return failed; }
  /// Reports an error of this node, once.
  Values error(const llvm::Twine &text);
  /// Reports that the named thing isn't supported.
  Values unsupported(const llvm::Twine &what);
  /// Reports an error unless every size of `value` is known.
  bool requireStatic(mlir::Value value);
  /// Reports an error unless dimension `dim` of `value` is known.
  bool requireStatic(mlir::Value value, int64_t dim);
  /// A computed size; reports an error and is 0 if computing it failed.
  Dim requireSize(mlir::FailureOr<Dim> size);

  //===--------------------------------------------------------------------===//
  // Inputs and outputs
  //===--------------------------------------------------------------------===//

  llvm::ArrayRef<mlir::Value> getInputs() const { return inputs; }
  /// The input, or null where the node leaves it out.
  mlir::Value getInput(unsigned i) const {
    return i < inputs.size() ? inputs[i] : mlir::Value();
  }
  /// True if the model names output `i`.
  bool wantsOutput(unsigned i) const {
    return i < unsigned(proto.output_size()) && !proto.output(i).empty();
  }
  unsigned getNumOutputs() const { return proto.output_size(); }

  /// The value of input `i`, which the op calls `name`, at compile time. Null,
  /// and an error, if it isn't known; null if the input is left out.
  mlir::ElementsAttr getConstant(unsigned i, llvm::StringRef name);
  /// The value of input `i` if it is known at compile time, or else null.
  mlir::ElementsAttr evaluate(unsigned i) {
    return getInput(i) ? state.evaluate(getInput(i)) : mlir::ElementsAttr();
  }
  /// The same as integers, floating point numbers, one integer.
  std::optional<llvm::SmallVector<int64_t>> getIntegers(unsigned i,
                                                        llvm::StringRef name);
  std::optional<llvm::SmallVector<double>> getFloats(unsigned i,
                                                     llvm::StringRef name);
  std::optional<int64_t> getInteger(unsigned i, llvm::StringRef name);
  /// The same as sizes, which may be expressions of the model's symbols.
  std::optional<Shape> getSizes(unsigned i, llvm::StringRef name);
  /// What a size can be; none if that isn't known.
  std::optional<dlc::SizeBounds> getBounds(const Dim &size) const;
  /// The largest that it can be, as far as that is known.
  int64_t getLargest(const Dim &size) const;

  //===--------------------------------------------------------------------===//
  // Sizes that depend on data
  //===--------------------------------------------------------------------===//

  /// True if input `i` is there, and neither its value nor expressions of sizes
  /// for it are known when the model is compiled.
  bool isComputed(unsigned i);
  /// Element `i` of a vector of integers that is data, as an i64 scalar.
  mlir::Value element(mlir::Value vector, int64_t i);
  mlir::Value number(int64_t value);
  /// What the i64 scalar `value` is when the model runs, at most `most`: the
  /// size of dimension `dim` of output `output`, after which it is called.
  /// With `what`, it is that of the dimension: where it begins, say.
  Dim defineSize(mlir::Value value, const Dim &most, unsigned output,
                 int64_t dim, llvm::StringRef what = "");
  /// A branch by a scalar condition, both ways of which give a value of `type`.
  mlir::Value branch(mlir::Value condition, mlir::Type type,
                     llvm::function_ref<mlir::Value()> thenBody,
                     llvm::function_ref<mlir::Value()> elseBody);
  /// An upper bound of that dimension, which follows from input `input`, where
  /// nothing else gives one: what the options or the model state. An error, and
  /// 0, without.
  Dim getStatedBound(unsigned output, int64_t dim, unsigned input);

  //===--------------------------------------------------------------------===//
  // Attributes
  //===--------------------------------------------------------------------===//

  onnx::AttributeProto *findAttribute(llvm::StringRef name);
  bool hasAttribute(llvm::StringRef name) { return findAttribute(name); }
  int64_t getIntAttribute(llvm::StringRef name, int64_t fallback);
  double getFloatAttribute(llvm::StringRef name, double fallback);
  /// The element type of that number in ONNX.
  mlir::Type getTypeAttribute(llvm::StringRef name, mlir::Type fallback);
  llvm::StringRef getStringAttribute(llvm::StringRef name,
                                     llvm::StringRef fallback);
  llvm::SmallVector<int64_t>
  getIntsAttribute(llvm::StringRef name, llvm::ArrayRef<int64_t> fallback = {});
  llvm::SmallVector<double> getFloatsAttribute(llvm::StringRef name);
  llvm::SmallVector<llvm::StringRef> getStringsAttribute(llvm::StringRef name);
  /// The tensor in an attribute, which is emptied. Null if there is none.
  mlir::ElementsAttr takeTensorAttribute(llvm::StringRef name);
  /// Reports an error if the attribute is missing.
  bool requireAttribute(llvm::StringRef name);

  /// `axis`, counted from the front; an error and 0 if it isn't in
  /// [-rank, rank).
  int64_t normalizeAxis(int64_t axis, int64_t rank);
  int64_t getAxisAttribute(llvm::StringRef name, int64_t fallback,
                           int64_t rank) {
    return normalizeAxis(getIntAttribute(name, fallback), rank);
  }
  /// The same for several distinct axes; sorted.
  llvm::SmallVector<int64_t> normalizeAxes(llvm::ArrayRef<int64_t> axes,
                                           int64_t rank);
  /// The axes in input `i`, or in the attribute `axes` in opsets before
  /// `inputSince`. None if there are neither.
  std::optional<llvm::SmallVector<int64_t>> getAxes(int64_t inputSince,
                                                    unsigned i, int64_t rank);

  //===--------------------------------------------------------------------===//
  // Building
  //===--------------------------------------------------------------------===//

  /// Builds an op whose result type is inferred, and folds it.
  template <typename OpTy, typename... Args>
  mlir::Value create(Args &&...args) {
    return build<OpTy>(/*infer=*/true, mlir::NoneType::get(getContext()),
                       std::forward<Args>(args)...);
  }
  /// Builds an op with the given result type, and folds it.
  template <typename OpTy, typename... Args>
  mlir::Value createAs(mlir::Type type, Args &&...args) {
    return build<OpTy>(/*infer=*/false, type, std::forward<Args>(args)...);
  }
  /// Builds an op that keeps its operand's type.
  template <typename OpTy, typename... Args>
  mlir::Value keepType(mlir::Value x, Args &&...args) {
    return x ? createAs<OpTy>(x.getType(), x, std::forward<Args>(args)...) : x;
  }
  /// Builds an op with several results, all inferred.
  template <typename OpTy, typename... Args>
  Values createAll(unsigned numResults, Args &&...args) {
    if (failed)
      return {};
    llvm::SmallVector<mlir::Type> none(numResults,
                                       mlir::NoneType::get(getContext()));
    mlir::OperationState op(location, OpTy::getOperationName());
    OpTy::build(builder, op, mlir::TypeRange(none),
                std::forward<Args>(args)...);
    return finish(op, /*infer=*/true);
  }

  /// The same with the given types.
  template <typename OpTy, typename... Args>
  Values createAllAs(mlir::TypeRange types, Args &&...args) {
    if (failed)
      return {};
    mlir::OperationState op(location, OpTy::getOperationName());
    OpTy::build(builder, op, types, std::forward<Args>(args)...);
    return finish(op, /*infer=*/false);
  }

  mlir::Value constant(mlir::ElementsAttr value);
  /// A tensor full of one value.
  mlir::Value full(llvm::ArrayRef<Dim> shape, double value,
                   mlir::Type elementType);
  mlir::Value scalar(double value, mlir::Type elementType) {
    return full({}, value, elementType);
  }
  /// A vector of i64.
  mlir::Value integers(llvm::ArrayRef<int64_t> values);
  /// The same of sizes, open ones too.
  mlir::Value sizes(llvm::ArrayRef<Dim> values);
  /// The numbers 0, 1, ... along one dimension of `rank`, the others being 1.
  mlir::Value positions(const Dim &count, size_t rank, size_t dim);

  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value sub(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, mlir::Value b);
  mlir::Value div(mlir::Value a, mlir::Value b);
  mlir::Value cast(mlir::Value x, mlir::Type elementType);
  mlir::Value reshape(mlir::Value x, llvm::ArrayRef<Dim> shape);
  /// `x`, whose sizes must be those of `shape`: checked at run time where they
  /// are open.
  mlir::Value checkSizes(mlir::Value x, llvm::ArrayRef<Dim> shape);
  mlir::Value transpose(mlir::Value x, llvm::ArrayRef<int64_t> perm);
  mlir::Value expand(mlir::Value x, llvm::ArrayRef<Dim> shape);
  /// Takes `size` elements from `start` on along `axis`.
  mlir::Value slice(mlir::Value x, int64_t axis, Dim start, Dim size);
  /// The parts of these sizes, which must make up `axis`.
  Values split(mlir::Value x, int64_t axis, llvm::ArrayRef<Dim> sizes);
  /// `x`'s type with another element type.
  mlir::RankedTensorType typeLike(mlir::Value x, mlir::Type elementType) {
    return makeTensorType(dimsOf(x), elementType);
  }
  /// A loop over `count` positions. The body computes the next of the carried
  /// values, whose types stay, from the position (an index) and the last ones.
  Values loop(Dim count, llvm::ArrayRef<mlir::Value> carried,
              llvm::function_ref<Values(mlir::Value, mlir::ValueRange)> body);
  template <typename OpTy>
  mlir::Value reduce(mlir::Value x, llvm::ArrayRef<int64_t> axes,
                     bool keepdims) {
    return create<OpTy>(x, axes, keepdims);
  }

private:
  /// The model's name of a dimension of an output, or `output.position`.
  std::string getDimName(unsigned output, int64_t dim);

  template <typename OpTy, typename... Args>
  mlir::Value build(bool infer, mlir::Type type, Args &&...args) {
    if (failed)
      return {};
    mlir::OperationState op(location, OpTy::getOperationName());
    OpTy::build(builder, op, type, std::forward<Args>(args)...);
    Values results = finish(op, infer);
    return results.empty() ? mlir::Value() : results.front();
  }

  /// Infers, verifies, folds and inserts an op.
  Values finish(mlir::OperationState &op, bool infer);
  /// The values that a created op folds to; empty if it doesn't fold.
  Values fold(mlir::Operation *op);
  /// The attribute if it has the wanted type or none is stated.
  onnx::AttributeProto *findAttribute(llvm::StringRef name,
                                      onnx::AttributeProto::AttributeType type);

  ImportState &state;
  onnx::NodeProto &proto;
  unsigned index;
  int64_t opset;
  mlir::OpBuilder &builder;
  mlir::Location location;
  llvm::ArrayRef<mlir::Value> inputs;
  const StatedTypes &stated;
  bool failed = false;
};

} // namespace dlc::onnximport

#endif // DLC_LIB_IMPORT_NODE_H
