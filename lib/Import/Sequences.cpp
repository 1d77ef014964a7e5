//===- Sequences.cpp - Sequences and optionals from ONNX ------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Sequences are lists of values while a model is imported, and optional values
// are values or nothing: of neither is anything left in the graph. So how many
// elements there are, and which one is meant, must be known at compile time.
//
//===----------------------------------------------------------------------===//

#include "Subgraphs.h"

#include "KnownAttributes.h"
#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Shape.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace dlc::onnximport;
using llvm::StringRef;
using llvm::Twine;

namespace dlc::onnximport {
/// A node of these ops: its inputs as lists or values, and the outputs.
struct ListNode {
  Node &node;
  const Site &site;
  SmallVector<std::optional<ValueList>> lists;
  /// One of these; a value, too, where an op gives one.
  std::optional<ValueList> list;
  Value value;

  /// The list that input `i` is; null, and an error, if it isn't one.
  ValueList *getList(unsigned i) {
    if (i < lists.size() && lists[i] && lists[i]->isSequence)
      return &*lists[i];
    node.error("input " + Twine(i) + " must be a sequence");
    return nullptr;
  }
  void setSequence(SmallVector<Value> elements) {
    list = ValueList();
    list->elements = std::move(elements);
  }
};
} // namespace dlc::onnximport

/// More elements than this are data.
static constexpr size_t mostElements = 4096;

/// The position that input `i` says, counted from the front, of `count` ones;
/// none after an error.
static std::optional<size_t> getPosition(Node &node, unsigned i, size_t count) {
  std::optional<int64_t> position = node.getInteger(i, "position");
  if (!position)
    return std::nullopt;
  int64_t size = count;
  if (*position < -size || *position >= size) {
    node.error("position " + Twine(*position) + " is out of range for " +
               Twine(count) + " elements");
    return std::nullopt;
  }
  return *position + (*position < 0 ? size : 0);
}

static void checkElements(Node &node, ArrayRef<Value> elements) {
  if (elements.size() > mostElements)
    node.error("a sequence has more than " + Twine(mostElements) + " elements");
  for (Value element : elements)
    if (!element)
      node.error("an element is missing");
    else if (elementTypeOf(element) != elementTypeOf(elements.front()))
      node.error("the elements of a sequence have different types");
}

//===----------------------------------------------------------------------===//
// Sequences
//===----------------------------------------------------------------------===//

static void importConstruct(ListNode &n) {
  SmallVector<Value> elements(n.node.getInputs());
  checkElements(n.node, elements);
  n.setSequence(std::move(elements));
}

static void importEmpty(ListNode &n) { n.setSequence({}); }

static void importInsert(ListNode &n) {
  ValueList *list = n.getList(0);
  if (!list)
    return;
  size_t at = list->elements.size();
  if (n.node.getInput(2)) {
    // One more than there are elements: the end is a position, too.
    std::optional<int64_t> position = n.node.getInteger(2, "position");
    int64_t size = list->elements.size();
    if (!position || *position < -size || *position > size) {
      n.node.error("the position is out of range for " + Twine(size) +
                   " elements");
      return;
    }
    at = *position + (*position < 0 ? size : 0);
  }
  list->elements.insert(list->elements.begin() + at, n.node.getInput(1));
  checkElements(n.node, list->elements);
  n.setSequence(list->elements);
}

static void importErase(ListNode &n) {
  ValueList *list = n.getList(0);
  if (!list)
    return;
  if (list->elements.empty()) {
    n.node.error("the sequence has no element to erase");
    return;
  }
  std::optional<size_t> at = list->elements.size() - 1;
  if (n.node.getInput(1))
    at = getPosition(n.node, 1, list->elements.size());
  if (at)
    list->elements.erase(list->elements.begin() + *at);
  n.setSequence(list->elements);
}

static void importAt(ListNode &n) {
  ValueList *list = n.getList(0);
  if (!list)
    return;
  if (std::optional<size_t> at = getPosition(n.node, 1, list->elements.size()))
    n.value = list->elements[*at];
}

static void importLength(ListNode &n) {
  if (ValueList *list = n.getList(0))
    n.value =
        n.node.reshape(n.node.integers({int64_t(list->elements.size())}), {});
}

