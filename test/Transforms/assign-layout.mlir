// RUN: dlc-opt %s --split-input-file --dlc-assign-layout --canonicalize --cse --mlir-elide-resource-strings-if-larger=16 | FileCheck %s
// RUN: dlc-opt %s --split-input-file --dlc-assign-layout='dot=4' --canonicalize --cse --mlir-elide-resource-strings-if-larger=16 | FileCheck %s --check-prefix=DOT

// Two convolutions, an activation and a residual: one packing before, one
// unpacking after.
// CHECK-LABEL: func.func @residual(
// CHECK-SAME:    %[[X:.*]]: tensor<1x32x7x7xf32>
// CHECK-NOT:     dlc.unpack
// CHECK:         %[[P:.*]] = dlc.pack %[[X]] {axis = 1 : i64, block = 16 : i64} : (tensor<1x32x7x7xf32>) -> tensor<1x2x7x7x16xf32>
// CHECK:         %[[C0:.*]] = dlc.conv %[[P]]
// CHECK-SAME:      input_block = 16 : i64, output_block = 16 : i64
// CHECK-SAME:      (tensor<1x2x7x7x16xf32>, tensor<2x2x1x1x16x16xf32>) -> tensor<1x2x7x7x16xf32>
// CHECK:         %[[R:.*]] = dlc.relu %[[C0]] : (tensor<1x2x7x7x16xf32>)
// CHECK:         %[[C1:.*]] = dlc.conv %[[R]]
// CHECK:         %[[S:.*]] = dlc.add %[[C1]], %[[P]] : (tensor<1x2x7x7x16xf32>, tensor<1x2x7x7x16xf32>)
// CHECK:         %[[U:.*]] = dlc.unpack %[[S]] {axis = 1 : i64}
// CHECK:         return %[[U]]
func.func @residual(%x: tensor<1x32x7x7xf32>) -> tensor<1x32x7x7xf32> {
  %w = dlc.constant dense<0.5> : tensor<32x32x1x1xf32>
  %0 = dlc.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x32x7x7xf32>, tensor<32x32x1x1xf32>) -> tensor<1x32x7x7xf32>
  %1 = dlc.relu %0 : (tensor<1x32x7x7xf32>) -> tensor<1x32x7x7xf32>
  %2 = dlc.conv %1, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x32x7x7xf32>, tensor<32x32x1x1xf32>) -> tensor<1x32x7x7xf32>
  %3 = dlc.add %2, %x : (tensor<1x32x7x7xf32>, tensor<1x32x7x7xf32>) -> tensor<1x32x7x7xf32>
  return %3 : tensor<1x32x7x7xf32>
}

// -----

// Few input channels stay as they are; only the output is blocked. Per-channel
// operands are blocked too, scalars are not.
// CHECK-LABEL: func.func @stem(
// CHECK-NOT:     dlc.pack
// CHECK:         dlc.conv
// CHECK-SAME:      output_block = 16 : i64
// CHECK-SAME:      (tensor<1x3x8x8xf32>, tensor<1x3x3x3x16xf32>, tensor<1x16xf32>) -> tensor<1x1x6x6x16xf32>
// CHECK:         dlc.mul {{.*}} : (tensor<1x1x6x6x16xf32>, tensor<1x1x1x1x16xf32>) -> tensor<1x1x6x6x16xf32>
// CHECK:         dlc.max_pool
// CHECK-SAME:      block = 16 : i64
// CHECK:         dlc.reduce_mean {{.*}} : (tensor<1x1x3x3x16xf32>) -> tensor<1x1x1x1x16xf32>
// CHECK:         dlc.reshape {{.*}} : (tensor<1x1x1x1x16xf32>) -> tensor<1x16xf32>
func.func @stem(%x: tensor<1x3x8x8xf32>, %b: tensor<16xf32>) -> tensor<1x16xf32> {
  %w = dlc.constant dense<0.5> : tensor<16x3x3x3xf32>
  %s = dlc.constant dense<2.0> : tensor<16x1x1xf32>
  %bias = dlc.constant dense<1.0> : tensor<16xf32>
  %0 = dlc.conv %x, %w, bias = %bias {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<16x3x3x3xf32>, tensor<16xf32>) -> tensor<1x16x6x6xf32>
  %1 = dlc.mul %0, %s : (tensor<1x16x6x6xf32>, tensor<16x1x1xf32>) -> tensor<1x16x6x6xf32>
  %2 = dlc.max_pool %1 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x16x6x6xf32>) -> tensor<1x16x3x3xf32>
  %3 = dlc.reduce_mean %2 {axes = array<i64: 2, 3>} : (tensor<1x16x3x3xf32>) -> tensor<1x16xf32>
  return %3 : tensor<1x16xf32>
}

