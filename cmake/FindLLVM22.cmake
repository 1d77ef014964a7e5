# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

# Finds LLVM and MLIR 22.1, the release dlc is written against, and says what to
# do when there is none or another one.

set(DLC_LLVM_VERSION 22.1)
set(dlc_llvm_hint
  "dlc needs LLVM and MLIR ${DLC_LLVM_VERSION}. Either run scripts/install-deps "
  "(Debian 12), or point CMake at an installation of yours with "
  "-DMLIR_DIR=<prefix>/lib/cmake/mlir.")

# MLIR's version file is strict about the minor version: asking for 22 fails.
find_package(MLIR ${DLC_LLVM_VERSION} CONFIG QUIET
  HINTS /usr/lib/llvm-22/lib/cmake/mlir)
if(NOT MLIR_FOUND)
  if(MLIR_CONSIDERED_CONFIGS)
    message(FATAL_ERROR "No fitting MLIR: found "
      "${MLIR_CONSIDERED_CONFIGS} (version ${MLIR_CONSIDERED_VERSIONS}). "
      ${dlc_llvm_hint})
  endif()
  message(FATAL_ERROR "MLIR was not found. " ${dlc_llvm_hint})
endif()
find_package(LLVM ${DLC_LLVM_VERSION} REQUIRED CONFIG HINTS ${MLIR_DIR}/../llvm)
message(STATUS "LLVM ${LLVM_PACKAGE_VERSION} in ${LLVM_INSTALL_PREFIX}")

list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)
separate_arguments(LLVM_DEFINITIONS_LIST NATIVE_COMMAND ${LLVM_DEFINITIONS})
add_definitions(${LLVM_DEFINITIONS_LIST})
set(DLC_LLVM_TOOLS_DIR ${LLVM_TOOLS_BINARY_DIR})
