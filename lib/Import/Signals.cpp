//===- Signals.cpp - Ops on signals from ONNX -----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FourierTransform.h"
#include "OpRegistry.h"
#include "TensorData.h"

#include "dialects/dlc/Indexing.h"
#include "dialects/dlc/Shape.h"
#include "dialects/dlc/TypeInference.h"
#include <cmath>

using namespace mlir;
using namespace dlc::onnximport;

/// The type that transforms are computed in; null, with an error, for others.
static Type getRealType(Node &node, Value x) {
  Type type = elementTypeOf(x);
  if (!isa_and_nonnull<FloatType>(type)) {
    node.error("its input must hold floating point numbers");
    return {};
  }
  return type.isF64() ? type : Type(Float32Type::get(node.getContext()));
}

/// Half of the points of a transform of real numbers and the one in the middle.
static Dim getHalf(Node &node, const Dim &size) {
  if (size.isNumber())
    return size.getSize() / 2 + 1;
  return node.requireSize(dlc::addSizes(
      std::nullopt, Dim(dlc::normalizeSize(size.getSymbolic().floorDiv(2))),
      1));
}

//===----------------------------------------------------------------------===//
// DFT
//===----------------------------------------------------------------------===//

/// `x` with `size` elements along its last dimension: cut off, or followed by
/// zeros.
static Value fitPoints(Node &node, Value x, const Dim &size) {
  int64_t axis = rankOf(x) - 1;
  if (node.hasFailed() || dimsOf(x)[axis] == size)
    return x;
  if (!size.isNumber() || !node.requireStatic(x, axis)) {
    node.error("the transform's length is not that of the axis, and open: "
               "pin it");
    return {};
  }
  int64_t missing = size.getSize() - shapeOf(x)[axis];
  if (missing < 0)
    return node.slice(x, axis, 0, size);
  Shape pads(2 * rankOf(x), 0);
  pads.back() = missing;
  return node.create<dlc::PadOp>(x, Value(), pads, dlc::PadMode::constant);
}

/// How many points the transform has; none after an error.
static std::optional<Dim> getLength(Node &node, const Dim &size,
                                    bool isFromHalf) {
  if (node.getInput(1)) {
    std::optional<Shape> length = node.getSizes(1, "dft_length");
    if (length && length->size() == 1)
      return length->front();
    if (length)
      node.error("input 'dft_length' must be one number");
    return std::nullopt;
  }
  if (!isFromHalf)
    return size;
  if (size.isNumber())
    return Dim(2 * (size.getSize() - 1));
  node.error("the transform's length is open: pin it");
  return std::nullopt;
}

static Values importDFT(Node &node) {
  Value x = node.getInput(0);
  int64_t rank = rankOf(x);
  bool isInverse = node.getIntAttribute("inverse", 0) != 0;
  bool isHalf = node.getIntAttribute("onesided", 0) != 0;
  int64_t axis = node.getOpset() < 20 ? node.getIntAttribute("axis", 1) : -2;
  if (node.getOpset() >= 20 && node.getInput(2))
    axis = node.getInteger(2, "axis").value_or(-2);
  axis = node.normalizeAxis(axis, rank);
  Type type = elementTypeOf(x), real = getRealType(node, x);
  if (node.hasFailed() || !node.requireStatic(x, rank - 1))
    return {};
  if (axis == rank - 1)
    return node.error("its axis can't be the last one, which holds the parts "
                      "of complex numbers");
  if (shapeOf(x)[rank - 1] != 1 && shapeOf(x)[rank - 1] != 2)
    return node.error("the last dimension of its input must be 1 or 2");
  bool isFromHalf = isInverse && isHalf;
  if (isFromHalf && shapeOf(x)[rank - 1] != 2)
    return node.error("a half of a transform must be complex");
  std::optional<Dim> size = getLength(node, dimsOf(x)[axis], isFromHalf);
  if (!size)
    return {};
  if (isFromHalf && !size->isNumber())
    return node.error("the transform's length is open: pin it");
  // Points last, parts before them; all the rest are rows.
  SmallVector<int64_t> order, back(rank);
  for (int64_t dim = 0; dim < rank; ++dim)
    if (dim != axis)
      order.push_back(dim);
  order.push_back(axis);
  for (auto [to, from] : llvm::enumerate(order))
    back[from] = to;
  x = node.transpose(node.cast(x, real), order);
  x = fitPoints(node, x, isFromHalf ? getHalf(node, *size) : *size);
  if (node.hasFailed())
    return {};
  Shape dims = dimsOf(x), outer(ArrayRef(dims).drop_back(2));
  std::optional<Dim> rows = dlc::countDims(outer);
  if (!rows)
    return node.error("its input has too many elements to count");
  x = node.reshape(x, {*rows, dims[rank - 2], dims[rank - 1]});
  FourierTransform fourier(node, isInverse);
  Dim count = isHalf && !isInverse ? getHalf(node, *size) : *size;
  x = isFromHalf ? fourier.invertHalf(x, size->getSize())
                 : fourier.transform(x, *size, count);
  outer.append({isFromHalf ? Dim(1) : Dim(2), count});
  return {node.cast(node.transpose(node.reshape(x, outer), back), type)};
}

