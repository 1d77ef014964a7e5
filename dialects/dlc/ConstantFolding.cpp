//===- ConstantFolding.cpp - Computing with constants ---------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/ConstantFolding.h"

#include "dialects/dlc/ConstantData.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/APSInt.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace dlc;

//===----------------------------------------------------------------------===//
// Single elements
//===----------------------------------------------------------------------===//

static uint64_t loadBits(const char *source, int64_t bytes) {
  uint64_t bits = 0;
  std::memcpy(&bits, source, bytes);
  return bits;
}

static void storeBits(char *target, int64_t bytes, uint64_t bits) {
  std::memcpy(target, &bits, bytes);
}

static double loadFloat(const char *source, FloatType type) {
  unsigned width = type.getWidth();
  uint64_t bits = loadBits(source, *elementBytesOf(type));
  if (type.isF32())
    return llvm::bit_cast<float>(static_cast<uint32_t>(bits));
  if (type.isF64())
    return llvm::bit_cast<double>(bits);
  if (isNarrowFloat(type))
    return decodeNarrowFloat(bits, type.getFloatSemantics());
  APFloat value(type.getFloatSemantics(), APInt(width, bits));
  bool losesInfo;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  return value.convertToDouble();
}

static void storeFloat(char *target, FloatType type, double number,
                       NarrowingMode mode = {}) {
  // The host's conversions, for the types that weights have.
  if (type.isF32())
    return storeBits(target, 4,
                     llvm::bit_cast<uint32_t>(static_cast<float>(number)));
  if (type.isF64())
    return storeBits(target, 8, llvm::bit_cast<uint64_t>(number));
  if (isNarrowFloat(type))
    return storeBits(target, 1,
                     encodeNarrowFloat(number, type.getFloatSemantics(), mode));
  APFloat value(number);
  bool losesInfo;
  value.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  storeBits(target, type.getWidth() / 8, value.bitcastToAPInt().getZExtValue());
}

static bool isUnsignedType(IntegerType type) {
  return type.isUnsigned() || type.getWidth() == 1;
}

template <typename T> static T loadNumber(const char *source, Type type) {
  if constexpr (std::is_same_v<T, double>) {
    return loadFloat(source, cast<FloatType>(type));
  } else {
    int64_t bytes = *elementBytesOf(type);
    uint64_t bits = loadBits(source, bytes);
    unsigned width = isNarrowInteger(type) ? type.getIntOrFloatBitWidth()
                                           : static_cast<unsigned>(bytes * 8);
    return std::is_signed_v<T> ? llvm::SignExtend64(bits, width) : bits;
  }
}

template <typename T>
static void storeNumber(char *target, Type type, T number) {
  if constexpr (std::is_same_v<T, double>) {
    storeFloat(target, cast<FloatType>(type), number);
  } else {
    unsigned width = type.getIntOrFloatBitWidth();
    bool isPartOfByte = width < 8;
    storeBits(target, *elementBytesOf(type),
              isPartOfByte ? number & llvm::maskTrailingOnes<uint64_t>(width)
                           : number);
  }
}

//===----------------------------------------------------------------------===//
// Computing
//===----------------------------------------------------------------------===//

namespace {
/// The operands of an elementwise op, read in step as its result's shape asks.
class ElementwiseOperands {
public:
  /// None if an operand isn't constant, doesn't broadcast to `type`, or there
  /// is too much to compute.
  static std::optional<ElementwiseOperands> get(ArrayRef<Attribute> attributes,
                                                Type type);

  const char *at(size_t operand, int64_t i) const {
    return data[operand].data() + i * widths[operand];
  }
  Type elementType(size_t operand) const { return types[operand]; }
  bool haveOneElementType() const { return llvm::all_equal(types); }

  /// Makes the result, whose element i `compute` writes or refuses.
  Attribute make(llvm::function_ref<bool(int64_t i, char *target)> compute);

private:
  RankedTensorType result, computed;
  SmallVector<std::vector<char>, 3> data;
  SmallVector<int64_t, 3> widths;
  SmallVector<Type, 3> types;
};
} // namespace

