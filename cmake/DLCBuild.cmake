# Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

# How this project builds its targets.

# ccache and lld where they are present.
find_program(DLC_CCACHE ccache)
if(DLC_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The precompiled header needs the sloppiness. Checkouts share the cache: paths
  # are hashed relative to the checkout, and the precompiled header, which holds
  # absolute ones, by the sum beside it.
  set(dlc_launcher ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
    CCACHE_PCH_EXTSUM=1 ${DLC_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${dlc_launcher})
  set(CMAKE_C_COMPILER_LAUNCHER ${dlc_launcher})
endif()
find_program(DLC_LLD NAMES ld.lld-22 ld.lld HINTS ${DLC_LLVM_TOOLS_DIR})
if(DLC_LLD AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_link_options(--ld-path=${DLC_LLD})
endif()

# What every C++ target of the project compiles with.
add_library(dlc_options INTERFACE)
target_compile_options(dlc_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>
  $<$<COMPILE_LANGUAGE:CXX>:-fvisibility-inlines-hidden>
  -Wall -Wextra -Wno-unused-parameter
  $<$<CXX_COMPILER_ID:Clang>:-Wno-nullability-completeness>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:Clang>>:-Xclang;-fno-pch-timestamp>
  $<$<BOOL:${DLC_WARNINGS_AS_ERRORS}>:-Werror>)

# One precompiled header for all: MLIR's headers are most of what a translation
# unit costs.
set(dlc_pch_headers
  <mlir/IR/BuiltinOps.h>
  <mlir/IR/BuiltinTypes.h>
  <mlir/IR/Matchers.h>
  <mlir/IR/PatternMatch.h>
  <mlir/Dialect/Arith/IR/Arith.h>
  <mlir/Dialect/Func/IR/FuncOps.h>
  <mlir/Dialect/Linalg/IR/Linalg.h>
  <mlir/Dialect/SCF/IR/SCF.h>
  <mlir/Dialect/Tensor/IR/Tensor.h>
  <mlir/Pass/Pass.h>
  <mlir/Transforms/DialectConversion.h>)
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/pch.cpp CONTENT "")
add_library(dlc_pch OBJECT ${PROJECT_BINARY_DIR}/pch.cpp)
target_link_libraries(dlc_pch PRIVATE dlc_options)
target_precompile_headers(dlc_pch PRIVATE ${dlc_pch_headers})

# dlc_use_pch(TARGET)
# Compiles a target with the precompiled header. With Ninja and Clang it is named
# relative to the build folder, where compilers run, so that ccache finds the
# objects of another checkout; CMake itself would name it absolutely.
set(dlc_pch_file CMakeFiles/dlc_pch.dir/cmake_pch.hxx.pch)
function(dlc_use_pch name)
  if(NOT (CMAKE_GENERATOR STREQUAL "Ninja" AND
          CMAKE_CXX_COMPILER_ID STREQUAL "Clang"))
    target_precompile_headers(${name} REUSE_FROM dlc_pch)
    return()
  endif()
  get_target_property(sources ${name} SOURCES)
  set_property(SOURCE ${sources} APPEND PROPERTY
    OBJECT_DEPENDS ${PROJECT_BINARY_DIR}/${dlc_pch_file})
  target_compile_options(${name} PRIVATE
    "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-include-pch ${dlc_pch_file}>")
endfunction()
string(SHA256 dlc_pch_sum
  "${dlc_pch_headers} ${LLVM_PACKAGE_VERSION} ${LLVM_INSTALL_PREFIX}")
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${dlc_pch_file}.sum
  CONTENT ${dlc_pch_sum})

# dlc_add_library(NAME sources... [DEPENDS targets...] [LINK_LIBS libs...])
# A static library of the project. LLVM and MLIR come as shared libraries.
function(dlc_add_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK_LIBS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC ${ARG_LINK_LIBS} MLIR LLVM
    PRIVATE dlc_options)
  dlc_use_pch(${name})
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
endfunction()

# dlc_add_tool(NAME sources... [LINK_LIBS libs...])
function(dlc_add_tool name)
  cmake_parse_arguments(ARG "" "" "LINK_LIBS" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS} MLIR LLVM dlc_options)
  # The precompiled header is built for -fPIC, not for an executable's -fPIE.
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${name} PRIVATE -fPIC)
  dlc_use_pch(${name})
endfunction()

# dlc_tablegen(TARGET td OUTPUT generator-args ...)
# Adds one generated file to the outputs of the variable TARGET_OUTPUTS.
function(dlc_tablegen outputs td output)
  set(LLVM_TARGET_DEFINITIONS ${td})
  mlir_tablegen(${output} ${ARGN}
    EXTRA_INCLUDES ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
  set(${outputs} ${${outputs}} ${CMAKE_CURRENT_BINARY_DIR}/${output}
    PARENT_SCOPE)
endfunction()
