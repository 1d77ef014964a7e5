//===- KnownAttributes.cpp - The attributes that ONNX's ops have ----------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KnownAttributes.h"

#include "ImportState.h"
#include "OpRegistry.h"
#include "llvm/ADT/STLExtras.h"

using namespace dlc::onnximport;
using llvm::StringRef;
using llvm::Twine;

namespace {
/// An operator, with its domain if that isn't ONNX's own, and its attributes:
/// `name:first-last`, the opsets that have it, separated by spaces; without
/// `last` to this day.
struct KnownOp {
  StringRef name, attributes;
};

/// An attribute in one range of opsets.
struct KnownAttribute {
  StringRef name;
  int64_t first = 0, last = INT64_MAX;

  bool isIn(int64_t opset) const { return first <= opset && opset <= last; }
};
} // namespace

static constexpr KnownOp onnxOps[] = {
#include "OnnxAttributes.inc"
};
static constexpr KnownOp onnxRuntimeOps[] = {
#include "OnnxRuntimeAttributes.inc"
};

/// Null if the table doesn't have the op.
static const KnownOp *findOp(llvm::ArrayRef<KnownOp> table, StringRef name) {
  const auto *op =
      llvm::lower_bound(table, name, [](const KnownOp &known, StringRef name) {
        return known.name < name;
      });
  return op == table.end() || op->name != name ? nullptr : op;
}

static llvm::SmallVector<KnownAttribute> getAttributes(StringRef opType) {
  llvm::SmallVector<KnownAttribute> attributes;
  const KnownOp *op = findOp(onnxOps, opType);
  if (!op)
    op = findOp(onnxRuntimeOps, opType);
  if (!op)
    return attributes;
  llvm::SmallVector<StringRef> entries;
  op->attributes.split(entries, ' ', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (StringRef entry : entries) {
    KnownAttribute attribute;
    auto [name, opsets] = entry.split(':');
    auto [first, last] = opsets.split('-');
    attribute.name = name;
    (void)first.getAsInteger(10, attribute.first);
    (void)last.getAsInteger(10, attribute.last);
    attributes.push_back(attribute);
  }
  return attributes;
}

/// The name most like `given`, if one is much like it, as a question.
static std::string suggest(StringRef given,
                           llvm::ArrayRef<StringRef> candidates) {
  StringRef best;
  unsigned least = given.size() / 3 + 2;
  for (StringRef candidate : candidates) {
    unsigned distance = given.edit_distance(candidate, true, least);
    if (distance >= least)
      continue;
    least = distance;
    best = candidate;
  }
  return best.empty() ? "" : ("; did you mean " + quote(best) + "?");
}

/// Names that begin with two underscores are for tools' own use.
static bool isInternal(StringRef name) { return name.starts_with("__"); }

std::string dlc::onnximport::findUnknownAttribute(const onnx::NodeProto &node,
                                                  int64_t opset) {
  if (node.attribute().empty())
    return "";
  StringRef domain = node.domain();
  if (domain == "ai.onnx")
    domain = "";
  llvm::SmallVector<KnownAttribute> known =
      getAttributes(getQualifiedName(domain, node.op_type()));
  // An op that is newer than the opset means what it meant first.
  int64_t oldest = INT64_MAX;
  for (const KnownAttribute &attribute : known)
    oldest = std::min(oldest, attribute.first);
  if (!known.empty())
    opset = std::max(opset, oldest);
  llvm::SmallVector<StringRef> names;
  for (const KnownAttribute &attribute : known)
    if (attribute.isIn(opset))
      names.push_back(attribute.name);
  for (const onnx::AttributeProto &given : node.attribute()) {
    StringRef name = given.name();
    if (isInternal(name) || llvm::is_contained(names, name))
      continue;
    const auto *other = llvm::find_if(
        known, [&](const KnownAttribute &it) { return it.name == name; });
    if (other == known.end())
      return "there is no attribute " + quote(name) + suggest(name, names);
    if (opset < other->first)
      return "there is no attribute " + quote(name) + " before opset " +
             std::to_string(other->first);
    return "there is no attribute " + quote(name) + " since opset " +
           std::to_string(other->last + 1);
  }
  return "";
}

std::string dlc::onnximport::findUnknownAttribute(
    const onnx::NodeProto &call, const onnx::FunctionProto &callee,
    llvm::ArrayRef<onnx::AttributeProto> defaults) {
  llvm::SmallVector<StringRef> names(callee.attribute().begin(),
                                     callee.attribute().end());
  for (const onnx::AttributeProto &attribute : defaults)
    names.push_back(attribute.name());
  for (const onnx::AttributeProto &given : call.attribute())
    if (!isInternal(given.name()) &&
        !llvm::is_contained(names, StringRef(given.name())))
      return "the function has no attribute " + quote(given.name()) +
             suggest(given.name(), names);
  return "";
}