std::optional<ElementwiseOperands>
ElementwiseOperands::get(ArrayRef<Attribute> attributes, Type type) {
  ElementwiseOperands operands;
  operands.result = dyn_cast<RankedTensorType>(type);
  std::optional<int64_t> count = countElements(operands.result);
  if (!count || !elementBytesOf(operands.result.getElementType()))
    return std::nullopt;
  SmallVector<ConstantView, 3> views;
  for (Attribute attribute : attributes) {
    std::optional<ConstantView> view = ConstantView::get(attribute);
    if (!view)
      return std::nullopt;
    views.push_back(std::move(*view));
  }
  // Splats of any size are computed once.
  bool allSplats =
      *count > 0 && llvm::all_of(views, [](const ConstantView &view) {
        return view.isSplat();
      });
  operands.computed =
      allSplats ? RankedTensorType::get({}, operands.result.getElementType())
                : operands.result;
  if (!isSmallEnoughToFold(operands.computed))
    return std::nullopt;
  BoxCopy box;
  box.sizes.assign(operands.computed.getShape().begin(),
                   operands.computed.getShape().end());
  box.targetStrides = rowMajorStrides(box.sizes);
  for (const ConstantView &view : views) {
    auto strides =
        broadcastStrides(view.getShape(), operands.result.getShape());
    if (!strides)
      return std::nullopt;
    if (view.isSplat())
      strides->assign(box.sizes.size(), 0);
    box.sourceStrides = *strides;
    int64_t width = view.getElementBytes();
    operands.data.emplace_back(*countElements(operands.computed) * width);
    operands.widths.push_back(width);
    operands.types.push_back(view.getType().getElementType());
    copyBox(box, view.data(), operands.data.back().data(), width);
  }
  return operands;
}

Attribute ElementwiseOperands::make(
    llvm::function_ref<bool(int64_t i, char *target)> compute) {
  bool folds = true;
  int64_t width = *elementBytesOf(result.getElementType());
  ElementsAttr value = makeConstant(computed, [&](MutableArrayRef<char> bytes) {
    int64_t count = bytes.size() / width;
    for (int64_t i = 0; i < count && folds; ++i)
      folds = compute(i, bytes.data() + i * width);
  });
  if (!folds)
    return {};
  return computed == result
             ? value
             : cast<DenseElementsAttr>(value).resizeSplat(result);
}

/// Calls `body` with the function for elements of `type`.
template <typename Functions, typename Body>
static Attribute dispatch(Type type, const Functions &functions, Body body) {
  if (isa<FloatType>(type))
    return body(functions.onFloat, double());
  if (isUnsignedType(cast<IntegerType>(type)))
    return body(functions.onUnsigned, uint64_t());
  return body(functions.onSigned, int64_t());
}

Attribute dlc::foldUnary(Attribute x, Type type,
                         const UnaryFunctions &functions) {
  auto operands = ElementwiseOperands::get({x}, type);
  if (!operands || operands->elementType(0) != getElementTypeOrSelf(type))
    return {};
  Type element = operands->elementType(0);
  return dispatch(element, functions, [&](auto function, auto kind) {
    if (!function)
      return Attribute();
    return operands->make([&](int64_t i, char *target) {
      auto value =
          function(loadNumber<decltype(kind)>(operands->at(0, i), element));
      if (value)
        storeNumber(target, element, *value);
      return value.has_value();
    });
  });
}

Attribute dlc::foldBinary(Attribute a, Attribute b, Type type,
                          const BinaryFunctions &functions) {
  auto operands = ElementwiseOperands::get({a, b}, type);
  if (!operands || !operands->haveOneElementType() ||
      operands->elementType(0) != getElementTypeOrSelf(type))
    return {};
  Type element = operands->elementType(0);
  return dispatch(element, functions, [&](auto function, auto kind) {
    if (!function)
      return Attribute();
    return operands->make([&](int64_t i, char *target) {
      using T = decltype(kind);
      auto value = function(loadNumber<T>(operands->at(0, i), element),
                            loadNumber<T>(operands->at(1, i), element));
      if (value)
        storeNumber(target, element, *value);
      return value.has_value();
    });
  });
}

Attribute dlc::foldCompare(Attribute a, Attribute b, Type type,
                           const CompareFunctions &functions) {
  auto operands = ElementwiseOperands::get({a, b}, type);
  if (!operands || !operands->haveOneElementType() ||
      !getElementTypeOrSelf(type).isInteger(1))
    return {};
  Type element = operands->elementType(0);
  return dispatch(element, functions, [&](auto function, auto kind) {
    return operands->make([&](int64_t i, char *target) {
      using T = decltype(kind);
      *target = function(loadNumber<T>(operands->at(0, i), element),
                         loadNumber<T>(operands->at(1, i), element));
      return true;
    });
  });
}

Attribute dlc::foldWhere(Attribute condition, Attribute a, Attribute b,
                         Type type) {
  auto operands = ElementwiseOperands::get({condition, a, b}, type);
  if (!operands || !operands->elementType(0).isInteger(1) ||
      operands->elementType(1) != getElementTypeOrSelf(type) ||
      operands->elementType(2) != getElementTypeOrSelf(type))
    return {};
  int64_t width = *elementBytesOf(operands->elementType(1));
  return operands->make([&](int64_t i, char *target) {
    std::memcpy(target, operands->at(*operands->at(0, i) ? 1 : 2, i), width);
    return true;
  });
}

