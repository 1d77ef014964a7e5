//===- Passes.td - Passes from dlc to dlc ------------------*- tablegen -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_TRANSFORMS_PASSES_TD
#define DLC_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def AssignLayout : Pass<"dlc-assign-layout", "::mlir::func::FuncOp"> {
  let summary = "Chooses the layouts in which contractions run";
  let description = [{
    Convolutions of one group, and depthwise ones, run on channel-blocked
    operands (N x C/B x spatial x B), matrix products on panels of columns. Zeros
    fill up a last block that is at least half full; between convolutions these
    channels hold whatever finite values ops make of them, since all weights they
    meet are zero. The pass puts `dlc.pack` before and `dlc.unpack` after each
    such op, then moves every `unpack` towards the results, through elementwise
    ops, pooling, concatenation and reductions over space, until it meets a
    `pack` and both vanish. Constants are packed at compile time by the folder of
    `pack`; a matrix known only at run time is packed at run time, where enough
    rows multiply it and columns would be gathered or lie in pages of their own.

    Contractions that sum products of narrow integers in `i32` are packed so that
    those which the machine sums at once (option `dot`) are neighbours; few input
    channels fill up a block of that many.

    Before:

    ```mlir
    %0 = dlc.conv %x, %w {...} : (tensor<1x64x56x56xf32>, tensor<64x64x1x1xf32>)
           -> tensor<1x64x56x56xf32>
    %1 = dlc.relu %0
    ```

    After (block 16):

    ```mlir
    %p = dlc.pack %x {axis = 1, block = 16}
    %0 = dlc.conv %p, %wp {input_block = 16, output_block = 16, ...}
           : (tensor<1x4x56x56x16xf32>, tensor<4x4x1x1x16x16xf32>)
           -> tensor<1x4x56x56x16xf32>
    %1 = dlc.relu %0
    %2 = dlc.unpack %1 {axis = 1}
    ```
  }];
  let options = [
    Option<"block", "block", "int64_t", "16",
           "Channels in a block; 0 leaves layouts alone">,
    Option<"dot", "dot", "int64_t", "1",
           "What the machine sums at once: 4 products of bytes, 2 of i16, or "
           "1">,
    Option<"remarks", "remarks", "bool", "false",
           "Say in remarks why convolutions and products stay as they are">
  ];
  let dependentDialects = ["::dlc::DLCDialect"];
}

