//===- Importer.cpp - ONNX graphs to functions ----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Importer.h"

#include "KnownAttributes.h"
#include "TensorData.h"
#include "dialects/dlc/Constant.h"
#include "mlir/IR/Iterators.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace dlc::onnximport;
using llvm::StringRef;
using llvm::Twine;

/// ONNX's own operators may be spelled with or without their domain.
static StringRef canonicalDomain(StringRef domain) {
  return domain == "ai.onnx" ? "" : domain;
}

void Importer::readOpsets(const OpsetList &imports, Scope &scope) {
  // Newer opsets may change the meaning of any op. (scripts/onnx-attributes
  // adds their attributes.)
  constexpr int64_t newestOpset = 28;
  for (const onnx::OperatorSetIdProto &import : imports) {
    scope.opsets[canonicalDomain(import.domain())] = import.version();
    if (import.version() < 1)
      state.error("there is no opset " + Twine(import.version()) +
                  "; the first is 1");
  }
  int64_t version = scope.opsets.lookup("");
  if (version > newestOpset)
    state.error("opset " + Twine(version) + " is newer than " +
                Twine(newestOpset) + ", the newest that is supported");
}

OwningOpRef<ModuleOp> Importer::run() {
  Location location = NameLoc::get(builder.getStringAttr(model.graph().name()));
  OwningOpRef<ModuleOp> module = ModuleOp::create(location);
  builder.setInsertionPointToEnd(module->getBody());
  function = func::FuncOp::create(builder, location, "main",
                                  builder.getFunctionType({}, {}));
  builder.setInsertionPointToEnd(function.addEntryBlock());

  Scope scope;
  readOpsets(model.opset_import(), scope);
  createFunction(scope);
  if (state.hasErrors())
    return {};
  if (!importNodes(*model.mutable_graph()->mutable_node(), scope) ||
      state.hasErrors())
    return {};
  finishFunction(scope);
  checkDimNames();
  if (state.hasErrors())
    return {};
  if (!state.getSymbols().empty())
    (*module)->setAttr("dlc.symbols", state.getSymbols());
  // Shape arithmetic has been folded away; what it was made of is dead.
  function.walk<WalkOrder::PostOrder, ReverseIterator>([](Operation *op) {
    if (isOpTriviallyDead(op))
      op->erase();
  });
  return module;
}

/// False if they have no order, which is an error.
bool Importer::importNodes(NodeList &nodes, Scope &scope) {
  llvm::Expected<SmallVector<unsigned>> order = orderNodes(nodes);
  if (!order) {
    state.error(llvm::toString(order.takeError()));
    return false;
  }
  for (unsigned index : *order)
    importNode({nodes[index], index, scope});
  return true;
}

void Importer::nodeError(const Site &site, const Twine &text) {
  const onnx::NodeProto &proto = site.proto;
  std::string name = proto.name().empty() ? "" : " " + quote(proto.name());
  auto opset = site.scope.opsets.find(canonicalDomain(proto.domain()));
  std::string version = opset == site.scope.opsets.end()
                            ? ""
                            : ", opset " + std::to_string(opset->second);
  state.error("node #" + Twine(site.index) + name + " (" + proto.op_type() +
              version + "): " + text);
}

/// The value of that name; null where its definition failed, or, after an
/// error, its data can't be read. Nothing is known of an undefined name.
Value Importer::lookup(StringRef name, Scope &user) {
  Scope *definer = user.find(name);
  if (!definer)
    return {};
  Scope &scope = *definer;
  auto initializer = scope.initializers.find(name);
  if (initializer == scope.initializers.end())
    return scope.values.lookup(name);
  onnx::TensorProto &tensor = *initializer->second;
  scope.initializers.erase(initializer);
  llvm::Expected<ElementsAttr> elements =
      takeTensor(tensor, state.getFolder(), state.getContext());
  Value &value = scope.values[name];
  if (!elements) {
    state.error("initializer " + quote(name) + ": " +
                llvm::toString(elements.takeError()));
    return {};
  }
  Location location = NameLoc::get(builder.getStringAttr(name));
  // What an outer graph has is for all of its subgraphs.
  OpBuilder::InsertionGuard guard(builder);
  if (scope.block != builder.getInsertionBlock())
    builder.setInsertionPointToStart(scope.block);
  value = dlc::ConstantOp::create(builder, location, elements->getType(),
                                  *elements);
  checkStated(name, value, scope);
  return value;
}

