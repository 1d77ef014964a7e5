//===- Intrinsics.cpp - The device's intrinsics on the host ---------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HostCalls.h"
#include "Retarget.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;
using namespace dlc::emulator;

static Value *toByte(IRBuilder<> &builder, Value *value) {
  return value->getType()->isIntegerTy(1)
             ? builder.CreateZExt(value, builder.getInt8Ty())
             : value;
}

/// A value of memory that the host's functions wrote, dense.
static Value *loadResult(IRBuilder<> &builder, Value *buffer, Type *type,
                         uint64_t &offset) {
  const DataLayout &layout = builder.GetInsertBlock()->getDataLayout();
  if (auto *structure = dyn_cast<StructType>(type)) {
    Value *result = PoisonValue::get(type);
    for (auto [index, element] : enumerate(structure->elements()))
      result = builder.CreateInsertValue(
          result, loadResult(builder, buffer, element, offset), index);
    return result;
  }
  Value *address =
      builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), buffer, offset);
  offset += layout.getTypeStoreSize(type);
  if (type->isIntegerTy(1))
    return builder.CreateTrunc(builder.CreateLoad(builder.getInt8Ty(), address),
                               type);
  return builder.CreateAlignedLoad(type, address, Align(1));
}

void KernelRewriter::makeWarpOp(IRBuilder<> &builder, CallInst &call, WarpOp op,
                                Value *mask, ArrayRef<Value *> arguments) {
  kernel.synchronizes = true;
  IRBuilder<> entry(&*function.getEntryBlock().getFirstInsertionPt());
  auto allocate = [&](unsigned bytes) {
    return entry.CreateAlloca(ArrayType::get(entry.getInt8Ty(), bytes));
  };
  Value *in = allocate(Warp::maxArgumentBytes);
  Value *out = allocate(Thread::maxResultBytes);
  const DataLayout &layout = function.getDataLayout();
  uint64_t inBytes = 0;
  for (Value *argument : arguments) {
    Value *value = toByte(builder, argument);
    builder.CreateAlignedStore(
        value,
        builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), in, inBytes),
        Align(1));
    inBytes += layout.getTypeStoreSize(value->getType());
  }
  // The size of the result isn't known before it is loaded.
  CallInst *host =
      callHost(builder, hostcalls::warp,
               {builder.getInt32(uint32_t(op)), addSite(builder, call),
                mask ? mask : builder.getInt32(-1), in,
                builder.getInt32(inBytes), out, builder.getInt32(0)});
  uint64_t outBytes = 0;
  if (!call.getType()->isVoidTy())
    call.replaceAllUsesWith(loadResult(builder, out, call.getType(), outBytes));
  host->setArgOperand(host->arg_size() - 1, builder.getInt32(outBytes));
}

Value *KernelRewriter::loadContext(IRBuilder<> &builder, size_t offset) {
  LoadInst *load = builder.CreateLoad(
      builder.getInt32Ty(),
      builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), context, offset));
  load->setMetadata(LLVMContext::MD_invariant_load,
                    MDNode::get(builder.getContext(), {}));
  return load;
}

/// The value of a special register, or null.
Value *KernelRewriter::rewriteRegister(IRBuilder<> &builder, StringRef name) {
  if (name == "warpsize")
    return builder.getInt32(Warp::lanes);
  Value *linear = loadContext(builder, offsetof(ThreadContext, linear));
  if (name == "laneid")
    return builder.CreateAnd(linear, Warp::lanes - 1);
  auto [base, dimension] = name.split('.');
  size_t index = StringRef("xyz").find(dimension);
  if (dimension.size() != 1 || index == StringRef::npos)
    return nullptr;
  size_t offset = StringSwitch<size_t>(base)
                      .Case("tid", offsetof(ThreadContext, tid))
                      .Case("ntid", offsetof(ThreadContext, ntid))
                      .Case("ctaid", offsetof(ThreadContext, ctaid))
                      .Case("nctaid", offsetof(ThreadContext, nctaid))
                      .Default(~size_t(0));
  if (offset == ~size_t(0))
    return nullptr;
  return loadContext(builder, offset + index * sizeof(uint32_t));
}

