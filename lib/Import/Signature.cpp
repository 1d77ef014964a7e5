//===- Signature.cpp - Inputs and outputs of a model ----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Importer.h"
#include "TensorData.h"

#include "dialects/dlc/Constant.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace dlc::onnximport;
using llvm::StringRef;
using llvm::Twine;

static std::string join(ArrayRef<int64_t> shape) {
  std::string text;
  for (int64_t size : shape)
    text += (text.empty() ? "" : "x") +
            (isDynamic(size) ? std::string("?") : std::to_string(size));
  return text.empty() ? "a scalar" : text;
}

/// What a dimension's name and place suggest about its size; `isState` if it is
/// one of a state.
static dlc::DimRange suggestRange(StringRef name, size_t position, size_t rank,
                                  bool isState) {
  std::string lower = name.lower();
  bool isLength =
      StringRef(lower).contains("seq") || StringRef(lower).contains("len");
  if (!isLength &&
      (StringRef(lower).contains("batch") || (position == 0 && rank > 1)))
    return {1, 16, 1};
  if (StringRef(lower).contains("past") || isState)
    return {0, 512, 128};
  if (rank == 4 && position > 1)
    return {1, 1024, 224};
  return {1, 512, 128};
}

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

/// Adds a graph's initializers and the types it states.
void Importer::addGraphNames(onnx::GraphProto &graph, Scope &scope) {
  scope.block = builder.getInsertionBlock();
  if (graph.sparse_initializer_size() != 0)
    state.error("sparse initializers are not supported");
  for (const onnx::ValueInfoProto &info : graph.value_info())
    scope.stated[info.name()] = &info.type();
  for (const onnx::ValueInfoProto &info : graph.output())
    scope.stated[info.name()] = &info.type();
  for (onnx::TensorProto &tensor : *graph.mutable_initializer())
    if (!scope.initializers.try_emplace(tensor.name(), &tensor).second)
      state.error("two initializers are called " + quote(tensor.name()));
}

void Importer::createFunction(Scope &scope) {
  onnx::GraphProto &graph = *model.mutable_graph();
  if (graph.output_size() == 0)
    return state.error("not an ONNX model: its graph has no outputs");
  addGraphNames(graph, scope);
  checkOptionNames(scope);
  declareDimensions(scope);
  llvm::StringSet<> seen;
  for (const onnx::ValueInfoProto &input : graph.input()) {
    if (!seen.insert(input.name()).second)
      state.error("two graph inputs are called " + quote(input.name()));
    else
      (void)addInput(input, scope);
  }
}

/// Options that name no input are typing errors: they say which inputs there
/// are.
void Importer::checkOptionNames(const Scope &scope) {
  std::string names;
  llvm::StringSet<> inputs, constants;
  for (const onnx::ValueInfoProto &input : model.graph().input()) {
    constants.insert(input.name());
    if (scope.initializers.contains(input.name()))
      continue;
    inputs.insert(input.name());
    names += (names.empty() ? "" : ", ") + quote(input.name());
  }
  for (const auto &shape : state.getOptions().shapes)
    if (!inputs.contains(shape.first()))
      state.error("there is no input " + quote(shape.first()) +
                  " to give a shape to; the inputs are " + names);
  for (const auto &constant : state.getOptions().constants)
    if (!constants.contains(constant.first()))
      state.error("there is no input " + quote(constant.first()) +
                  " to give a value to; the inputs are " + names);
}

bool Importer::addInput(const onnx::ValueInfoProto &input, Scope &scope) {
  StringRef name = input.name();
  auto constant = state.getOptions().constants.find(name);
  bool isConstant = constant != state.getOptions().constants.end();
  // An input with an initializer is a weight, whether or not it could be
  // overridden at run time.
  if (scope.initializers.contains(name) && !isConstant)
    return true;
  RankedTensorType type = getInputType(input);
  if (!type)
    return false;
  if (!isConstant) {
    unsigned index = function.getNumArguments();
    if (failed(function.insertArgument(index, type, describeValue(input, type),
                                       function.getLoc())))
      return false;
    scope.values[name] = function.getArgument(index);
    state.addArgument(name);
    return true;
  }
  scope.initializers.erase(name);
  ElementsAttr value = constant->second;
  auto valueType = cast<RankedTensorType>(value.getType());
  if (valueType.getElementType() != type.getElementType() ||
      failed(verifyCompatibleShape(valueType, type))) {
    state.error("the constant for input " + quote(name) +
                " doesn't have its type");
    return false;
  }
  scope.values[name] =
      dlc::ConstantOp::create(builder, function.getLoc(), valueType, value);
  return true;
}

