// RUN: dlc-opt %s --dlc-select-strategy='dot=4' | FileCheck %s --check-prefixes=CHECK,VNNI
// RUN: dlc-opt %s --dlc-select-strategy='vector-bytes=32 vector-registers=16 dot=2' | FileCheck %s --check-prefixes=CHECK,AVX2
// RUN: dlc-opt %s --dlc-select-strategy='vector-bytes=16 dot=1' | FileCheck %s --check-prefixes=CHECK,NONE
// RUN: dlc-opt %s --dlc-select-strategy='dot=4' --dlc-vectorize-kernels --canonicalize --cse | FileCheck %s --check-prefix=EMIT

#a = affine_map<(m, n, k, g) -> (m, k * 4 + g)>
#b = affine_map<(m, n, k, g) -> (n floordiv 16, k, n mod 16, g)>
#c = affine_map<(m, n, k, g) -> (m, n)>

// Four bytes of a row for all lanes, four of each column's: one instruction
// multiplies and sums them. The last columns are loaded under a mask of bytes.
// VNNI-LABEL: func.func @bytes(
// VNNI:         dlc.strategy = [{dot = 4 : i64, lanes = 16 : i64, {{.*}}}, {dot = 4 : i64, lanes = 16 : i64
// AVX2-LABEL: func.func @bytes(
// AVX2-NOT:     dot =
// AVX2:       return
// NONE-LABEL: func.func @bytes(
// NONE-NOT:     dot =
// NONE:       return
// EMIT-LABEL: func.func @bytes(
// EMIT:         scf.for
// EMIT:           %[[W:.*]] = vector.load {{.*}} vector<64xi8>
// EMIT:           %[[X:.*]] = vector.load {{.*}} vector<4xi8>
// EMIT:           vector.bitcast %[[X]] : vector<4xi8> to vector<1xi32>
// EMIT:           vector.broadcast {{.*}} : i32 to vector<16xi32>
// EMIT:           llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"({{.*}}) : (vector<16xi32>, vector<64xi8>, vector<64xi8>) -> vector<16xi32>
// EMIT:         %[[M:.*]] = vector.constant_mask [12] : vector<64xi1>
// EMIT:         vector.maskedload {{.*}}, %[[M]]
func.func @bytes(%a: memref<2x40xi8>, %b: memref<2x10x16x4xi8>, %c: memref<2x19xi32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%a, %b : memref<2x40xi8>, memref<2x10x16x4xi8>) outs(%c : memref<2x19xi32>) {
  ^bb0(%x: i8, %y: i8, %out: i32):
    %0 = arith.extui %x : i8 to i32
    %1 = arith.extsi %y : i8 to i32
    %2 = arith.muli %0, %1 : i32
    %3 = arith.addi %out, %2 : i32
    linalg.yield %3 : i32
  }
  return
}

#a2 = affine_map<(m, n, k, g) -> (m, k * 2 + g)>
#b2 = affine_map<(m, n, k, g) -> (k, n, g)>

// Pairs of i16, on a machine that has the instruction for bytes, too.
// VNNI-LABEL: func.func @pairs(
// VNNI:         dlc.strategy = [{dot = 2 : i64, lanes = 16 : i64
// AVX2-LABEL: func.func @pairs(
// AVX2:         dlc.strategy = [{dot = 2 : i64, lanes = 8 : i64
// NONE-LABEL: func.func @pairs(
// NONE-NOT:     dot =
// NONE:       return
// EMIT-LABEL: func.func @pairs(
// EMIT:         %[[P:.*]] = llvm.call_intrinsic "llvm.x86.avx512.pmaddw.d.512"({{.*}}) : (vector<32xi16>, vector<32xi16>) -> vector<16xi32>
// EMIT:         arith.addi %{{.*}}, %[[P]] : vector<16xi32>
func.func @pairs(%a: memref<2x8xi16>, %b: memref<4x16x2xi16>, %c: memref<2x16xi32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#a2, #b2, #c], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%a, %b : memref<2x8xi16>, memref<4x16x2xi16>) outs(%c : memref<2x16xi32>) {
  ^bb0(%x: i16, %y: i16, %out: i32):
    %0 = arith.extsi %x : i16 to i32
    %1 = arith.extsi %y : i16 to i32
    %2 = arith.muli %0, %1 : i32
    %3 = arith.addi %out, %2 : i32
    linalg.yield %3 : i32
  }
  return
}

#n = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (k, n)>
#r = affine_map<(m, n, k) -> (m, n)>

// Products of two unsigned bytes, or of bytes that aren't neighbours, have no
// such instruction.
// CHECK-LABEL: func.func @others(
// CHECK-NOT:     dot =
// CHECK:       return
func.func @others(%a: memref<2x8xi8>, %b: memref<8x16xi8>, %u: memref<2x2x16x4xi8>, %c: memref<2x16xi32>, %d: memref<2x32xi32>) attributes {dlc.kernel} {
  linalg.generic {indexing_maps = [#n, #w, #r], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : memref<2x8xi8>, memref<8x16xi8>) outs(%c : memref<2x16xi32>) {
  ^bb0(%x: i8, %y: i8, %out: i32):
    %0 = arith.extui %x : i8 to i32
    %1 = arith.extsi %y : i8 to i32
    %2 = arith.muli %0, %1 : i32
    %3 = arith.addi %out, %2 : i32
    linalg.yield %3 : i32
  }
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%a, %u : memref<2x8xi8>, memref<2x2x16x4xi8>) outs(%d : memref<2x32xi32>) {
  ^bb0(%x: i8, %y: i8, %out: i32):
    %0 = arith.extui %x : i8 to i32
    %1 = arith.extui %y : i8 to i32
    %2 = arith.muli %0, %1 : i32
    %3 = arith.addi %out, %2 : i32
    linalg.yield %3 : i32
  }
  return
}
