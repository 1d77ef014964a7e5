// Transposed convolutions as convolutions whose results interleave.
// RUN: dlc-opt %s --dlc-decompose-conv-transpose --mlir-print-local-scope | FileCheck %s

// Even results are tap 1, odd ones taps 0 and 2 turned round: of input i and
// i + 1, which for the last one is padding.
// CHECK-LABEL: func @two_phases(
// CHECK-SAME:    %[[X:.*]]: tensor<1x1x4xf32>
// CHECK:         %[[W1:.*]] = dlc.constant dense<{{.*}}, {{\[\[}}3.000000e+00, 1.000000e+00]], {{\[\[}}6.000000e+00, 4.000000e+00]]]> : tensor<8x1x2xf32>
// CHECK:         %[[W0:.*]] = dlc.constant dense<{{.*}}, {{\[\[}}2.000000e+00]], {{\[\[}}5.000000e+00]]]> : tensor<8x1x1xf32>
// CHECK:         %[[PAD:.*]] = dlc.pad %[[X]] {pads = array<i64: 0, 0, 0, 0, 0, 1>}
// CHECK:         %[[IN:.*]] = dlc.slice %[[PAD]] {sizes = array<i64: 1, 1, 4>, starts = array<i64: 0, 0, 0>
// CHECK:         %[[EVEN:.*]] = dlc.conv %[[IN]], %[[W0]] {dilations = array<i64: 1>, pads = array<i64: 0, 0>, strides = array<i64: 1>}
// CHECK:         %[[ODD:.*]] = dlc.conv %[[PAD]], %[[W1]]
// CHECK:         %[[Y:.*]] = dlc.interleave %[[EVEN]], %[[ODD]] {factors = array<i64: 1, 1, 2>} : (tensor<1x8x4xf32>, tensor<1x8x4xf32>) -> tensor<1x8x8xf32>
// CHECK:         return %[[Y]]
func.func @two_phases(%x: tensor<1x1x4xf32>) -> tensor<1x8x8xf32> {
  %w = dlc.constant dense<[[[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]> : tensor<1x8x3xf32>
  %y = dlc.conv_transpose %x, %w {strides = array<i64: 2>, pads = array<i64: 1, 1>, dilations = array<i64: 1>, output_padding = array<i64: 1>} : (tensor<1x1x4xf32>, tensor<1x8x3xf32>) -> tensor<1x8x8xf32>
  return %y : tensor<1x8x8xf32>
}

// Without steps there is one phase.
// CHECK-LABEL: func @one_phase(
// CHECK:         %[[PAD:.*]] = dlc.pad {{.*}}{pads = array<i64: 0, 0, 2, 0, 0, 2>
// CHECK:         %[[Y:.*]] = dlc.conv %[[PAD]], %{{.*}} {dilations = array<i64: 2>, {{.*}}} : (tensor<1x1x8xf32>, tensor<8x1x2xf32>) -> tensor<1x8x6xf32>
// CHECK:         return %[[Y]]
func.func @one_phase(%x: tensor<1x1x4xf32>, %w: tensor<1x8x2xf32>) -> tensor<1x8x6xf32> {
  %y = dlc.conv_transpose %x, %w {strides = array<i64: 1>, pads = array<i64: 0, 0>, dilations = array<i64: 2>, output_padding = array<i64: 0>} : (tensor<1x1x4xf32>, tensor<1x8x2xf32>) -> tensor<1x8x6xf32>
  return %y : tensor<1x8x6xf32>
}

// The stride is larger than the filter: the last phases are the bias. What lies
// behind the end of the result is taken off.
// CHECK-LABEL: func @empty_phases(
// CHECK-SAME:    %[[B:[a-z0-9]+]]: tensor<8xf32>
// CHECK:         %[[P0:.*]] = dlc.conv
// CHECK:         %[[BIAS:.*]] = dlc.reshape %[[B]] : (tensor<8xf32>) -> tensor<8x1xf32>
// CHECK:         %[[P1:.*]] = dlc.expand %[[BIAS]] : (tensor<8x1xf32>) -> tensor<1x8x4xf32>
// CHECK:         %[[P2:.*]] = dlc.expand
// CHECK:         %[[ALL:.*]] = dlc.interleave %[[P0]], %[[P1]], %[[P2]] {factors = array<i64: 1, 1, 3>}
// CHECK:         dlc.slice %[[ALL]] {sizes = array<i64: 1, 8, 10>
func.func @empty_phases(%x: tensor<1x1x4xf32>, %w: tensor<1x8x1xf32>, %b: tensor<8xf32>) -> tensor<1x8x10xf32> {
  %y = dlc.conv_transpose %x, %w, bias = %b {strides = array<i64: 3>, pads = array<i64: 0, 0>, dilations = array<i64: 1>, output_padding = array<i64: 0>} : (tensor<1x1x4xf32>, tensor<1x8x1xf32>, tensor<8xf32>) -> tensor<1x8x10xf32>
  return %y : tensor<1x8x10xf32>
}

// A filter that is computed: every second tap, backwards, groups apart.
// CHECK-LABEL: func @computed_filter(
// CHECK:         %[[TAPS:.*]] = dlc.slice %{{.*}} {sizes = array<i64: 4, 8, 2>, starts = array<i64: 0, 0, 2>, steps = array<i64: 1, 1, -2>}
// CHECK:         %[[GROUPS:.*]] = dlc.reshape %[[TAPS]] : (tensor<4x8x2xf32>) -> tensor<2x2x8x2xf32>
// CHECK:         %[[SWAPPED:.*]] = dlc.transpose %[[GROUPS]] {perm = array<i64: 0, 2, 1, 3>}
// CHECK:         %[[W:.*]] = dlc.reshape %[[SWAPPED]] : (tensor<2x8x2x2xf32>) -> tensor<16x2x2xf32>
// CHECK:         dlc.conv %{{.*}}, %[[W]] {dilations = array<i64: 1>, group = 2 : i64
func.func @computed_filter(%x: tensor<1x4x5xf32>, %w: tensor<4x8x3xf32>) -> tensor<1x16x11xf32> {
  %y = dlc.conv_transpose %x, %w {strides = array<i64: 2>, pads = array<i64: 0, 0>, dilations = array<i64: 1>, output_padding = array<i64: 0>, group = 2 : i64} : (tensor<1x4x5xf32>, tensor<4x8x3xf32>) -> tensor<1x16x11xf32>
  return %y : tensor<1x16x11xf32>
}

// Sizes may be open: as many results in each phase as there are inputs.
// CHECK-LABEL: func @open(
// CHECK:         %[[P0:.*]] = dlc.conv {{.*}} -> tensor<?x8x?xf32, #dlc.dims<s0, 8, s1>>
// CHECK:         %[[P1:.*]] = dlc.conv {{.*}} -> tensor<?x8x?xf32, #dlc.dims<s0, 8, s1>>
// CHECK:         dlc.interleave %[[P0]], %[[P1]] {{.*}} -> tensor<?x8x?xf32, #dlc.dims<s0, 8, s1 * 2>>
func.func @open(%x: tensor<?x2x?xf32, #dlc.dims<s0, 2, s1>>, %w: tensor<2x8x4xf32>) -> tensor<?x8x?xf32, #dlc.dims<s0, 8, s1 * 2>> {
  %y = dlc.conv_transpose %x, %w {strides = array<i64: 2>, pads = array<i64: 1, 1>, dilations = array<i64: 1>, output_padding = array<i64: 0>} : (tensor<?x2x?xf32, #dlc.dims<s0, 2, s1>>, tensor<2x8x4xf32>) -> tensor<?x8x?xf32, #dlc.dims<s0, 8, s1 * 2>>
  return %y : tensor<?x8x?xf32, #dlc.dims<s0, 8, s1 * 2>>
}

// Few outputs: phases are channels. Taps 0 and 1 meet an input, 2 the one before;
// the fourth tap is none.
// CHECK-LABEL: func @jointly(
// CHECK:         %[[W:.*]] = dlc.constant dense<{{\[\[}}[3.000000e+00, 1.000000e+00]], {{\[\[}}0.000000e+00, 2.000000e+00]]]> : tensor<2x1x2xf32>
// CHECK:         %[[SUMS:.*]] = dlc.conv %{{.*}}, %[[W]] {{.*}} -> tensor<1x2x4xf32>
// CHECK:         %[[SPLIT:.*]] = dlc.reshape %[[SUMS]] : (tensor<1x2x4xf32>) -> tensor<1x2x1x4xf32>
// CHECK:         %[[TURNED:.*]] = dlc.transpose %[[SPLIT]] {perm = array<i64: 0, 2, 3, 1>}
// CHECK:         %[[ALL:.*]] = dlc.reshape %[[TURNED]] : (tensor<1x1x4x2xf32>) -> tensor<1x1x8xf32>
// CHECK:         dlc.slice %[[ALL]] {sizes = array<i64: 1, 1, 7>, starts = array<i64: 0, 0, 1>
func.func @jointly(%x: tensor<1x1x4xf32>) -> tensor<1x1x7xf32> {
  %w = dlc.constant dense<[[[1.0, 2.0, 3.0]]]> : tensor<1x1x3xf32>
  %y = dlc.conv_transpose %x, %w {strides = array<i64: 2>, pads = array<i64: 1, 1>, dilations = array<i64: 1>, output_padding = array<i64: 0>} : (tensor<1x1x4xf32>, tensor<1x1x3xf32>) -> tensor<1x1x7xf32>
  return %y : tensor<1x1x7xf32>
}

// Phases that no tap reaches are filled up, and the bias comes last.
// CHECK-LABEL: func @jointly_filled(
// CHECK:         dlc.conv {{.*}} -> tensor<1x2x4xf32>
// CHECK:         dlc.pad {{.*}}{pads = array<i64: 0, 0, 0, 0, 0, 0, 0, 1>
// CHECK:         dlc.add %{{.*}}, %{{.*}} : (tensor<1x1x11xf32>, tensor<1x1xf32>)
func.func @jointly_filled(%x: tensor<1x1x4xf32>, %b: tensor<1xf32>) -> tensor<1x1x11xf32> {
  %w = dlc.constant dense<[[[1.0, 2.0]]]> : tensor<1x1x2xf32>
  %y = dlc.conv_transpose %x, %w, bias = %b {strides = array<i64: 3>, pads = array<i64: 0, 0>, dilations = array<i64: 1>, output_padding = array<i64: 0>} : (tensor<1x1x4xf32>, tensor<1x1x2xf32>, tensor<1xf32>) -> tensor<1x1x11xf32>
  return %y : tensor<1x1x11xf32>
}

// Many phases, and a filter that phases can't be channels of.
// CHECK-LABEL: func @too_many(
// CHECK:         dlc.conv_transpose
// CHECK-NOT:     dlc.conv
func.func @too_many(%x: tensor<1x1x4xf32>, %w: tensor<1x8x2xf32>) -> tensor<1x8x53xf32> {
  %y = dlc.conv_transpose %x, %w {strides = array<i64: 17>, pads = array<i64: 0, 0>, dilations = array<i64: 1>, output_padding = array<i64: 0>} : (tensor<1x1x4xf32>, tensor<1x8x2xf32>) -> tensor<1x8x53xf32>
  return %y : tensor<1x8x53xf32>
}

// What treats all phases alike comes before the interleaving.
// CHECK-LABEL: func @elementwise(
// CHECK-SAME:    %[[A:[a-z0-9]+]]: tensor<1x4x3xf32>, %[[B:[a-z0-9]+]]: tensor<1x4x3xf32>, %[[F:[a-z0-9]+]]: tensor<4x1xf32>
// CHECK:         %[[A1:.*]] = dlc.mul %[[F]], %[[A]]
// CHECK:         %[[B1:.*]] = dlc.mul %[[F]], %[[B]]
// CHECK:         %[[A2:.*]] = dlc.relu %[[A1]]
// CHECK:         %[[B2:.*]] = dlc.relu %[[B1]]
// CHECK:         %[[Y:.*]] = dlc.interleave %[[A2]], %[[B2]]
// CHECK:         return %[[Y]]
func.func @elementwise(%a: tensor<1x4x3xf32>, %b: tensor<1x4x3xf32>, %f: tensor<4x1xf32>) -> tensor<1x4x6xf32> {
  %0 = dlc.interleave %a, %b {factors = array<i64: 1, 1, 2>} : (tensor<1x4x3xf32>, tensor<1x4x3xf32>) -> tensor<1x4x6xf32>
  %1 = dlc.mul %f, %0 : (tensor<4x1xf32>, tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  %2 = dlc.relu %1 : (tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  return %2 : tensor<1x4x6xf32>
}

// What doesn't stays behind it.
// CHECK-LABEL: func @elementwise_behind(
// CHECK:         %[[ALL:.*]] = dlc.interleave
// CHECK:         dlc.add %[[ALL]], %{{.*}} : (tensor<1x4x6xf32>, tensor<6xf32>)
func.func @elementwise_behind(%a: tensor<1x4x3xf32>, %b: tensor<1x4x3xf32>, %t: tensor<6xf32>) -> tensor<1x4x6xf32> {
  %0 = dlc.interleave %a, %b {factors = array<i64: 1, 1, 2>} : (tensor<1x4x3xf32>, tensor<1x4x3xf32>) -> tensor<1x4x6xf32>
  %1 = dlc.add %0, %t : (tensor<1x4x6xf32>, tensor<6xf32>) -> tensor<1x4x6xf32>
  return %1 : tensor<1x4x6xf32>
}