RankedTensorType Importer::getInputType(const onnx::ValueInfoProto &input) {
  std::string text = "input " + quote(input.name());
  if (!input.type().has_tensor_type()) {
    state.error(text + " is not a tensor, and a library has no type for "
                       "sequences, maps, optional and sparse values; make "
                       "their elements inputs");
    return {};
  }
  llvm::Expected<Type> elementType = getElementType(
      input.type().tensor_type().elem_type(), state.getContext());
  if (!elementType) {
    state.error(text + ": " + llvm::toString(elementType.takeError()));
    return {};
  }
  SmallVector<int64_t> sizes;
  dlc::Shape shape;
  if (!pinDimensions(input, sizes) || !nameDimensions(input, sizes, shape))
    return {};
  // Open sizes are at least 1 where it comes to overflow.
  SmallVector<int64_t> least = dlc::toSizes(shape);
  llvm::replace(least, ShapedType::kDynamic, int64_t(1));
  llvm::Expected<RankedTensorType> type = getStaticType(least, *elementType);
  if (type)
    return dlc::makeTensorType(shape, *elementType);
  state.error(text + ": " + llvm::toString(type.takeError()));
  return {};
}

/// The shape that the options give an input, itself or by its value.
std::optional<ArrayRef<int64_t>> Importer::getGivenShape(StringRef input) {
  const ImportOptions &options = state.getOptions();
  if (auto value = options.constants.find(input);
      value != options.constants.end())
    return value->second.getShapedType().getShape();
  if (auto shape = options.shapes.find(input); shape != options.shapes.end())
    return ArrayRef<int64_t>(shape->second);
  return std::nullopt;
}

/// Calls `callback` with each dimension's input, its name, where it has one,
/// and its place, of the function's inputs, and with the size that the options
/// give it.
void Importer::forEachNamedDimension(
    const Scope &scope, llvm::function_ref<void(StringRef, const std::string &,
                                                unsigned, size_t, int64_t)>
                            callback) {
  for (const onnx::ValueInfoProto &input : model.graph().input()) {
    if (scope.initializers.contains(input.name()) ||
        !input.type().tensor_type().has_shape())
      continue;
    const auto &dims = input.type().tensor_type().shape().dim();
    std::optional<ArrayRef<int64_t>> pin = getGivenShape(input.name());
    bool isPinned = pin && int(pin->size()) == dims.size();
    for (auto [i, dim] : llvm::enumerate(dims))
      if (!dim.dim_param().empty())
        callback(input.name(), dim.dim_param(), i, dims.size(),
                 isPinned ? (*pin)[i] : ShapedType::kDynamic);
  }
}

/// Settles what dimensions' names stand for before the inputs are read, which
/// may come in any order: first the pinned ones, then the symbols, of which
/// other names may be sums.
void Importer::declareDimensions(const Scope &scope) {
  forEachNamedDimension(scope, [&](StringRef, const std::string &name, unsigned,
                                   size_t, int64_t size) {
    if (!isDynamic(size))
      dimensions.try_emplace(name, size);
  });
  forEachNamedDimension(scope, [&](StringRef input, const std::string &name,
                                   unsigned position, size_t rank, int64_t) {
    // Sums of names, and what is no name but a number, come later.
    bool isName = StringRef(name).find_first_of("+*") == StringRef::npos &&
                  !llvm::all_of(name, llvm::isDigit);
    if (isName && isDynamic(getPinnedSize(name)))
      (void)state.getSymbol(name,
                            suggestRange(name, position, rank,
                                         state.getOptions().isState(input)));
  });
}

/// The size that the options give a dimension by name, or a dynamic one.
int64_t Importer::getPinnedSize(StringRef name) {
  if (auto known = dimensions.find(name); known != dimensions.end())
    return known->second;
  dlc::DimRange range = state.getOptions().dims.lookup(name);
  if (!range.min || range.min != range.max)
    return ShapedType::kDynamic;
  dimensions.try_emplace(name, *range.min);
  return *range.min;
}

