//===- Sampling.cpp - Ops that sample images from ONNX --------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpRegistry.h"
#include "Windows.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Indexing.h"
#include "dialects/dlc/Pooling.h"
#include "dialects/dlc/Resampling.h"
#include "dialects/dlc/Shape.h"
#include "dialects/dlc/TypeInference.h"

using namespace mlir;
using namespace dlc::onnximport;
using llvm::APFloat;

/// The type in which coordinates of `type` are computed.
static Type getCoordinateType(Type type) {
  if (!type || type.isF64())
    return type;
  return Float32Type::get(type.getContext());
}

//===----------------------------------------------------------------------===//
// GridSample
//===----------------------------------------------------------------------===//

static std::optional<dlc::ResizeMode> getSampleMode(Node &node) {
  StringRef name = node.getStringAttribute("mode", "linear");
  if (name == "bilinear")
    name = "linear";
  if (name == "bicubic")
    name = "cubic";
  std::optional<dlc::ResizeMode> mode = dlc::symbolizeResizeMode(name);
  if (!mode)
    node.unsupported("mode " + quote(name));
  return mode;
}

/// Coordinates in [-1, 1], the last dimension first, as numbers of elements.
static Value denormalize(Node &node, Value grid, ArrayRef<Dim> sizes,
                         bool alignCorners) {
  Type type = getCoordinateType(elementTypeOf(grid));
  if (node.hasFailed())
    return {};
  SmallVector<int64_t> reversed =
      llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, sizes.size())));
  grid = node.create<dlc::GatherOp>(node.cast(grid, type),
                                    node.integers(reversed), rankOf(grid) - 1);
  Value lengths = node.cast(node.sizes(sizes), type);
  Value one = node.scalar(1, type), half = node.scalar(0.5, type);
  // In the order of ONNX Runtime: rounding decides where nearest elements tie.
  Value x = node.add(grid, one);
  if (alignCorners)
    return node.mul(node.mul(x, half), node.sub(lengths, one));
  return node.mul(node.sub(node.mul(x, lengths), one), half);
}

static Values importGridSample(Node &node) {
  Value x = node.getInput(0), grid = node.getInput(1);
  std::optional<dlc::ResizeMode> mode = getSampleMode(node);
  StringRef name = node.getStringAttribute("padding_mode", "zeros");
  std::optional<dlc::SamplePadding> padding = dlc::symbolizeSamplePadding(name);
  bool alignCorners = node.getIntAttribute("align_corners", 0) != 0;
  if (!padding)
    node.unsupported("padding_mode " + quote(name));
  if (node.hasFailed())
    return {};
  if (!isa<FloatType>(elementTypeOf(grid)))
    return node.error("its grid must hold floating point numbers");
  int64_t spatial = rankOf(x) - 2;
  if (spatial < 1 || rankOf(grid) != spatial + 2)
    return node.error("its input and its grid must have the same number of "
                      "dimensions, at least 3");
  Shape checked = dimsOf(grid);
  checked.back() = spatial;
  if (isDynamic(shapeOf(grid).back()))
    grid = node.checkSizes(grid, checked);
  else if (shapeOf(grid).back() != spatial)
    return node.error("a point of its grid must have " + Twine(spatial) +
                      " coordinates");
  Value coordinates =
      denormalize(node, grid, ArrayRef(dimsOf(x)).drop_front(2), alignCorners);
  return {node.create<dlc::SampleOp>(x, coordinates, *mode, *padding,
                                     alignCorners)};
}

//===----------------------------------------------------------------------===//
// AffineGrid
//===----------------------------------------------------------------------===//

/// Evenly spaced numbers in [-1, 1]: the centers of `count` elements, or, with
/// aligned corners, from end to end.
static Value createSpaced(Node &node, const Dim &count, bool alignCorners,
                          size_t rank, size_t dim, Type type) {
  Value index = node.cast(node.positions(count, rank, dim), type);
  Value length = node.reshape(node.cast(node.sizes({count}), type), {});
  Value one = node.scalar(1, type), two = node.scalar(2, type);
  if (!alignCorners)
    return node.sub(node.div(node.add(node.mul(index, two), one), length), one);
  // One element alone is at the beginning.
  Value steps =
      node.create<dlc::MaxOp>(node.sub(length, one), node.scalar(1, type));
  return node.sub(node.div(node.mul(index, two), steps), one);
}

