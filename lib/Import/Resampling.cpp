//===- Resampling.cpp - Resampling ops from ONNX --------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpRegistry.h"
#include "RunTimeValues.h"
#include "TensorData.h"

#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Resampling.h"

using namespace mlir;
using namespace dlc::onnximport;
using llvm::APFloat;

namespace {
/// The parameters of a resize, one element per dimension of the input; `roi`
/// has two.
struct Resize {
  SmallVector<double> scales, roi;
  Shape shape;
  dlc::ResizeMode mode = dlc::ResizeMode::nearest;
  dlc::ResizeCoordinates coordinates = dlc::ResizeCoordinates::asymmetric;
  dlc::ResizeNearest nearest = dlc::ResizeNearest::floor;
};
} // namespace

static constexpr double mostElements = double(int64_t(1) << 40);

static bool setMode(Node &node, Resize &resize) {
  StringRef name = node.getStringAttribute("mode", "nearest");
  if (name == "bilinear" || name == "trilinear")
    name = "linear";
  std::optional<dlc::ResizeMode> mode = dlc::symbolizeResizeMode(name);
  if (mode)
    resize.mode = *mode;
  else
    node.unsupported("mode " + quote(name));
  return !node.hasFailed();
}

/// What ONNX Runtime scales a size to.
static double scaleSize(int64_t size, double scale) {
  return std::floor(float(size) * float(scale));
}

/// An open size times a fraction, rounded down, if that is what products of f32
/// give for all sizes.
static std::optional<Dim> scaleOpen(Node &node, const Dim &size, double scale) {
  constexpr int64_t most = 1 << 20;
  int64_t largest = node.getLargest(size);
  AffineExpr expr = size.getSymbolic();
  if (!(scale > 0) || scale > double(most) || largest > most)
    return std::nullopt;
  auto isScaled = [&](int64_t above, int64_t below) {
    for (int64_t n = 0; n <= largest; ++n)
      if (double(n * above / below) != scaleSize(n, scale))
        return false;
    return true;
  };
  for (int64_t below = 1; below <= 1 << 12; ++below) {
    int64_t above = std::llround(scale * double(below));
    if (float(double(above) / double(below)) != float(scale) ||
        !isScaled(above, below))
      continue;
    auto constant = [&](int64_t value) {
      return getAffineConstantExpr(value, expr.getContext());
    };
    return Dim(dlc::floorDivSizeExprs(dlc::mulSizeExprs(expr, constant(above)),
                                      constant(below)));
  }
  return std::nullopt;
}

/// Sets the shape that the scales give, by products of f32 as in ONNX Runtime:
/// 100 times 0.29f is 29.
static bool setShape(Node &node, Resize &resize) {
  Shape shape = dimsOf(node.getInput(0));
  for (auto [i, scale] : llvm::enumerate(resize.scales)) {
    double extent = 1.0;
    if (resize.coordinates == dlc::ResizeCoordinates::tf_crop_and_resize)
      extent = resize.roi[i + shape.size()] - resize.roi[i];
    if (isDynamic(shape[i]) && !shape[i].isUnknown() && extent == 1.0) {
      std::optional<Dim> size = scaleOpen(node, shape[i], scale);
      if (!size) {
        node.error("dimension " + Twine(i) + ", " + shape[i].getText() +
                   ", is open: what the scale " + Twine(std::to_string(scale)) +
                   " makes of it is no fraction of small numbers");
        return false;
      }
      resize.shape.push_back(*size);
      continue;
    }
    if (!node.requireStatic(node.getInput(0), i))
      return false;
    double size =
        std::floor(float(shape[i].getSize()) * float(extent) * float(scale));
    if (!(scale > 0) || !(size >= 0 && size <= mostElements)) {
      node.error("the scale " + Twine(std::to_string(scale)) +
                 " of dimension " + Twine(i) + " is out of range");
      return false;
    }
    resize.shape.push_back(int64_t(size));
  }
  return true;
}