/// The sizes of an input: the model's, completed by the options' and by what
/// other inputs say about a named dimension.
bool Importer::pinDimensions(const onnx::ValueInfoProto &input,
                             SmallVectorImpl<int64_t> &shape) {
  std::string text = "input " + quote(input.name());
  const onnx::TypeProto::Tensor &type = input.type().tensor_type();
  std::optional<ArrayRef<int64_t>> pin = getGivenShape(input.name());
  auto fail = [&](const Twine &reason) {
    state.error(text + reason);
    return false;
  };
  if (!type.has_shape()) {
    if (!pin)
      return fail(" has no shape, not even a number of dimensions; pass " +
                  state.getOptions().spellShape(input.name()));
    shape.assign(pin->begin(), pin->end());
    return true;
  }
  if (pin && int(pin->size()) != type.shape().dim_size())
    return fail(" has " + Twine(type.shape().dim_size()) +
                " dimensions, but is given the shape " + join(*pin));
  for (auto [i, dim] : llvm::enumerate(type.shape().dim())) {
    int64_t size = ShapedType::kDynamic;
    if (dim.has_dim_value()) {
      size = dim.dim_value();
      if (size < 0)
        return fail(": dimension " + Twine(size) + " is negative");
    }
    if (pin && !isDynamic(size) && size != (*pin)[i])
      return fail(" has size " + Twine(size) + " in dimension " + Twine(i) +
                  ", but is given the shape " + join(*pin));
    if (pin)
      size = (*pin)[i];
    if (isDynamic(size))
      size = getPinnedSize(dim.dim_param().empty()
                               ? input.name() + "." + std::to_string(i)
                               : dim.dim_param());
    if (!dim.dim_param().empty() && !isDynamic(size)) {
      auto [known, isNew] = dimensions.try_emplace(dim.dim_param(), size);
      if (!isNew && known->second != size)
        return fail(" has size " + Twine(size) + " in dimension " +
                    quote(dim.dim_param()) + ", which is " +
                    Twine(known->second) + " elsewhere");
    }
    shape.push_back(size);
  }
  return true;
}

/// The sum of terms that exporters write as a dimension's name, such as
/// `past_sequence_length + 1`; null if it isn't one over known dimensions.
static AffineExpr
parseDimensionName(StringRef name, MLIRContext *context,
                   llvm::function_ref<AffineExpr(StringRef)> lookUp) {
  AffineExpr sum = getAffineConstantExpr(0, context);
  SmallVector<StringRef> terms, factors;
  name.split(terms, '+');
  for (StringRef term : terms) {
    AffineExpr product = getAffineConstantExpr(1, context);
    factors.clear();
    term.split(factors, '*');
    for (StringRef factor : factors) {
      factor = factor.trim();
      int64_t number;
      AffineExpr symbol = lookUp(factor);
      if (!factor.getAsInteger(10, number) && number >= 0 && number < INT32_MAX)
        symbol = getAffineConstantExpr(number, context);
      if (!symbol)
        return {};
      product = dlc::mulSizeExprs(product, symbol);
    }
    sum = dlc::addSizeExprs(sum, product);
  }
  return sum;
}

/// Makes symbols of the sizes that are still open: the same name is the same
/// size, and a name may be a sum of others.
bool Importer::nameDimensions(const onnx::ValueInfoProto &input,
                              ArrayRef<int64_t> sizes, dlc::Shape &shape) {
  const onnx::TensorShapeProto &declared = input.type().tensor_type().shape();
  auto lookUp = [&](StringRef part) {
    auto pinned = dimensions.find(part);
    return pinned == dimensions.end()
               ? state.findSymbol(part)
               : getAffineConstantExpr(pinned->second, state.getContext());
  };
  for (auto [i, size] : llvm::enumerate(sizes)) {
    if (!isDynamic(size)) {
      shape.push_back(size);
      continue;
    }
    std::string name = declared.dim(i).dim_param();
    if (name.empty())
      name = input.name() + "." + std::to_string(i);
    AffineExpr expr = parseDimensionName(name, state.getContext(), lookUp);
    if (!expr)
      expr = state.getSymbol(
          name, suggestRange(name, i, sizes.size(),
                             state.getOptions().isState(input.name())));
    if (!expr)
      return false;
    shape.push_back(dlc::Dim(expr));
  }
  return true;
}

