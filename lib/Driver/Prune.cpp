//===- Prune.cpp - Pruning a model ----------------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Driver/Prune.h"

#include "Frontend.h"
#include "GraphFlops.h"
#include "OutputFiles.h"
#include "dialects/dlc/ConstantFolding.h"
#include "dialects/dlc/DLCDialect.h"
#include "dlc/Transforms/Passes.h"
#include "dlc/Transforms/Pruning.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace dlc;

static PrunedLayer::Figures getFigures(WeightedOp op) {
  PrunedLayer::Figures figures;
  Value weights = op.getWeights();
  auto type = cast<RankedTensorType>(weights.getType());
  figures.shape.assign(type.getShape().begin(), type.getShape().end());
  figures.flops = op.countFlops();
  Attribute constant;
  if (!matchPattern(weights, m_Constant(&constant)))
    return figures;
  figures.parameters = type.getNumElements();
  if (auto values = readFloats(constant))
    figures.zeros = llvm::count(*values, 0.0);
  if (figures.parameters > 0)
    figures.flops *= 1.0 - double(figures.zeros) / figures.parameters;
  return figures;
}

/// The node that an op came from, without its type.
static std::string getNodeName(Operation *op) {
  auto name = op->getLoc()->findInstanceOf<NameLoc>();
  return name ? name.getName().strref().split(':').second.str() : "";
}

/// The ops with weights, in order. Pruning keeps the order.
static SmallVector<WeightedOp> getLayers(ModuleOp module) {
  SmallVector<WeightedOp> layers;
  module.walk([&](WeightedOp op) { layers.push_back(op); });
  return layers;
}

/// The figures of the layers, at the likely sizes where they are open.
static SmallVector<PrunedLayer::Figures> getAllFigures(ModuleOp module) {
  OwningOpRef<ModuleOp> counted = module.clone();
  assumeLikelySizes(*counted);
  return llvm::map_to_vector(getLayers(*counted), getFigures);
}

static void addPasses(OpPassManager &passes, const PruneOptions &options,
                      const PruningStructure &structure) {
  if (structure.kind == PruningStructure::Channel) {
    PruneChannelsOptions channels;
    channels.sparsity = *options.sparsity;
    channels.importance = options.importance;
    channels.global = options.global;
    channels.multiple = options.channelMultiple;
    channels.maskOnly = options.maskOnly;
    passes.addNestedPass<func::FuncOp>(createPruneChannels(channels));
    return;
  }
  PruneWeightsOptions weights;
  weights.structure = options.structure;
  weights.sparsity = options.sparsity.value_or(structure.getShare());
  weights.global = options.global;
  weights.pointwise = options.pointwise;
  weights.blockOutputs = options.blockOutputs;
  weights.blockInputs = options.blockInputs;
  passes.addNestedPass<func::FuncOp>(createPruneWeights(weights));
}

static llvm::Expected<PruningStructure>
checkOptions(const PruneOptions &options) {
  auto structure = PruningStructure::parse(options.structure);
  if (!structure)
    return structure.takeError();
  bool needsSparsity = structure->kind != PruningStructure::NOfM;
  if (needsSparsity && !options.sparsity)
    return llvm::createStringError("give --sparsity, the share to remove");
  if (!StringRef(options.compile.output).ends_with(".onnx"))
    return llvm::createStringError(options.compile.output +
                                   ": the output's name must end in .onnx");
  return *structure;
}

llvm::Error dlc::pruneModel(const PruneOptions &options, PruneReport &report) {
  llvm::Expected<PruningStructure> structure = checkOptions(options);
  if (!structure)
    return structure.takeError();
  Frontend frontend(options.compile);
  if (llvm::Error error = frontend.import())
    return error;
  for (auto [op, figures] :
       llvm::zip_equal(getLayers(frontend.getModule()),
                       getAllFigures(frontend.getModule()))) {
    PrunedLayer layer;
    layer.name = getNodeName(op);
    layer.op = op->getName().stripDialect().str();
    layer.before = figures;
    report.layers.push_back(std::move(layer));
  }
  if (llvm::Error error = frontend.runPasses([&](OpPassManager &passes) {
        addPasses(passes, options, *structure);
      }))
    return error;
  for (auto [layer, op, figures] :
       llvm::zip_equal(report.layers, getLayers(frontend.getModule()),
                       getAllFigures(frontend.getModule()))) {
    layer.after = figures;
    // For the command's report alone.
    if (auto reason =
            dyn_cast_or_null<StringAttr>(op->removeAttr(kNotPrunedAttrName)))
      layer.reason = reason.str();
  }
  OutputFiles files;
  auto written = frontend.writeONNX(options.compile.output,
                                    options.compile.externalWeights, files);
  if (!written)
    return written.takeError();
  report.files = std::move(*written);
  return files.commit();
}
