//===- MicrosoftWeights.cpp - Products by packed weights ------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `MatMulNBits`, whose weights are blocks of 2, 4 or 8 bits. They are unpacked
// when the model is compiled: a library has them in the type of the product.
// Rejected: unpacking them when it runs. The smaller weights pay only in a
// kernel that unpacks what it multiplies by, which there is none of.
//
//===----------------------------------------------------------------------===//

#include "Microsoft.h"
#include "TensorData.h"

#include "dialects/dlc/ConstantData.h"
#include "dialects/dlc/Contraction.h"

using namespace mlir;
using namespace dlc::onnximport;
using llvm::APFloat;

namespace {
/// The constant operands of one `MatMulNBits`, and what its attributes say of
/// them.
class PackedWeights {
public:
  explicit PackedWeights(Node &node) : node(node) {}

  bool read();
  /// rows (N) x inner (K)
  ElementsAttr unpack(FloatType elementType) const;

private:
  using Bytes = ArrayRef<uint8_t>;

  ElementsAttr readInput(unsigned i, StringRef name);
  bool checkSize(ElementsAttr elements, StringRef name, int64_t expected);
  bool readZeroPoints();
  /// Number `i` of those that a row's bytes hold.
  int64_t getNumber(const char *row, int64_t i) const;
  double getZeroPoint(int64_t row, int64_t block) const;

  Node &node;
  int64_t rows = 0, inner = 0, bits = 0, blockSize = 0;
  int64_t numBlocks = 0, blockBytes = 0, zeroBytes = 0;
  std::optional<dlc::ConstantView> weights, packedZeros;
  SmallVector<double> scales, zeros;
};
} // namespace

ElementsAttr PackedWeights::readInput(unsigned i, StringRef name) {
  ElementsAttr elements = node.evaluate(i);
  if (!elements && !node.hasFailed())
    node.error("input '" + name +
               "' must be known at compile time: an initializer");
  return elements;
}

bool PackedWeights::checkSize(ElementsAttr elements, StringRef name,
                              int64_t expected) {
  if (!elements || node.hasFailed())
    return false;
  if (elements.getNumElements() == expected)
    return true;
  node.error("input '" + name + "' has " + Twine(elements.getNumElements()) +
             " elements, not the " + Twine(expected) +
             " that 'N', 'K', 'bits' and 'block_size' make");
  return false;
}

bool PackedWeights::readZeroPoints() {
  if (!node.getInput(3))
    return true;
  ElementsAttr elements = readInput(3, "zero_points");
  if (!elements)
    return false;
  if (isa<FloatType>(elements.getElementType())) {
    if (!checkSize(elements, "zero_points", rows * numBlocks))
      return false;
    zeros = *readFloats(elements);
    return true;
  }
  if (!elements.getElementType().isUnsignedInteger(8)) {
    node.error("input 'zero_points' must be uint8 or floating point numbers");
    return false;
  }
  zeroBytes = llvm::divideCeil(numBlocks * bits, 8);
  packedZeros = dlc::ConstantView::get(elements);
  return checkSize(elements, "zero_points", rows * zeroBytes) && packedZeros;
}