static Values importAffineGrid(Node &node) {
  Value theta = node.getInput(0);
  std::optional<Shape> size = node.getSizes(1, "size");
  bool alignCorners = node.getIntAttribute("align_corners", 0) != 0;
  if (!size)
    return {};
  int64_t spatial = int64_t(size->size()) - 2;
  if (spatial != 2 && spatial != 3)
    return node.error("input 'size' must have 4 or 5 elements");
  Type original = elementTypeOf(theta), type = getCoordinateType(original);
  if (rankOf(theta) != 3 || !isa<FloatType>(original))
    return node.error("input 'theta' must be batch x " + Twine(spatial) +
                      " x " + Twine(spatial + 1) + " numbers");
  theta = node.checkSizes(node.cast(theta, type),
                          {(*size)[0], Dim(spatial), Dim(spatial + 1)});
  Shape image(ArrayRef(*size).drop_front(2)), shape = image;
  shape.push_back(1);
  // x first, which is the last dimension; then a one.
  SmallVector<Value> parts;
  for (int64_t dim = spatial - 1; dim >= 0; --dim) {
    Value spaced =
        createSpaced(node, image[dim], alignCorners, spatial + 1, dim, type);
    parts.push_back(node.expand(spaced, shape));
  }
  parts.push_back(node.full(shape, 1, type));
  std::optional<Dim> count = dlc::countDims(image);
  if (!count || node.hasFailed())
    return node.error("the grid is too large");
  Value points = node.create<dlc::ConcatOp>(ValueRange(parts), spatial);
  points = node.reshape(points, {*count, Dim(spatial + 1)});
  Value grid = node.create<dlc::MatMulOp>(points, theta, /*transpose_a=*/false,
                                          /*transpose_b=*/true);
  Shape result = {(*size)[0]};
  result.append(image);
  result.push_back(spatial);
  return {node.cast(node.reshape(grid, result), original)};
}

//===----------------------------------------------------------------------===//
// DeformConv
//===----------------------------------------------------------------------===//

/// Where the elements of all windows would lie without offsets: kernel elements
/// x spatial dimensions x windows.
static Value createWindowPlaces(Node &node, const Windows &windows,
                                ArrayRef<Dim> counts, Type type) {
  size_t spatial = windows.kernel.size(), rank = 2 * spatial + 1;
  Type i64 = IntegerType::get(node.getContext(), 64);
  auto scaled = [&](const Dim &count, size_t dim, int64_t factor) {
    return node.mul(node.positions(count, rank, dim),
                    node.scalar(double(factor), i64));
  };
  Shape shape;
  for (int64_t size : windows.kernel)
    shape.push_back(size);
  shape.push_back(1);
  shape.append(counts.begin(), counts.end());
  SmallVector<Value> parts;
  for (size_t i = 0; i < spatial; ++i) {
    Value place =
        node.add(scaled(windows.kernel[i], i, windows.dilations[i]),
                 scaled(counts[i], spatial + 1 + i, windows.strides[i]));
    place = node.sub(place, node.scalar(double(windows.pads[i]), i64));
    parts.push_back(node.expand(node.cast(place, type), shape));
  }
  Value places = node.create<dlc::ConcatOp>(ValueRange(parts), spatial);
  int64_t elements = 1;
  for (int64_t size : windows.kernel)
    elements *= size;
  Shape joined = {Dim(elements), Dim(int64_t(spatial))};
  joined.append(counts.begin(), counts.end());
  return node.reshape(places, joined);
}

namespace {
/// What a deformable convolution is made of.
struct Deformation {
  Windows windows;
  int64_t elements = 1; // of the kernel
  int64_t groups = 1, channels = 0;
  /// How many windows there are along each dimension.
  Shape counts;
};
} // namespace

