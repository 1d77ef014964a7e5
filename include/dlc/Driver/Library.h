//===- Library.h - A compiled model, loaded -----------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_DRIVER_LIBRARY_H
#define DLC_DRIVER_LIBRARY_H

#include "dlc/Runtime/ABI.h"
#include "dlc/Runtime/Device.h"
#include "dlc/Runtime/Profile.h"
#include "dlc/Support/HostTensor.h"
#include "llvm/Support/Error.h"

namespace dlc {

/// A compiled model in a shared library, with one context.
class Library {
public:
  /// Loads the library at `path`, whatever prefix its functions have, and makes
  /// a context with `threads` threads. A library for a GPU uses `device`, or
  /// the driver's if there is none.
  static llvm::Expected<Library> load(llvm::StringRef path,
                                      unsigned threads = 1,
                                      const dlc_device *device = nullptr);

  Library(Library &&other);
  Library &operator=(Library &&other) = delete;
  ~Library();

  const dlc_model_v1 &getModel() const { return *model; }

  /// The sizes that the model leaves open.
  llvm::ArrayRef<dlc_symbol> getSymbols() const;

  /// What the model keeps from call to call.
  llvm::ArrayRef<dlc_state_info> getStates() const;
  /// True if outputs have dimensions that a run finds.
  bool computesSizes() const;

  /// What a library compiled for profiling tells; null for any other.
  const dlc_profile_v1 *getProfile() const;

  /// Runs the model; the types of inputs are checked, outputs are made.
  llvm::Error run(llvm::ArrayRef<const HostTensor *> inputs,
                  std::vector<HostTensor> &outputs);

  /// Sets all states.
  llvm::Error writeStates(llvm::ArrayRef<const HostTensor *> states);

  /// Makes the states of `other`, a context of this library, those of its own,
  /// of states that grow the first `length` positions.
  llvm::Error forkStates(dlc_context *other, int64_t length) const;

  /// Chooses the sizes of `inputs` for further calls of `run_pointers` with
  /// `other`, a context of this library.
  llvm::Error chooseSizes(dlc_context *other,
                          llvm::ArrayRef<const HostTensor *> inputs,
                          std::vector<HostTensor> &outputs) const;

private:
  Library() = default;
  void *handle = nullptr;
  const dlc_model_v1 *model = nullptr;
  dlc_context *context = nullptr;
};

/// True if the file is an ELF file, not a model.
bool isLibraryFile(llvm::StringRef path);

} // namespace dlc

#endif // DLC_DRIVER_LIBRARY_H