//===----------------------------------------------------------------------===//
// STFT
//===----------------------------------------------------------------------===//

/// How many frames of `length` points, `step` apart, begin in a signal that
/// holds them whole.
static Dim countFrames(Node &node, const Dim &points, int64_t length,
                       int64_t step) {
  if (points.isNumber())
    return std::max<int64_t>(points.getSize() - length, -step) / step + 1;
  AffineExpr room = points.getSymbolic() - length;
  return Dim(dlc::normalizeSize(room.floorDiv(step) + 1));
}

/// The points of a frame; none after an error.
static std::optional<int64_t> getFrameLength(Node &node, Value x) {
  std::optional<int64_t> length;
  Value window = node.getInput(2);
  if (node.getInput(3))
    length = node.getInteger(3, "frame_length");
  else if (window && rankOf(window) == 1 && node.requireStatic(window, 0))
    length = shapeOf(window)[0];
  else if (!window)
    node.error("it needs a window or a frame_length");
  if (window && length &&
      (rankOf(window) != 1 || !node.requireStatic(window, 0) ||
       shapeOf(window)[0] != *length))
    node.error("its window must have as many elements as a frame, " +
               Twine(*length));
  if (length && *length < 1)
    node.error("the frame length is " + Twine(*length));
  if (node.hasFailed() || !length)
    return std::nullopt;
  return length;
}

static Values importSTFT(Node &node) {
  Value x = node.getInput(0), window = node.getInput(2);
  Type type = elementTypeOf(x), real = getRealType(node, x);
  bool isHalf = node.getIntAttribute("onesided", 1) != 0;
  std::optional<int64_t> step = node.getInteger(1, "frame_step");
  std::optional<int64_t> length = getFrameLength(node, x);
  if (node.hasFailed() || !step || !length)
    return {};
  if (*step < 1)
    return node.error("the frame step is " + Twine(*step));
  Shape dims = dimsOf(x);
  if (dims.size() == 2)
    dims.push_back(1);
  if (dims.size() != 3 || (dims[2] != Dim(1) && dims[2] != Dim(2)))
    return node.error("its signal must be batch x length x 1 or 2");
  if (isHalf && dims[2] == Dim(2))
    return node.error("only transforms of real signals are onesided");
  if (isDynamic(dims[1]) && !dims[1].getSymbolic())
    return node.error("the length of the signal depends on data");
  if (failed(dlc::checkSizeAtLeast(std::nullopt, dims[1], *length,
                                   "the signal is shorter than a frame")))
    return node.error("its signal of " + dims[1].getText() +
                      " elements is shorter than a frame of " + Twine(*length));
  Dim frames = countFrames(node, dims[1], *length, *step);
  Value starts = node.mul(
      node.positions(frames, 2, 0),
      node.scalar(double(*step), IntegerType::get(node.getContext(), 64)));
  Value places = node.add(starts, node.positions(*length, 2, 1));
  x = node.reshape(node.cast(x, real), dims);
  x = node.create<dlc::GatherOp>(x, places, /*axis=*/1);
  if (window)
    x = node.mul(x, node.reshape(node.cast(window, real), {*length, 1}));
  // batch x frames x points x parts
  x = node.transpose(x, {0, 1, 3, 2});
  Dim rows =
      node.requireSize(dlc::multiplySizes(std::nullopt, dims[0], frames));
  x = node.reshape(x, {rows, dims[2], *length});
  Dim count = isHalf ? getHalf(node, *length) : Dim(*length);
  x = FourierTransform(node, /*isInverse=*/false).transform(x, *length, count);
  x = node.reshape(x, {dims[0], frames, 2, count});
  return {node.cast(node.transpose(x, {0, 1, 3, 2}), type)};
}

