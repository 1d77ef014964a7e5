; Reads of what nobody has written, in global and in shared memory.

; RUN: dlc-emulate %s --check --kernel=double --block=8 --arg=f32:8:iota --print=0 | FileCheck %s --check-prefix=GOOD
; RUN: not dlc-emulate %s --check --kernel=double --block=8 --arg=f32:8 | FileCheck %s --check-prefix=GLOBAL
; RUN: dlc-emulate %s --check --kernel=shared --block=8 --grid=2 --arg=f32:8 --arg=i32=8 | FileCheck %s --allow-empty --check-prefix=NONE
; RUN: not dlc-emulate %s --check --kernel=shared --block=8 --grid=2 --arg=f32:8 --arg=i32=7 | FileCheck %s --check-prefix=SHARED

; GOOD: {{^}}0 2 4 6 8 10 12 14{{$}}
; NONE-NOT: {{.}}
; GLOBAL: uninitialized: kernel 'double', block (0,0,0), thread (0,0,0): reads 4 bytes at offset 0 of allocation #0 that nobody has written (8 times)
define ptx_kernel void @double(ptr addrspace(1) %a) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %p = getelementptr float, ptr addrspace(1) %a, i32 %tid
  %x = load float, ptr addrspace(1) %p
  %y = fadd float %x, %x
  store float %y, ptr addrspace(1) %p
  ret void
}

; The second block begins with nothing written, too.
@tile = internal addrspace(3) global [8 x float] poison, align 16

; SHARED: uninitialized: kernel 'shared', block (0,0,0), thread (7,0,0): reads 4 bytes at offset 28 of @tile that nobody has written (2 times)
define ptx_kernel void @shared(ptr addrspace(1) %out, i32 %count) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %p = getelementptr float, ptr addrspace(3) @tile, i32 %tid
  %writes = icmp ult i32 %tid, %count
  br i1 %writes, label %write, label %read
write:
  store float 1.0, ptr addrspace(3) %p
  br label %read
read:
  %x = load float, ptr addrspace(3) %p
  ret void
}
