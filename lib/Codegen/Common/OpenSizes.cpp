//===- OpenSizes.cpp - The array of sizes known at run time ---------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpenSizes.h"

#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace dlc;

/// The address of a number of the array.
static Value getSlot(OpBuilder &builder, Location loc, Value sizes,
                     unsigned slot) {
  return LLVM::GEPOp::create(builder, loc, sizes.getType(),
                             builder.getI64Type(), sizes,
                             ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(slot)},
                             LLVM::GEPNoWrapFlags::inbounds);
}

Value dlc::loadOpenSize(OpBuilder &builder, Location loc, Value sizes,
                        unsigned slot) {
  return LLVM::LoadOp::create(builder, loc, builder.getI64Type(),
                              getSlot(builder, loc, sizes, slot));
}

void dlc::storeOpenSize(OpBuilder &builder, Location loc, Value value,
                        Value sizes, unsigned slot) {
  LLVM::StoreOp::create(builder, loc, value,
                        getSlot(builder, loc, sizes, slot));
}

SmallVector<AffineExpr> dlc::getCallerSizes(func::FuncOp main,
                                            BlockArgument argument,
                                            const BufferLayout &layout) {
  auto unpacked = main.getArgAttrOfType<AffineMapAttr>(argument.getArgNumber(),
                                                       kUnpackedAttrName);
  if (!unpacked)
    return layout.sizes;
  return llvm::map_to_vector(unpacked.getValue().getResults(), normalizeSize);
}

/// Offset, length, length after the call.
static constexpr unsigned kNumbersOfState = 3;

namespace {
/// Writes the body of @prepare.
class PrepareBuilder {
public:
  PrepareBuilder(func::FuncOp main, const SizeSymbols &symbols,
                 ArrayRef<StateBuffer> states)
      : main(main), loc(main.getLoc()), symbols(symbols), states(states),
        builder(main.getContext()) {}

  FailureOr<OpenSizes> build(const OpenPlan &plan);

private:
  void createFunction();
  LogicalResult storeArguments(SmallVectorImpl<unsigned> &slots);
  void storePackedSizes();
  LogicalResult storePlaces(const OpenPlan &plan);
  void storeStates(const OpenPlan &plan, unsigned slot);
  /// The size of a buffer, rounded up to the alignment.
  Value buildBytes(const OpenPlan::Place &place);
  /// The last end of `places`, which isn't a number known by now.
  Value buildLastEnd(const OpenPlan &plan, ArrayRef<unsigned> places,
                     SizeBounds bounds);
  LogicalResult buildChecks();

  Value constant(int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  }
  Value evaluate(AffineExpr expr) {
    return affine::expandAffineExpr(builder, loc, normalizeSize(expr), {},
                                    symbolValues);
  }
  void store(Value index, unsigned slot) {
    Value value =
        arith::IndexCastOp::create(builder, loc, builder.getI64Type(), index);
    storeOpenSize(builder, loc, value, sizes, slot);
  }
  /// Stores the dimensions of a tensor from the next slot on; of what isn't
  /// found yet the most that they can be. False if they overflow.
  bool storeDims(ArrayRef<AffineExpr> dims);

  func::FuncOp main;
  Location loc;
  const SizeSymbols &symbols;
  ArrayRef<StateBuffer> states;
  OpBuilder builder;
  Value sizes; // the array
  SmallVector<Value> symbolValues;
  SmallVector<Value> offsets; // of places; null where a constant
  /// Packed arguments, by their number in the layout, and how long they are.
  SmallVector<std::pair<unsigned, AffineExpr>> packed;
  OpenSizes layout;
};
} // namespace

void PrepareBuilder::createFunction() {
  builder.setInsertionPointAfter(main);
  auto pointer = LLVM::LLVMPointerType::get(main.getContext());
  auto prepare = func::FuncOp::create(
      builder, loc, "prepare",
      builder.getFunctionType({pointer}, {builder.getI64Type()}));
  Block *body = prepare.addEntryBlock();
  builder.setInsertionPointToStart(body);
  sizes = body->getArgument(0);
  for (unsigned i = 0; i < symbols.getNumChosen(); ++i)
    symbolValues.push_back(arith::IndexCastOp::create(
        builder, loc, builder.getIndexType(),
        loadOpenSize(builder, loc, sizes, layout.count++)));
}

bool PrepareBuilder::storeDims(ArrayRef<AffineExpr> dims) {
  for (AffineExpr size : dims) {
    AffineExpr largest = symbols.getLargest(size);
    if (!largest)
      return false;
    store(evaluate(largest), layout.count++);
  }
  return true;
}

LogicalResult PrepareBuilder::storeArguments(SmallVectorImpl<unsigned> &slots) {
  for (BlockArgument argument : main.getArguments()) {
    if (!isa<MemRefType>(argument.getType()))
      continue;
    FailureOr<BufferLayout> buffer = BufferLayout::get(argument);
    if (failed(buffer))
      return main.emitError("argument ")
             << argument.getArgNumber() << " has open sizes that '"
             << kSizesAttrName << "' doesn't tell";
    bool isPacked = main.getArgAttrOfType<AffineMapAttr>(
                        argument.getArgNumber(), kUnpackedAttrName) != nullptr;
    if (isPacked && &slots == &layout.arguments)
      packed.push_back({slots.size(), buffer->sizes.front()});
    slots.push_back(layout.count);
    if (!storeDims(getCallerSizes(main, argument, *buffer)))
      return main.emitError("the size of argument ")
             << argument.getArgNumber() << " overflows";
  }
  return success();
}

