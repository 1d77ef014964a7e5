//===- Json.cpp - Figures for programs to read ----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Driver/Json.h"
#include "OutputFiles.h"
#include "llvm/Support/FormatVariadic.h"

using namespace dlc;
namespace json = llvm::json;

llvm::Error dlc::writeJSON(const json::Value &figures, llvm::StringRef path) {
  OutputFiles files;
  auto write = [&](llvm::raw_fd_ostream &stream) {
    stream << llvm::formatv("{0:2}\n", figures);
    return llvm::Error::success();
  };
  if (llvm::Error error = files.write(path, write))
    return error;
  return files.commit();
}

static json::Object toJSON(const TensorSpec &spec) {
  json::Array dims;
  for (auto [size, name] : llvm::zip_equal(spec.dims, spec.dimNames))
    if (size >= 0)
      dims.push_back(size);
    else
      dims.push_back(json::fixUTF8(name));
  return json::Object{{"name", json::fixUTF8(spec.name)},
                      {"dtype", getDTypeName(spec.dtype)},
                      {"dims", std::move(dims)}};
}

json::Object dlc::toJSON(const Signature &signature) {
  json::Array inputs, outputs, states, sizes;
  for (const TensorSpec &spec : signature.inputs)
    inputs.push_back(::toJSON(spec));
  for (const TensorSpec &spec : signature.outputs)
    outputs.push_back(::toJSON(spec));
  for (const StateSpec &state : signature.states) {
    json::Object object = ::toJSON(state.input);
    object["output"] = json::fixUTF8(state.output);
    states.push_back(std::move(object));
  }
  for (const SymbolSpec &symbol : signature.symbols)
    sizes.push_back(json::Object{{"name", json::fixUTF8(symbol.name)},
                                 {"min", symbol.min},
                                 {"max", symbol.max},
                                 {"likely", symbol.likely},
                                 {"kept", symbol.isKept}});
  return json::Object{{"inputs", std::move(inputs)},
                      {"outputs", std::move(outputs)},
                      {"states", std::move(states)},
                      {"sizes", std::move(sizes)}};
}

static json::Object toJSON(const PrunedLayer::Figures &figures) {
  return json::Object{{"shape", json::Array(figures.shape)},
                      {"parameters", figures.parameters},
                      {"zeros", figures.zeros},
                      {"flops", figures.flops}};
}

json::Object dlc::toJSON(const PruneReport &report) {
  json::Array layers;
  for (const PrunedLayer &layer : report.layers)
    layers.push_back(json::Object{{"name", json::fixUTF8(layer.name)},
                                  {"op", layer.op},
                                  {"before", ::toJSON(layer.before)},
                                  {"after", ::toJSON(layer.after)},
                                  {"reason", json::fixUTF8(layer.reason)}});
  return json::Object{{"layers", std::move(layers)},
                      {"files", json::Array(report.files)}};
}