static void importConcatFromSequence(ListNode &n) {
  ValueList *list = n.getList(0);
  if (!list || !n.node.requireAttribute("axis"))
    return;
  if (list->elements.empty()) {
    n.node.error("the sequence is empty");
    return;
  }
  bool isNew = n.node.getIntAttribute("new_axis", 0) != 0;
  SmallVector<Value> parts;
  for (Value element : list->elements) {
    int64_t rank = rankOf(element) + isNew;
    int64_t axis = n.node.getAxisAttribute("axis", 0, rank);
    if (n.node.hasFailed())
      return;
    Shape shape = dimsOf(element);
    if (isNew)
      shape.insert(shape.begin() + axis, 1);
    parts.push_back(n.node.reshape(element, shape));
  }
  int64_t axis = n.node.getAxisAttribute("axis", 0, rankOf(parts.front()));
  n.value = parts.size() == 1
                ? parts.front()
                : n.node.create<dlc::ConcatOp>(ValueRange(parts), axis);
}

/// The sizes of the parts that SplitToSequence makes of `whole`.
static Shape getParts(Node &node, Value x, int64_t axis) {
  Dim whole = dimsOf(x)[axis];
  if (node.getInput(1) && rankOf(node.getInput(1)) != 0)
    return node.getSizes(1, "split").value_or(Shape());
  int64_t part = 1;
  if (node.getInput(1))
    part = node.getInteger(1, "split").value_or(0);
  if (!node.hasFailed() && part < 1)
    node.error("parts of " + Twine(part) + " elements");
  if (node.hasFailed() || !node.requireStatic(x, axis))
    return {};
  Shape parts;
  for (int64_t left = whole.getSize(); left > 0 && !node.hasFailed();
       left -= part) {
    parts.push_back(std::min(part, left));
    if (parts.size() > mostElements)
      node.error("a sequence has more than " + Twine(mostElements) +
                 " elements");
  }
  return parts;
}

static void importSplitToSequence(ListNode &n) {
  Node &node = n.node;
  Value x = node.getInput(0);
  int64_t axis = node.getAxisAttribute("axis", 0, rankOf(x));
  if (node.hasFailed())
    return;
  Shape parts = getParts(node, x, axis);
  bool dropsAxis =
      !node.getInput(1) && node.getIntAttribute("keepdims", 1) == 0;
  SmallVector<Value> elements;
  for (Value element : node.split(x, axis, parts)) {
    if (dropsAxis) {
      Shape shape = dimsOf(element);
      shape.erase(shape.begin() + axis);
      element = node.reshape(element, shape);
    }
    elements.push_back(element);
  }
  n.setSequence(std::move(elements));
}

//===----------------------------------------------------------------------===//
// Optionals
//===----------------------------------------------------------------------===//

/// What an optional holds is itself; only nothing is a list.
static void passOn(ListNode &n) {
  if (!n.lists.empty() && n.lists[0])
    n.list = n.lists[0];
  else
    n.value = n.node.getInput(0);
}

static void importOptional(ListNode &n) {
  passOn(n);
  if (!n.list && !n.value) {
    n.list = ValueList();
    n.list->isSequence = false;
  }
}

static void importGetElement(ListNode &n) {
  passOn(n);
  if (n.list && !n.list->isSequence)
    n.node.error("the optional value is empty");
}

static void importHasElement(ListNode &n) {
  passOn(n);
  bool has = n.value || (n.list && n.list->isSequence);
  n.list.reset();
  auto type =
      RankedTensorType::get({}, IntegerType::get(n.node.getContext(), 1));
  n.value = n.node.constant(DenseElementsAttr::get(type, has));
}

//===----------------------------------------------------------------------===//
// Dispatch
//===----------------------------------------------------------------------===//

using ListHandler = void (*)(ListNode &n);

static ListHandler findHandler(StringRef opType) {
  return llvm::StringSwitch<ListHandler>(opType)
      .Case("ConcatFromSequence", importConcatFromSequence)
      .Case("Optional", importOptional)
      .Case("OptionalGetElement", importGetElement)
      .Case("OptionalHasElement", importHasElement)
      .Case("SequenceAt", importAt)
      .Case("SequenceConstruct", importConstruct)
      .Case("SequenceEmpty", importEmpty)
      .Case("SequenceErase", importErase)
      .Case("SequenceInsert", importInsert)
      .Case("SequenceLength", importLength)
      .Case("SplitToSequence", importSplitToSequence)
      .Default(nullptr);
}

bool Importer::readsLists(const Site &site) {
  StringRef type = site.proto.op_type();
  if (findHandler(type) || type == "SequenceMap")
    return true;
  return type == "Identity" && site.proto.input_size() == 1 &&
         findList(site.proto.input(0), site.scope);
}