static Value build(Node &node, const Resize &resize) {
  Value x = node.getInput(0);
  bool isAntialiased = node.getIntAttribute("antialias", 0) != 0;
  for (auto [i, from, to] : llvm::enumerate(dimsOf(x), resize.shape))
    if (isAntialiased && from != to && (isDynamic(from) || isDynamic(to)))
      node.error("antialias needs known sizes, dimension " + Twine(i) +
                 " is resized from " + from.getText() + " to " + to.getText() +
                 ": pin it");
  if (node.hasFailed())
    return {};
  double extrapolation = node.getFloatAttribute("extrapolation_value", 0.0);
  return node.createAs<dlc::ResizeOp>(
      dlc::makeTensorType(resize.shape, elementTypeOf(x)), x, resize.scales,
      resize.roi, resize.mode, resize.coordinates, resize.nearest,
      APFloat(node.getFloatAttribute("cubic_coeff_a", -0.75)),
      node.getIntAttribute("exclude_outside", 0) != 0, APFloat(extrapolation),
      isAntialiased);
}

/// Upsample, and Resize as it was in opset 10.
static Values importUpsample(Node &node) {
  Resize resize;
  if (node.getOpset() < 7)
    resize.scales = {1, 1, node.getFloatAttribute("height_scale", 1),
                     node.getFloatAttribute("width_scale", 1)};
  else if (node.getOpType() == "Upsample" && node.getOpset() < 9)
    resize.scales = node.getFloatsAttribute("scales");
  else
    resize.scales = node.getFloats(1, "scales").value_or(SmallVector<double>());
  if (node.hasFailed() || !setMode(node, resize))
    return {};
  if (int64_t(resize.scales.size()) != rankOf(node.getInput(0)))
    return node.error("there must be one scale for each dimension");
  if (!setShape(node, resize))
    return {};
  return {build(node, resize)};
}

//===----------------------------------------------------------------------===//
// Resize since opset 11
//===----------------------------------------------------------------------===//

/// Values for some axes, spread over all of them.
template <typename T>
static SmallVector<T> spread(ArrayRef<T> values, ArrayRef<int64_t> axes,
                             ArrayRef<T> rest) {
  SmallVector<T> result(rest);
  for (auto [axis, value] : llvm::zip(axes, values))
    result[axis] = value;
  return result;
}

static bool setCoordinates(Node &node, Resize &resize) {
  StringRef name =
      node.getStringAttribute("coordinate_transformation_mode", "half_pixel");
  StringRef nearest =
      node.getStringAttribute("nearest_mode", "round_prefer_floor");
  auto coordinates = dlc::symbolizeResizeCoordinates(name);
  auto rounding = dlc::symbolizeResizeNearest(nearest);
  if (!coordinates)
    node.unsupported("coordinate_transformation_mode " + quote(name));
  else if (!rounding)
    node.unsupported("nearest_mode " + quote(nearest));
  if (node.hasFailed())
    return false;
  resize.coordinates = *coordinates;
  resize.nearest = *rounding;
  return true;
}

static bool setRoi(Node &node, ArrayRef<int64_t> axes, Resize &resize) {
  if (resize.coordinates != dlc::ResizeCoordinates::tf_crop_and_resize)
    return true;
  std::optional<SmallVector<double>> given = node.getFloats(1, "roi");
  if (!given || given->size() != 2 * axes.size()) {
    node.error("input 'roi' must have " + Twine(2 * axes.size()) + " elements");
    return false;
  }
  size_t rank = rankOf(node.getInput(0));
  ArrayRef<double> bounds(*given);
  SmallVector<double> starts = spread<double>(
      bounds.take_front(axes.size()), axes, SmallVector<double>(rank, 0.0));
  SmallVector<double> ends = spread<double>(
      bounds.drop_front(axes.size()), axes, SmallVector<double>(rank, 1.0));
  resize.roi = starts;
  resize.roi.append(ends);
  return true;
}