/// The values that a node reads, null where it leaves one out. False if one
/// isn't defined or failed to import.
bool Importer::collectInputs(const Site &site, SmallVectorImpl<Value> &inputs) {
  bool isGood = true;
  for (const std::string &name : site.proto.input()) {
    inputs.push_back({});
    if (!name.empty())
      isGood &= collectInput(name, site, inputs.back());
  }
  return isGood;
}

bool Importer::collectInput(StringRef name, const Site &site, Value &input) {
  if (const ValueList *list = findList(name, site.scope)) {
    if (!list->isUnknown)
      nodeError(site, "its input " + quote(name) + " is " +
                          (list->isSequence ? "a sequence"
                                            : "an empty optional value") +
                          ", which this op can't take");
    return false;
  }
  if (site.scope.find(name))
    input = lookup(name, site.scope);
  else
    nodeError(site, "its input " + quote(name) +
                        " is not a graph input, an initializer or a node's "
                        "output");
  return input != nullptr;
}

/// A way out for ops of a domain whose ops are all unsupported.
static StringRef explainUnsupported(StringRef domain) {
  // Layouts that ONNX Runtime chooses for the machine it runs on.
  if (domain == "com.microsoft.nchwc" || domain == "com.ms.internal.nhwc")
    return "; let ONNX Runtime optimize with the level 'extended' or 'basic' "
           "instead of 'all'";
  return "";
}

void Importer::importNode(const Site &site) {
  onnx::NodeProto &proto = site.proto;
  if (const onnx::FunctionProto *callee = findFunction(proto))
    return importCall(site, *callee);
  StringRef domain = canonicalDomain(proto.domain()), type = proto.op_type();
  auto opset = site.scope.opsets.find(domain);
  bool hasOpset = opset != site.scope.opsets.end();
  if (domain.empty() && hasOpset && type == "If")
    return importIf(site);
  if (domain.empty() && hasOpset && type == "Loop")
    return importLoop(site);
  if (domain.empty() && hasOpset && type == "Scan")
    return importScan(site);
  if (domain.empty() && hasOpset && readsLists(site))
    return importListOp(site);
  const OpImporter *importer = registry.lookup(domain, type);
  // Every unsupported or undefined thing is reported; what depends on it isn't.
  bool isGood = importer && hasOpset;
  if (!hasOpset)
    nodeError(site,
              "the model imports no opset for the domain " + quote(domain));
  else if (!importer)
    nodeError(site,
              "this op" +
                  (domain.empty() ? "" : " of the domain " + quote(domain)) +
                  " is not supported" + explainUnsupported(domain));
  SmallVector<Value> inputs;
  isGood &= collectInputs(site, inputs);
  if (!isGood)
    return defineOutputs(site, {});

  Node node(state, proto, site.index, opset->second, builder, inputs,
            site.scope.stated);
  std::string unknown = findUnknownAttribute(proto, opset->second);
  if (!unknown.empty())
    node.error(unknown);
  for (unsigned i = 0; i < importer->minInputs; ++i)
    if (!node.getInput(i))
      node.error("input " + Twine(i) + " is missing");
  if (inputs.size() > importer->maxInputs)
    node.error("it has " + Twine(inputs.size()) + " inputs, at most " +
               Twine(importer->maxInputs) + " are allowed");
  Values results;
  if (!node.hasFailed())
    results = importer->handler(node);
  if (node.hasFailed())
    results.clear();
  defineOutputs(site, results);
}

void Importer::defineOutputs(const Site &site, ArrayRef<Value> results) {
  const onnx::NodeProto &proto = site.proto;
  Scope &scope = site.scope;
  for (int i = 0; i < proto.output_size(); ++i) {
    const std::string &name = proto.output(i);
    if (name.empty())
      continue;
    bool hasResult = i < int(results.size()) && results[i];
    if (!results.empty() && !hasResult)
      nodeError(site, "its output " + quote(name) + " (number " + Twine(i) +
                          ") is not supported");
    if (scope.initializers.contains(name) ||
        !scope.values.try_emplace(name, hasResult ? results[i] : Value())
             .second) {
      nodeError(site, "it defines " + quote(name) +
                          ", which is a graph input or an initializer");
      continue;
    }
    if (hasResult)
      checkStated(name, results[i], scope);
  }
}