static std::optional<WarpOp> getWarpOp(StringRef name) {
  return StringSwitch<std::optional<WarpOp>>(name)
      .Case("bar.warp.sync", WarpOp::Sync)
      .StartsWith("shfl.sync.idx.", WarpOp::ShuffleIdx)
      .StartsWith("shfl.sync.bfly.", WarpOp::ShuffleBfly)
      .StartsWith("shfl.sync.up.", WarpOp::ShuffleUp)
      .StartsWith("shfl.sync.down.", WarpOp::ShuffleDown)
      .Case("vote.all.sync", WarpOp::VoteAll)
      .Case("vote.any.sync", WarpOp::VoteAny)
      .Case("vote.uni.sync", WarpOp::VoteUni)
      .Case("vote.ballot.sync", WarpOp::VoteBallot)
      .Case("redux.sync.add", WarpOp::ReduceAdd)
      .Case("redux.sync.min", WarpOp::ReduceMin)
      .Case("redux.sync.max", WarpOp::ReduceMax)
      .Case("redux.sync.umin", WarpOp::ReduceUMin)
      .Case("redux.sync.umax", WarpOp::ReduceUMax)
      .Case("redux.sync.and", WarpOp::ReduceAnd)
      .Case("redux.sync.or", WarpOp::ReduceOr)
      .Case("redux.sync.xor", WarpOp::ReduceXor)
      .StartsWith("ldmatrix.sync.aligned.m8n8.x1.b16", WarpOp::LdMatrix1)
      .StartsWith("ldmatrix.sync.aligned.m8n8.x2.b16", WarpOp::LdMatrix2)
      .StartsWith("ldmatrix.sync.aligned.m8n8.x4.b16", WarpOp::LdMatrix4)
      .StartsWith("ldmatrix.sync.aligned.m8n8.x1.trans.b16",
                  WarpOp::LdMatrix1Trans)
      .StartsWith("ldmatrix.sync.aligned.m8n8.x2.trans.b16",
                  WarpOp::LdMatrix2Trans)
      .StartsWith("ldmatrix.sync.aligned.m8n8.x4.trans.b16",
                  WarpOp::LdMatrix4Trans)
      .Case("mma.m16n8k16.row.col.f32.f32", WarpOp::MmaF16K16)
      .Case("mma.m16n8k16.row.col.f16.f16", WarpOp::MmaF16K16F16)
      .Case("mma.m16n8k8.row.col.f32.f32", WarpOp::MmaF16K8)
      .Case("mma.m16n8k8.row.col.f16.f16", WarpOp::MmaF16K8F16)
      .Case("mma.m16n8k16.row.col.bf16", WarpOp::MmaBF16K16)
      .Case("mma.m16n8k8.row.col.bf16", WarpOp::MmaBF16K8)
      .Case("mma.m16n8k8.row.col.tf32", WarpOp::MmaTF32K8)
      .Case("mma.m16n8k4.row.col.tf32", WarpOp::MmaTF32K4)
      .Default(std::nullopt);
}

/// Barriers, fences, and what warps do together.
bool KernelRewriter::rewriteSynchronization(IRBuilder<> &builder,
                                            CallInst &call, StringRef name) {
  if (name == "barrier.cta.sync.aligned.all" || name == "barrier0") {
    kernel.synchronizes = true;
    callHost(builder, hostcalls::barrier, {addSite(builder, call)});
    return true;
  }
  // One thread of the host runs them all, in order.
  if (name.starts_with("membar."))
    return true;
  std::optional<WarpOp> op = getWarpOp(name);
  if (!op)
    return false;
  SmallVector<Value *> arguments(call.args());
  Value *mask = nullptr;
  if (name.starts_with("redux.")) {
    mask = arguments.pop_back_val();
  } else if (*op < WarpOp::LdMatrix1) {
    mask = arguments.front();
    arguments.erase(arguments.begin());
  }
  makeWarpOp(builder, call, *op, mask, arguments);
  return true;
}

/// cp.async of 4, 8 or 16 bytes, and its groups.
bool KernelRewriter::rewriteCopy(IRBuilder<> &builder, CallInst &call,
                                 StringRef name) {
  if (name == "commit.group") {
    callHost(builder, hostcalls::commit, {});
    return true;
  }
  if (name == "wait.group") {
    callHost(builder, hostcalls::wait, {call.getArgOperand(0)});
    return true;
  }
  if (name == "wait.all") {
    callHost(builder, hostcalls::commit, {});
    callHost(builder, hostcalls::wait, {builder.getInt32(0)});
    return true;
  }
  if (!name.consume_front("ca.shared.global.") &&
      !name.consume_front("cg.shared.global."))
    return false;
  bool hasSourceBytes = name.consume_back(".s");
  uint32_t bytes = 0;
  if (name.getAsInteger(10, bytes))
    return false;
  Type *pointer = builder.getPtrTy();
  callHost(builder, hostcalls::copy,
           {builder.CreateAddrSpaceCast(call.getArgOperand(0), pointer),
            builder.CreateAddrSpaceCast(call.getArgOperand(1), pointer),
            builder.getInt32(bytes),
            hasSourceBytes ? call.getArgOperand(2) : builder.getInt32(bytes),
            addSite(builder, call)});
  return true;
}