/// A float as an integer: truncated, saturated, 0 for NaN; one of 4 or 2 bits
/// has the low bits of one of 32.
static uint64_t convertToInteger(double number, IntegerType type) {
  APSInt value(isNarrowInteger(type) ? 32 : type.getWidth(),
               isUnsignedType(type) && !isNarrowInteger(type));
  bool isExact;
  APFloat(number).convertToInteger(value, APFloat::rmTowardZero, &isExact);
  return value.getExtValue();
}

Attribute dlc::foldBitCast(Attribute x, Type type) {
  auto operands = ElementwiseOperands::get({x}, type);
  if (!operands)
    return {};
  Type to = getElementTypeOrSelf(type);
  std::optional<int64_t> width = elementBytesOf(operands->elementType(0));
  if (!width || width != elementBytesOf(to))
    return {};
  return operands->make([&](int64_t i, char *target) {
    if (to.isInteger(1))
      *target = *operands->at(0, i) != 0;
    else
      std::memcpy(target, operands->at(0, i), *width);
    return true;
  });
}

Attribute dlc::foldCast(Attribute x, Type type, NarrowingMode mode) {
  auto operands = ElementwiseOperands::get({x}, type);
  if (!operands)
    return {};
  Type from = operands->elementType(0), to = getElementTypeOrSelf(type);
  auto fromFloat = dyn_cast<FloatType>(from), toFloat = dyn_cast<FloatType>(to);
  return operands->make([&](int64_t i, char *target) {
    const char *source = operands->at(0, i);
    if (fromFloat) {
      double number = loadFloat(source, fromFloat);
      if (toFloat)
        storeFloat(target, toFloat, number, mode);
      else if (to.isInteger(1))
        *target = number != 0;
      else
        storeNumber(target, to,
                    convertToInteger(number, cast<IntegerType>(to)));
      return true;
    }
    bool isUnsigned = isUnsignedType(cast<IntegerType>(from));
    uint64_t number = isUnsigned ? loadNumber<uint64_t>(source, from)
                                 : loadNumber<int64_t>(source, from);
    if (toFloat && isNarrowFloat(toFloat)) {
      // By way of f32, as code does: what isn't exact there is far beyond the
      // largest numbers, or a power of two less a little.
      storeFloat(target, toFloat,
                 isUnsigned ? float(number) : float(int64_t(number)), mode);
    } else if (toFloat) {
      // Straight to the type: by way of double it might round twice.
      APFloat value(toFloat.getFloatSemantics());
      value.convertFromAPInt(APInt(64, number), !isUnsigned,
                             APFloat::rmNearestTiesToEven);
      storeBits(target, toFloat.getWidth() / 8,
                value.bitcastToAPInt().getZExtValue());
    } else if (to.isInteger(1)) {
      *target = number != 0;
    } else {
      storeNumber(target, to, number);
    }
    return true;
  });
}

/// Moves `axes` after the other dimensions: the type of a constant whose rows
/// are to be combined.
static ElementsAttr gatherRows(const ConstantView &x, ArrayRef<int64_t> axes,
                               int64_t &rowSize) {
  SmallVector<int64_t> shape, strides, own = x.getStrides();
  rowSize = 1;
  for (bool reduced : {false, true})
    for (int64_t i = 0; i < x.getType().getRank(); ++i)
      if (llvm::is_contained(axes, i) == reduced) {
        shape.push_back(x.getShape()[i]);
        strides.push_back(own[i]);
        if (reduced)
          rowSize *= x.getShape()[i];
      }
  return viewConstant(x, x.getType().clone(shape), 0, strides);
}

