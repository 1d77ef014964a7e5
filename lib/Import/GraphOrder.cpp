//===- GraphOrder.cpp - The order of a graph's nodes ----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GraphOrder.h"

#include "ImportState.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringMap.h"
#include <functional>
#include <queue>

using namespace llvm;
using namespace dlc::onnximport;

static Error error(const Twine &text) {
  return createStringError(inconvertibleErrorCode(), text);
}

static std::string describe(const onnx::NodeProto &node, unsigned index) {
  return ("node #" + Twine(index) + " " + quote(node.name()) + " (" +
          node.op_type() + ")")
      .str();
}

/// Calls `use` for each name the node reads, those in its subgraphs included.
static void forEachUse(const onnx::NodeProto &node,
                       function_ref<void(StringRef)> use) {
  for (const std::string &input : node.input())
    use(input);
  auto visit = [&](const onnx::GraphProto &graph) {
    for (const onnx::NodeProto &inner : graph.node())
      forEachUse(inner, use);
    for (const onnx::ValueInfoProto &output : graph.output())
      use(output.name());
  };
  for (const onnx::AttributeProto &attribute : node.attribute()) {
    if (attribute.has_g())
      visit(attribute.g());
    for (const onnx::GraphProto &graph : attribute.graphs())
      visit(graph);
  }
}

Expected<SmallVector<unsigned>>
dlc::onnximport::orderNodes(const NodeList &nodes) {
  unsigned count = nodes.size();
  StringMap<unsigned> producers;
  for (unsigned i = 0; i < count; ++i)
    for (const std::string &output : nodes[i].output())
      if (!output.empty() && !producers.try_emplace(output, i).second)
        return error(describe(nodes[i], i) + " defines " + quote(output) +
                     ", which node #" + Twine(producers[output]) +
                     " defines too");

  SmallVector<SmallVector<unsigned>> readers(count);
  SmallVector<unsigned> missing(count, 0);
  for (unsigned i = 0; i < count; ++i) {
    DenseSet<unsigned> seen;
    forEachUse(nodes[i], [&](StringRef name) {
      auto producer = producers.find(name);
      if (producer == producers.end() || !seen.insert(producer->second).second)
        return;
      readers[producer->second].push_back(i);
      ++missing[i];
    });
  }

  // The ready node that comes first in the file comes first.
  std::priority_queue<unsigned, std::vector<unsigned>, std::greater<>> ready;
  for (unsigned i = 0; i < count; ++i)
    if (missing[i] == 0)
      ready.push(i);
  SmallVector<unsigned> order;
  while (!ready.empty()) {
    unsigned node = ready.top();
    ready.pop();
    order.push_back(node);
    for (unsigned reader : readers[node])
      if (--missing[reader] == 0)
        ready.push(reader);
  }
  if (order.size() == count)
    return order;
  // Every node left waits for another one: following them leads into a cycle.
  unsigned node =
      find_if(missing, [](unsigned n) { return n != 0; }) - missing.begin();
  DenseSet<unsigned> visited;
  while (visited.insert(node).second)
    forEachUse(nodes[node], [&, from = node](StringRef name) {
      auto producer = producers.find(name);
      if (producer != producers.end() && missing[producer->second] != 0 &&
          node == from)
        node = producer->second;
    });
  return error("the graph has a cycle through " + describe(nodes[node], node));
}