/// Callers know other sizes of packed arguments, so those of their memory lie
/// behind what callers read.
void PrepareBuilder::storePackedSizes() {
  for (auto [argument, size] : packed) {
    layout.arguments[argument] = layout.count;
    store(evaluate(symbols.getLargest(size)), layout.count++);
  }
}

Value PrepareBuilder::buildBytes(const OpenPlan::Place &place) {
  Value bytes = evaluate(place.bytes);
  if (divideExactly(place.bytes,
                    getAffineConstantExpr(kBufferAlignment, main.getContext())))
    return bytes;
  bytes = arith::AddIOp::create(builder, loc, bytes,
                                constant(kBufferAlignment - 1));
  return arith::AndIOp::create(builder, loc, bytes,
                               constant(-kBufferAlignment));
}

Value PrepareBuilder::buildLastEnd(const OpenPlan &plan,
                                   ArrayRef<unsigned> places,
                                   SizeBounds bounds) {
  Value last;
  int64_t lastConstant = 0;
  for (unsigned i : places) {
    const OpenPlan::Place &place = plan.places[i];
    if (place.end.low == place.end.high) {
      lastConstant = std::max(lastConstant, place.end.low);
      continue;
    }
    // Another one always ends after it.
    if (place.end.high <= bounds.low)
      continue;
    Value end = buildBytes(place);
    if (offsets[i])
      end = arith::AddIOp::create(builder, loc, offsets[i], end);
    else if (place.offset.low != 0)
      end =
          arith::AddIOp::create(builder, loc, constant(place.offset.low), end);
    last = last ? arith::MaxSIOp::create(builder, loc, last, end) : end;
  }
  // Unless another one always ends after it, too.
  if (lastConstant != 0 && lastConstant == bounds.low)
    last = arith::MaxSIOp::create(builder, loc, last, constant(lastConstant));
  return last;
}

LogicalResult PrepareBuilder::storePlaces(const OpenPlan &plan) {
  unsigned sizeSlot = layout.count++, stateSlot = layout.count;
  layout.count += kNumbersOfState * states.size();
  if (unsigned numComputed = symbols.values.size() - symbolValues.size()) {
    layout.failedCheck = layout.count++;
    layout.computed = layout.count;
    layout.count += numComputed;
    if (failed(storeArguments(layout.results)))
      return failure();
  }
  for (const OpenPlan::Place &place : plan.places) {
    offsets.emplace_back();
    layout.places.emplace_back();
    if (place.offset.low == place.offset.high)
      continue;
    offsets.back() = buildLastEnd(plan, place.below, place.offset);
    layout.places.back() = layout.count++;
    store(offsets.back(), *layout.places.back());
  }
  store(plan.size.low == plan.size.high
            ? constant(plan.size.low)
            : buildLastEnd(plan, plan.tops, plan.size),
        sizeSlot);
  storeStates(plan, stateSlot);
  return success();
}

/// Of each state the offset and the length after the call; the runtime keeps
/// the number between them.
void PrepareBuilder::storeStates(const OpenPlan &plan, unsigned slot) {
  for (auto [i, state] : llvm::enumerate(states)) {
    store(offsets[i] ? offsets[i] : constant(plan.places[i].offset.low), slot);
    if (state.state.grows())
      store(evaluate(state.state.after), slot + 2);
    slot += kNumbersOfState;
  }
}

LogicalResult PrepareBuilder::buildChecks() {
  auto integer = [&](int64_t value) -> Value {
    return arith::ConstantIntOp::create(builder, loc, value, 64);
  };
  Value result = integer(-1);
  auto checks =
      main->getParentOfType<ModuleOp>()->getAttrOfType<ArrayAttr>("dlc.checks");
  size_t count = checks ? checks.size() : 0;
  // Backwards, so that the first one that fails is what remains.
  for (size_t i = count; i-- > 0;) {
    auto check = dyn_cast<DictionaryAttr>(checks[i]);
    auto map = check ? check.getAs<AffineMapAttr>("expr") : AffineMapAttr();
    auto kind = check ? check.getAs<StringAttr>("kind") : StringAttr();
    if (!map || map.getValue().getNumResults() != 1 || !kind ||
        (kind != "equal" && kind != "at_least"))
      return main.emitError("entry ") << i << " of 'dlc.checks' is malformed";
    Value holds = arith::CmpIOp::create(
        builder, loc,
        kind == "equal" ? arith::CmpIPredicate::eq : arith::CmpIPredicate::sge,
        evaluate(map.getValue().getResult(0)), constant(0));
    result = arith::SelectOp::create(builder, loc, holds, result, integer(i));
  }
  func::ReturnOp::create(builder, loc, result);
  return success();
}

FailureOr<OpenSizes> PrepareBuilder::build(const OpenPlan &plan) {
  createFunction();
  if (failed(storeArguments(layout.arguments)))
    return failure();
  for (const StateBuffer &state : states)
    (void)storeDims(state.layout.sizes);
  if (failed(storePlaces(plan)))
    return failure();
  storePackedSizes();
  if (failed(buildChecks()))
    return failure();
  return layout;
}

FailureOr<OpenSizes> dlc::buildPrepare(func::FuncOp main,
                                       const SizeSymbols &symbols,
                                       const OpenPlan &plan,
                                       ArrayRef<StateBuffer> states) {
  return PrepareBuilder(main, symbols, states).build(plan);
}
