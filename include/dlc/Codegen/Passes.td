//===- Passes.td - Code generation passes ------------------*- tablegen -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_CODEGEN_PASSES_TD
#define DLC_CODEGEN_PASSES_TD

include "mlir/Pass/PassBase.td"

def FuseElementwise : Pass<"dlc-fuse-elementwise", "::mlir::func::FuncOp"> {
  let summary = "Fuses elementwise linalg.generic ops on tensors";
  let description = [{
    A producer whose result is read once, point for point, moves into its
    consumer. A producer never moves where its work would be repeated: into a
    broadcast, or into a reduction that reads its result more than once per
    element.

    Before:

    ```mlir
    %y = linalg.generic ... ins(%x) { %e = math.exp %in ... }
    %z = linalg.generic ... ins(%y) { %n = arith.negf %in ... }
    ```

    After:

    ```mlir
    %z = linalg.generic ... ins(%x) { %e = math.exp %in; %n = arith.negf %e ... }
    ```
  }];
}

def DecomposePads : Pass<"dlc-decompose-pads", "::mlir::func::FuncOp"> {
  let summary = "Makes tensor.pad a fill and an insertion";
  let description = [{
    After bufferization the producer of the padded value writes straight into the
    middle of the filled buffer, so that padding costs a fill and no copy; on a
    CPU, `dlc-shrink-fills` leaves the border of that fill.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def BindControlFlow : Pass<"dlc-bind-control-flow", "::mlir::func::FuncOp"> {
  let summary = "Gives every tensor that a loop carries one buffer";
  let description = [{
    At the end of a loop's body, what it yields is put into the tensor that the
    body got: nothing reads that any more. Where what is yielded are the tensors
    that the body got, in another order, they are read before they are
    overwritten. What a loop begins with is a copy if it is an argument or a
    constant. A `scf.while` passes the same tensors to both blocks. The results
    of a branch are put into a tensor that both ways share.

    So every loop and every branch works on buffers that are there before it,
    and gives none: after bufferization each buffer is an argument, an
    allocation, a constant or a view of one. Most values are computed where they
    are to be put; upstream's analysis decides which.

    Before:

    ```mlir
    %r:2 = scf.for ... iter_args(%a = %x, %b = %y) {
      %sum = linalg.generic ... ins(%a, %b)
      scf.yield %b, %sum
    }
    ```

    After:

    ```mlir
    %r:2 = scf.for ... iter_args(%a = %x, %b = %y) {
      %sum = linalg.generic ... ins(%a, %b)
      %0 = bufferization.materialize_in_destination %b in %a
      %1 = bufferization.materialize_in_destination %sum in %b
      scf.yield %0, %1
    }
    ```

    Rejected: two buffers that change places in each iteration. Whatever reads
    or writes one of them then works on either, which no analysis of buffers
    could tell apart, for the price of copying a state that is small where it
    can't be computed in place.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::bufferization::BufferizationDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect"];
}

def BindDestinations : Pass<"dlc-bind-destinations", "::mlir::func::FuncOp"> {
  let summary = "Makes a function on tensors one on the caller's buffers";
  let description = [{
    Arguments become memrefs that are read, results become further memref
    arguments that are written. The caller promises that none overlap. The `index`
    arguments, which are sizes, stay the last; what is computed from them alone
    moves to the beginning.

    Both ways of a branch write its result straight to the caller's buffer.

    An argument that is a state (`dlc.state`) stays one argument, behind all
    others but the sizes: it is read, and the result that is its next value is
    written to it.

    Inside, every op gets an empty tensor of its own to write to; one in which a
    part of another tensor is assembled (by insertions, as concatenations in
    concatenations are) becomes that part, so that it needn't be copied there.

    Before:

    ```mlir
    func.func @main(%x: tensor<4xf32>) -> tensor<4xf32>
    ```

    After:

    ```mlir
    func.func @main(%x: memref<4xf32>, %y: memref<4xf32>)
    ```
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect",
                           "::mlir::memref::MemRefDialect"];
}

def ShrinkFills : Pass<"dlc-shrink-fills", "::mlir::func::FuncOp"> {
  let summary = "Fills only what isn't overwritten before it is read";
  let description = [{
    Where ops write boxes of a filled buffer before anything reads them, as the
    producer of a padded value does, the fill becomes fills of the strips around
    these boxes, which don't overlap; `dlc-form-kernels` makes one kernel of
    them. A fill stays whole if its strips are more than eight or touch over half
    as many cache lines.

    Before:

    ```mlir
    linalg.fill ins(%zero : f32) outs(%x : memref<8x58x58x16xf32>)
    %middle = memref.subview %x[0, 1, 1, 0] [8, 56, 56, 16] [1, 1, 1, 1]
    linalg.generic ... outs(%middle)
    ```

    After:

    ```mlir
    %top = memref.subview %x[0, 0, 0, 0] [8, 1, 58, 16] [1, 1, 1, 1]
    linalg.fill ins(%zero : f32) outs(%top)
    %bottom = memref.subview %x[0, 57, 0, 0] [8, 1, 58, 16] [1, 1, 1, 1]
    ... // likewise left and right, [8, 56, 1, 16]
    %middle = memref.subview %x[0, 1, 1, 0] [8, 56, 56, 16] [1, 1, 1, 1]
    linalg.generic ... outs(%middle)
    ```
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

def FormKernels : Pass<"dlc-form-kernels", "::mlir::ModuleOp"> {
  let summary = "Outlines the work on buffers into kernel functions";
  let description = [{
    A kernel is a linalg op or a loop nest; a reduction takes its initial fill
    with it and, if nothing else reads its result, the elementwise op that
    consumes it; fills of one buffer that follow each other are one kernel.
    Buffers that only a kernel uses move into it. What remains of
    the caller is buffers, views and calls. Equal kernels become one function,
    marked `dlc.kernel`.

    A kernel's buffers start at any offset of what they are views of: their
    types say `offset: ?` unless they are whole buffers. The sizes that their
    shapes are made of, where these are open, are the kernel's last arguments,
    with the range that each may have (`dlc.range`); the body begins with
    `memref.reinterpret_cast` ops that state the shapes in terms of these. Sizes of
    other names make no other kernel.

    Every buffer must be an argument of the function, an allocation, a constant or
    a view of one: of others it can't be told what they overlap.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::linalg::LinalgDialect"];
  let statistics = [
    Statistic<"numKernels", "kernels", "Distinct kernels">,
    Statistic<"numCalls", "calls", "Calls of kernels">
  ];
}

def SelectStrategy : Pass<"dlc-select-strategy", "::mlir::func::FuncOp"> {
  let summary = "Chooses how each kernel's loops are tiled and vectorized";
  let description = [{
    Writes the attribute `dlc.strategy` on the root op of every loop nest that
    has none: an array of one dictionary per nest, `{vector_dim, lanes, tile,
    order}`, over the nest's dimensions: those of the op without unit ones,
    merged where all operands allow it. Along the innermost reduction, `tile` is
    how many steps are unrolled. `dlc-vectorize-kernels` obeys it.

    Sizes may be expressions of the kernel's `index` arguments; they cost what
    they do where these are as likely as `dlc.range` (least, most, likely) says.
    Where it isn't known what full tiles leave, `tail` has for that dimension the
    sizes of ever smaller tiles that follow, the last of them 1, or along
    `vector_dim` one vector, under a mask: `tail = [array<i64: 4, 2, 1>,
    array<i64: 16>]` for `tile = array<i64: 8, 32>`.

    Where they pay, it also gets:
    - `block`, per dimension how many elements of it are to stay in cache while
      other loops run (0: no blocks); such a dimension stands twice in `order`,
      for the loop over blocks, then for the one over tiles;
    - `prefetch`, the input whose data for the next tiles are fetched ahead;
    - `split_dim`, the parallel dimension whose tiles threads share, and where
      sizes are open `split_points`, from how many points of the nest on;
    - `dot`, how many products of bytes or i16 an instruction sums.
  }];
  let options = [
    Option<"vectorBytes", "vector-bytes", "int64_t", "64",
           "Width of a vector register in bytes">,
    Option<"vectorRegisters", "vector-registers", "int64_t", "32",
           "Number of vector registers">,
    Option<"dot", "dot", "int64_t", "1",
           "What an instruction sums into 32 bits: 4 products of bytes "
           "(vpdpbusd), 2 of i16 (vpmaddwd), or 1">
  ];
}

def SplitKernels : Pass<"dlc-split-kernels", "::mlir::ModuleOp"> {
  let summary = "Lets kernels run in parts";
  let description = [{
    A kernel that is one loop nest with a `split_dim` in its `dlc.strategy` gets
    two arguments more, a range of chunks: the tiles along that dimension. Each
    is computed by the same code whoever runs it, and no reduction is split, so
    the bits of the result don't depend on the number of threads. Kernel and calls
    are marked with the number of chunks, `dlc.chunks`; calls ask for all. Where
    sizes are open, the caller computes that number: 1 if there are fewer points
    than `split_points`.

    Before:

    ```mlir
    call @k(%x, %y) : (memref<...>, memref<...>) -> ()
    ```

    After:

    ```mlir
    call @k(%x, %y, %c0, %c8) {dlc.chunks = 8} : (memref<...>, memref<...>, index, index) -> ()
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def ShareCalls : Pass<"dlc-share-calls", "::mlir::ModuleOp"> {
  let summary = "Hands calls of split kernels to the context's threads";
  let description = [{
    Runs on the LLVM dialect. A call marked `dlc.chunks` becomes one of the
    runtime's `dlc_rt_parallel`, which runs ranges of chunks on the threads of
    the context; arguments travel in an array on the stack of `@main`, and a
    function beside the kernel, `<kernel>_chunks`, takes them out.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def VectorizeKernels : Pass<"dlc-vectorize-kernels", "::mlir::func::FuncOp"> {
  let summary = "Turns the linalg ops of kernels into loops over vectors";
  let description = [{
    Emits every loop nest as its `dlc.strategy` says: parallel loops over
    register tiles, remainders as tiles of their own or masked vectors (for open
    sizes as the strategy's `tail` says),
    accumulators carried by the reduction loops, the epilogue applied before the
    result leaves the registers. Fences that only the compiler sees keep the
    loads of unrolled steps apart.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

def ApproximateMath : Pass<"dlc-approximate-math", "::mlir::func::FuncOp"> {
  let summary = "Expands functions of f32 into polynomials";
  let description = [{
    Exponentials, logarithms, hyperbolic tangents and error functions of f32,
    scalar or vector, become arithmetic that vectorizes. Errors against the correct
    result are within 1 unit in the last place for exp and log, 3.1 for erf, 2.6
    for tanh and for the sigmoid made of exp, 1.5 for expm1 as ELU uses it, 2.5 for
    softplus, made of exp and log1p; arguments and results may be subnormal,
    infinity or NaN. expm1 and log1p of -0 are 0. Other types keep calling libm.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect"];
}

def PlanMemory : Pass<"dlc-plan-memory", "::mlir::ModuleOp"> {
  let summary = "Places buffers in one arena, constants in one blob of weights";
  let description = [{
    Every buffer of `@main` lives from its first to its last use; buffers whose
    lives don't overlap may share memory. Buffers are placed largest first at the
    lowest offset that is free for their whole life (greedy by size: Pisarchyk
    and Lee, arXiv 2001.03288, section 5).

    `@main` then takes bare pointers: `(%arena, %weights, inputs...,
    outputs...)`. The module says how large the two buffers are
    (`dlc.arena_size`, `dlc.weights_size`; both are to be aligned to 64 bytes)
    and what the weights hold (`dlc.weights`: `{offset, value}` each).

    If the last arguments of `@main` are open sizes (`index`), the arena is
    planned once for all of them. The greedy plan at the likely sizes says which
    of two buffers that live together is the lower one; a buffer then begins
    where the last of those below it ends, whatever their sizes. `@main` becomes
    `(%arena, %weights, %sizes, inputs..., outputs...)`, where `%sizes` points
    to an array of `dlc.num_sizes` i64: the symbols, all dimensions of the
    inputs and the outputs, the size of the arena, offsets of buffers.
    Arguments that are states (`dlc.state`) lie first in the arena, one after the
    other, and live forever. The array of sizes goes on behind the dimensions of
    the outputs with those of the states; behind the size of the arena, it has
    three numbers for each state: its offset, its length, which the runtime
    keeps, and the length that it will have after the call.

    `@prepare(%sizes)` computes all of it from the symbols and returns the first
    of the module's `dlc.checks` that doesn't hold, or -1. `dlc.arena_size` is
    what the largest sizes need.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::memref::MemRefDialect"];
}

def LowerChecks : Pass<"dlc-lower-checks", "::mlir::func::FuncOp"> {
  let summary = "Lets a check of @main that fails end it";
  let description = [{
    Each `cf.assert` becomes a branch to the function's end. Which one failed,
    `dlc-plan-memory` has let it store; upstream's lowering ends the program. It
    runs where loops and branches are blocks, so that a check may stand inside.

    Before:

    ```mlir
    cf.assert %holds, "NonZero:mask: ..."
    ```

    After:

    ```mlir
    cf.cond_br %holds, ^bb1, ^end
    ```
  }];
  let dependentDialects = ["::mlir::cf::ControlFlowDialect",
                           "::mlir::func::FuncDialect"];
}

def ProfileKernels : Pass<"dlc-profile-kernels", "::mlir::ModuleOp"> {
  let summary = "Reads the clock around every call of a kernel";
  let description = [{
    Runs after `dlc-plan-memory`. `@main` tells the runtime which call begins,
    `dlc_rt_stamp`, before each kernel and after the last one; of a call in a
    loop all runs are added up. The times are in a buffer at the end of the
    arena, which grows by it; with open sizes, at the end of the array of sizes.

    The module's attribute `dlc.profile` says where in the arena (or the array)
    the buffer begins, in bytes, and of each call the kernel, its floating-point
    operations (`dlc.flops`, which `dlc-form-kernels` has counted; where sizes
    are open, at the likely ones) and the ONNX nodes it came from.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect",
                           "::mlir::LLVM::LLVMDialect"];
}

def PlanLaunches : Pass<"dlc-plan-launches", "::mlir::ModuleOp"> {
  let summary = "Makes @main a list of launches of kernels on a device";
  let description = [{
    The device has one arena, which holds `@main`'s buffers (placed as
    `dlc-plan-memory` does), then its inputs and outputs, and the weights. What
    `@main` did is then data: the module's `dlc.launches`, one dictionary for
    each call in order, `{kernel, offsets, weights}`: for each parameter its
    offset in bytes, and 1 if it lies in the weights. `dlc.argument_offsets` says
    where the inputs and outputs lie, `dlc.arena_size` how large the arena is;
    `dlc.weights` is as for a CPU. `@main` is erased.

    Kernels learn what holds for all their launches: how parameters are aligned,
    and which overlap no other (`llvm.align`, `llvm.noalias`).
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def SelectGPUStrategy : Pass<"dlc-select-gpu-strategy", "::mlir::func::FuncOp"> {
  let summary = "Chooses how each kernel is spread over a GPU's threads";
  let description = [{
    Writes the attribute `dlc.gpu_strategy` on the root op of every kernel that
    has none:

    - `{kind = "point", threads}`: a thread for each point of the result;
    - `{kind = "reduce", threads}`: so many threads for each point share its
      reduction, a warp or a block;
    - `{kind = "tile", tile = [rows, columns, depth]}`: a block for each tile of
      a matrix product, convolutions among them;
    - `{kind = "mma", tile = [64, 64, 32]}`: the same on tensor cores, for f16
      summed in f32 where operands are read in pieces of 16 bytes (from compute
      capability 8.0 on).

    `dlc-map-kernels-to-gpu` obeys it.
  }];
  let options = [
    Option<"arch", "arch", "int64_t", "80",
           "Compute capability of the device: 80 is 8.0">
  ];
}

def MapKernels : Pass<"dlc-map-kernels-to-gpu", "::mlir::ModuleOp"> {
  let summary = "Turns kernels into the code of a GPU's thread";
  let description = [{
    Emits every kernel as its `dlc.gpu_strategy` says. Parameters become
    pointers to the buffers' first elements; the kernel says how it is launched:
    `dlc.grid`, the blocks, and `dlc.block`, the threads of each. Kernels that
    are loops of their own are run by one thread.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::NVVM::NVVMDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

def ExpandDeviceMath : Pass<"dlc-expand-device-math", "::mlir::func::FuncOp"> {
  let summary = "Expands functions that a GPU has no library for";
  let description = [{
    Trigonometric functions and their inverses of f32 become polynomials; powers,
    tangents, hyperbolic functions and their inverses become exponentials,
    logarithms and the like, which `dlc-approximate-math` expands after it. Sines and cosines of `x` are
    within about `|x|` times 6e-8.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect"];
}

def CheckDeviceMath : Pass<"dlc-check-device-math", "::mlir::func::FuncOp"> {
  let summary = "Refuses functions that a GPU's code generator lacks";
  let description = [{
    There is no library of functions on a GPU. Any `math` op that is neither an
    instruction nor has been expanded before is an error.
  }];
}

#endif // DLC_CODEGEN_PASSES_TD
