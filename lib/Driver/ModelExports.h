//===- ModelExports.h - The functions that a model exports ------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// As the runtime spells them, in the order of the fields of dlc_model_v1 that
// point to them. In a library, the model's prefix replaces `dlc`.
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_DRIVER_MODELEXPORTS_H
#define DLC_LIB_DRIVER_MODELEXPORTS_H

namespace dlc {

/// Those of every model; the last one gives the dlc_model_v1 itself.
inline constexpr const char *kExports[] = {
    "dlc_create",      "dlc_destroy",    "dlc_run_pointers",
    "dlc_run_tensors", "dlc_last_error", "dlc_dlc_model_v1"};

/// Those of a model with open sizes.
inline constexpr const char *kOpenSizesExports[] = {
    "dlc_set_dims", "dlc_output_dims", "dlc_context_bytes_for"};

/// That of a model that finds sizes while it runs.
inline constexpr const char *kResultDimsExport = "dlc_result_dims";

/// Those of a model with states.
inline constexpr const char *kStateExports[] = {
    "dlc_state_reset",  "dlc_state_fork", "dlc_state_length",
    "dlc_state_rewind", "dlc_state_read", "dlc_state_write"};

/// That of a library which keeps times.
inline constexpr const char *kProfileExport = "dlc_dlc_profile_v1";

} // namespace dlc

#endif // DLC_LIB_DRIVER_MODELEXPORTS_H
