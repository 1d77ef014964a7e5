//===- Random.td - Random numbers --------------------------*- tablegen -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_RANDOM_TD
#define DLC_RANDOM_TD

include "dialects/dlc/DLCBase.td"

def DLC_Distribution : I64EnumAttr<"Distribution", "how numbers are distributed",
    [I64EnumAttrCase<"uniform", 0>, I64EnumAttrCase<"normal", 1>]> {
  let cppNamespace = "::dlc";
  let genSpecializedAttr = 0;
}
def DLC_DistributionAttr
    : EnumAttr<DLC_Dialect, DLC_Distribution, "distribution"> {
  let assemblyFormat = "`<` $value `>`";
}

def DLC_RandomOp : DLC_Op<"random"> {
  let summary = "Random numbers";
  let description = [{
    Numbers of the result's shape, distributed evenly over [0, 1) or normally
    with mean 0 and deviation 1. Element i depends on i and `seed` alone: it is
    made of the block that Philox-2x32-10 gives for counter i and key `seed`
    (J. Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011), so
    that all elements can be computed at once, and any machine and number of
    threads gives the same. Normal numbers are by G. Box and M. Muller (1958).

    The op is a pure function: each time it runs it gives the same numbers.
    Rejected: a state that advances from call to call, as in ONNX Runtime. What a
    library computes would then depend on what it was asked before; who
    wants other numbers makes them an input of the model.

    Example:

    ```mlir
    %y = dlc.random {seed = 7 : i32, distribution = #dlc.distribution<normal>}
       : () -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins I32Attr:$seed, DLC_DistributionAttr:$distribution);
  let results = (outs RankedTensorOf<[F32, F64]>:$y);
}

#endif // DLC_RANDOM_TD
