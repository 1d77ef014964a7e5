//===- Recurrence.td - Recurrent layers --------------------*- tablegen -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_RECURRENCE_TD
#define DLC_RECURRENCE_TD

include "dialects/dlc/DLCBase.td"
include "dialects/dlc/DLCInterfaces.td"

def DLC_Direction : I64EnumAttr<"Direction", "the order of a sequence's steps",
    [I64EnumAttrCase<"forward", 0>, I64EnumAttrCase<"reverse", 1>,
     I64EnumAttrCase<"bidirectional", 2>]> {
  let cppNamespace = "::dlc";
  let genSpecializedAttr = 0;
}
def DLC_DirectionAttr : EnumAttr<DLC_Dialect, DLC_Direction, "direction"> {
  let assemblyFormat = "`<` $value `>`";
}

/// affine: `alpha * x + beta`; scaled_tanh: `alpha * tanh(beta * x)`; the
/// others are the elementwise ops of these names.
def DLC_GateFunction : I64EnumAttr<"GateFunction", "a gate's function",
    [I64EnumAttrCase<"relu", 0>, I64EnumAttrCase<"tanh", 1>,
     I64EnumAttrCase<"sigmoid", 2>, I64EnumAttrCase<"affine", 3>,
     I64EnumAttrCase<"leaky_relu", 4>, I64EnumAttrCase<"thresholded_relu", 5>,
     I64EnumAttrCase<"scaled_tanh", 6>, I64EnumAttrCase<"hard_sigmoid", 7>,
     I64EnumAttrCase<"elu", 8>, I64EnumAttrCase<"softsign", 9>,
     I64EnumAttrCase<"softplus", 10>]> {
  let cppNamespace = "::dlc";
  let genSpecializedAttr = 0;
}
def DLC_GateFunctionAttr : EnumAttr<DLC_Dialect, DLC_GateFunction, "activation"> {
  let assemblyFormat = "`<` $value `>`";
}
def DLC_ActivationsAttr
    : TypedArrayAttrBase<DLC_GateFunctionAttr, "array of activations">;

/// A layer that walks over the steps of a sequence. `gates` matrices are joined
/// in `w` and in `r`; each direction has `functions` activations.
class DLC_RecurrentLayer<string mnemonic, int gates, int functions>
    : DLC_InferredOp<mnemonic, [AttrSizedOperandSegments,
                                DLC_RecurrentOp]> {
  dag sequence = (ins DLC_FloatTensor:$x, DLC_FloatTensor:$w,
      DLC_FloatTensor:$r, Optional<DLC_FloatTensor>:$bias,
      Optional<RankedTensorOf<[I32]>>:$lengths,
      Optional<DLC_FloatTensor>:$initial_h);
  dag functionsOfGates = (ins DLC_DirectionAttr:$direction,
      DLC_ActivationsAttr:$activations, DenseF64ArrayAttr:$alphas,
      DenseF64ArrayAttr:$betas, OptionalAttr<F64Attr>:$clip);
  let extraClassDeclaration = [{
    static int64_t getNumGates() { return }] # gates # [{; }
    static int64_t getNumFunctions() { return }] # functions # [{; }
  }];
  /// What all of them share, for the documentation.
  string operandsText = [{
    With D directions (2 if `direction` is `bidirectional`, which is forward,
    then reverse) and H the hidden size:

    | operand | shape | |
    |---|---|---|
    | `x` | steps x batch x input | |
    | `w` | D x gates * H x input | weights of the input |
    | `r` | D x gates * H x H | weights of the state |
    | `bias` | D x 2 * gates * H | of the input, then of the state |
    | `lengths` | batch | steps of each sequence; the rest of it is padding |
    | `initial_h` | D x batch x H | zeros without it |
    | `y` | steps x D x batch x H | the state after each step, 0 in padding |
    | `y_h` | D x batch x H | the state after the last step |

    A length below 0 counts as 0, one beyond the steps as all of them. The
    reverse direction begins with the last step inside the length.
    `activations`, `alphas` and `betas` name a function and its two parameters
    (0 where it has none) for each kind of gate of each direction. `clip` bounds
    what goes into them to [-clip, clip].
  }];
}

