//===- ComputedSizes.cpp - What @main finds of sizes ----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ComputedSizes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace dlc;

void dlc::storeResultDims(func::FuncOp main, const SizeSymbols &symbols,
                          ArrayRef<SmallVector<AffineExpr>> shapes, Value sizes,
                          const OpenSizes &layout) {
  OpBuilder builder(main.getBody().front().getTerminator());
  Location loc = main.getLoc();
  for (auto [shape, slot] : llvm::zip_equal(shapes, layout.results))
    for (auto [dim, size] : llvm::enumerate(shape)) {
      if (!symbols.isComputed(size))
        continue;
      Value value = arith::IndexCastOp::create(
          builder, loc, builder.getI64Type(),
          buildSizeValue(builder, loc, size, symbols.values));
      storeOpenSize(builder, loc, value, sizes, slot + dim);
    }
}

void dlc::bindDefinitions(func::FuncOp main, const SizeSymbols &symbols,
                          Value sizes, const OpenSizes &layout) {
  unsigned slot = layout.computed;
  for (unsigned i = symbols.getNumChosen(); i < symbols.values.size(); ++i) {
    auto call = symbols.values[i].getDefiningOp<func::CallOp>();
    OpBuilder builder(call);
    storeOpenSize(builder, call.getLoc(), call.getOperand(0), sizes, slot++);
    call.getResult(0).replaceAllUsesWith(arith::IndexCastOp::create(
        builder, call.getLoc(), builder.getIndexType(), call.getOperand(0)));
    call.erase();
  }
  if (Operation *declaration =
          main->getParentOfType<ModuleOp>().lookupSymbol(kDefineSizeName))
    declaration->erase();
}

void dlc::bindChecks(func::FuncOp main, Value sizes, const OpenSizes &layout) {
  auto module = main->getParentOfType<ModuleOp>();
  SmallVector<Attribute> checks;
  if (auto given = module->getAttrOfType<ArrayAttr>("dlc.checks"))
    checks.append(given.begin(), given.end());
  main.walk([&](cf::AssertOp check) {
    OpBuilder builder(check);
    Location loc = check.getLoc();
    auto integer = [&](int64_t value) -> Value {
      return arith::ConstantIntOp::create(builder, loc, value, 64);
    };
    Value failed = arith::SelectOp::create(builder, loc, check.getArg(),
                                           integer(-1), integer(checks.size()));
    storeOpenSize(builder, loc, failed, sizes, layout.failedCheck);
    checks.push_back(builder.getDictionaryAttr(
        builder.getNamedAttr("text", check.getMsgAttr())));
  });
  if (!checks.empty())
    module->setAttr("dlc.checks", ArrayAttr::get(module.getContext(), checks));
}