const ValueList *Importer::findList(StringRef name, Scope &user) {
  Scope *definer = user.find(name);
  if (!definer)
    return nullptr;
  auto list = definer->lists.find(name);
  return list == definer->lists.end() ? nullptr : &list->second;
}

bool Importer::collectListInputs(
    const Site &site, SmallVectorImpl<Value> &values,
    SmallVectorImpl<std::optional<ValueList>> &lists) {
  bool isGood = true;
  for (const std::string &name : site.proto.input()) {
    values.push_back({});
    lists.emplace_back();
    if (const ValueList *list = findList(name, site.scope))
      lists.back() = *list;
    else if (!name.empty())
      isGood &= collectInput(name, site, values.back());
  }
  // An element that failed is an error that has been reported.
  for (const std::optional<ValueList> &list : lists)
    isGood &= !list || !list->isUnknown;
  return isGood;
}

void Importer::defineList(const Site &site, int output, ValueList list) {
  if (output >= site.proto.output_size() || site.proto.output(output).empty())
    return;
  const std::string &name = site.proto.output(output);
  Scope *definer = site.scope.find(name);
  if (definer == &site.scope)
    return nodeError(site, "it defines " + quote(name) +
                               ", which is a graph input or an initializer");
  site.scope.lists[name] = std::move(list);
}

/// Every output a list of which nothing is known, after an error.
void Importer::defineUnknown(const Site &site) {
  for (int i = 0; i < site.proto.output_size(); ++i) {
    ValueList unknown;
    unknown.isUnknown = true;
    defineList(site, i, unknown);
  }
}

void Importer::importListOp(const Site &site) {
  SmallVector<Value> values;
  SmallVector<std::optional<ValueList>> lists;
  bool isGood = collectListInputs(site, values, lists);
  isGood &= checkAttributes(site);
  if (site.proto.op_type() == "SequenceMap")
    return importSequenceMap(site, values, lists, isGood);
  if (!isGood)
    return defineUnknown(site);
  Node node(state, site.proto, site.index, site.scope.opsets.lookup(""),
            builder, values, site.scope.stated);
  ListNode n{node, site, std::move(lists), {}, {}};
  ListHandler handler = findHandler(site.proto.op_type());
  (handler ? handler : passOn)(n);
  if (!node.hasFailed() && !n.list && !n.value)
    node.error("an input is missing");
  if (node.hasFailed())
    return defineUnknown(site);
  if (n.list)
    return defineList(site, 0, *n.list);
  defineOutputs(site, n.value);
}

/// The body once for each element.
void Importer::importSequenceMap(const Site &site, ArrayRef<Value> values,
                                 ArrayRef<std::optional<ValueList>> lists,
                                 bool isGood) {
  onnx::GraphProto *body = findGraph(site, "body");
  if (!body)
    return defineUnknown(site);
  bool isFitting = isGood && !lists.empty() && lists[0] &&
                   size_t(body->input_size()) == values.size() &&
                   body->output_size() >= site.proto.output_size();
  if (isGood && !isFitting)
    nodeError(site, "it needs a sequence, and a body with an input for each of "
                    "its inputs and an output for each of its outputs");
  if (!isFitting) {
    reportUnsupported(*body, site);
    return defineUnknown(site);
  }
  size_t count = lists[0]->elements.size();
  // Maps inside maps multiply.
  mappedElements += count;
  constexpr size_t most = 1 << 14;
  if (mappedElements > most) {
    nodeError(site, "the model maps more than " + Twine(most) + " elements");
    return defineUnknown(site);
  }
  SmallVector<ValueList> results(site.proto.output_size());
  for (size_t i = 0; i < count; ++i) {
    SmallVector<Value> inputs;
    for (auto [value, list] : llvm::zip_equal(values, lists)) {
      if (list && list->elements.size() != count) {
        nodeError(site, "its sequences have different lengths");
        return defineUnknown(site);
      }
      inputs.push_back(list ? list->elements[i] : value);
    }
    onnx::GraphProto copy = *body;
    Values outputs = importSubgraph(copy, inputs, site);
    if (outputs.empty() || !areKnown(outputs))
      return defineUnknown(site);
    for (auto [result, output] : llvm::zip(results, outputs))
      result.elements.push_back(output);
  }
  for (auto [i, result] : llvm::enumerate(results))
    defineList(site, int(i), result);
}
