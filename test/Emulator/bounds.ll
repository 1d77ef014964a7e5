; Accesses outside of global and of shared memory stop the kernel.

; RUN: dlc-emulate %s --check --kernel=add --grid=2 --block=64 --arg=f32:128:iota --arg=f32:128:one --arg=f32:128 --print=2 | FileCheck %s --check-prefix=ADD
; RUN: not dlc-emulate %s --check --kernel=add --grid=2 --block=64 --arg=f32:128:iota --arg=f32:127:one --arg=f32:128 | FileCheck %s --check-prefix=READ
; RUN: not dlc-emulate %s --check --kernel=add --grid=2 --block=64 --arg=f32:128:iota --arg=f32:128:one --arg=f32:100 | FileCheck %s --check-prefix=WRITE
; RUN: not dlc-emulate %s --check --kernel=shared --block=17 --arg=f32:32 | FileCheck %s --check-prefix=SHARED
; RUN: dlc-emulate %s --check --kernel=shared --block=16 --arg=f32:32 --print=0 | FileCheck %s --check-prefix=GOOD
; RUN: not dlc-emulate %s --check --kernel=dynamic --block=9 --dynamic-shared=32 | FileCheck %s --check-prefix=DYNAMIC
; RUN: dlc-emulate %s --check --kernel=dynamic --block=8 --dynamic-shared=32 | count 0
; RUN: not dlc-emulate %s --check --kernel=wild --arg=i64=64 | FileCheck %s --check-prefix=WILD

; ADD: {{^}}1 2 3 4
; ADD-SAME: 127 128{{$}}

; READ: out-of-bounds: kernel 'add', block (1,0,0), thread (63,0,0): 4 bytes at offset 508 of allocation #1, which has 508 bytes
; READ-NEXT: at %y = load float
; WRITE: out-of-bounds: kernel 'add', block (1,0,0), thread (36,0,0): 4 bytes at offset 400 of allocation #2
; WRITE-NEXT: at store float
define ptx_kernel void @add(ptr addrspace(1) %a, ptr addrspace(1) %b, ptr addrspace(1) %c) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %block = call i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
  %size = call i32 @llvm.nvvm.read.ptx.sreg.ntid.x()
  %begin = mul i32 %block, %size
  %i = add i32 %begin, %tid
  %pa = getelementptr float, ptr addrspace(1) %a, i32 %i
  %pb = getelementptr float, ptr addrspace(1) %b, i32 %i
  %pc = getelementptr float, ptr addrspace(1) %c, i32 %i
  %x = load float, ptr addrspace(1) %pa
  %y = load float, ptr addrspace(1) %pb
  %z = fadd float %x, %y
  store float %z, ptr addrspace(1) %pc
  ret void
}

; The variable behind the tile isn't hit.
@tile = internal addrspace(3) global [16 x float] poison, align 16
@other = internal addrspace(3) global [16 x float] poison, align 16

; GOOD: {{^}}0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 -nan
; SHARED: out-of-bounds: kernel 'shared', block (0,0,0), thread (16,0,0): 4 bytes at offset 64 of @tile, which has 64 bytes
define ptx_kernel void @shared(ptr addrspace(1) %out) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %p = getelementptr float, ptr addrspace(3) @tile, i32 %tid
  %q = getelementptr float, ptr addrspace(3) @other, i32 0
  %x = uitofp i32 %tid to float
  store float %x, ptr addrspace(3) %p
  %first = icmp eq i32 %tid, 0
  br i1 %first, label %then, label %end
then:
  store float %x, ptr addrspace(3) %q
  br label %end
end:
  %y = load float, ptr addrspace(3) %p
  %r = getelementptr float, ptr addrspace(1) %out, i32 %tid
  store float %y, ptr addrspace(1) %r
  ret void
}

@more = external addrspace(3) global [0 x float], align 16

; DYNAMIC: out-of-bounds: {{.*}} thread (8,0,0): 4 bytes at offset 32 of dynamic shared memory, which has 32 bytes
define ptx_kernel void @dynamic() {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %p = getelementptr float, ptr addrspace(3) @more, i32 %tid
  store float 1.0, ptr addrspace(3) %p
  ret void
}

; WILD: out-of-bounds: {{.*}} 4 bytes at 0x40, where nothing is
define ptx_kernel void @wild(i64 %address) {
  %p = inttoptr i64 %address to ptr addrspace(1)
  store float 1.0, ptr addrspace(1) %p
  ret void
}