// -----

// Concatenation along channels joins blocks.
// CHECK-LABEL: func.func @concat(
// CHECK:         dlc.concat {{.*}} {axis = 1 : i64} : (tensor<1x1x4x4x16xf32>, tensor<1x1x4x4x16xf32>) -> tensor<1x2x4x4x16xf32>
// CHECK-NEXT:    dlc.unpack
func.func @concat(%x: tensor<1x16x4x4xf32>) -> tensor<1x32x4x4xf32> {
  %w = dlc.constant dense<0.5> : tensor<16x16x1x1xf32>
  %0 = dlc.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x16x4x4xf32>, tensor<16x16x1x1xf32>) -> tensor<1x16x4x4xf32>
  %1 = dlc.relu %0 : (tensor<1x16x4x4xf32>) -> tensor<1x16x4x4xf32>
  %2 = dlc.concat %0, %1 {axis = 1 : i64} : (tensor<1x16x4x4xf32>, tensor<1x16x4x4xf32>) -> tensor<1x32x4x4xf32>
  return %2 : tensor<1x32x4x4xf32>
}

// -----

// Groups, and so few channels that blocks would be mostly filling, are left
// alone.
// CHECK-LABEL: func.func @plain(
// CHECK-NOT:     pack
// CHECK-NOT:     output_block = 16
func.func @plain(%x: tensor<1x16x4x4xf32>) -> (tensor<1x16x4x4xf32>, tensor<1x7x4x4xf32>) {
  %w = dlc.constant dense<0.5> : tensor<16x8x1x1xf32>
  %v = dlc.constant dense<0.5> : tensor<7x16x1x1xf32>
  %0 = dlc.conv %x, %w {group = 2 : i64, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x16x4x4xf32>, tensor<16x8x1x1xf32>) -> tensor<1x16x4x4xf32>
  %1 = dlc.conv %x, %v {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x16x4x4xf32>, tensor<7x16x1x1xf32>) -> tensor<1x7x4x4xf32>
  return %0, %1 : tensor<1x16x4x4xf32>, tensor<1x7x4x4xf32>
}

// -----

// 24 channels fill two blocks with zero weights; between the convolutions the
// filling stays, at the end it is sliced off. A depthwise convolution keeps
// blocks apart.
// CHECK-LABEL: func.func @filled(
// CHECK:         dlc.pad
// CHECK:         dlc.pack {{.*}} -> tensor<1x2x4x4x16xf32>
// CHECK:         dlc.conv
// CHECK-SAME:      group = 32 : i64, input_block = 16 : i64, output_block = 16 : i64
// CHECK-SAME:      (tensor<1x2x4x4x16xf32>, tensor<2x1x3x3x16xf32>, tensor<2x16xf32>) -> tensor<1x2x2x2x16xf32>
// CHECK:         dlc.relu
// CHECK-NOT:     dlc.unpack
// CHECK:         dlc.conv
// CHECK-SAME:      (tensor<1x2x2x2x16xf32>, tensor<2x2x1x1x16x16xf32>) -> tensor<1x2x2x2x16xf32>
// CHECK:         dlc.unpack
// CHECK:         dlc.slice {{.*}} : (tensor<1x32x2x2xf32>) -> tensor<1x24x2x2xf32>
func.func @filled(%x: tensor<1x24x4x4xf32>) -> tensor<1x24x2x2xf32> {
  %d = dlc.constant dense<0.5> : tensor<24x1x3x3xf32>
  %b = dlc.constant dense<0.5> : tensor<24xf32>
  %w = dlc.constant dense<0.5> : tensor<24x24x1x1xf32>
  %0 = dlc.conv %x, %d, bias = %b {group = 24 : i64, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x24x4x4xf32>, tensor<24x1x3x3xf32>, tensor<24xf32>) -> tensor<1x24x2x2xf32>
  %1 = dlc.relu %0 : (tensor<1x24x2x2xf32>) -> tensor<1x24x2x2xf32>
  %2 = dlc.conv %1, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x24x2x2xf32>, tensor<24x24x1x1xf32>) -> tensor<1x24x2x2xf32>
  return %2 : tensor<1x24x2x2xf32>
}

