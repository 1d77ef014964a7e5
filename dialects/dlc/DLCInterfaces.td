//===- DLCInterfaces.td - What ops answer of themselves ----*- tablegen -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_INTERFACES_TD
#define DLC_INTERFACES_TD

include "mlir/IR/OpBase.td"

def DLC_WeightedOp : OpInterface<"WeightedOp"> {
  let description = [{
    An op that multiplies an input by weights, and sums: what is quantized per
    output channel and pruned. Blocked convolutions answer for their plain form.
  }];
  let cppNamespace = "::dlc";
  let methods = [
    InterfaceMethod<"The filter, or the right operand of a product.",
      "::mlir::OpOperand &", "getWeightsOperand", (ins), "",
      [{ return $_op->getOpOperand(1); }]>,
    InterfaceMethod<[{
        The dimension of the weights that holds the output channels; -1 where
        they have none, as a column.
      }], "int64_t", "getOutputDim">,
    InterfaceMethod<"The dimension of the weights that is summed over.",
      "int64_t", "getInputDim">,
    InterfaceMethod<"How many groups of channels have weights of their own.",
      "int64_t", "getNumGroups", (ins), "", [{ return 1; }]>,
    InterfaceMethod<[{
        Multiplications and additions of the op; 0 while sizes are unknown.
      }], "int64_t", "countFlops">,
  ];
  let extraSharedClassDeclaration = [{
    ::mlir::Value getWeights() { return $_op.getWeightsOperand().get(); }
  }];
}

def DLC_RecurrentOp : OpInterface<"RecurrentOp"> {
  let description = [{
    A layer that walks over the steps of a sequence: `dlc.rnn`, `dlc.gru` and
    `dlc.lstm`. Operands that are left out are null.
  }];
  let cppNamespace = "::dlc";
  let methods = [
    InterfaceMethod<"The sequence, steps x batch x input.",
      "::mlir::Value", "getX">,
    InterfaceMethod<"The weights of the input.", "::mlir::Value", "getW">,
    InterfaceMethod<"The weights of the state.", "::mlir::Value", "getR">,
    InterfaceMethod<"", "::mlir::Value", "getBias">,
    InterfaceMethod<"", "::mlir::Value", "getLengths">,
    InterfaceMethod<"", "::mlir::Value", "getInitialH">,
    InterfaceMethod<"", "::dlc::Direction", "getDirection">,
    InterfaceMethod<"A function per kind of gate, for each direction.",
      "::mlir::ArrayAttr", "getActivations">,
    InterfaceMethod<"", "::llvm::ArrayRef<double>", "getAlphas">,
    InterfaceMethod<"", "::llvm::ArrayRef<double>", "getBetas">,
    InterfaceMethod<"", "std::optional<::llvm::APFloat>", "getClip">,
    StaticInterfaceMethod<"How many matrices `w` and `r` join.",
      "int64_t", "getNumGates">,
    StaticInterfaceMethod<"How many functions a direction has.",
      "int64_t", "getNumFunctions">,
  ];
  let extraSharedClassDeclaration = [{
    int64_t getNumDirections() {
      return $_op.getDirection() == ::dlc::Direction::bidirectional ? 2 : 1;
    }
  }];
}

#endif // DLC_INTERFACES_TD