/// Options for dimensions that no input has are typing errors.
void Importer::checkDimNames() {
  std::string names;
  for (Attribute symbol : state.getSymbols())
    names += (names.empty() ? "" : ", ") +
             quote(cast<dlc::SymbolAttr>(symbol).getName());
  for (const auto &dim : state.getOptions().dims)
    if (!state.findSymbol(dim.first()) && !dimensions.contains(dim.first()))
      state.error("there is no open dimension " + quote(dim.first()) +
                  (names.empty() ? std::string("; no dimension is open")
                                 : "; open are " + names));
}

/// What an argument or result is called, and its symbolic dimensions.
DictionaryAttr Importer::describeValue(const onnx::ValueInfoProto &info,
                                       Type type) {
  SmallVector<NamedAttribute> attributes = {
      builder.getNamedAttr("dlc.name", builder.getStringAttr(info.name()))};
  auto tensorType = cast<RankedTensorType>(type);
  if (!tensorType.hasStaticShape()) {
    const onnx::TensorShapeProto &shape = info.type().tensor_type().shape();
    SmallVector<StringRef> names(tensorType.getRank());
    for (auto [i, name] : llvm::enumerate(names))
      if (tensorType.isDynamicDim(i) && int(i) < shape.dim_size())
        name = shape.dim(i).dim_param();
    attributes.push_back(
        builder.getNamedAttr("dlc.dim_names", builder.getStrArrayAttr(names)));
  }
  return builder.getDictionaryAttr(attributes);
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

/// A model that states another type than the one inferred contradicts itself.
void Importer::checkStated(StringRef name, Value value, const Scope &scope) {
  const onnx::TypeProto *stated = scope.stated.lookup(name);
  if (!stated || !stated->has_tensor_type())
    return;
  const onnx::TypeProto::Tensor &type = stated->tensor_type();
  llvm::Expected<Type> elementType =
      getElementType(type.elem_type(), state.getContext());
  if (!elementType) {
    llvm::consumeError(elementType.takeError());
  } else if (*elementType != elementTypeOf(value)) {
    std::string text;
    llvm::raw_string_ostream(text)
        << "the element types of " << quote(name)
        << " contradict each other: the model states " << *elementType
        << ", its producer gives " << elementTypeOf(value);
    return state.error(text);
  }
  if (!type.has_shape())
    return;
  SmallVector<int64_t> shape;
  for (const onnx::TensorShapeProto::Dimension &dim : type.shape().dim())
    shape.push_back(dim.has_dim_value() ? dim.dim_value()
                                        : ShapedType::kDynamic);
  if (failed(verifyCompatibleShape(shape, shapeOf(value))))
    state.error("the shapes of " + quote(name) +
                " contradict each other: the model states " + join(shape) +
                ", its producer gives " + join(shapeOf(value)));
}

void Importer::finishFunction(Scope &scope) {
  SmallVector<Value> results;
  SmallVector<DictionaryAttr> descriptions;
  llvm::StringSet<> seen;
  for (const onnx::ValueInfoProto &output : model.graph().output()) {
    StringRef name = output.name();
    if (!seen.insert(name).second) {
      state.error("two graph outputs are called " + quote(name));
      continue;
    }
    if (scope.lists.contains(name)) {
      state.error("the graph output " + quote(name) +
                  " is a sequence or an empty optional value, which a library "
                  "has no type for; make its elements outputs, with SequenceAt "
                  "or ConcatFromSequence");
      continue;
    }
    if (!scope.values.contains(name) && !scope.initializers.contains(name)) {
      state.error("nothing defines the graph output " + quote(name));
      continue;
    }
    Value value = lookup(name, scope);
    if (!value)
      continue;
    checkStated(name, value, scope);
    results.push_back(value);
    descriptions.push_back(describeValue(output, value.getType()));
  }
  func::ReturnOp::create(builder, function.getLoc(), results);
  function.setType(builder.getFunctionType(function.getArgumentTypes(),
                                           ValueRange(results).getTypes()));
  for (auto [i, description] : llvm::enumerate(descriptions))
    function.setResultAttrs(i, description);
}