static std::optional<Deformation> getDeformation(Node &node) {
  Value x = node.getInput(0), filter = node.getInput(1);
  if (rankOf(x) < 3 || rankOf(filter) != rankOf(x) ||
      rankOf(node.getInput(2)) != rankOf(x)) {
    node.error("its input, filter and offset must have the same number of "
               "dimensions, at least 3");
    return std::nullopt;
  }
  for (int64_t dim = 0; dim < rankOf(filter); ++dim)
    if (!node.requireStatic(filter, dim))
      return std::nullopt;
  if (!node.requireStatic(x, 1))
    return std::nullopt;
  SmallVector<int64_t> kernel(shapeOf(filter).drop_front(2));
  if (node.getIntsAttribute("kernel_shape", kernel) != kernel) {
    node.error("attribute 'kernel_shape' contradicts the filter's shape");
    return std::nullopt;
  }
  std::optional<Windows> windows = getWindows(node, x, kernel);
  if (!windows)
    return std::nullopt;
  Deformation result;
  result.windows = *windows;
  for (int64_t size : kernel)
    if (result.elements > (1 << 20) / size) {
      node.error("the kernel has too many elements");
      return std::nullopt;
    } else {
      result.elements *= size;
    }
  result.channels = shapeOf(x)[1];
  result.groups = node.getIntAttribute("offset_group", 1);
  if (result.groups < 1 || result.channels % result.groups != 0) {
    node.error("its " + Twine(result.channels) +
               " channels don't divide into " + Twine(result.groups) +
               " groups of offsets");
    return std::nullopt;
  }
  dlc::Windows shared{windows->strides, windows->pads, windows->dilations};
  for (size_t i = 0; i < kernel.size(); ++i)
    result.counts.push_back(node.requireSize(
        shared.count(std::nullopt, i, dimsOf(x)[i + 2], kernel[i])));
  if (node.hasFailed())
    return std::nullopt;
  return result;
}

/// The elements of all windows, batch x (channels * kernel elements) x windows,
/// each taken at its offset, times its mask.
static Value sampleWindows(Node &node, const Deformation &deformation) {
  Value x = node.getInput(0), offset = node.getInput(2),
        mask = node.getInput(4);
  const Windows &windows = deformation.windows;
  ArrayRef<Dim> counts = deformation.counts;
  int64_t elements = deformation.elements, groups = deformation.groups;
  int64_t channels = deformation.channels;
  int64_t spatial = windows.kernel.size();
  Type type = getCoordinateType(elementTypeOf(offset));
  Dim batch = dimsOf(x)[0];
  Dim rows = node.requireSize(dlc::multiplySizes(std::nullopt, batch, groups));
  auto shaped = [&](ArrayRef<Dim> front) {
    Shape shape(front);
    shape.append(counts.begin(), counts.end());
    return shape;
  };
  offset = node.checkSizes(offset,
                           shaped({batch, Dim(groups * elements * spatial)}));
  offset = node.reshape(node.cast(offset, type),
                        shaped({rows, Dim(elements), Dim(spatial)}));
  Value places =
      node.add(offset, createWindowPlaces(node, windows, counts, type));
  SmallVector<int64_t> coordinatesLast = {0, 1};
  for (int64_t dim = 0; dim < spatial; ++dim)
    coordinatesLast.push_back(dim + 3);
  coordinatesLast.push_back(2);
  places = node.transpose(places, coordinatesLast);
  Shape image = dimsOf(x);
  image[0] = rows;
  image[1] = channels / groups;
  Value samples = node.create<dlc::SampleOp>(
      node.reshape(x, image), places, dlc::ResizeMode::linear,
      dlc::SamplePadding::zeros, /*align_corners=*/false);
  if (mask) {
    mask = node.checkSizes(mask, shaped({batch, Dim(groups * elements)}));
    samples = node.mul(
        samples, node.reshape(mask, shaped({rows, Dim(1), Dim(elements)})));
  }
  return node.reshape(samples, shaped({batch, Dim(channels * elements)}));
}

static Values importDeformConv(Node &node) {
  std::optional<Deformation> deformation = getDeformation(node);
  if (!deformation)
    return {};
  Value samples = sampleWindows(node, *deformation);
  // What is left is a convolution by one element.
  Value filter = node.getInput(1);
  int64_t spatial = deformation->windows.kernel.size();
  Shape joined(spatial + 2, 1);
  joined[0] = dimsOf(filter)[0];
  joined[1] = shapeOf(filter)[1] * deformation->elements;
  int64_t group = node.getIntAttribute("group", 1);
  if (group < 1)
    return node.error("attribute 'group' is " + Twine(group));
  SmallVector<int64_t> ones(spatial, 1), zeros(2 * spatial, 0);
  return {node.create<dlc::ConvOp>(samples, node.reshape(filter, joined),
                                   node.getInput(3), ones, zeros, ones, group)};
}

