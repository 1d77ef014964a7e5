//===- DLCBase.td - The dlc dialect and its base classes ---*- tablegen -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_BASE_TD
#define DLC_BASE_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def DLC_Dialect : Dialect {
  let name = "dlc";
  let summary = "Neural-network graphs at the level people think in";
  let description = [{
    Value semantics on ranked tensors, one spelling for each meaning. What ONNX
    spells in several ways (opset versions, attributes that became inputs,
    optional inputs, aliases such as `Squeeze` and `Flatten`) is settled by the
    importer: a dlc op has the newest meaning only.

    Conventions that hold for every op:

    - Dynamic dimensions are written `?`; ranks are always known. Which
      expression of the model's symbols such a size is stands in the type's
      encoding: `tensor<?x12x?xf32, #dlc.dims<s0, 12, s1 + 1>>`. Symbol `s0` is
      the first of the module's `dlc.symbols`. Types without the encoding are
      legal; code can't be generated for them.
    - Axes are non-negative once imported and counted from the outermost
      dimension.
    - Images and volumes are laid out N, C, spatial dimensions outermost first.
      Filters are O, I/group, spatial dimensions.
    - `pads` holds all the begins, then all the ends, one per spatial dimension.
    - Signed integers are signless types (`i8`, `i32`), unsigned ones are `ui8`
      and so on, booleans are `i1`.
    - Floats of 8 and 4 bits (`f8E4M3FN`, `f8E8M0FNU`, `f4E2M1FN` ...) and
      integers of 4 and 2 bits are for storage: ops move, convert, quantize and
      dequantize them, and compute nothing else with them. A constant keeps a
      byte for each element.
    - Binary elementwise ops broadcast as NumPy does.
    - Loops and branches are upstream's `scf.for`, `scf.while` and `scf.if` on
      tensors, which hold dlc ops. Their bounds and conditions are scalars:
      `dlc.size`, `tensor.extract` and the arithmetic of `arith`.
    - An argument of `@main` with `dlc.state` and the result that it names, of the
      same type, are one value that the library keeps from call to call
      (`include/dlc/Support/KeptState.h`).
  }];
  let cppNamespace = "::dlc";
  let hasCanonicalizer = 1;
  let hasConstantMaterializer = 1;
  let hasOperationAttrVerify = 1;
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::tensor::TensorDialect"];
  // Each family's file registers its own ops.
  let extraClassDeclaration = [{
  private:
    void addConstantOps();
    void addContractionOps();
    void addElementwiseOps();
    void addIndexingOps();
    void addNormalizationOps();
    void addPoolingOps();
    void addQuantizationOps();
    void addRandomOps();
    void addRecurrenceOps();
    void addReductionOps();
    void addResamplingOps();
    void addSelectionOps();
    void addShapeOps();
    void addSparseOps();
    void addStorageOps();
  }];
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

def DLC_DimsAttr : AttrDef<DLC_Dialect, "Dims"> {
  let mnemonic = "dims";
  let summary = "The sizes of a tensor as expressions of the model's symbols";
  let description = [{
    One expression per dimension: numbers, symbols `s0`, `s1` ... (those of the
    module's `dlc.symbols`, in order), sums, products, `floordiv` and `mod`. As
    the encoding of a tensor type it says what each `?` is; the expressions of
    the other dimensions are their numbers.

    Rejected: symbols in a side table, found by an analysis. Types would be equal
    where sizes differ (a reshape of `?x?` to `?x?`), and every fold that compares
    types silently wrong.
  }];
  let parameters = (ins ArrayRefParameter<"::mlir::AffineExpr">:$dims);
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    /// How many symbols a module may have.
    static constexpr unsigned maxSymbols = 256;
  }];
}