// -----

// Filling between channels can't stay where they are joined.
// CHECK-LABEL: func.func @concat_filled(
// CHECK:         dlc.constant dense<{{\[\[}}1.000000e+00, {{.*}}], [1.000000e+00, {{.*}} 0.000000e+00]]> : tensor<2x16xf32>
// CHECK-COUNT-2: dlc.slice
// CHECK:         dlc.concat {{.*}} -> tensor<1x48x4x4xf32>
func.func @concat_filled(%x: tensor<1x16x4x4xf32>) -> tensor<1x48x4x4xf32> {
  %w = dlc.constant dense<0.5> : tensor<24x16x1x1xf32>
  %b = dlc.constant dense<1.0> : tensor<24xf32>
  %0 = dlc.conv %x, %w, bias = %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x16x4x4xf32>, tensor<24x16x1x1xf32>, tensor<24xf32>) -> tensor<1x24x4x4xf32>
  %1 = dlc.relu %0 : (tensor<1x24x4x4xf32>) -> tensor<1x24x4x4xf32>
  %2 = dlc.concat %0, %1 {axis = 1 : i64} : (tensor<1x24x4x4xf32>, tensor<1x24x4x4xf32>) -> tensor<1x48x4x4xf32>
  return %2 : tensor<1x48x4x4xf32>
}

// -----

// What keeps finite numbers finite may see what fills a block, comparisons too.
// CHECK-LABEL: func.func @finite(
// CHECK:         dlc.softsign {{.*}} : (tensor<1x2x4x4x16xf32>)
// CHECK:         dlc.less {{.*}} -> tensor<1x2x4x4x16xi1>
// CHECK:         dlc.where {{.*}} -> tensor<1x2x4x4x16xf32>
func.func @finite(%x: tensor<1x24x4x4xf32>) -> tensor<1x24x4x4xf32> {
  %w = dlc.constant dense<0.5> : tensor<24x24x1x1xf32>
  %zero = dlc.constant dense<0.0> : tensor<f32>
  %0 = dlc.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x24x4x4xf32>, tensor<24x24x1x1xf32>) -> tensor<1x24x4x4xf32>
  %1 = dlc.softsign %0 : (tensor<1x24x4x4xf32>) -> tensor<1x24x4x4xf32>
  %2 = dlc.less %1, %zero : (tensor<1x24x4x4xf32>, tensor<f32>) -> tensor<1x24x4x4xi1>
  %3 = dlc.where %2, %0, %1 : (tensor<1x24x4x4xi1>, tensor<1x24x4x4xf32>, tensor<1x24x4x4xf32>) -> tensor<1x24x4x4xf32>
  %4 = dlc.conv %3, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x24x4x4xf32>, tensor<24x24x1x1xf32>) -> tensor<1x24x4x4xf32>
  return %4 : tensor<1x24x4x4xf32>
}

// -----

// A value that stands at two places of a concatenation is the last one at one of
// them only.
// CHECK-LABEL: func.func @concat_twice(
// CHECK:         dlc.slice
// CHECK:         dlc.concat {{.*}} (tensor<1x24x4x4xf32>, tensor<1x24x4x4xf32>) -> tensor<1x48x4x4xf32>
func.func @concat_twice(%x: tensor<1x16x4x4xf32>) -> tensor<1x48x4x4xf32> {
  %w = dlc.constant dense<0.5> : tensor<24x16x1x1xf32>
  %0 = dlc.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x16x4x4xf32>, tensor<24x16x1x1xf32>) -> tensor<1x24x4x4xf32>
  %1 = dlc.concat %0, %0 {axis = 1 : i64} : (tensor<1x24x4x4xf32>, tensor<1x24x4x4xf32>) -> tensor<1x48x4x4xf32>
  return %1 : tensor<1x48x4x4xf32>
}

