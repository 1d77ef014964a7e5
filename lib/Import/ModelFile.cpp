//===- ModelFile.cpp - Reading an ONNX file -------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelFile.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/FileSystem.h"
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <google/protobuf/text_format.h>

using namespace llvm;
namespace protobuf = google::protobuf;

namespace {

/// How deeply messages may nest: far more than any model does, far less than
/// the stack holds.
constexpr int recursionLimit = 100;

/// Keeps the first error of the text format's parser.
class FirstError : public protobuf::io::ErrorCollector {
public:
  void AddError(int line, protobuf::io::ColumnNumber column,
                const std::string &message) override {
    if (text.empty())
      text = ("line " + Twine(line + 1) + ", column " + Twine(column + 1) +
              ": " + message)
                 .str();
  }
  std::string text;
};

} // namespace

static Error error(const Twine &text) {
  return createStringError(inconvertibleErrorCode(), text);
}

static Error parseText(protobuf::io::ZeroCopyInputStream &input,
                       onnx::ModelProto &model) {
  FirstError firstError;
  protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&firstError);
  parser.SetRecursionLimit(recursionLimit);
  if (parser.Parse(&input, &model))
    return Error::success();
  return error("not an ONNX model in protobuf's text format: " +
               firstError.text);
}

static Error parseBinary(protobuf::io::FileInputStream &input,
                         uint64_t fileSize, onnx::ModelProto &model) {
  // A message of protobuf has less than 2 GiB.
  if (fileSize > uint64_t(INT32_MAX))
    return error("larger than 2 GiB, the most that protobuf allows; save the "
                 "model with its weights as external data");
  protobuf::io::CodedInputStream coded(&input);
  coded.SetRecursionLimit(recursionLimit);
  bool parsed =
      model.ParseFromCodedStream(&coded) && coded.ConsumedEntireMessage();
  if (input.GetErrno())
    return error(
        std::error_code(input.GetErrno(), std::generic_category()).message());
  if (!parsed)
    return error("not an ONNX model, or a truncated one");
  return Error::success();
}

Expected<std::unique_ptr<onnx::ModelProto>>
dlc::onnximport::readModelFile(StringRef path) {
  // What protobuf has to say is returned, not logged.
  protobuf::LogSilencer silencer;
  Expected<sys::fs::file_t> file = sys::fs::openNativeFileForRead(path);
  if (!file)
    return file.takeError();
  scope_exit close([&] { (void)sys::fs::closeFile(*file); });
  sys::fs::file_status status;
  if (std::error_code code = sys::fs::status(*file, status))
    return error(code.message());
  if (sys::fs::is_directory(status))
    return error("is a directory, not a file");

  auto model = std::make_unique<onnx::ModelProto>();
  protobuf::io::FileInputStream input(*file, 1 << 20);
  Error failure = path.ends_with(".onnxtxt")
                      ? parseText(input, *model)
                      : parseBinary(input, status.getSize(), *model);
  if (failure)
    return std::move(failure);
  // Any bytes may happen to parse; an empty file does.
  if (!model->has_graph() || model->opset_import_size() == 0)
    return error("not an ONNX model: it has no graph or no opset");
  return std::move(model);
}