//===----------------------------------------------------------------------===//
// MelWeightMatrix
//===----------------------------------------------------------------------===//

/// The bounds of the bands, as bins of a spectrogram: evenly spaced on the mel
/// scale, 2595 log10(1 + f / 700).
static SmallVector<int64_t> getMelBins(int64_t bands, int64_t length,
                                       int64_t rate, double low, double high) {
  auto toMel = [](double hertz) {
    return 2595 * std::log1p(hertz / 700) / std::log(10);
  };
  double step = (toMel(high) - toMel(low)) / double(bands + 2);
  SmallVector<int64_t> bins;
  for (int64_t i = 0; i < bands + 2; ++i) {
    double mel = toMel(low) + double(i) * step;
    double hertz = 700 * std::expm1(mel / 2595 * std::log(10));
    bins.push_back(
        int64_t(std::floor(double(length + 1) * hertz / double(rate))));
  }
  return bins;
}

static Values importMelWeightMatrix(Node &node) {
  constexpr int64_t most = 1 << 20;
  std::optional<int64_t> bands = node.getInteger(0, "num_mel_bins"),
                         length = node.getInteger(1, "dft_length"),
                         rate = node.getInteger(2, "sample_rate");
  auto low = node.getFloats(3, "lower_edge_hertz"),
       high = node.getFloats(4, "upper_edge_hertz");
  Type type = node.getTypeAttribute("output_datatype",
                                    Float32Type::get(node.getContext()));
  if (node.hasFailed() || !bands || !length || !rate)
    return {};
  if (*bands < 1 || *bands > most || *length < 1 || *length > most ||
      *rate < 1 || !low || !high || low->size() != 1 || high->size() != 1)
    return node.error("an input is out of range");
  int64_t numBins = *length / 2 + 1;
  if (double(numBins) * double(*bands) > double(1 << 28))
    return node.error("the matrix is too large");
  SmallVector<int64_t> bounds =
      getMelBins(*bands, *length, *rate, low->front(), high->front());
  for (int64_t bin : bounds)
    if (bin < 0 || bin >= numBins)
      return node.error("a band reaches bin " + Twine(bin) + " of " +
                        Twine(numBins));
  SmallVector<double> weights(numBins * *bands, 0);
  for (int64_t band = 0; band < *bands; ++band) {
    int64_t left = bounds[band], center = bounds[band + 1],
            right = bounds[band + 2];
    auto set = [&](int64_t bin, double weight) {
      weights[bin * *bands + band] = weight;
    };
    for (int64_t bin = left; bin < center; ++bin)
      set(bin, double(bin - left) / double(center - left));
    set(center, 1);
    for (int64_t bin = center; bin < right; ++bin)
      set(bin, double(right - bin) / double(right - center));
  }
  auto wide = RankedTensorType::get({numBins, *bands},
                                    Float64Type::get(node.getContext()));
  return {node.cast(
      node.constant(DenseElementsAttr::get(wide, ArrayRef<double>(weights))),
      type)};
}

void dlc::onnximport::registerSignalOps(OpRegistry &registry) {
  registry.add("DFT", 1, 3, importDFT);
  registry.add("STFT", 2, 4, importSTFT);
  registry.add("MelWeightMatrix", 5, importMelWeightMatrix);
}