def DLC_RNNOp : DLC_RecurrentLayer<"rnn", 1, 1> {
  let summary = "A simple recurrent layer";
  let description = [{
    `h' = f(x w^T + h r^T + bias)` (Elman, 1990).
  }] # operandsText # [{

    Example:

    ```mlir
    %y, %h = dlc.rnn %x, %w, %r {direction = #dlc.direction<forward>,
                  activations = [#dlc.activation<tanh>],
                  alphas = array<f64: 0.0>, betas = array<f64: 0.0>}
       : (tensor<5x2x3xf32>, tensor<1x4x3xf32>, tensor<1x4x4xf32>)
         -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
    ```
  }];
  let arguments = !con(sequence, functionsOfGates);
  let results = (outs DLC_FloatTensor:$y, DLC_FloatTensor:$y_h);
  let assemblyFormat = [{
    $x `,` $w `,` $r (`bias` `(` $bias^ `)`)? (`lengths` `(` $lengths^ `)`)?
    (`initial_h` `(` $initial_h^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def DLC_GRUOp : DLC_RecurrentLayer<"gru", 3, 2> {
  let summary = "A layer of gated recurrent units";
  let description = [{
    The gates are joined in the order update (z), reset (r), hidden (n):

    ```
    z = f(x wz^T + h rz^T + bz)          r = f(x wr^T + h rr^T + br)
    n = g(x wn^T + (r * h) rn^T + bn)    h' = (1 - z) * n + z * h
    ```

    With `linear_before_reset`, `r` is a factor of `h rn^T` and its bias instead
    of `h` (Cho et al., arXiv 1406.1078; Chung et al., arXiv 1412.3555).
  }] # operandsText # [{

    Example:

    ```mlir
    %y, %h = dlc.gru %x, %w, %r {direction = #dlc.direction<forward>,
                  activations = [#dlc.activation<sigmoid>, #dlc.activation<tanh>],
                  alphas = array<f64: 0.0, 0.0>, betas = array<f64: 0.0, 0.0>,
                  linear_before_reset}
       : (tensor<5x2x3xf32>, tensor<1x12x3xf32>, tensor<1x12x4xf32>)
         -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>)
    ```
  }];
  let arguments = !con(sequence, functionsOfGates,
                       (ins UnitAttr:$linear_before_reset));
  let results = (outs DLC_FloatTensor:$y, DLC_FloatTensor:$y_h);
  let assemblyFormat = [{
    $x `,` $w `,` $r (`bias` `(` $bias^ `)`)? (`lengths` `(` $lengths^ `)`)?
    (`initial_h` `(` $initial_h^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def DLC_LSTMOp : DLC_RecurrentLayer<"lstm", 4, 3> {
  let summary = "A layer of long short-term memory";
  let description = [{
    The gates are joined in the order input (i), output (o), forget (f), cell
    (n):

    ```
    i = f(x wi^T + h ri^T + bi + pi * c)   f = f(x wf^T + h rf^T + bf + pf * c)
    n = g(x wn^T + h rn^T + bn)            c' = f * c + i * n
    o = f(x wo^T + h ro^T + bo + po * c')  h' = o * h(c')
    ```

    with three functions f, g and h. With `input_forget`, the forget gate is
    `1 - i` (Hochreiter and Schmidhuber, 1997; Gers et al., 2000 and 2002).
    `initial_c` is the first cell state, as `initial_h`; `peepholes`, D x 3 * H,
    are the factors pi, po, pf; `y_c` is the last cell state.
  }] # operandsText # [{

    Example:

    ```mlir
    %y, %h, %c = dlc.lstm %x, %w, %r {direction = #dlc.direction<forward>,
                  activations = [#dlc.activation<sigmoid>, #dlc.activation<tanh>,
                                 #dlc.activation<tanh>],
                  alphas = array<f64: 0.0, 0.0, 0.0>,
                  betas = array<f64: 0.0, 0.0, 0.0>}
       : (tensor<5x2x3xf32>, tensor<1x16x3xf32>, tensor<1x16x4xf32>)
         -> (tensor<5x1x2x4xf32>, tensor<1x2x4xf32>, tensor<1x2x4xf32>)
    ```
  }];
  let arguments = !con(sequence,
                       (ins Optional<DLC_FloatTensor>:$initial_c,
                            Optional<DLC_FloatTensor>:$peepholes),
                       functionsOfGates, (ins UnitAttr:$input_forget));
  let results = (outs DLC_FloatTensor:$y, DLC_FloatTensor:$y_h,
                      DLC_FloatTensor:$y_c);
  let assemblyFormat = [{
    $x `,` $w `,` $r (`bias` `(` $bias^ `)`)? (`lengths` `(` $lengths^ `)`)?
    (`initial_h` `(` $initial_h^ `)`)? (`initial_c` `(` $initial_c^ `)`)?
    (`peepholes` `(` $peepholes^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
}

#endif // DLC_RECURRENCE_TD