//===----------------------------------------------------------------------===//
// Col2Im
//===----------------------------------------------------------------------===//

namespace {
/// An image that overlapping blocks add up to.
struct BlockSum {
  Windows windows;
  /// The image without and with its pads, and how many blocks it has.
  Shape image, padded, counts;
  int64_t elements = 1; // of a block
};
} // namespace

static std::optional<BlockSum> getBlockSum(Node &node) {
  Value x = node.getInput(0);
  std::optional<Shape> image = node.getSizes(1, "image_shape");
  std::optional<SmallVector<int64_t>> block =
      node.getIntegers(2, "block_shape");
  if (!image || !block)
    return std::nullopt;
  size_t spatial = image->size();
  if (rankOf(x) != 3 || block->size() != spatial || spatial == 0) {
    node.error("its input must be batch x elements x blocks, 'image_shape' and "
               "'block_shape' one size for each dimension");
    return std::nullopt;
  }
  // Any image has the right number of dimensions.
  Value unit = node.full(Shape(spatial + 2, 1), 0, elementTypeOf(x));
  std::optional<Windows> windows = getWindows(node, unit, *block);
  if (!windows)
    return std::nullopt;
  BlockSum sum{*windows, *image, {}, {}, 1};
  dlc::Windows shared{windows->strides, windows->pads, windows->dilations};
  for (size_t i = 0; i < spatial; ++i) {
    int64_t pads = windows->pads[i] + windows->pads[i + spatial];
    sum.padded.push_back(
        node.requireSize(dlc::addSizes(std::nullopt, (*image)[i], pads)));
    sum.counts.push_back(node.requireSize(
        shared.count(std::nullopt, i, (*image)[i], (*block)[i])));
    if (sum.elements > (1 << 20) / (*block)[i])
      node.error("a block has too many elements");
    else
      sum.elements *= (*block)[i];
  }
  return node.hasFailed() ? std::nullopt : std::optional(sum);
}

/// Where each element of each block lies in the padded image: a vector over
/// elements, then blocks.
static Value createBlockPlaces(Node &node, const BlockSum &sum,
                               const Dim &count) {
  size_t spatial = sum.image.size(), rank = 2 * spatial;
  Type i64 = IntegerType::get(node.getContext(), 64);
  Value place;
  for (size_t i = 0; i < spatial; ++i) {
    Value inBlock =
        node.mul(node.positions(sum.windows.kernel[i], rank, i),
                 node.scalar(double(sum.windows.dilations[i]), i64));
    Value begin = node.mul(node.positions(sum.counts[i], rank, spatial + i),
                           node.scalar(double(sum.windows.strides[i]), i64));
    Value at = node.add(inBlock, begin);
    Value size = node.reshape(node.sizes({sum.padded[i]}), {});
    place = place ? node.add(node.mul(place, size), at) : at;
  }
  return node.reshape(place, {count, Dim(1)});
}

/// The blocks are added to a padded image one after the other, rows of all
/// channels at once; then the pads are cut off.
static Values importCol2Im(Node &node) {
  std::optional<BlockSum> sum = getBlockSum(node);
  if (!sum)
    return {};
  Value x = node.getInput(0);
  Type type = elementTypeOf(x);
  Dim batch = dimsOf(x)[0];
  if (!node.requireStatic(x, 1))
    return {};
  int64_t channels = shapeOf(x)[1] / sum->elements;
  if (channels * sum->elements != shapeOf(x)[1])
    return node.error("its " + Twine(shapeOf(x)[1]) +
                      " rows don't divide into blocks of " +
                      Twine(sum->elements));
  std::optional<Dim> blocks = dlc::countDims(sum->counts),
                     room = dlc::countDims(sum->padded);
  if (!blocks || !room)
    return node.error("its output is too large");
  x = node.checkSizes(x, {batch, Dim(shapeOf(x)[1]), *blocks});
  Dim rows =
      node.requireSize(dlc::multiplySizes(std::nullopt, batch, channels));
  Dim count = node.requireSize(
      dlc::multiplySizes(std::nullopt, *blocks, sum->elements));
  Value updates = node.transpose(node.reshape(x, {rows, count}), {1, 0});
  Value y = node.keepType<dlc::ScatterNDOp>(
      node.full({*room, rows}, 0, type), createBlockPlaces(node, *sum, count),
      updates, dlc::ScatterMode::add);
  y = node.transpose(y, {1, 0});
  Shape shape = {batch, Dim(channels)};
  shape.append(sum->padded);
  y = node.reshape(y, shape);
  for (size_t i = 0; i < sum->image.size(); ++i)
    if (sum->image[i] != sum->padded[i])
      y = node.slice(y, int64_t(i) + 2, sum->windows.pads[i], sum->image[i]);
  return {y};
}