/// Arithmetic that the host does more exactly than the device's
/// approximations, or null.
Value *KernelRewriter::rewriteMath(IRBuilder<> &builder, CallInst &call,
                                   StringRef name) {
  SmallVector<Value *> arguments(call.args());
  Type *type = call.getType();
  auto one = [&] { return ConstantFP::get(type, 1.0); };
  Intrinsic::ID same = StringSwitch<Intrinsic::ID>(name)
                           .StartsWith("ex2.approx", Intrinsic::exp2)
                           .StartsWith("lg2.approx", Intrinsic::log2)
                           .StartsWith("sin.approx", Intrinsic::sin)
                           .StartsWith("cos.approx", Intrinsic::cos)
                           .StartsWith("tanh.approx", Intrinsic::tanh)
                           .StartsWith("sqrt.rn", Intrinsic::sqrt)
                           .StartsWith("sqrt.approx", Intrinsic::sqrt)
                           .StartsWith("fma.rn", Intrinsic::fma)
                           .StartsWith("fmin.nan", Intrinsic::minimum)
                           .StartsWith("fmin.ftz.nan", Intrinsic::minimum)
                           .StartsWith("fmax.nan", Intrinsic::maximum)
                           .StartsWith("fmax.ftz.nan", Intrinsic::maximum)
                           .StartsWith("fabs", Intrinsic::fabs)
                           .StartsWith("floor", Intrinsic::floor)
                           .StartsWith("ceil", Intrinsic::ceil)
                           .StartsWith("trunc", Intrinsic::trunc)
                           .StartsWith("round", Intrinsic::roundeven)
                           .Default(Intrinsic::not_intrinsic);
  if (name.contains("xorsign") || name.contains(".sat") ||
      name.contains(".relu"))
    return nullptr;
  if (same != Intrinsic::not_intrinsic)
    return builder.CreateIntrinsic(same, {type}, arguments);
  if (name.starts_with("rsqrt.approx"))
    return builder.CreateFDiv(
        one(), builder.CreateUnaryIntrinsic(Intrinsic::sqrt, arguments[0]));
  if (name.starts_with("rcp.rn") || name.starts_with("rcp.approx"))
    return builder.CreateFDiv(one(), arguments[0]);
  if (name.starts_with("div.rn") || name.starts_with("div.approx") ||
      name.starts_with("div.full"))
    return builder.CreateFDiv(arguments[0], arguments[1]);
  return nullptr;
}

Error KernelRewriter::rewriteCall(CallInst &call) {
  if (auto *assembly = dyn_cast<InlineAsm>(call.getCalledOperand()))
    return makeError(call, "inline assembly '" + assembly->getAsmString() +
                               "' isn't emulated");
  Function *callee = call.getCalledFunction();
  if (!callee)
    return makeError(call, "indirect calls aren't emulated");
  StringRef name = callee->getName();
  if (!callee->isIntrinsic() && callee->isDeclaration())
    return makeError(call, "external function '" + name +
                               "' isn't there on the device");
  if (!name.consume_front("llvm.nvvm."))
    return Error::success();
  IRBuilder<> builder(&call);
  if (isa<FPMathOperator>(call))
    builder.setFastMathFlags(call.getFastMathFlags());
  Value *value = nullptr;
  bool done = false;
  StringRef rest = name;
  if (rest.consume_front("read.ptx.sreg."))
    value = rewriteRegister(builder, rest);
  else if (rest.consume_front("cp.async."))
    done = rewriteCopy(builder, call, rest);
  else if (!(done = rewriteSynchronization(builder, call, name)))
    value = rewriteMath(builder, call, name);
  if (!value && !done)
    return makeError(call,
                     "intrinsic '" + callee->getName() + "' isn't emulated");
  if (value)
    call.replaceAllUsesWith(value);
  call.eraseFromParent();
  return Error::success();
}

Error KernelRewriter::rewriteIntrinsics() {
  SmallVector<CallInst *> calls;
  for (Instruction &instruction : instructions(function))
    if (auto *call = dyn_cast<CallInst>(&instruction))
      if (!call->getMetadata(hostMetadata))
        calls.push_back(call);
  for (CallInst *call : calls)
    if (Error error = rewriteCall(*call))
      return error;
  return Error::success();
}