// -----

// Filling at the end of the last operand, and in what isn't joined along
// channels, is no obstacle.
// CHECK-LABEL: func.func @concat_last(
// CHECK:         dlc.concat {{.*}} (tensor<1x1x4x4x16xf32>, tensor<1x2x4x4x16xf32>) -> tensor<1x3x4x4x16xf32>
// CHECK:         dlc.concat {{.*}} (tensor<1x2x4x4x16xf32>, tensor<1x2x4x4x16xf32>) -> tensor<2x2x4x4x16xf32>
func.func @concat_last(%x: tensor<1x16x4x4xf32>) -> (tensor<1x40x4x4xf32>, tensor<2x24x4x4xf32>) {
  %w = dlc.constant dense<0.5> : tensor<24x16x1x1xf32>
  %v = dlc.constant dense<0.5> : tensor<16x16x1x1xf32>
  %0 = dlc.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x16x4x4xf32>, tensor<24x16x1x1xf32>) -> tensor<1x24x4x4xf32>
  %1 = dlc.conv %x, %v {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x16x4x4xf32>, tensor<16x16x1x1xf32>) -> tensor<1x16x4x4xf32>
  %2 = dlc.concat %1, %0 {axis = 1 : i64} : (tensor<1x16x4x4xf32>, tensor<1x24x4x4xf32>) -> tensor<1x40x4x4xf32>
  %3 = dlc.concat %0, %0 {axis = 0 : i64} : (tensor<1x24x4x4xf32>, tensor<1x24x4x4xf32>) -> tensor<2x24x4x4xf32>
  return %2, %3 : tensor<1x40x4x4xf32>, tensor<2x24x4x4xf32>
}

// -----

// Channels that the model itself adds or takes away matter: they fill no block.
// CHECK-LABEL: func.func @model_pads(
// CHECK:         %[[PAD:.*]] = dlc.pad {{.*}} -> tensor<1x16x4x4xf32>
// CHECK:         dlc.pack %[[PAD]]
// CHECK:         %[[SLICE:.*]] = dlc.slice {{.*}}steps = array<i64: 1, 2, 1, 1>
// CHECK:         dlc.sigmoid %[[SLICE]] : (tensor<1x8x4x4xf32>)
func.func @model_pads(%x: tensor<1x16x4x4xf32>) -> (tensor<1x16x4x4xf32>, tensor<1x8x4x4xf32>) {
  %w = dlc.constant dense<0.5> : tensor<13x16x1x1xf32>
  %v = dlc.constant dense<0.5> : tensor<16x16x1x1xf32>
  %0 = dlc.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x16x4x4xf32>, tensor<13x16x1x1xf32>) -> tensor<1x13x4x4xf32>
  %1 = dlc.pad %0 {pads = array<i64: 0, 0, 0, 0, 0, 3, 0, 0>, mode = #dlc.pad_mode<constant>} : (tensor<1x13x4x4xf32>) -> tensor<1x16x4x4xf32>
  %2 = dlc.conv %1, %v {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x16x4x4xf32>, tensor<16x16x1x1xf32>) -> tensor<1x16x4x4xf32>
  %3 = dlc.slice %2 {starts = array<i64: 0, 0, 0, 0>, sizes = array<i64: 1, 8, 4, 4>, steps = array<i64: 1, 2, 1, 1>} : (tensor<1x16x4x4xf32>) -> tensor<1x8x4x4xf32>
  %4 = dlc.sigmoid %3 : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
  return %2, %4 : tensor<1x16x4x4xf32>, tensor<1x8x4x4xf32>
}

// -----

