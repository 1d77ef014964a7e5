//===- Elementwise.td - Elementwise ops --------------------*- tablegen -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_ELEMENTWISE_TD
#define DLC_ELEMENTWISE_TD

include "dialects/dlc/DLCBase.td"

//===----------------------------------------------------------------------===//
// Unary
//===----------------------------------------------------------------------===//

class DLC_UnaryOp<string mnemonic, string formula, Type type,
                  list<Trait> traits = []>
    : DLC_Op<mnemonic, !listconcat(traits, [DLC_ElementwiseTrait,
                                            SameOperandsAndResultType])> {
  /// The type that the example in the documentation has.
  defvar exampleType = !cond(!eq(type, DLC_BoolTensor): "tensor<2x3xi1>",
                             !eq(type, DLC_IntTensor): "tensor<2x3xi32>",
                             true: "tensor<2x3xf32>");
  let summary = "Elementwise: y = " # formula;
  let description = "Computes `y = " # formula # "` for each element.\n\n" #
                    "Example:\n\n```mlir\n%y = dlc." # mnemonic # " %x : (" #
                    exampleType # ") -> " # exampleType # "\n```\n";
  let arguments = (ins type:$x);
  let results = (outs type:$y);
}

def DLC_AbsOp : DLC_UnaryOp<"abs", "|x|", DLC_NumberTensor,
                            [DLC_KeepsZero, DLC_KeepsFinite, DLC_Homogeneous]> {
  let hasFolder = 1;
}
def DLC_NegOp : DLC_UnaryOp<"neg", "-x", DLC_NumberTensor,
                            [DLC_KeepsZero, DLC_KeepsFinite, DLC_Homogeneous]> {
  let hasFolder = 1;
}
def DLC_SignOp : DLC_UnaryOp<"sign", "-1, 0 or 1", DLC_NumberTensor,
                             [DLC_KeepsZero, DLC_KeepsFinite]>;
def DLC_ExpOp : DLC_UnaryOp<"exp", "e^x", DLC_FloatTensor>;
def DLC_LogOp : DLC_UnaryOp<"log", "ln(x)", DLC_FloatTensor>;
def DLC_SqrtOp : DLC_UnaryOp<"sqrt", "sqrt(x)", DLC_FloatTensor,
                             [DLC_KeepsZero]> {
  let hasFolder = 1;
}
def DLC_ReciprocalOp : DLC_UnaryOp<"reciprocal", "1 / x", DLC_FloatTensor>;
def DLC_FloorOp : DLC_UnaryOp<"floor", "floor(x)", DLC_FloatTensor,
                              [DLC_KeepsZero, DLC_KeepsFinite]> {
  let hasFolder = 1;
}
def DLC_CeilOp : DLC_UnaryOp<"ceil", "ceil(x)", DLC_FloatTensor,
                             [DLC_KeepsZero, DLC_KeepsFinite]> {
  let hasFolder = 1;
}
def DLC_RoundOp
    : DLC_UnaryOp<"round", "x rounded to the nearest integer, halves to even",
                  DLC_FloatTensor,
                  [DLC_KeepsZero, DLC_KeepsFinite]>;
def DLC_SinOp : DLC_UnaryOp<"sin", "sin(x)", DLC_FloatTensor,
                            [DLC_KeepsZero, DLC_KeepsFinite]>;
def DLC_CosOp : DLC_UnaryOp<"cos", "cos(x)", DLC_FloatTensor,
                            [DLC_KeepsFinite]>;
def DLC_TanOp : DLC_UnaryOp<"tan", "tan(x)", DLC_FloatTensor,
                            [DLC_KeepsZero]>;
def DLC_AsinOp : DLC_UnaryOp<"asin", "asin(x)", DLC_FloatTensor,
                             [DLC_KeepsZero]>;
def DLC_AcosOp : DLC_UnaryOp<"acos", "acos(x)", DLC_FloatTensor>;
def DLC_AtanOp : DLC_UnaryOp<"atan", "atan(x)", DLC_FloatTensor,
                             [DLC_KeepsZero, DLC_KeepsFinite]>;