Attribute dlc::foldReduce(Attribute x, ArrayRef<int64_t> axes, Type type,
                          const BinaryFunctions &functions) {
  std::optional<ConstantView> view = ConstantView::get(x);
  auto result = dyn_cast<RankedTensorType>(type);
  if (!view || !isSmallEnoughToFold(view->getType()) ||
      !countElements(result) ||
      result.getElementType() != view->getType().getElementType())
    return {};
  int64_t rowSize;
  ElementsAttr rows = gatherRows(*view, axes, rowSize);
  std::optional<ConstantView> source = ConstantView::get(rows);
  if (!source || rowSize == 0 ||
      *countElements(result) * rowSize != *countElements(source->getType()))
    return {};
  Type element = result.getElementType();
  int64_t width = source->getElementBytes();
  int64_t step = source->isSplat() ? 0 : width;
  return dispatch(element, functions, [&](auto function, auto kind) {
    bool folds = function != nullptr;
    if (!folds)
      return Attribute();
    Attribute value = makeConstant(result, [&](MutableArrayRef<char> target) {
      using T = decltype(kind);
      int64_t count = target.size() / width;
      for (int64_t i = 0; i < count && folds; ++i) {
        const char *row = source->data() + i * rowSize * step;
        std::optional<T> sum = loadNumber<T>(row, element);
        for (int64_t j = 1; j < rowSize && sum; ++j)
          sum = function(*sum, loadNumber<T>(row + j * step, element));
        folds = sum.has_value();
        if (folds)
          storeNumber(target.data() + i * width, element, *sum);
      }
    });
    return folds ? value : Attribute();
  });
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

std::optional<SmallVector<double>> dlc::readFloats(Attribute value) {
  std::optional<ConstantView> view = ConstantView::get(value);
  if (!view)
    return std::nullopt;
  auto element = dyn_cast<FloatType>(view->getType().getElementType());
  if (!element)
    return std::nullopt;
  SmallVector<double> numbers;
  int64_t step = view->isSplat() ? 0 : view->getElementBytes();
  int64_t count = view->getType().getNumElements();
  for (int64_t i = 0; i < count; ++i)
    numbers.push_back(loadFloat(view->data() + i * step, element));
  return numbers;
}

std::optional<SmallVector<int64_t>> dlc::readIntegers(Attribute value) {
  std::optional<ConstantView> view = ConstantView::get(value);
  if (!view)
    return std::nullopt;
  auto element = dyn_cast<IntegerType>(view->getType().getElementType());
  if (!element)
    return std::nullopt;
  SmallVector<int64_t> numbers;
  int64_t step = view->isSplat() ? 0 : view->getElementBytes();
  for (int64_t i = 0; i < view->getType().getNumElements(); ++i)
    numbers.push_back(
        isUnsignedType(element)
            ? loadNumber<uint64_t>(view->data() + i * step, element)
            : loadNumber<int64_t>(view->data() + i * step, element));
  return numbers;
}

std::optional<SmallVector<double>> dlc::readNumbers(Attribute value) {
  if (auto floats = readFloats(value))
    return floats;
  if (auto integers = readIntegers(value))
    return llvm::to_vector_of<double>(*integers);
  return std::nullopt;
}

ElementsAttr dlc::makeFloats(RankedTensorType type, ArrayRef<double> values) {
  auto element = dyn_cast<FloatType>(type.getElementType());
  if (!element || countElements(type) != static_cast<int64_t>(values.size()))
    return {};
  int64_t width = *elementBytesOf(element);
  return makeConstant(type, [&](MutableArrayRef<char> target) {
    for (auto [i, value] : llvm::enumerate(values))
      storeFloat(target.data() + i * width, element, value);
  });
}

ElementsAttr
dlc::mapNumbers(Attribute value, RankedTensorType type,
                llvm::function_ref<double(int64_t, double)> compute) {
  std::optional<ConstantView> view = ConstantView::get(value);
  auto target = dyn_cast<FloatType>(type.getElementType());
  if (!view || !target || countElements(type) != countElements(view->getType()))
    return {};
  Type source = view->getType().getElementType();
  auto sourceFloat = dyn_cast<FloatType>(source);
  bool isUnsigned = !sourceFloat && isUnsignedType(cast<IntegerType>(source));
  auto load = [&](const char *element) -> double {
    if (sourceFloat)
      return loadFloat(element, sourceFloat);
    if (isUnsigned)
      return loadNumber<uint64_t>(element, source);
    return loadNumber<int64_t>(element, source);
  };
  int64_t width = *elementBytesOf(target);
  int64_t step = view->isSplat() ? 0 : view->getElementBytes();
  return makeConstant(type, [&](MutableArrayRef<char> bytes) {
    int64_t count = bytes.size() / width;
    for (int64_t i = 0; i < count; ++i)
      storeFloat(bytes.data() + i * width, target,
                 compute(i, load(view->data() + i * step)));
  });
}

bool dlc::isSplatOf(Attribute value, double number) {
  std::optional<ConstantView> view = ConstantView::get(value);
  if (!view || !view->isSplat())
    return false;
  Type element = view->getType().getElementType();
  if (auto type = dyn_cast<FloatType>(element)) {
    double stored = loadFloat(view->data(), type);
    return stored == number && std::signbit(stored) == std::signbit(number);
  }
  return isUnsignedType(cast<IntegerType>(element))
             ? loadNumber<uint64_t>(view->data(), element) == number
             : loadNumber<int64_t>(view->data(), element) == number;
}
