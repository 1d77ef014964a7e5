; Launches that a device refuses.

; RUN: not dlc-emulate %s --kernel=kernel --block=1025 --arg=i32=0 | FileCheck %s --check-prefix=BLOCK
; RUN: not dlc-emulate %s --kernel=kernel --block=1,1,65 --arg=i32=0 | FileCheck %s --check-prefix=DEEP
; RUN: not dlc-emulate %s --kernel=kernel --grid=1,70000 --arg=i32=0 | FileCheck %s --check-prefix=GRID
; RUN: not dlc-emulate %s --kernel=kernel --grid=0 --arg=i32=0 | FileCheck %s --check-prefix=GRID
; RUN: not dlc-emulate %s --kernel=kernel | FileCheck %s --check-prefix=PARAMETERS
; RUN: not dlc-emulate %s --kernel=kernel --arg=i32=0 --dynamic-shared=50000 | FileCheck %s --check-prefix=DYNAMIC
; RUN: not dlc-emulate %s --kernel=large | FileCheck %s --check-prefix=STATIC
; RUN: not dlc-emulate %s --kernel=bounded --block=65 | FileCheck %s --check-prefix=BOUNDED
; RUN: not dlc-emulate %s --kernel=required --block=32,2 | FileCheck %s --check-prefix=REQUIRED
; RUN: dlc-emulate %s --kernel=kernel --block=1024 --grid=1,65535 --arg=i32=0 | count 0
; RUN: dlc-emulate %s --kernel=bounded --block=64 | count 0
; RUN: dlc-emulate %s --kernel=required --block=64 | count 0
; RUN: not dlc-emulate %s --kernel=nobody 2>&1 | FileCheck %s --check-prefix=NOBODY

; BLOCK: bad-launch: kernel 'kernel': blocks of (1025,1,1) threads; a device runs 1 to 1024
; DEEP: bad-launch: kernel 'kernel': blocks of (1,1,65) threads
; GRID: bad-launch: kernel 'kernel': a grid of ({{1,70000,1|0,1,1}}) blocks
; PARAMETERS: bad-launch: kernel 'kernel': 0 parameters instead of 1
; DYNAMIC: bad-launch: kernel 'kernel': 50000 bytes of shared memory; a block has 49152
; STATIC: bad-launch: kernel 'large': 49156 bytes of shared memory
; BOUNDED: bad-launch: kernel 'bounded': blocks of (65,1,1) threads; the kernel was compiled for at most 64
; REQUIRED: bad-launch: kernel 'required': blocks of (32,2,1) threads; the kernel was compiled for (64,1,1)
; NOBODY: error: there is no kernel 'nobody'
define ptx_kernel void @kernel(i32 %x) {
  ret void
}

@tile = internal addrspace(3) global [12289 x float] poison, align 4

define ptx_kernel void @large() {
  store float 1.0, ptr addrspace(3) @tile
  ret void
}

define ptx_kernel void @bounded() "nvvm.maxntid"="64" {
  ret void
}

define ptx_kernel void @required() "nvvm.reqntid"="64,1,1" {
  ret void
}