def DLC_SinhOp : DLC_UnaryOp<"sinh", "sinh(x)", DLC_FloatTensor,
                             [DLC_KeepsZero]>;
def DLC_CoshOp : DLC_UnaryOp<"cosh", "cosh(x)", DLC_FloatTensor>;
def DLC_TanhOp : DLC_UnaryOp<"tanh", "tanh(x)", DLC_FloatTensor,
                             [DLC_KeepsZero, DLC_KeepsFinite]>;
def DLC_AsinhOp : DLC_UnaryOp<"asinh", "asinh(x)", DLC_FloatTensor,
                              [DLC_KeepsZero, DLC_KeepsFinite]>;
def DLC_AcoshOp : DLC_UnaryOp<"acosh", "acosh(x)", DLC_FloatTensor>;
def DLC_AtanhOp : DLC_UnaryOp<"atanh", "atanh(x)", DLC_FloatTensor,
                              [DLC_KeepsZero]>;
def DLC_ErfOp : DLC_UnaryOp<"erf", "erf(x)", DLC_FloatTensor,
                            [DLC_KeepsZero, DLC_KeepsFinite]>;
def DLC_SigmoidOp : DLC_UnaryOp<"sigmoid", "1 / (1 + e^-x)", DLC_FloatTensor,
                                [DLC_KeepsFinite]>;
def DLC_ReluOp
    : DLC_UnaryOp<"relu", "max(x, 0), NaN stays NaN", DLC_NumberTensor,
                  [Idempotent, DLC_KeepsZero, DLC_KeepsFinite,
                   DLC_Homogeneous]> {
  let hasFolder = 1;
}
def DLC_SoftplusOp : DLC_UnaryOp<"softplus", "ln(1 + e^x)", DLC_FloatTensor,
                                 [DLC_KeepsFinite]>;
def DLC_SoftsignOp : DLC_UnaryOp<"softsign", "x / (1 + |x|)", DLC_FloatTensor,
                                 [DLC_KeepsZero, DLC_KeepsFinite]>;
def DLC_HardSwishOp
    : DLC_UnaryOp<"hard_swish", "x * max(0, min(1, x / 6 + 0.5))",
                  DLC_FloatTensor,
                  [DLC_KeepsZero, DLC_KeepsFinite]>;
def DLC_MishOp : DLC_UnaryOp<"mish", "x * tanh(ln(1 + e^x))", DLC_FloatTensor,
                             [DLC_KeepsZero, DLC_KeepsFinite]>;
def DLC_NotOp : DLC_UnaryOp<"not", "not x", DLC_BoolTensor,
                            [Involution, DLC_KeepsFinite]> {
  let hasFolder = 1;
}
def DLC_BitwiseNotOp
    : DLC_UnaryOp<"bitwise_not", "x with every bit flipped", DLC_IntTensor,
                  [Involution, DLC_KeepsFinite]>;

//===----------------------------------------------------------------------===//
// Unary with parameters
//===----------------------------------------------------------------------===//

/// `params` are F64 attributes, converted to the element type where applied.
class DLC_ParametricUnaryOp<string mnemonic, string formula, dag params,
                            list<Trait> traits>
    : DLC_Op<mnemonic, !listconcat(traits, [DLC_ElementwiseTrait,
                                            SameOperandsAndResultType])> {
  let summary = "Elementwise: y = " # formula;
  let description = "Computes `y = " # formula # "` for each element.\n\n" #
                    "Example:\n\n```mlir\n%y = dlc." # mnemonic #
                    " %x {" # !head(!foreach(i, !range(!size(params)),
                                             !getdagname(params, i))) #
                    " = 2.0e-1 : f64} : (tensor<2x3xf32>) -> " #
                    "tensor<2x3xf32>\n```\n";
  let arguments = !con((ins DLC_FloatTensor:$x), params);
  let results = (outs DLC_FloatTensor:$y);
}

def DLC_LeakyReluOp
    : DLC_ParametricUnaryOp<"leaky_relu", "x < 0 ? alpha * x : x",
                            (ins DefaultValuedAttr<F64Attr, "0.01">:$alpha),
                            [DLC_KeepsZero, DLC_KeepsFinite, DLC_Homogeneous]>;