def RecognizeOps : Pass<"dlc-recognize-ops", "::mlir::func::FuncOp"> {
  let summary = "Finds the ops that exporters spell out in smaller ones";
  let description = [{
    Recognised are, with factors and summands in any order:

    - `gelu`: `x * 0.5 * (1 + erf(x / sqrt(2)))`, and with
      `tanh(sqrt(2 / pi) * (x + 0.044715 x^3))` in place of the error function;
    - `sigmoid`: `1 / (1 + e^-x)`; `swish`: `x * sigmoid(alpha x)` and
      `x / (1 + e^(-alpha x))`, which with an alpha of 1.702 approximates `gelu`;
    - `hard_sigmoid`: `clip(x + 3, 0, 6) / 6`; `hard_swish`: `x` times that, or
      times `hard_sigmoid` of slope 1/6 and offset 1/2;
    - `softmax`: `e^x / sum(e^x)` along one axis, with the maximum along it
      subtracted or not (what overflows without, doesn't any more);
    - `layer_norm`: `(x - mean) / sqrt(mean((x - mean)^2) + epsilon)` over
      trailing dimensions, and the scale and bias over these that follow; the
      same as `x * factor + (bias - mean * factor)`;
    - `attention`: `softmax(scale * q k^T + mask) v` on three or four
      dimensions, the scale anywhere before the softmax. A mask that is a
      `where` is taken if what it puts in place of a score is below -1e30, so
      that adding it has the same effect. Transpositions to heads and back
      cancel against those that the op does without.

    A constant stands for the one in the formula if it is within 1e-6 of it
    relatively, or within one unit in the last place of the model's type if that
    is more (f16, bf16). Bounds of `clip` and zeros are exact.

    Before:

    ```mlir
    %0 = dlc.div %x, %sqrt2
    %1 = dlc.erf %0
    %2 = dlc.add %1, %one
    %3 = dlc.mul %x, %2
    %4 = dlc.mul %3, %half
    ```

    After:

    ```mlir
    %4 = dlc.gelu %x
    ```
  }];
  let dependentDialects = ["::dlc::DLCDialect"];
}

def ExpandRecurrence : Pass<"dlc-expand-recurrence", "::mlir::func::FuncOp"> {
  let summary = "Writes recurrent layers out as loops over their steps";
  let description = [{
    `dlc.rnn`, `dlc.gru` and `dlc.lstm` become, for each direction, one matrix
    product of all steps of the input and their biases, then an `scf.for` whose
    body multiplies the state by the weights of all gates at once, computes the
    gates elementwise, and inserts the state into the result. What is made of
    the weights stands before the loop, where constants fold.

    Sequences shorter than the steps keep their state beyond their length, where
    the result is 0: a mask for each step, which there is only if the op has
    lengths. The reverse direction walks from the last step to the first one, so
    that it begins with the last one inside the length.

    Before:

    ```mlir
    %y, %h = dlc.rnn %x, %w, %r {...}
        : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>)
          -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
    ```

    After:

    ```mlir
    %inputs = dlc.matmul %x, %wt
        : (tensor<5x2x3xf32>, tensor<3x4xf32>) -> tensor<5x2x4xf32>
    %loop:2 = scf.for %i = %c0 to %c5 step %c1
        iter_args(%state = %zeros, %steps = %empty)
        -> (tensor<2x4xf32>, tensor<5x2x4xf32>) {
      %input = dlc.slice_at %inputs, %i {axis = 0}
      %product = dlc.matmul %state, %rt
      %sum = dlc.add %input, %product
      %next = dlc.tanh %sum
      %all = dlc.insert_at %next, %steps, %i {axis = 0}
      scf.yield %next, %all
    }
    ```
  }];
  let dependentDialects = ["::dlc::DLCDialect", "::mlir::arith::ArithDialect",
                           "::mlir::scf::SCFDialect"];
}

def DecomposeConvTranspose
    : Pass<"dlc-decompose-conv-transpose", "::mlir::func::FuncOp"> {
  let summary = "Makes convolutions of transposed ones";
  let description = [{
    Of a transposed convolution, results that are as far apart as the stride, a
    phase, are an ordinary convolution by those taps of the filter that reach
    them, turned round; the results of the phases interleave. All read one padded
    input. Elementwise ops behind the interleaving move before it, where they
    become epilogues and where factors and terms of a channel become part of the
    convolutions. With few outputs, or more than 16 phases, the phases are
    channels of one convolution instead, and their results are transposed.

    Left as it is, and lowered to a convolution of an input with zeros between
    its elements, is what has more than 16 phases and a filter that is dilated,
    grouped or not constant.

    Rejected: a product of all taps and a sum of what overlaps. It stores results
    as often as taps reach them, and nothing can follow before all are summed.

    Before:

    ```mlir
    %y = dlc.conv_transpose %x, %w {strides = array<i64: 2>, ...}
       : (tensor<1x8x5xf32>, tensor<8x16x2xf32>) -> tensor<1x16x10xf32>
    %z = dlc.relu %y
    ```

    After:

    ```mlir
    %0 = dlc.conv %x, %w0 {strides = array<i64: 1>, ...}
       : (tensor<1x8x5xf32>, tensor<16x8x1xf32>) -> tensor<1x16x5xf32>
    %1 = dlc.relu %0
    %2 = dlc.conv %x, %w1 {strides = array<i64: 1>, ...}
    %3 = dlc.relu %2
    %z = dlc.interleave %1, %3 {factors = array<i64: 1, 1, 2>}
       : (tensor<1x16x5xf32>, tensor<1x16x5xf32>) -> tensor<1x16x10xf32>
    ```
  }];
  let dependentDialects = ["::dlc::DLCDialect"];
}

def CompressWeights : Pass<"dlc-compress-weights", "::mlir::func::FuncOp"> {
  let summary = "Stores weights without their zero blocks, for code that skips them";
  let description = [{
    Where a packed constant of a blocked 1x1 convolution or a `packed_matmul`
    has few enough blocks that aren't zero, only these are kept, with a table
    that says which input channels they belong to: `sparse_conv`,
    `sparse_matmul`. A block is as wide as a block of outputs; how many inputs it
    has (16, 8, 4, 2 or 1) is what stores and starts least. All blocks of outputs
    store as many as the fullest of them, so that loops have one count: pruning
    in balanced blocks (`dlc-prune-weights`) wastes nothing.

    Before:

    ```mlir
    %y = dlc.packed_matmul %a, %b {columns = 32 : i64}
       : (tensor<1x64xf32>, tensor<2x64x16xf32>) -> tensor<1x32xf32>
    ```

    After, if three quarters of the blocks of 4 rows are zero:

    ```mlir
    %y = dlc.sparse_matmul %a, %values, %rows {columns = 32 : i64}
       : (tensor<1x64xf32>, tensor<2x4x4x16xf32>, tensor<2x4xi32>) -> tensor<1x32xf32>
    ```
  }];
  let options = [
    Option<"threshold", "threshold", "double", "0.6",
           "The largest share of dense code's cost that pays">
  ];
  let dependentDialects = ["::dlc::DLCDialect"];
}

def SkipPaddedTaps : Pass<"dlc-skip-padded-taps", "::mlir::func::FuncOp"> {
  let summary = "Leaves out the taps of convolutions that read padding";
  let description = [{
    Where a dilated filter spans more than a small image, most of its taps read
    padding for most results, and some for all. A convolution whose space is
    static loses the taps that never read its input. Where what remains is less
    than three quarters of the work, it is also split: results that take the same
    taps are a convolution of their own, without padding, by a slice of the same
    filter, and the parts are concatenated in space; elementwise ops behind it
    move into them. (A part costs as if it had eight results: its weights are
    read for few.) Runs behind `dlc-assign-layout`, so that the parts share packed
    weights.

    Rejected: bounds of taps that depend on the position, in the kernel. Each
    register tile would have reductions of its own length.

    Before:

    ```mlir
    %y = dlc.conv %x, %w {dilations = array<i64: 12>, pads = array<i64: 12, 12>, ...}
       : (tensor<1x8x14xf32>, tensor<16x8x3xf32>) -> tensor<1x16x14xf32>
    ```

    After:

    ```mlir
    // Two results of taps 1 and 2, ten of tap 1, two of taps 0 and 1.
    %0 = dlc.conv %x0, %w12 {...} : (...) -> tensor<1x16x2xf32>
    %1 = dlc.conv %x1, %w1 {...} : (...) -> tensor<1x16x10xf32>
    %2 = dlc.conv %x2, %w01 {...} : (...) -> tensor<1x16x2xf32>
    %y = dlc.concat %0, %1, %2 {axis = 2 : i64}
    ```
  }];
  let options = [
    Option<"split", "split", "bool", "true",
           "Split convolutions, too (a part is a launch on a GPU)">
  ];
  let dependentDialects = ["::dlc::DLCDialect"];
}

def WidenPanels : Pass<"dlc-widen-panels", "::mlir::func::FuncOp"> {
  let summary = "Puts panels of weights side by side for products of one row";
  let description = [{
    Such a product reads each weight once, so that it is as fast as these come
    from memory. From panels of one vector it reads as many places at once as it
    has sums in registers; from panels of four, one or a few, which the machine
    fetches ahead better. After `dlc-compress-weights`, which looks for zeros in
    panels of one vector.

    Before:

    ```mlir
    %y = dlc.packed_matmul %x, %w {columns = 64 : i64} : (tensor<1x8xf32>, tensor<4x8x16xf32>) -> tensor<1x64xf32>
    ```

    After:

    ```mlir
    %y = dlc.packed_matmul %x, %w {columns = 64 : i64} : (tensor<1x8xf32>, tensor<1x8x64xf32>) -> tensor<1x64xf32>
    ```
  }];
  let dependentDialects = ["::dlc::DLCDialect"];
}

def PruneWeights : Pass<"dlc-prune-weights", "::mlir::func::FuncOp"> {
  let summary = "Sets the weights of least magnitude to zero";
  let description = [{
    Convolutions, transposed convolutions and matrix products whose weights are
    constants lose a part of them, the smallest by magnitude; of equals the
    first. What goes together is the structure:

    - `unstructured`: each weight by itself.
    - `block`: blocks of `block-outputs` outputs x `block-inputs` inputs, for
      each tap of a filter, by their mean magnitude. Every row of blocks (all
      inputs of the same outputs) keeps the same number of them.
    - `n:m`, as in `2:4`: of m neighbours along the inputs, n stay.

    Each layer loses the share `sparsity`, or, with `global`, all together. A
    constant that several layers share is pruned once. A layer that can't be
    pruned gets an attribute `dlc.not_pruned` with the reason; it is an error if
    that is true of all.

    Before:

    ```mlir
    %w = dlc.constant dense<[[1.0, -4.0], [3.0, 2.0]]> : tensor<2x2xf32>
    %y = dlc.matmul %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
    ```

    After (`sparsity=0.5`):

    ```mlir
    %w = dlc.constant dense<[[0.0, -4.0], [3.0, 0.0]]> : tensor<2x2xf32>
    ```
  }];
  let options = [
    Option<"sparsity", "sparsity", "double", "0.5",
           "The share of the weights to remove, in [0, 1)">,
    Option<"structure", "structure", "std::string", "\"unstructured\"",
           "What is removed together: unstructured, block or n:m">,
    Option<"global", "global", "bool", "false",
           "One threshold for all layers">,
    Option<"pointwise", "pointwise", "bool", "false",
           "Prune 1x1 convolutions and matrix products only">,
    Option<"blockOutputs", "block-outputs", "int64_t", "16",
           "Outputs in a block">,
    Option<"blockInputs", "block-inputs", "int64_t", "4", "Inputs in a block">
  ];
  let dependentDialects = ["::dlc::DLCDialect"];
}

def FormIntegerOps : Pass<"dlc-form-integer-ops", "::mlir::func::FuncOp"> {
  let summary = "Makes quantized islands compute with integers";
  let description = [{
    Models say how they are quantized by `dequantize -> op on reals -> quantize`.
    This pass, which runs before constants are dequantized, turns such islands
    into integer ops:

    1. Signed activations become unsigned ones by a shift of 128. `dequantize`
       moves down through reshapes, transposes, slices, concatenations and max
       pooling, `quantize` up through concatenations, so that these run on bytes;
       what is dequantized and quantized with the same parameters is neither.
    2. A convolution or matrix product of a dequantized activation (`ui8`, one
       scale, any zero point) by dequantized constants becomes one of integers
       that sums in `i32`: of `ui8` by `i8` if the machine sums four such products
       at once (option `dot`) and the weights fit `i8` without their zero points,
       of `i16` otherwise. The activation's zero point is folded into an integer
       bias, and padding is done with it. Conversion to reals, the factor (per
       channel) and the bias follow as elementwise ops.
    3. The division by a quantization's scale moves into the factors and
       constants before it: through additions, rectifiers, clipping and
       dequantized residuals.

    Mathematically nothing changes; the f32 rounding of products by scales does,
    so that a result may differ by one step where the quotient is close to a tie.
    Islands with scales that aren't constant, positive and normal, or with sums
    that might exceed `i32`, are left as they are.

    Before:

    ```mlir
    %0 = dlc.dequantize %x, %sx, %zx : (tensor<1x8x4x4xui8>, ...) -> tensor<1x8x4x4xf32>
    %1 = dlc.dequantize %w, %sw, %zw {axis = 0 : i64} : (tensor<16x8x1x1xi8>, ...) -> ...
    %2 = dlc.conv %0, %1 {...} : (tensor<1x8x4x4xf32>, ...) -> tensor<1x16x4x4xf32>
    %y = dlc.quantize %2, %sy, %zy : (tensor<1x16x4x4xf32>, ...) -> tensor<1x16x4x4xui8>
    ```

    After:

    ```mlir
    %0 = dlc.conv %x, %w, bias = %correction {...} : (tensor<1x8x4x4xui8>,
           tensor<16x8x1x1xi8>, tensor<16xi32>) -> tensor<1x16x4x4xi32>
    %1 = dlc.cast %0 : (tensor<1x16x4x4xi32>) -> tensor<1x16x4x4xf32>
    %2 = dlc.mul %1, %factors : (tensor<1x16x4x4xf32>, tensor<16x1x1xf32>) -> ...
    %y = dlc.quantize %2, %one, %zy : (tensor<1x16x4x4xf32>, ...) -> tensor<1x16x4x4xui8>
    ```
  }];
  let options = [
    Option<"dot", "dot", "int64_t", "4",
           "What the machine sums at once: 4 products of bytes, 2 of i16, or 1">,
    Option<"remarks", "remarks", "bool", "false",
           "Say in remarks why convolutions and products stay as they are">
  ];
  let dependentDialects = ["::dlc::DLCDialect"];
  let statistics = [
    Statistic<"numContractions", "contractions",
              "Convolutions and matrix products on integers">
  ];
}

def PruneChannels : Pass<"dlc-prune-channels", "::mlir::func::FuncOp"> {
  let summary = "Removes whole output channels, and what belongs to them";
  let description = [{
    Output channels of convolutions and matrix products are followed through the
    graph: biases and batch norm, elementwise ops, pooling, padding, flattening,
    transposition, concatenation, depthwise convolutions, up to the layers that
    read them. Channels that are combined (residual additions) are one unit. The
    units of least importance (the norms of their filters, summed; of equals the
    first) are removed: filters, biases and all that follows shrink. Joined
    layers lose the share `sparsity` each, or with `global` all together, of
    scores relative to each one's mean; at least one channel stays.

    Channels stay, with the reason in `dlc.not_pruned` of the layer, where they
    reach an output of the function, an op that needs all of them, or a layer
    through an op that makes something else of zero. It is an error if all do.

    With `mask-only` the same channels are zeroed (filters, biases, shifts) and
    nothing shrinks: the smaller model computes what that one does.

    Before:

    ```mlir
    %0 = dlc.matmul %x, %w0 : (tensor<1x8xf32>, tensor<8x4xf32>) -> tensor<1x4xf32>
    %1 = dlc.relu %0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
    %2 = dlc.matmul %1, %w1 : (tensor<1x4xf32>, tensor<4x3xf32>) -> tensor<1x3xf32>
    ```

    After (`sparsity=0.5`):

    ```mlir
    %0 = dlc.matmul %x, %w0 : (tensor<1x8xf32>, tensor<8x2xf32>) -> tensor<1x2xf32>
    %1 = dlc.relu %0 : (tensor<1x2xf32>) -> tensor<1x2xf32>
    %2 = dlc.matmul %1, %w1 : (tensor<1x2xf32>, tensor<2x3xf32>) -> tensor<1x3xf32>
    ```
  }];
  let options = [
    Option<"sparsity", "sparsity", "double", "0.5",
           "The share of the channels to remove, in [0, 1)">,
    Option<"importance", "importance", "std::string", "\"l1\"",
           "The norm of a filter: l1 or l2">,
    Option<"global", "global", "bool", "false",
           "One threshold for all layers">,
    Option<"multiple", "multiple", "int64_t", "1",
           "Keep a multiple of so many channels, as far as there are">,
    Option<"maskOnly", "mask-only", "bool", "false",
           "Zero the channels, and remove nothing">
  ];
  let dependentDialects = ["::dlc::DLCDialect"];
}

def HoistInvariants : Pass<"dlc-hoist-invariants"> {
  let summary = "Moves what doesn't change in a loop before it";
  let description = [{
    Upstream's code motion, but for ops whose types name a size that the loop
    itself finds (`dlc.define_size`): types are no operands, so that upstream
    would move them to before the size is known.

    Before:

    ```mlir
    scf.for ... {
      %w = dlc.transpose %weights ...
      dlc.define_size %n {symbol = 0 : i64} : (tensor<i64>) -> ()
      %z = dlc.expand %c : (tensor<f32>) -> tensor<?xf32, #dlc.dims<s0>>
    ```

    After:

    ```mlir
    %w = dlc.transpose %weights ...
    scf.for ... {
      dlc.define_size %n {symbol = 0 : i64} : (tensor<i64>) -> ()
      %z = dlc.expand %c : (tensor<f32>) -> tensor<?xf32, #dlc.dims<s0>>
    ```
  }];
}

def ReleaseDeadWeights : Pass<"dlc-release-dead-weights", "::mlir::ModuleOp"> {
  let summary = "Frees the memory of weights that no op holds any more";
  let description = [{
    MLIR keeps `dense_resource` blobs as long as its context lives. Once weights
    have been packed, the originals would double the memory a compilation takes;
    this pass empties every blob that no attribute of the module refers to.
    Meant for a context that holds one module only.
  }];
  let statistics = [
    Statistic<"numBytes", "bytes", "Bytes released">
  ];
}

//===----------------------------------------------------------------------===//
// Quantization
//===----------------------------------------------------------------------===//

def PrepareQuantization
    : Pass<"dlc-prepare-quantization", "::mlir::func::FuncOp"> {
  let summary = "Puts ops where quantization wants them";
  let description = [{
    A `relu` after a `max_pool` moves before it, which changes nothing but lets
    the convolution before take it as its epilogue, and pooling compute with
    integers.

    Before:

    ```mlir
    %1 = dlc.max_pool %0 {...}
    %2 = dlc.relu %1
    ```

    After:

    ```mlir
    %1 = dlc.relu %0
    %2 = dlc.max_pool %1 {...}
    ```
  }];
}

def InsertObservers : Pass<"dlc-insert-observers", "::mlir::func::FuncOp"> {
  let summary = "Adds outputs that say which values tensors take";
  let description = [{
    For every tensor that `dlc-quantize` would quantize by a range of its own,
    `@main` gets two more results, the minimum and the maximum; with `bins`, one
    histogram instead, over the range that the tensor has as `dlc.range` (an
    attribute of its op or argument). The reductions follow the tensor at once,
    so that it lives no longer than before: calibrating takes little more memory
    than running.

    Before:

    ```mlir
    %0 = dlc.conv %x, %w {...}
    ```

    After:

    ```mlir
    %low = dlc.reduce_min %x {axes = array<i64: 0, 1, 2, 3>}
    %high = dlc.reduce_max %x {axes = array<i64: 0, 1, 2, 3>}
    %0 = dlc.conv %x, %w {...}
    return ..., %low, %high
    ```
  }];
  let options = [
    Option<"bins", "bins", "int64_t", "0",
           "Bins of a histogram; 0 for minimum and maximum">
  ];
  let dependentDialects = ["::dlc::DLCDialect"];
}

def Quantize : Pass<"dlc-quantize", "::mlir::func::FuncOp"> {
  let summary = "Inserts quantize and dequantize by ranges";
  let description = [{
    Convolutions and products of matrices by constants, and the ops between them
    that integers can pass (pooling, addition, concatenation, changes of shape),
    get operands that have been quantized and dequantized, by the ranges which
    `dlc.range` states of the ops or arguments that they come from. Activations
    become `ui8` with one scale and zero point per tensor, weights `i8` with one
    scale per output channel; biases stay as they are. Ops that only move
    elements share the parameters of their operand, concatenation of all its
    operands. Without a range, an op stays in floating point.

    Before:

    ```mlir
    func.func @main(%x: tensor<1x3x8x8xf32> {dlc.range = array<f64: 0.0, 1.0>}) {
      %0 = dlc.conv %x, %w {...}
    ```

    After:

    ```mlir
    %q = dlc.quantize %x, %scale, %zero : ... -> tensor<1x3x8x8xui8>
    %d = dlc.dequantize %q, %scale, %zero
    %wd = dlc.dequantize %wq, %scales, %zeros {axis = 0}
    %0 = dlc.conv %d, %wd {...}
    ```
  }];
  let dependentDialects = ["::dlc::DLCDialect"];
}

#endif // DLC_TRANSFORMS_PASSES_TD
