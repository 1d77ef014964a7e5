; Accesses that nothing orders: within a block, within a warp, between blocks.

; RUN: dlc-emulate %s --check --kernel=reverse --block=64 --arg=f32:64:iota --print=0 | FileCheck %s --check-prefix=GOOD
; RUN: dlc-emulate %s --check --kernel=reverse --block=64 --arg=f32:64:iota --print=0 --shuffle=7 | FileCheck %s --check-prefix=GOOD
; RUN: sed '/FIRST BARRIER/d' %s > %t.ll
; RUN: not dlc-emulate %t.ll --check --kernel=reverse --block=64 --arg=f32:64:iota | FileCheck %s --check-prefix=READ
; RUN: sed '/SECOND BARRIER/d' %s > %t.ll
; RUN: not dlc-emulate %t.ll --check --kernel=reverse --block=64 --arg=f32:64:iota | FileCheck %s --check-prefix=REUSE
; RUN: dlc-emulate %s --check --kernel=warp --block=64 --arg=f32:64 --print=0 | FileCheck %s --check-prefix=WARP
; RUN: sed '/WARP BARRIER/d' %s > %t.ll
; RUN: not dlc-emulate %t.ll --check --kernel=warp --block=64 --arg=f32:64 | FileCheck %s --check-prefix=NOWARP
; RUN: not dlc-emulate %s --check --kernel=neighbour --block=32 --grid=2 --arg=i8:65:iota | FileCheck %s --check-prefix=BLOCKS
; RUN: dlc-emulate %s --check --kernel=bytes --block=64 --grid=2 --arg=i8:128 --print=0 | FileCheck %s --check-prefix=BYTES
; RUN: not dlc-emulate %s --check --kernel=count --block=64 --grid=2 --arg=i32:1:zero | FileCheck %s --check-prefix=COUNT
; RUN: dlc-emulate %s --check --kernel=atomic --block=64 --grid=2 --arg=i32:1:zero --print=0 | FileCheck %s --check-prefix=ATOMIC
; RUN: dlc-emulate %s --check --kernel=bytes --repeat=2 --block=64 --grid=2 --arg=i8:128 | count 0

@tile = internal addrspace(3) global [64 x float] poison, align 16

; Twice in a row, so that the tile is used again.
; GOOD: {{^}}0 1 2 3
; READ: shared-race: kernel 'reverse'{{.*}} of @tile was written by thread {{[0-9]+}} without a barrier in between
; REUSE: shared-race: kernel 'reverse'{{.*}} of @tile was read by thread {{[0-9]+}} without a barrier in between
define ptx_kernel void @reverse(ptr addrspace(1) %a) {
entry:
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %mirrored = sub i32 63, %tid
  %p = getelementptr float, ptr addrspace(3) @tile, i32 %tid
  %q = getelementptr float, ptr addrspace(3) @tile, i32 %mirrored
  %r = getelementptr float, ptr addrspace(1) %a, i32 %tid
  br label %loop
loop:
  %i = phi i32 [ 0, %entry ], [ %next, %loop ]
  %x = load float, ptr addrspace(1) %r
  store float %x, ptr addrspace(3) %p
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0) ; FIRST BARRIER
  %y = load float, ptr addrspace(3) %q
  store float %y, ptr addrspace(1) %r
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0) ; SECOND BARRIER
  %next = add i32 %i, 1
  %more = icmp ult i32 %next, 2
  br i1 %more, label %loop, label %end
end:
  ret void
}

; Lanes of one warp need no barrier of the block.
; WARP: {{^}}31 30 29 28
; WARP-SAME: 1 0 63 62
; NOWARP: shared-race: kernel 'warp'
define ptx_kernel void @warp(ptr addrspace(1) %a) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %mirrored = xor i32 %tid, 31
  %p = getelementptr float, ptr addrspace(3) @tile, i32 %tid
  %q = getelementptr float, ptr addrspace(3) @tile, i32 %mirrored
  %r = getelementptr float, ptr addrspace(1) %a, i32 %tid
  %x = uitofp i32 %tid to float
  store float %x, ptr addrspace(3) %p
  call void @llvm.nvvm.bar.warp.sync(i32 -1) ; WARP BARRIER
  %y = load float, ptr addrspace(3) %q
  store float %y, ptr addrspace(1) %r
  ret void
}

; Each block reads what the next one writes first.
; BLOCKS: global-race: kernel 'neighbour', block (1,0,0), thread (0,0,0): offset 32 of allocation #0 was read by thread 31 of block #0, which nothing orders
define ptx_kernel void @neighbour(ptr addrspace(1) %a) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %block = call i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
  %begin = mul i32 %block, 32
  %i = add i32 %begin, %tid
  %last = icmp eq i32 %tid, 31
  %j = add i32 %i, 1
  %p = getelementptr i8, ptr addrspace(1) %a, i32 %i
  %q = getelementptr i8, ptr addrspace(1) %a, i32 %j
  br i1 %last, label %read, label %end
read:
  %x = load i8, ptr addrspace(1) %q
  br label %end
end:
  store i8 1, ptr addrspace(1) %p
  ret void
}

; Neighbouring bytes are no race.
; BYTES: {{^}}1 1 1
define ptx_kernel void @bytes(ptr addrspace(1) %a) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %block = call i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
  %begin = mul i32 %block, 64
  %i = add i32 %begin, %tid
  %p = getelementptr i8, ptr addrspace(1) %a, i32 %i
  store i8 1, ptr addrspace(1) %p
  ret void
}

; COUNT: global-race: kernel 'count', block (0,0,0), thread (1,0,0): offset 0 of allocation #0 was written by thread 0 without a barrier
define ptx_kernel void @count(ptr addrspace(1) %a) {
  %x = load i32, ptr addrspace(1) %a
  %y = add i32 %x, 1
  store i32 %y, ptr addrspace(1) %a
  ret void
}

; ATOMIC: {{^}}128{{$}}
define ptx_kernel void @atomic(ptr addrspace(1) %a) {
  %x = atomicrmw add ptr addrspace(1) %a, i32 1 monotonic
  ret void
}