def DLC_EluOp
    : DLC_ParametricUnaryOp<"elu", "x < 0 ? alpha * (e^x - 1) : x",
                            (ins DefaultValuedAttr<F64Attr, "1.0">:$alpha),
                            [DLC_KeepsZero, DLC_KeepsFinite]>;
def DLC_SeluOp
    : DLC_ParametricUnaryOp<
          "selu", "gamma * (x <= 0 ? alpha * (e^x - 1) : x)",
          (ins DefaultValuedAttr<F64Attr, "1.67326319217681884765625">:$alpha,
              DefaultValuedAttr<F64Attr, "1.05070102214813232421875">:$gamma),
          [DLC_KeepsZero, DLC_KeepsFinite]>;
def DLC_CeluOp
    : DLC_ParametricUnaryOp<"celu",
                            "max(0, x) + min(0, alpha * (e^(x / alpha) - 1))",
                            (ins DefaultValuedAttr<F64Attr, "1.0">:$alpha),
                            [DLC_KeepsZero, DLC_KeepsFinite]>;
def DLC_HardSigmoidOp
    : DLC_ParametricUnaryOp<"hard_sigmoid", "max(0, min(1, alpha * x + beta))",
                            (ins DefaultValuedAttr<F64Attr, "0.2">:$alpha,
                                DefaultValuedAttr<F64Attr, "0.5">:$beta),
                            [DLC_KeepsFinite]>;
def DLC_ThresholdedReluOp
    : DLC_ParametricUnaryOp<"thresholded_relu", "x > alpha ? x : 0",
                            (ins DefaultValuedAttr<F64Attr, "1.0">:$alpha),
                            [DLC_KeepsZero, DLC_KeepsFinite]>;
def DLC_ShrinkOp
    : DLC_ParametricUnaryOp<
          "shrink", "x < -lambd ? x + bias : (x > lambd ? x - bias : 0)",
          (ins DefaultValuedAttr<F64Attr, "0.0">:$bias,
              DefaultValuedAttr<F64Attr, "0.5">:$lambd),
          [DLC_KeepsFinite]>;
def DLC_SwishOp
    : DLC_ParametricUnaryOp<"swish", "x / (1 + e^(-alpha * x))",
                            (ins DefaultValuedAttr<F64Attr, "1.0">:$alpha),
                            [DLC_KeepsZero, DLC_KeepsFinite]>;

def DLC_GeluOp
    : DLC_Op<"gelu", [DLC_ElementwiseTrait, DLC_KeepsZero, DLC_KeepsFinite,
                      SameOperandsAndResultType]> {
  let summary = "Gaussian error linear unit";
  let description = [{
    `y = 0.5 * x * (1 + erf(x / sqrt(2)))`; with `tanh_approximation`,
    `y = 0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))`
    (Hendrycks and Gimpel, arXiv 1606.08415, section 2).

    Example:

    ```mlir
    %y = dlc.gelu %x : (tensor<4x8xf32>) -> tensor<4x8xf32>
    ```
  }];
  let arguments = (ins DLC_FloatTensor:$x, UnitAttr:$tanh_approximation);
  let results = (outs DLC_FloatTensor:$y);
}