//===----------------------------------------------------------------------===//
// ImageDecoder
//===----------------------------------------------------------------------===//

static Values importImageDecoder(Node &node) {
  return node.error("a compiled model doesn't decode images: decode before it, "
                    "and make the pixels its input");
}

//===----------------------------------------------------------------------===//
// Regions
//===----------------------------------------------------------------------===//

/// The type of a pooling over regions, `rows` x `columns` cells each.
static Type getRoiType(Node &node, int64_t rows, int64_t columns) {
  constexpr int64_t most = 1 << 20;
  Value x = node.getInput(0), rois = node.getInput(1);
  if (rankOf(x) != 4 || rankOf(rois) != 2)
    node.error("its input must be images, and its regions a matrix");
  else if (rows < 1 || columns < 1 || rows > most || columns > most)
    node.error("the cells of a region are " + Twine(rows) + " x " +
               Twine(columns));
  if (node.hasFailed())
    return {};
  return dlc::makeTensorType(
      {dimsOf(rois)[0], dimsOf(x)[1], Dim(rows), Dim(columns)},
      elementTypeOf(x));
}

static Values importRoiAlign(Node &node) {
  StringRef name = node.getStringAttribute("mode", "avg");
  std::optional<dlc::RoiMode> mode = dlc::symbolizeRoiMode(name);
  if (!mode)
    return node.unsupported("mode " + quote(name));
  // What there was before opset 16 is what `output_half_pixel` means since.
  StringRef coordinates = node.getStringAttribute(
      "coordinate_transformation_mode",
      node.getOpset() < 16 ? "output_half_pixel" : "half_pixel");
  if (coordinates != "half_pixel" && coordinates != "output_half_pixel")
    return node.unsupported("coordinate_transformation_mode " +
                            quote(coordinates));
  bool isShifted = coordinates == "half_pixel";
  Type type = getRoiType(node, node.getIntAttribute("output_height", 1),
                         node.getIntAttribute("output_width", 1));
  double scale = node.getFloatAttribute("spatial_scale", 1);
  int64_t sampling = node.getIntAttribute("sampling_ratio", 0);
  if (node.hasFailed())
    return {};
  if (sampling < 0)
    return node.error("attribute 'sampling_ratio' is " + Twine(sampling));
  return {node.createAs<dlc::RoiAlignOp>(
      type, node.getInput(0), node.getInput(1), node.getInput(2),
      APFloat(scale), APFloat(isShifted ? 0.5 : 0.0),
      APFloat(isShifted ? 0.0 : 1.0), sampling, *mode)};
}

static Values importMaxRoiPool(Node &node) {
  SmallVector<int64_t> cells = node.getIntsAttribute("pooled_shape");
  if (cells.size() != 2)
    return node.error("attribute 'pooled_shape' must have 2 elements");
  Type type = getRoiType(node, cells[0], cells[1]);
  double scale = node.getFloatAttribute("spatial_scale", 1);
  if (node.hasFailed())
    return {};
  return {node.createAs<dlc::MaxRoiPoolOp>(type, node.getInput(0),
                                           node.getInput(1), APFloat(scale))};
}

void dlc::onnximport::registerSamplingOps(OpRegistry &registry) {
  registry.add("GridSample", 2, importGridSample);
  registry.add("AffineGrid", 2, importAffineGrid);
  registry.add("DeformConv", 3, 5, importDeformConv);
  registry.add("Col2Im", 3, importCol2Im);
  registry.add("ImageDecoder", 1, importImageDecoder);
  registry.add("RoiAlign", 3, importRoiAlign);
  registry.add("MaxRoiPool", 2, importMaxRoiPool);
}