def DLC_SymbolAttr : AttrDef<DLC_Dialect, "Symbol"> {
  let mnemonic = "symbol";
  let summary = "A size that the model leaves open";
  let description = [{
    Its name, the bounds within which every call must stay, and the size that
    code is tuned for. The module's `dlc.symbols` is an array of these.

    With `most` it is a computed size: not chosen by a call, but found while the
    model runs, by its `dlc.define_size`. `most` is its upper bound as an
    expression of the symbols before it; `max` is that at their largest.
    Computed sizes follow all others.

    Examples: `#dlc.symbol<"sequence", 1 to 512, likely 128>`,
    `#dlc.symbol<"found", 0 to 2048, likely 512, most #dlc.dims<s0 * 4>>`
  }];
  let parameters = (ins StringRefParameter<>:$name, "int64_t":$min,
      "int64_t":$max, "int64_t":$likely, OptionalParameter<"DimsAttr">:$most);
  let builders = [
    AttrBuilder<(ins "::llvm::StringRef":$name, "int64_t":$min, "int64_t":$max,
        "int64_t":$likely), [{
      return $_get($_ctxt, name, min, max, likely, DimsAttr());
    }]>];
  let assemblyFormat = [{
    `<` $name `,` $min `to` $max `,` `likely` $likely
    (`,` `most` qualified($most)^)? `>`
  }];
  let extraClassDeclaration = [{
    /// Found while the model runs.
    bool isComputed() const { return getMost() != nullptr; }
  }];
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// What ops compute with.
def DLC_Float : Type<And<[AnyFloat.predicate,
                          CPred<"!::dlc::isNarrowFloat($_self)">]>,
                     "floating-point", "::mlir::FloatType">;
def DLC_Integer : Type<And<[AnyInteger.predicate,
                            CPred<"!::dlc::isNarrowInteger($_self)">]>,
                       "integer", "::mlir::IntegerType">;
/// What values are stored in: they are moved, converted and quantized, and
/// nothing else is computed with them.
def DLC_NarrowFloat
    : Type<CPred<"::dlc::isNarrowFloat($_self) && ::dlc::getDType($_self)">,
           "floating-point of 8 or 4 bits", "::mlir::FloatType">;
def DLC_NarrowInteger : Type<CPred<"::dlc::isNarrowInteger($_self)">,
                             "integer of 4 or 2 bits", "::mlir::IntegerType">;

def DLC_Tensor : RankedTensorOf<[DLC_Float, DLC_Integer, DLC_NarrowFloat,
                                 DLC_NarrowInteger]>;
def DLC_FloatTensor : RankedTensorOf<[DLC_Float]>;
def DLC_NumberTensor : RankedTensorOf<[DLC_Float, DLC_Integer]>;
def DLC_IntTensor : RankedTensorOf<[DLC_Integer]>;
/// What `quantize` makes and `dequantize` takes.
def DLC_QuantizedTensor : RankedTensorOf<[DLC_Integer, DLC_NarrowFloat,
                                          DLC_NarrowInteger]>;
def DLC_BoolTensor : RankedTensorOf<[I1]>;
def DLC_IndexTensor : RankedTensorOf<[I32, I64]>;

//===----------------------------------------------------------------------===//
// Traits and op classes
//===----------------------------------------------------------------------===//

/// One result element depends on one element of each operand, after NumPy
/// broadcasting. Such an op is indifferent to layout, and layout changes move
/// through it.
def DLC_ElementwiseTrait : NativeOpTrait<"ElementwiseTrait"> {
  let cppNamespace = "::dlc::OpTrait";
}

/// Facts about what an op computes, which test/dialects/dlc/facts.test checks
/// by value.
class DLC_Fact<string name> : NativeOpTrait<name> {
  let cppNamespace = "::dlc::OpTrait";
}

/// Zero where the first operand is zero, whatever the others are, as long as
/// they are finite and divide nothing by zero.
def DLC_KeepsZero : DLC_Fact<"KeepsZero">;

/// Finite where all operands are, but for sums and products that overflow. Not
/// so: what has poles, grows exponentially or isn't defined everywhere.
def DLC_KeepsFinite : DLC_Fact<"KeepsFinite">;

/// `op(c * x, c * y, ...) = c * op(x, y, ...)` for numbers c > 0.
def DLC_Homogeneous : DLC_Fact<"Homogeneous">;

/// Every element of the result is one of the operands', and an increasing
/// function of all elements doesn't change which: such an op runs on quantized
/// elements as on real ones.
def DLC_SelectsElements : DLC_Fact<"SelectsElements">;

class DLC_Op<string mnemonic, list<Trait> traits = []>
    : Op<DLC_Dialect, mnemonic, !listconcat(traits, [Pure])> {
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

/// The text every inferred op's C++ shares: a declared type is compatible with
/// the inferred one if no static dimension contradicts it.
class DLC_InferenceCode<string more = ""> {
  string text = [{
    bool $cppClass::isCompatibleReturnTypes(::mlir::TypeRange inferred,
                                            ::mlir::TypeRange declared) {
      return ::dlc::areCompatibleTypes(inferred, declared);
    }
  }] # more;
}

/// An op whose result types follow from its operands and attributes. Its C++
/// defines `inferReturnTypes` over the adaptor.
class DLC_InferredOp<string mnemonic, list<Trait> traits = []>
    : DLC_Op<mnemonic, !listconcat(traits,
                                   [InferTypeOpAdaptorWithIsCompatible])> {
  let extraClassDefinition = DLC_InferenceCode<>.text;
}

#endif // DLC_BASE_TD