bool PackedWeights::read() {
  for (StringRef name : {"K", "N", "block_size"})
    if (!node.requireAttribute(name))
      return false;
  constexpr int64_t most = 1 << 30;
  inner = node.getIntAttribute("K", 0);
  rows = node.getIntAttribute("N", 0);
  bits = node.getIntAttribute("bits", 4);
  blockSize = node.getIntAttribute("block_size", 0);
  if (bits != 2 && bits != 4 && bits != 8) {
    node.unsupported("'bits' " + Twine(bits));
    return false;
  }
  if (inner < 1 || rows < 1 || inner > most || rows > most || blockSize < 16 ||
      blockSize > most || !llvm::isPowerOf2_64(blockSize)) {
    node.error("'K' and 'N' must be positive, 'block_size' a power of 2 from "
               "16 on");
    return false;
  }
  if (node.getIntAttribute("weight_prepacked", 0) != 0) {
    node.unsupported("'weight_prepacked'");
    return false;
  }
  if (node.getInput(4)) {
    node.unsupported("the input 'g_idx'");
    return false;
  }
  numBlocks = llvm::divideCeil(inner, blockSize);
  blockBytes = blockSize * bits / 8;
  ElementsAttr packed = readInput(1, "B");
  if (!packed || !packed.getElementType().isUnsignedInteger(8)) {
    node.error("input 'B' must be uint8");
    return false;
  }
  ElementsAttr scaleElements = readInput(2, "scales");
  if (!checkSize(packed, "B", rows * numBlocks * blockBytes) ||
      !checkSize(scaleElements, "scales", rows * numBlocks))
    return false;
  weights = dlc::ConstantView::get(packed);
  std::optional<SmallVector<double>> numbers = readFloats(scaleElements);
  if (!numbers || !weights) {
    node.error("input 'scales' must hold floating point numbers");
    return false;
  }
  // Equal bytes take no space in a file, but do here.
  constexpr int64_t mostEqual = 1 << 28;
  if (weights->isSplat() && rows * inner > mostEqual) {
    node.error("input 'B' has too many elements, all of them equal");
    return false;
  }
  scales = *numbers;
  return readZeroPoints() && !node.hasFailed();
}

int64_t PackedWeights::getNumber(const char *row, int64_t i) const {
  int64_t first = i * bits;
  auto byte = static_cast<uint8_t>(row[first / 8]);
  return (byte >> (first % 8)) & ((1 << bits) - 1);
}

double PackedWeights::getZeroPoint(int64_t row, int64_t block) const {
  if (!zeros.empty())
    return zeros[row * numBlocks + block];
  if (!packedZeros)
    return double(1 << (bits - 1));
  // All the same bytes are stored once.
  const char *first = packedZeros->data();
  if (packedZeros->isSplat()) {
    int64_t place = block * bits % 8;
    return (static_cast<uint8_t>(*first) >> place) & ((1 << bits) - 1);
  }
  return double(getNumber(first + row * zeroBytes, block));
}

ElementsAttr PackedWeights::unpack(FloatType elementType) const {
  const llvm::fltSemantics &semantics = elementType.getFloatSemantics();
  int64_t elementBytes = elementType.getWidth() / 8;
  auto type = RankedTensorType::get({rows, inner}, elementType);
  return dlc::makeConstant(type, [&](MutableArrayRef<char> bytes) {
    char *out = bytes.data();
    for (int64_t row = 0; row != rows; ++row) {
      for (int64_t i = 0; i != inner; ++i, out += elementBytes) {
        int64_t block = i / blockSize;
        const char *data = weights->data();
        int64_t number =
            weights->isSplat()
                ? getNumber(data, i % (8 / bits))
                : getNumber(data + row * numBlocks * blockBytes, i);
        double value = (double(number) - getZeroPoint(row, block)) *
                       scales[row * numBlocks + block];
        if (elementType.isF32()) {
          auto narrow = static_cast<float>(value);
          memcpy(out, &narrow, sizeof(narrow));
          continue;
        }
        APFloat rounded(value);
        bool losesInfo;
        (void)rounded.convert(semantics, APFloat::rmNearestTiesToEven,
                              &losesInfo);
        uint64_t pattern = rounded.bitcastToAPInt().getZExtValue();
        memcpy(out, &pattern, elementBytes);
      }
    }
  });
}

static Values importMatMulNBits(Node &node) {
  Value a = node.getInput(0);
  auto elementType = dyn_cast<FloatType>(elementTypeOf(a));
  if (!elementType)
    return node.error("its input must be floating point numbers");
  PackedWeights weights(node);
  if (!weights.read())
    return {};
  Value b = node.constant(weights.unpack(elementType));
  Value y = node.create<dlc::MatMulOp>(a, b, /*transpose_a=*/false,
                                       /*transpose_b=*/true);
  if (Value bias = node.getInput(5))
    y = node.add(y, bias);
  return {y};
}

void dlc::onnximport::registerMicrosoftWeightOps(OpRegistry &registry) {
  registry.add("com.microsoft.MatMulNBits", 3, 6, importMatMulNBits);
}