/// Sets shape and scales from the wanted sizes of some axes.
static bool setSizes(Node &node, ArrayRef<Dim> wanted, ArrayRef<int64_t> axes,
                     Resize &resize) {
  Value x = node.getInput(0);
  ArrayRef<int64_t> shape = shapeOf(x);
  Shape dims = dimsOf(x);
  SmallVector<double> scales;
  SmallVector<int64_t> sizes = dlc::toSizes(wanted);
  for (auto [axis, size] : llvm::zip(axes, sizes)) {
    bool isOpen = isDynamic(dims[axis]) || isDynamic(wanted[scales.size()]);
    if (isOpen) {
      if (wanted[scales.size()].isUnknown()) {
        node.error("the size of dimension " + Twine(axis) + " depends on data");
        return false;
      }
      scales.push_back(0); // their ratio
      continue;
    }
    if (size < 0 || double(size) > mostElements || shape[axis] == 0) {
      node.error("the size " + Twine(size) + " of dimension " + Twine(axis) +
                 " is out of range");
      return false;
    }
    scales.push_back(double(size) / double(shape[axis]));
  }
  StringRef policy =
      node.getStringAttribute("keep_aspect_ratio_policy", "stretch");
  // Which axis decides would be known at run time only.
  if (policy != "stretch" &&
      (dlc::isAnyDynamic(wanted) || llvm::any_of(axes, [&](int64_t axis) {
         return isDynamic(dims[axis]);
       }))) {
    node.unsupported("keep_aspect_ratio_policy " + quote(policy) +
                     " with open sizes");
    return false;
  }
  Shape result(wanted);
  if (policy != "stretch" && !scales.empty()) {
    double scale = policy == "not_larger" ? *llvm::min_element(scales)
                                          : *llvm::max_element(scales);
    scales.assign(scales.size(), scale);
    for (auto [axis, size] : llvm::zip(axes, sizes))
      size = int64_t(std::floor(scale * double(shape[axis]) + 0.5));
    result = dlc::toDims(sizes);
  }
  resize.shape = spread<Dim>(result, axes, dims);
  resize.scales =
      spread<double>(scales, axes, SmallVector<double>(shape.size(), 1.0));
  return true;
}

/// Sizes that are data, or follow from scales that are; the latter must scale
/// to whole numbers, so that sizes say the scale.
static Shape findResized(Node &node, ArrayRef<int64_t> axes, unsigned input,
                         bool areScales) {
  Shape sizes;
  Type f32 = Float32Type::get(node.getContext());
  Type i64 = IntegerType::get(node.getContext(), 64);
  if (getLength(node, input).value_or(0) != int64_t(axes.size()))
    node.error("there must be one scale or size for each axis");
  for (auto [j, axis] : llvm::enumerate(axes)) {
    if (node.hasFailed())
      break;
    Value size;
    if (areScales) {
      Value scale = node.reshape(node.slice(node.getInput(input), 0, j, 1), {});
      Value own = sizeValue(node, dimsOf(node.getInput(0))[axis]);
      Value scaled = node.mul(node.cast(own, f32), node.cast(scale, f32));
      Value whole = node.keepType<dlc::FloorOp>(scaled);
      size = node.cast(choose(node, isEqual(node, scaled, whole), whole,
                              node.scalar(-1, f32)),
                       i64);
    } else {
      size = node.element(node.getInput(input), j);
    }
    sizes.push_back(
        node.defineSize(size, node.getStatedBound(0, axis, input), 0, axis));
  }
  return sizes;
}

static Values importResize(Node &node) {
  if (node.getOpset() < 11)
    return importUpsample(node);
  Resize resize;
  size_t rank = rankOf(node.getInput(0));
  // An empty tensor stands for an input that is left out.
  SmallVector<double> scales;
  Shape sizes;
  bool hasScales = node.isComputed(2), hasSizes = node.isComputed(3);
  if (!hasScales)
    scales = node.getFloats(2, "scales").value_or(SmallVector<double>());
  if (!hasSizes)
    sizes = node.getSizes(3, "sizes").value_or(Shape());
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  axes = node.getIntsAttribute("axes", axes);
  (void)node.normalizeAxes(axes, rank);
  if (node.hasFailed() || !setMode(node, resize) ||
      !setCoordinates(node, resize))
    return {};
  for (int64_t &axis : axes)
    axis = node.normalizeAxis(axis, rank);
  if (hasScales || hasSizes)
    sizes = findResized(node, axes, hasScales ? 2 : 3, hasScales);
  if (node.hasFailed())
    return {};
  if (scales.empty() == sizes.empty() ||
      scales.size() + sizes.size() != axes.size())
    return node.error("it needs either 'scales' or 'sizes', with one element "
                      "for each axis");
  if (!setRoi(node, axes, resize))
    return {};
  if (!scales.empty())
    resize.scales =
        spread<double>(scales, axes, SmallVector<double>(rank, 1.0));
  if (scales.empty() ? !setSizes(node, sizes, axes, resize)
                     : !setShape(node, resize))
    return {};
  return {build(node, resize)};
}

void dlc::onnximport::registerResamplingOps(OpRegistry &registry) {
  registry.add("Upsample", 1, 2, importUpsample);
  registry.add("Resize", 1, 4, importResize);
}
