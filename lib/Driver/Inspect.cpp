//===- Inspect.cpp - What a model consists of -----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Frontend.h"
#include "GraphFlops.h"
#include "Weights.h"
#include "dialects/dlc/Constant.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace dlc;

namespace {
struct OpCount {
  int64_t count = 0, flops = 0;
};
struct Totals {
  llvm::StringMap<OpCount> ops;
  int64_t parameters = 0, bytes = 0, flops = 0;
};
} // namespace

/// Gives all types the sizes that are likely; the module is for counting then.
static void assumeLikelySizes(ModuleOp module) {
  auto symbols = module->getAttrOfType<ArrayAttr>("dlc.symbols");
  if (!symbols)
    return;
  SmallVector<int64_t> likely;
  for (auto symbol : symbols.getAsRange<SymbolAttr>())
    likely.push_back(symbol.getLikely());
  auto assume = [&](Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type || !type.getEncoding())
      return;
    Shape dims = getDims(type);
    for (Dim &dim : dims)
      if (AffineExpr expr = dim.getSymbolic())
        dim = evaluateSize(expr, likely).value_or(0);
    value.setType(withDims(type, dims));
  };
  module.walk([&](Operation *op) {
    llvm::for_each(op->getResults(), assume);
    for (Region &region : op->getRegions())
      for (Block &block : region)
        llvm::for_each(block.getArguments(), assume);
  });
}

static Totals countOps(ModuleOp module) {
  Totals totals;
  module.walk([&](Operation *op) {
    if (auto constant = dyn_cast<ConstantOp>(op)) {
      ShapedType type = constant.getValue().getShapedType();
      totals.parameters += type.getNumElements();
      totals.bytes +=
          type.getNumElements() * getDTypeSize(getDType(type.getElementType()));
      return;
    }
    if (!isa<DLCDialect>(op->getDialect()) && op->getNumRegions() == 0 &&
        op->hasTrait<mlir::OpTrait::IsTerminator>())
      return;
    if (isa<ModuleOp>(op) || isa<FunctionOpInterface>(op))
      return;
    OpCount &entry = totals.ops[op->getName().getStringRef()];
    int64_t flops = getFlops(op);
    ++entry.count;
    entry.flops += flops;
    totals.flops += flops;
  });
  return totals;
}

static void printOps(llvm::raw_ostream &os, const Totals &totals) {
  std::vector<std::pair<StringRef, OpCount>> rows;
  for (auto &entry : totals.ops)
    rows.push_back({entry.first(), entry.second});
  llvm::sort(rows, [](auto &a, auto &b) {
    return std::tuple(-a.second.flops, -a.second.count, a.first) <
           std::tuple(-b.second.flops, -b.second.count, b.first);
  });
  os << llvm::format("  %-24s %8s %12s\n", "op", "count", "MFLOPs");
  for (auto &[name, entry] : rows)
    os << llvm::format("  %-24s %8lld %12.3f\n", name.str().c_str(),
                       (long long)entry.count, entry.flops * 1e-6);
  os << "parameters: " << totals.parameters << " ("
     << llvm::format("%.2f MB", totals.bytes * 1e-6) << ")\n"
     << "operations: " << llvm::format("%.3f MFLOPs\n", totals.flops * 1e-6);
}

static void printSignature(llvm::raw_ostream &os, const Signature &signature) {
  os << "inputs:\n";
  for (const TensorSpec &spec : signature.inputs)
    os << "  " << spec.name << ": " << formatType(spec) << "\n";
  os << "outputs:\n";
  for (const TensorSpec &spec : signature.outputs)
    os << "  " << spec.name << ": " << formatType(spec) << "\n";
  if (!signature.states.empty())
    os << "states:\n";
  for (const StateSpec &state : signature.states)
    os << "  " << state.input.name << " = " << state.output << ": "
       << formatType(state.input) << "\n";
}

llvm::Error dlc::inspectModel(const CompileOptions &options,
                              llvm::raw_ostream &os) {
  llvm::Expected<Target> target =
      Target::create(options.targetTriple, options.targetCPU);
  if (!target)
    return target.takeError();
  Frontend frontend(options);
  if (llvm::Error error = frontend.import())
    return error;
  llvm::Expected<Signature> signature = getSignature(frontend.getModule());
  if (!signature)
    return signature.takeError();
  printSignature(os, *signature);
  OwningOpRef<ModuleOp> counted = frontend.getModule().clone();
  assumeLikelySizes(*counted);
  printOps(os, countOps(*counted));
  if (!hasOpenSizes(frontend.getModule()))
    if (llvm::Error open = checkStaticInputs(*signature)) {
      os << "memory: known once all sizes are; " << toString(std::move(open))
         << "\n";
      return llvm::Error::success();
    }
  if (llvm::Error error = frontend.run(buildDLCToLinalgPipeline, *target))
    return error;
  if (llvm::Error error = refineShapes(*signature, frontend.getModule()))
    return error;
  for (const SymbolSpec &symbol : signature->symbols)
    os << "open size " << formatSymbol(symbol) << "\n";
  if (llvm::Error error = frontend.run(buildLinalgToLLVMPipeline, *target))
    return error;
  llvm::Expected<Weights> weights = Weights::create(frontend.getModule());
  if (!weights)
    return weights.takeError();
  auto arena =
      frontend.getModule()->getAttrOfType<IntegerAttr>("dlc.arena_size");
  os << "compiled for " << target->getCPU() << ": weights "
     << llvm::format("%.2f MB", weights->size() * 1e-6) << ", arena "
     << (signature->symbols.empty() ? "" : "at most ")
     << llvm::format("%.2f MB\n", (arena ? arena.getInt() : 0) * 1e-6);
  return llvm::Error::success();
}
