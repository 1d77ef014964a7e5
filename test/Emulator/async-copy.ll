; Asynchronous copies: they take place at the wait, and whoever looks before is
; found.

; RUN: dlc-emulate %s --check --kernel=copy --block=32 --arg=f32:128:iota --arg=f32:128 --print=1 | FileCheck %s --check-prefix=GOOD
; RUN: dlc-emulate %s --check --shuffle=5 --kernel=copy --block=32 --arg=f32:128:iota --arg=f32:128 --print=1 | FileCheck %s --check-prefix=GOOD
; RUN: sed '/; WAIT/d' %s > %t.ll
; RUN: not dlc-emulate %t.ll --check --kernel=copy --block=32 --arg=f32:128:iota --arg=f32:128 | FileCheck %s --check-prefix=WAIT
; RUN: dlc-emulate %t.ll --kernel=copy --block=32 --arg=f32:128:iota --arg=f32:128 --print=1 | FileCheck %s --check-prefix=STALE
; RUN: sed 's/wait.group(i32 0)/wait.group(i32 1)/' %s > %t.ll
; RUN: not dlc-emulate %t.ll --check --kernel=copy --block=32 --arg=f32:128:iota --arg=f32:128 | FileCheck %s --check-prefix=WAIT
; RUN: sed '/; BARRIER/d' %s > %t.ll
; RUN: not dlc-emulate %t.ll --check --kernel=copy --block=32 --arg=f32:128:iota --arg=f32:128 | FileCheck %s --check-prefix=BARRIER
; RUN: dlc-emulate %s --check --kernel=tail --block=4 --arg=f32:14:iota --arg=f32:16 --print=1 | FileCheck %s --check-prefix=TAIL
; RUN: not dlc-emulate %s --check --kernel=copy --block=32 --arg=f32:127:iota --arg=f32:128 | FileCheck %s --check-prefix=BOUNDS

@tile = internal addrspace(3) global [128 x float] poison, align 16

; GOOD: {{^}}124 125 126 127 120
; STALE: {{^}}-nan -nan
; WAIT: missing-wait: kernel 'copy'{{.*}} of @tile is being copied to by thread {{[0-9]+}}, which hasn't waited for its cp.async
; BARRIER: shared-race: kernel 'copy'
; BOUNDS: out-of-bounds: kernel 'copy', block (0,0,0), thread (31,0,0): 16 bytes at offset 496 of allocation #0
define ptx_kernel void @copy(ptr addrspace(1) %a, ptr addrspace(1) %b) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %mirrored = sub i32 31, %tid
  %from = getelementptr <4 x float>, ptr addrspace(1) %a, i32 %tid
  %to = getelementptr <4 x float>, ptr addrspace(3) @tile, i32 %tid
  %p = getelementptr <4 x float>, ptr addrspace(3) @tile, i32 %mirrored
  %q = getelementptr <4 x float>, ptr addrspace(1) %b, i32 %tid
  call void @llvm.nvvm.cp.async.cg.shared.global.16(ptr addrspace(3) %to, ptr addrspace(1) %from)
  call void @llvm.nvvm.cp.async.commit.group()
  call void @llvm.nvvm.cp.async.wait.group(i32 0) ; WAIT
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0) ; BARRIER
  %x = load <4 x float>, ptr addrspace(3) %p, align 16
  store <4 x float> %x, ptr addrspace(1) %q, align 16
  ret void
}

; What the source doesn't have becomes zero.
; TAIL: {{^}}0 1 2 3 4 5 6 7 8 9 10 11 12 13 0 0{{$}}
define ptx_kernel void @tail(ptr addrspace(1) %a, ptr addrspace(1) %b) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %last = icmp eq i32 %tid, 3
  %bytes = select i1 %last, i32 8, i32 16
  %from = getelementptr <4 x float>, ptr addrspace(1) %a, i32 %tid
  %to = getelementptr <4 x float>, ptr addrspace(3) @tile, i32 %tid
  %q = getelementptr <4 x float>, ptr addrspace(1) %b, i32 %tid
  call void @llvm.nvvm.cp.async.ca.shared.global.16.s(ptr addrspace(3) %to, ptr addrspace(1) %from, i32 %bytes)
  call void @llvm.nvvm.cp.async.wait.all()
  %x = load <4 x float>, ptr addrspace(3) %to, align 16
  store <4 x float> %x, ptr addrspace(1) %q, align 16
  ret void
}
