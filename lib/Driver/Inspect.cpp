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
#include "dlc/Driver/Json.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
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

/// How many times the loops around an op run it, where that is known: those of
/// an unknown number of steps count as one.
static int64_t countRuns(Operation *op) {
  int64_t runs = 1;
  for (auto loop = op->getParentOfType<scf::ForOp>(); loop;
       loop = loop->getParentOfType<scf::ForOp>())
    if (std::optional<APInt> steps = loop.getStaticTripCount())
      runs *= steps->getSExtValue();
  return runs;
}

static Totals countOps(ModuleOp module) {
  Totals totals;
  module.walk([&](Operation *op) {
    if (auto constant = dyn_cast<ConstantOp>(op)) {
      ShapedType type = constant.getValue().getShapedType();
      totals.parameters += type.getNumElements();
      totals.bytes +=
          getDTypeBytes(getDType(type.getElementType()), type.getNumElements());
      return;
    }
    // Not the arithmetic of loops and conditions.
    if (!isa<DLCDialect>(op->getDialect()) && op->getNumRegions() == 0)
      return;
    if (isa<ModuleOp>(op) || isa<FunctionOpInterface>(op))
      return;
    OpCount &entry = totals.ops[op->getName().getStringRef()];
    int64_t flops = getFlops(op) * countRuns(op);
    ++entry.count;
    entry.flops += flops;
    totals.flops += flops;
  });
  return totals;
}

/// What computes most first.
static std::vector<std::pair<StringRef, OpCount>>
sortOps(const Totals &totals) {
  std::vector<std::pair<StringRef, OpCount>> rows;
  for (auto &entry : totals.ops)
    rows.push_back({entry.first(), entry.second});
  llvm::sort(rows, [](auto &a, auto &b) {
    return std::tuple(-a.second.flops, -a.second.count, a.first) <
           std::tuple(-b.second.flops, -b.second.count, b.first);
  });
  return rows;
}

static void printOps(llvm::raw_ostream &os, const Totals &totals) {
  os << llvm::format("  %-24s %8s %12s\n", "op", "count", "MFLOPs");
  for (auto &[name, entry] : sortOps(totals))
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

static llvm::json::Object toJSON(const Totals &totals) {
  llvm::json::Array ops;
  for (auto &[name, entry] : sortOps(totals))
    ops.push_back(llvm::json::Object{
        {"op", name.str()}, {"count", entry.count}, {"flops", entry.flops}});
  return llvm::json::Object{{"ops", std::move(ops)},
                            {"parameters", totals.parameters},
                            {"parameter_bytes", totals.bytes},
                            {"flops", totals.flops}};
}

/// Prints what a model consists of, and adds it to the figures.
static llvm::Error inspect(const CompileOptions &options, llvm::raw_ostream &os,
                           llvm::json::Object &figures) {
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
  Totals totals = countOps(*counted);
  printOps(os, totals);
  figures = ::toJSON(totals);
  figures["signature"] = dlc::toJSON(*signature);
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
  figures["signature"] = dlc::toJSON(*signature);
  for (const SymbolSpec &symbol : signature->symbols)
    os << "open size " << formatSymbol(symbol) << "\n";
  for (const SymbolSpec &size : getFoundSizes(*signature))
    os << "found size " << size.name << ": at most " << size.max << "\n";
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
  figures["cpu"] = target->getCPU().str();
  figures["weights_bytes"] = int64_t(weights->size());
  figures["arena_bytes"] = arena ? arena.getInt() : 0;
  return llvm::Error::success();
}

llvm::Error dlc::inspectModel(const CompileOptions &options,
                              llvm::raw_ostream &os, StringRef json) {
  llvm::json::Object figures;
  if (llvm::Error error = inspect(options, os, figures))
    return error;
  return json.empty() ? llvm::Error::success()
                      : writeJSON(std::move(figures), json);
}
