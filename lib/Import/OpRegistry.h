//===- OpRegistry.h - Which importer an ONNX op has -------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_IMPORT_OPREGISTRY_H
#define DLC_LIB_IMPORT_OPREGISTRY_H

#include "Node.h"
#include "llvm/ADT/StringMap.h"

namespace dlc::onnximport {

/// The name of an op with its domain, if that isn't ONNX's own.
inline std::string getQualifiedName(llvm::StringRef domain,
                                    llvm::StringRef opType) {
  return (domain.empty() ? "" : domain.str() + ".") + opType.str();
}

/// Builds the results of a node. Its required inputs are there.
using Handler = Values (*)(Node &node);

/// How ops of one type are imported.
struct OpImporter {
  unsigned minInputs, maxInputs;
  Handler handler;
};

/// The importers of ops, by their type; those of other domains than ONNX's own
/// have the domain in front, `com.microsoft.Gelu`.
class OpRegistry {
public:
  static constexpr unsigned anyNumber = ~0u;

  OpRegistry();

  /// Adds an op with `minInputs` required inputs and some optional ones.
  void add(llvm::StringRef opType, unsigned minInputs, unsigned maxInputs,
           Handler handler) {
    OpImporter importer;
    importer.minInputs = minInputs;
    importer.maxInputs = maxInputs;
    importer.handler = handler;
    importers[opType] = importer;
  }
  void add(llvm::StringRef opType, unsigned inputs, Handler handler) {
    add(opType, inputs, inputs, handler);
  }
  /// Null if the op isn't supported.
  const OpImporter *lookup(llvm::StringRef domain,
                           llvm::StringRef opType) const {
    auto found = importers.find(getQualifiedName(domain, opType));
    return found == importers.end() ? nullptr : &found->second;
  }

private:
  llvm::StringMap<OpImporter> importers;
};

// One file for each family of ops.
void registerAttentionOps(OpRegistry &registry);
void registerConstantOps(OpRegistry &registry);
void registerContractionOps(OpRegistry &registry);
void registerEinsum(OpRegistry &registry);
void registerElementwiseOps(OpRegistry &registry);
void registerIndexingOps(OpRegistry &registry);
void registerLinearAttentionOps(OpRegistry &registry);
void registerLossOps(OpRegistry &registry);
void registerNormalizationOps(OpRegistry &registry);
void registerPaddingOps(OpRegistry &registry);
void registerPoolingOps(OpRegistry &registry);
void registerQuantizationOps(OpRegistry &registry);
void registerRecurrenceOps(OpRegistry &registry);
void registerRandomOps(OpRegistry &registry);
void registerReductionOps(OpRegistry &registry);
void registerResamplingOps(OpRegistry &registry);
void registerSamplingOps(OpRegistry &registry);
void registerSelectionOps(OpRegistry &registry);
void registerShapeOps(OpRegistry &registry);
void registerSignalOps(OpRegistry &registry);
void registerSlicingOps(OpRegistry &registry);

} // namespace dlc::onnximport

#endif // DLC_LIB_IMPORT_OPREGISTRY_H