// Convolutions that read parts of one value share its blocks and its padding,
// and what they write in turn stays in blocks.
// CHECK-LABEL: func.func @space(
// CHECK:         %[[X:.*]] = dlc.pack {{.*}} : (tensor<1x16x4x4xf32>) -> tensor<1x1x4x4x16xf32>
// CHECK:         %[[PAD:.*]] = dlc.pad %[[X]] {{.*}} -> tensor<1x1x5x4x16xf32>
// CHECK:         %[[TOP:.*]] = dlc.slice %[[PAD]] {sizes = array<i64: 1, 1, 4, 4, 16>, starts = array<i64: 0, 0, 0, 0, 0>
// CHECK:         %[[A:.*]] = dlc.conv %[[TOP]]
// CHECK:         %[[BOTTOM:.*]] = dlc.slice %[[PAD]] {sizes = array<i64: 1, 1, 4, 4, 16>, starts = array<i64: 0, 0, 1, 0, 0>
// CHECK:         %[[B:.*]] = dlc.conv %[[BOTTOM]]
// CHECK:         %[[ALL:.*]] = dlc.interleave %[[A]], %[[B]] {factors = array<i64: 1, 1, 2, 1, 1>} {{.*}} -> tensor<1x1x8x4x16xf32>
// CHECK:         %[[PART:.*]] = dlc.slice %[[ALL]] {{.*}} -> tensor<1x1x7x4x16xf32>
// CHECK:         dlc.relu %[[PART]] : (tensor<1x1x7x4x16xf32>)
func.func @space(%x: tensor<1x16x4x4xf32>) -> tensor<1x16x7x4xf32> {
  %w = dlc.constant dense<0.5> : tensor<16x16x1x1xf32>
  %v = dlc.constant dense<0.25> : tensor<16x16x1x1xf32>
  %0 = dlc.pad %x {pads = array<i64: 0, 0, 0, 0, 0, 0, 1, 0>, mode = #dlc.pad_mode<constant>} : (tensor<1x16x4x4xf32>) -> tensor<1x16x5x4xf32>
  %1 = dlc.slice %0 {starts = array<i64: 0, 0, 0, 0>, sizes = array<i64: 1, 16, 4, 4>, steps = array<i64: 1, 1, 1, 1>} : (tensor<1x16x5x4xf32>) -> tensor<1x16x4x4xf32>
  %2 = dlc.conv %1, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x16x4x4xf32>, tensor<16x16x1x1xf32>) -> tensor<1x16x4x4xf32>
  %3 = dlc.slice %0 {starts = array<i64: 0, 0, 1, 0>, sizes = array<i64: 1, 16, 4, 4>, steps = array<i64: 1, 1, 1, 1>} : (tensor<1x16x5x4xf32>) -> tensor<1x16x4x4xf32>
  %4 = dlc.conv %3, %v {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x16x4x4xf32>, tensor<16x16x1x1xf32>) -> tensor<1x16x4x4xf32>
  %5 = dlc.interleave %2, %4 {factors = array<i64: 1, 1, 2, 1>} : (tensor<1x16x4x4xf32>, tensor<1x16x4x4xf32>) -> tensor<1x16x8x4xf32>
  %6 = dlc.slice %5 {starts = array<i64: 0, 0, 0, 0>, sizes = array<i64: 1, 16, 7, 4>, steps = array<i64: 1, 1, 1, 1>} : (tensor<1x16x8x4xf32>) -> tensor<1x16x7x4xf32>
  %7 = dlc.relu %6 : (tensor<1x16x7x4xf32>) -> tensor<1x16x7x4xf32>
  return %7 : tensor<1x16x7x4xf32>
}

// -----

// An operand of unknown size stays outside of blocks, and the op with it.
// CHECK-LABEL: func.func @dynamic_operand(
// CHECK:         %[[PLAIN:.*]] = dlc.unpack
// CHECK:         dlc.add %[[PLAIN]], %{{.*}} : (tensor<1x16x4x4xf32>, tensor<?x1x1xf32>)
func.func @dynamic_operand(%x: tensor<1x16x4x4xf32>, %y: tensor<?x1x1xf32>) -> tensor<1x16x4x4xf32> {
  %w = dlc.constant dense<0.5> : tensor<16x16x1x1xf32>
  %0 = dlc.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x16x4x4xf32>, tensor<16x16x1x1xf32>) -> tensor<1x16x4x4xf32>
  %1 = dlc.add %0, %y : (tensor<1x16x4x4xf32>, tensor<?x1x1xf32>) -> tensor<1x16x4x4xf32>
  return %1 : tensor<1x16x4x4xf32>
}