def DLC_ClipOp : DLC_InferredOp<"clip", [DLC_ElementwiseTrait, DLC_KeepsFinite,
                                         DLC_Homogeneous,
                                         AttrSizedOperandSegments]> {
  let summary = "Elementwise: y = min(max(x, low), high)";
  let description = [{
    `low` and `high` are scalars (rank 0); a missing bound doesn't bound.

    Example:

    ```mlir
    %y = dlc.clip %x low(%l) high(%h)
       : (tensor<4xf32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
    ```
  }];
  let arguments = (ins DLC_NumberTensor:$x, Optional<DLC_NumberTensor>:$low,
      Optional<DLC_NumberTensor>:$high);
  let results = (outs DLC_NumberTensor:$y);
  let assemblyFormat = [{
    $x (`low` `(` $low^ `)`)? (`high` `(` $high^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def DLC_RoundMode : I64EnumAttr<"RoundMode", "which power of two is taken",
    [I64EnumAttrCase<"up", 0>, I64EnumAttrCase<"down", 1>,
     I64EnumAttrCase<"nearest", 2>]> {
  let cppNamespace = "::dlc";
  let genSpecializedAttr = 0;
}
def DLC_RoundModeAttr : EnumAttr<DLC_Dialect, DLC_RoundMode, "round_mode"> {
  let assemblyFormat = "`<` $value `>`";
}

def DLC_CastOp : DLC_Op<"cast", [DLC_ElementwiseTrait, DLC_KeepsZero,
                                 DLC_KeepsFinite,
                                 SameOperandsAndResultShape]> {
  let summary = "Converts each element to the result's element type";
  let description = [{
    Float to integer truncates towards zero; a value that doesn't fit saturates
    and NaN gives 0. Any to bool is `x != 0`. Integer to a narrower integer
    keeps the low bits, and so does float to an integer of 4 or 2 bits, by way of
    one of 32.

    Floats of 8 and 4 bits are rounded to nearest, ties to even. What is beyond
    their largest number, infinities included, becomes that number; without
    `saturate`, infinity, or NaN where there is none. `f4E2M1FN` always saturates,
    and NaN gives its 0. In `f8E8M0FNU`, powers of two without a sign, `round_mode`
    says which one a number between two becomes; `nearest` takes the larger one in
    the middle. 0 is its least number then, without `saturate` NaN.

    Example:

    ```mlir
    %y = dlc.cast %x : (tensor<4xf32>) -> tensor<4xi64>
    ```

    To a float of 8 bits, without saturation:

    ```mlir
    %y = dlc.cast %x {saturate = false} : (tensor<4xf32>) -> tensor<4xf8E4M3FN>
    ```
  }];
  let arguments = (ins DLC_Tensor:$x,
      DefaultValuedAttr<BoolAttr, "true">:$saturate,
      DefaultValuedAttr<DLC_RoundModeAttr, "RoundMode::up">:$round_mode);
  let results = (outs DLC_Tensor:$y);
  let hasFolder = 1;
  let extraClassDeclaration = [{
    ::dlc::NarrowingMode getNarrowingMode();
  }];
}

def DLC_BitCastOp : DLC_Op<"bit_cast", [DLC_ElementwiseTrait, DLC_KeepsZero,
                                        SameOperandsAndResultShape]> {
  let summary = "Reads the bits of each element as another type of as many bits";
  let description = [{
    No bit changes. A boolean is a byte, 0 or 1; a byte as a boolean is true
    unless it is 0.

    Example:

    ```mlir
    %y = dlc.bit_cast %x : (tensor<4xf32>) -> tensor<4xi32>
    ```

    Of 4 bits each:

    ```mlir
    %y = dlc.bit_cast %x : (tensor<4xi4>) -> tensor<4xf4E2M1FN>
    ```
  }];
  let arguments = (ins DLC_Tensor:$x);
  let results = (outs DLC_Tensor:$y);
  let hasFolder = 1;
  let hasVerifier = 1;
}

def DLC_IsNaNOp : DLC_Op<"is_nan", [DLC_ElementwiseTrait, DLC_KeepsZero,
                                    DLC_KeepsFinite,
                                    SameOperandsAndResultShape]> {
  let summary = "Elementwise: y = x is not a number";
  let description = [{
    Example:

    ```mlir
    %y = dlc.is_nan %x : (tensor<4xf32>) -> tensor<4xi1>
    ```
  }];
  let arguments = (ins DLC_FloatTensor:$x);
  let results = (outs DLC_BoolTensor:$y);
}

def DLC_IsInfOp : DLC_Op<"is_inf", [DLC_ElementwiseTrait, DLC_KeepsZero,
                                    DLC_KeepsFinite,
                                    SameOperandsAndResultShape]> {
  let summary = "Elementwise: y = x is infinite, of an asked-for sign";
  let description = [{
    Example:

    ```mlir
    %y = dlc.is_inf %x {detect_negative = false}
       : (tensor<4xf32>) -> tensor<4xi1>
    ```
  }];
  let arguments = (ins DLC_FloatTensor:$x,
      DefaultValuedAttr<BoolAttr, "true">:$detect_negative,
      DefaultValuedAttr<BoolAttr, "true">:$detect_positive);
  let results = (outs DLC_BoolTensor:$y);
}

//===----------------------------------------------------------------------===//
// Binary and ternary, broadcasting
//===----------------------------------------------------------------------===//

/// Operands share an element type; shapes broadcast as in NumPy.
class DLC_BinaryOp<string mnemonic, string formula, Type type, Type resultType,
                   list<Trait> traits = []>
    : DLC_InferredOp<mnemonic, !listconcat(traits, [DLC_ElementwiseTrait,
                                                    SameOperandsElementType])> {
  /// The element types that the example in the documentation has.
  defvar exampleType = !cond(!eq(type, DLC_BoolTensor): "i1",
                             !eq(type, DLC_IntTensor): "i32",
                             true: "f32");
  defvar exampleResultType = !cond(!eq(resultType, DLC_BoolTensor): "i1",
                                   true: exampleType);
  let summary = "Elementwise with broadcasting: y = " # formula;
  let description = "Computes `y = " # formula #
                    "` for each pair of elements; shapes broadcast as in " #
                    "NumPy.\n\nExample:\n\n```mlir\n%y = dlc." # mnemonic #
                    " %a, %b : (tensor<2x3x" # exampleType #
                    ">, tensor<3x" # exampleType # ">) -> tensor<2x3x" #
                    exampleResultType # ">\n```\n";
  let arguments = (ins type:$a, type:$b);
  let results = (outs resultType:$y);
  /// The result's element type, as an expression over `adaptor`.
  code resultElementType = [{
    ::mlir::getElementTypeOrSelf(adaptor.getA().getType())
  }];
  let extraClassDefinition = DLC_InferenceCode<[{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *context, std::optional<::mlir::Location> location,
        Adaptor adaptor, ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      return ::dlc::inferBroadcastType(
          location, adaptor.getOperands(), }] # resultElementType # [{, types);
    }
  }]>.text;
}

class DLC_ArithmeticOp<string mnemonic, string formula,
                       list<Trait> traits = []>
    : DLC_BinaryOp<mnemonic, formula, DLC_NumberTensor, DLC_NumberTensor,
                   traits> {
  let hasFolder = 1;
}

def DLC_AddOp
    : DLC_ArithmeticOp<"add", "a + b",
                       [Commutative, DLC_KeepsFinite, DLC_Homogeneous]>;
def DLC_SubOp
    : DLC_ArithmeticOp<"sub", "a - b", [DLC_KeepsFinite, DLC_Homogeneous]>;
def DLC_MulOp
    : DLC_ArithmeticOp<"mul", "a * b",
                       [Commutative, DLC_KeepsZero, DLC_KeepsFinite]>;
def DLC_DivOp
    : DLC_ArithmeticOp<"div", "a / b, integers truncating towards zero",
                       [DLC_KeepsZero]>;
def DLC_MinOp
    : DLC_ArithmeticOp<"min", "min(a, b), NaN if either is",
                       [Commutative, DLC_KeepsFinite, DLC_Homogeneous]>;
def DLC_MaxOp
    : DLC_ArithmeticOp<"max", "max(a, b), NaN if either is",
                       [Commutative, DLC_KeepsFinite, DLC_Homogeneous]>;

def DLC_ModOp : DLC_BinaryOp<"mod", "a modulo b", DLC_NumberTensor,
                             DLC_NumberTensor> {
  let description = [{
    The remainder of `a / b`. Its sign is that of `b`, even of a zero, as in
    NumPy; with `fmod`, that of `a`, as in C.

    Example:

    ```mlir
    %y = dlc.mod %a, %b {fmod} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    ```
  }];
  let arguments = (ins DLC_NumberTensor:$a, DLC_NumberTensor:$b,
      UnitAttr:$fmod);
  let hasFolder = 1;
}

def DLC_PowOp : DLC_InferredOp<"pow", [DLC_ElementwiseTrait]> {
  let summary = "Elementwise with broadcasting: y = a ^ b";
  let description = [{
    The result has the element type of `a`; `b` may be of another type.

    Example:

    ```mlir
    %y = dlc.pow %a, %b : (tensor<4xf32>, tensor<i64>) -> tensor<4xf32>
    ```
  }];
  let arguments = (ins DLC_NumberTensor:$a, DLC_NumberTensor:$b);
  let results = (outs DLC_NumberTensor:$y);
}

def DLC_PReluOp
    : DLC_BinaryOp<"prelu", "a < 0 ? b * a : a", DLC_NumberTensor,
                   DLC_NumberTensor, [DLC_KeepsZero, DLC_KeepsFinite]>;

def DLC_BitShiftOp : DLC_BinaryOp<"bit_shift", "a shifted by b bits",
                                  DLC_IntTensor, DLC_IntTensor,
                                  [DLC_KeepsZero, DLC_KeepsFinite]> {
  let description = [{
    Shifts left, or right if `right` is set. What is free is filled with zeros, or,
    where a signed integer is shifted right, with its sign. An amount that is
    negative or at least the number of bits shifts all bits out: the result is 0,
    or -1 of a negative integer that is shifted right.

    Example:

    ```mlir
    %y = dlc.bit_shift %a, %b {right} : (tensor<3xui8>, tensor<3xui8>) -> tensor<3xui8>
    ```
  }];
  let arguments = (ins DLC_IntTensor:$a, DLC_IntTensor:$b, UnitAttr:$right);
}
def DLC_BitwiseAndOp : DLC_BinaryOp<"bitwise_and", "a & b", DLC_IntTensor,
                                    DLC_IntTensor,
                                    [Commutative, DLC_KeepsZero,
                                     DLC_KeepsFinite]>;
def DLC_BitwiseOrOp : DLC_BinaryOp<"bitwise_or", "a | b", DLC_IntTensor,
                                   DLC_IntTensor,
                                   [Commutative, DLC_KeepsFinite]>;
def DLC_BitwiseXorOp : DLC_BinaryOp<"bitwise_xor", "a ^ b", DLC_IntTensor,
                                    DLC_IntTensor,
                                    [Commutative, DLC_KeepsFinite]>;

class DLC_LogicalOp<string mnemonic, string formula, list<Trait> traits = []>
    : DLC_BinaryOp<mnemonic, formula, DLC_BoolTensor, DLC_BoolTensor,
                   !listconcat(traits, [Commutative, DLC_KeepsFinite])> {
  let hasFolder = 1;
}
def DLC_AndOp : DLC_LogicalOp<"and", "a and b", [DLC_KeepsZero]>;
def DLC_OrOp : DLC_LogicalOp<"or", "a or b">;
def DLC_XorOp : DLC_LogicalOp<"xor", "a xor b">;

class DLC_CompareOp<string mnemonic, string formula, list<Trait> traits = []>
    : DLC_BinaryOp<mnemonic, formula, DLC_NumberTensor, DLC_BoolTensor,
                   !listconcat(traits, [DLC_KeepsFinite])> {
  let resultElementType = [{ ::mlir::IntegerType::get(context, 1) }];
  let hasFolder = 1;
}
def DLC_EqualOp : DLC_CompareOp<"equal", "a == b", [Commutative]>;
def DLC_LessOp : DLC_CompareOp<"less", "a < b">;
def DLC_LessEqualOp : DLC_CompareOp<"less_equal", "a <= b">;
def DLC_GreaterOp : DLC_CompareOp<"greater", "a > b">;
def DLC_GreaterEqualOp : DLC_CompareOp<"greater_equal", "a >= b">;

def DLC_WhereOp : DLC_InferredOp<"where", [DLC_ElementwiseTrait,
                                           DLC_KeepsFinite]> {
  let summary = "Elementwise with broadcasting: y = condition ? a : b";
  let description = [{
    All three shapes broadcast as in NumPy.

    Example:

    ```mlir
    %y = dlc.where %c, %a, %b
       : (tensor<2x3xi1>, tensor<f32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins DLC_BoolTensor:$condition, DLC_Tensor:$a, DLC_Tensor:$b);
  let results = (outs DLC_Tensor:$y);
  let hasFolder = 1;
}

#endif // DLC_ELEMENTWISE_TD
