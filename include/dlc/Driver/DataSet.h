//===- DataSet.h - Samples in files -----------------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_DRIVER_DATASET_H
#define DLC_DRIVER_DATASET_H

#include "dlc/Runtime/ABI.h"
#include "dlc/Support/HostTensor.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace dlc {

/// Samples of one type and shape, read one after the other, so that a set of
/// any size takes the memory of one sample.
class DataSet {
public:
  virtual ~DataSet();

  /// Opens MNIST's idx files, gzipped or not, `.npy` and `.pb` files, whose
  /// first dimension counts the samples, or a folder of `.npy` and `.pb` files,
  /// one sample each in the order of their names. That idx files are complete
  /// is checked here, that a folder's files agree while they are read.
  static llvm::Expected<std::unique_ptr<DataSet>> open(llvm::StringRef path);

  const std::string &getPath() const { return path; }
  int64_t size() const { return numSamples; }
  int32_t getDType() const { return dtype; }
  llvm::ArrayRef<int64_t> getSampleDims() const { return dims; }
  int64_t getSampleElements() const { return *getNumElements(dims, dtype); }

  /// Reads the next sample; there must be one.
  virtual llvm::Error read(HostTensor &sample) = 0;
  /// Goes back to the first sample.
  virtual llvm::Error rewind() = 0;

protected:
  std::string path;
  int64_t numSamples = 0;
  int32_t dtype = 0;
  llvm::SmallVector<int64_t> dims; ///< of one sample
};

/// Where a model's inputs come from, and what becomes of them on the way.
struct DataOptions {
  /// `PATH` in the order of the model's inputs, or `NAME=PATH`.
  std::vector<std::string> inputs;
  /// `x * scale + offset`, after conversion to the input's type.
  double scale = 1, offset = 0;
  /// How many samples are read; all if not given.
  std::optional<int64_t> samples;
};

/// Samples as a model takes them: converted, scaled, shaped, and as many at a
/// time as its inputs hold.
class Batches {
public:
  static llvm::Expected<Batches> create(const DataOptions &options,
                                        const dlc_model_v1 &model);

  int64_t getNumSamples() const { return numSamples; }
  int64_t getBatchSize() const { return batchSize; }

  /// Fills the inputs; how many samples they hold, 0 after the last. A last
  /// batch is filled up with the samples it begins with.
  llvm::Expected<int64_t> next();
  llvm::Error rewind();
  llvm::ArrayRef<const HostTensor *> getInputs() const { return pointers; }

private:
  llvm::Error bind(const DataOptions &options, const dlc_tensor_info &input,
                   std::unique_ptr<DataSet> set);

  DataOptions options;
  std::vector<std::unique_ptr<DataSet>> sets;
  std::vector<std::unique_ptr<HostTensor>> inputs;
  std::vector<const HostTensor *> pointers;
  int64_t numSamples = 0, batchSize = 0, position = 0;
};

} // namespace dlc

#endif // DLC_DRIVER_DATASET_H