// -----

// The logarithm of what fills a block isn't finite: it sees real channels only.
// CHECK-LABEL: func.func @log(
// CHECK:         dlc.slice
// CHECK:         dlc.log {{.*}} : (tensor<1x24x4x4xf32>)
func.func @log(%x: tensor<1x24x4x4xf32>) -> tensor<1x24x4x4xf32> {
  %w = dlc.constant dense<0.5> : tensor<24x24x1x1xf32>
  %0 = dlc.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x24x4x4xf32>, tensor<24x24x1x1xf32>) -> tensor<1x24x4x4xf32>
  %1 = dlc.log %0 : (tensor<1x24x4x4xf32>) -> tensor<1x24x4x4xf32>
  %2 = dlc.conv %1, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x24x4x4xf32>, tensor<24x24x1x1xf32>) -> tensor<1x24x4x4xf32>
  return %2 : tensor<1x24x4x4xf32>
}

// -----

// A weight's columns go into panels, the last one filled up with zeros,
// whichever way the weight was stored.
// CHECK-LABEL: func.func @matmul(
// CHECK:         dlc.constant dense<{{\[\[\[}}1.000000e+00, 3.000000e+00, 5.000000e+00, 0.0
// CHECK:         dlc.packed_matmul {{.*}} {columns = 3 : i64} : (tensor<4x2xf32>, tensor<1x2x16xf32>) -> tensor<4x3xf32>
func.func @matmul(%x: tensor<4x2xf32>) -> tensor<4x3xf32> {
  %w = dlc.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %0 = dlc.matmul %x, %w {transpose_b} : (tensor<4x2xf32>, tensor<3x2xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// -----

// Matrices that aren't known yet are packed when they come: where vectors of
// columns would be gathered, or rows are so long that each is in another page.
// CHECK-LABEL: func.func @runtime_matmuls(
// CHECK-SAME:    %[[A:.*]]: tensor<2x64x32xf32>, %[[B:.*]]: tensor<2x30x32xf32>, %[[X:.*]]: tensor<40x8xf32>, %[[Y:.*]]: tensor<8x1030xf32>)
// CHECK:         %[[F:.*]] = dlc.pad %[[B]] {{.*}} -> tensor<2x32x32xf32>
// CHECK:         %[[P:.*]] = dlc.pack %[[F]] {axis = 1 : i64, block = 16 : i64} : (tensor<2x32x32xf32>) -> tensor<2x2x32x16xf32>
// CHECK:         dlc.packed_matmul %[[A]], %[[P]] {columns = 30 : i64} : {{.*}} -> tensor<2x64x30xf32>
// CHECK:         dlc.pad %[[Y]] {{.*}} -> tensor<8x1040xf32>
// CHECK:         %[[S:.*]] = dlc.reshape {{.*}} -> tensor<8x65x16xf32>
// CHECK:         %[[T:.*]] = dlc.transpose %[[S]] {perm = array<i64: 1, 0, 2>}
// CHECK:         dlc.packed_matmul %[[X]], %[[T]] {columns = 1030 : i64} : {{.*}} -> tensor<40x1030xf32>
func.func @runtime_matmuls(%a: tensor<2x64x32xf32>, %b: tensor<2x30x32xf32>, %x: tensor<40x8xf32>, %y: tensor<8x1030xf32>) -> (tensor<2x64x30xf32>, tensor<40x1030xf32>) {
  %0 = dlc.matmul %a, %b {transpose_b} : (tensor<2x64x32xf32>, tensor<2x30x32xf32>) -> tensor<2x64x30xf32>
  %1 = dlc.matmul %x, %y : (tensor<40x8xf32>, tensor<8x1030xf32>) -> tensor<40x1030xf32>
  return %0, %1 : tensor<2x64x30xf32>, tensor<40x1030xf32>
}

// -----

// Constants of a batch are packed at compile time.
// CHECK-LABEL: func.func @constant_batch(
// CHECK-SAME:    %[[X:.*]]: tensor<2x4x2xf32>)
// CHECK-NOT:     dlc.pa
// CHECK-DAG:     %[[W:.*]] = dlc.constant dense<{{\[\[\[\[}}1.000000e+00, 2.000000e+00, 3.000000e+00, 0.0{{.*}}], [4.000000e+00, 5.000000e+00, 6.000000e+00, 0.0{{.*}}]]], {{\[\[\[}}7.000000e+00, 8.000000e+00, 9.000000e+00, 0.0
// CHECK-DAG:     %[[V:.*]] = dlc.constant dense<{{\[\[\[\[}}1.000000e+00, 3.000000e+00, 5.000000e+00, 0.0{{.*}}], [2.000000e+00, 4.000000e+00, 6.000000e+00, 0.0{{.*}}]]], {{\[\[\[}}7.000000e+00, 9.000000e+00, 1.100000e+01, 0.0
// CHECK-DAG:     dlc.packed_matmul %[[X]], %[[W]] {columns = 3 : i64} : (tensor<2x4x2xf32>, tensor<2x1x2x16xf32>) -> tensor<2x4x3xf32>
// CHECK-DAG:     dlc.packed_matmul %[[X]], %[[V]] {columns = 3 : i64} : (tensor<2x4x2xf32>, tensor<2x1x2x16xf32>) -> tensor<2x4x3xf32>
func.func @constant_batch(%x: tensor<2x4x2xf32>) -> (tensor<2x4x3xf32>, tensor<2x4x3xf32>) {
  %w = dlc.constant dense<[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [[7.0, 8.0, 9.0], [10.0, 11.0, 12.0]]]> : tensor<2x2x3xf32>
  %v = dlc.constant dense<[[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[7.0, 8.0], [9.0, 10.0], [11.0, 12.0]]]> : tensor<2x3x2xf32>
  %0 = dlc.matmul %x, %w : (tensor<2x4x2xf32>, tensor<2x2x3xf32>) -> tensor<2x4x3xf32>
  %1 = dlc.matmul %x, %v {transpose_b} : (tensor<2x4x2xf32>, tensor<2x3x2xf32>) -> tensor<2x4x3xf32>
  return %0, %1 : tensor<2x4x3xf32>, tensor<2x4x3xf32>
}

// -----

// Not worth it: few rows use the panels; short rows share pages; one matrix for
// several of a batch would be packed again for each. Nor is there anything of
// no columns.
// CHECK-LABEL: func.func @plain_matmuls(
// CHECK-NOT:     packed_matmul
// CHECK:         return
func.func @plain_matmuls(%a: tensor<8x64xf32>, %b: tensor<1024x64xf32>, %x: tensor<64x64xf32>, %y: tensor<64x256xf32>, %u: tensor<4x64x64xf32>, %v: tensor<1x64x64xf32>, %none: tensor<64x0xf32>) -> (tensor<8x1024xf32>, tensor<64x256xf32>, tensor<4x64x64xf32>, tensor<64x0xf32>) {
  %0 = dlc.matmul %a, %b {transpose_b} : (tensor<8x64xf32>, tensor<1024x64xf32>) -> tensor<8x1024xf32>
  %1 = dlc.matmul %x, %y : (tensor<64x64xf32>, tensor<64x256xf32>) -> tensor<64x256xf32>
  %2 = dlc.matmul %u, %v {transpose_b} : (tensor<4x64x64xf32>, tensor<1x64x64xf32>) -> tensor<4x64x64xf32>
  %3 = dlc.matmul %x, %none : (tensor<64x64xf32>, tensor<64x0xf32>) -> tensor<64x0xf32>
  return %0, %1, %2, %3 : tensor<8x1024xf32>, tensor<64x256xf32>, tensor<4x64x64xf32>, tensor<64x0xf32>
}

// -----

// Integer contractions: neighbouring input channels, or rows, are innermost. Few
// channels fill up a block of four; rows that are missing are zeros. What
// converts the sums and quantizes them is blocked as well.
// DOT-LABEL: func.func @integers(
// DOT:         dlc.conv {{.*}}dot = 4 : i64, input_block = 4 : i64, output_block = 16 : i64
// DOT-SAME:      (tensor<1x1x4x4x4xui8>, tensor<1x1x1x1x1x16x4xi8>) -> tensor<1x1x4x4x16xi32>
// DOT:         dlc.cast {{.*}} : (tensor<1x1x4x4x16xi32>) -> tensor<1x1x4x4x16xf32>
// DOT:         dlc.quantize {{.*}} -> tensor<1x1x4x4x16xui8>
// DOT:         dlc.conv {{.*}}dot = 4 : i64, input_block = 16 : i64, output_block = 16 : i64
// DOT-SAME:      (tensor<1x1x4x4x16xui8>, tensor<1x1x1x1x4x16x4xi8>) -> tensor<1x1x4x4x16xi32>
// DOT:         %[[P:.*]] = dlc.pad %{{.*}} {pads = array<i64: 0, 0, 0, 3>} : (tensor<2x5xui8>) -> tensor<2x8xui8>
// DOT:         dlc.packed_matmul %[[P]], %{{.*}} {columns = 3 : i64} : (tensor<2x8xui8>, tensor<1x2x16x4xi8>) -> tensor<2x3xi32>
func.func @integers(%x: tensor<1x3x4x4xui8>, %a: tensor<2x5xui8>) -> (tensor<1x16x4x4xi32>, tensor<2x3xi32>) {
  %s = dlc.constant dense<0.5> : tensor<f32>
  %z = dlc.constant dense<3> : tensor<ui8>
  %w0 = dlc.constant dense<1> : tensor<16x3x1x1xi8>
  %w1 = dlc.constant dense<1> : tensor<16x16x1x1xi8>
  %b = dlc.constant dense<1> : tensor<5x3xi8>
  %0 = dlc.conv %x, %w0 {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x3x4x4xui8>, tensor<16x3x1x1xi8>) -> tensor<1x16x4x4xi32>
  %1 = dlc.cast %0 : (tensor<1x16x4x4xi32>) -> tensor<1x16x4x4xf32>
  %2 = dlc.quantize %1, %s, %z : (tensor<1x16x4x4xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x16x4x4xui8>
  %3 = dlc.conv %2, %w1 {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x16x4x4xui8>, tensor<16x16x1x1xi8>) -> tensor<1x16x4x4xi32>
  %4 = dlc.matmul %a, %b : (tensor<2x5xui8>, tensor<5x3xi8>) -> tensor<2x3xi32>
  return %3, %4 : tensor<1x16x4x4xi32>, tensor<2x3xi32>
}

// Weights of a product in a loop are packed, once; a change of layout stays
// outside of it.
// CHECK-LABEL: func @loop(
// CHECK: dlc.constant {{.*}} : tensor<1x4x16xf32>
// CHECK: dlc.unpack
// CHECK: scf.for
// CHECK-NOT: pack %
// CHECK: dlc.packed_matmul
// CHECK: return
func.func @loop(%h: tensor<1x4xf32>, %x: tensor<1x16x4x4xf32>, %m: tensor<1x16x4x4xf32>, %n: index) -> (tensor<1x4xf32>, tensor<1x16x4x4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %f = dlc.constant dense<1.0> : tensor<16x16x1x1xf32>
  %conv = dlc.conv %x, %f {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x16x4x4xf32>, tensor<16x16x1x1xf32>) -> tensor<1x16x4x4xf32>
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %h, %k = %m) -> (tensor<1x4xf32>, tensor<1x16x4x4xf32>) {
    %w = dlc.constant dense<1.0> : tensor<4x4xf32>
    %b = dlc.matmul %a, %w : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32>
    %l = dlc.add %k, %conv : (tensor<1x16x4x4xf32>, tensor<1x16x4x4xf32>) -> tensor<1x16x4x4xf32>
    scf.yield %b, %l : tensor<1x4xf32>, tensor<1x16x4x4xf32>
  }
  return %r#0, %r#1 : tensor<1x4xf32>, tensor<1x16x4x4xf32>
}
