; Accesses that promise more alignment than there is.

; RUN: dlc-emulate %s --check --kernel=copy --block=4 --arg=f32:16:iota --arg=f32:16 --arg=i64=0 --print=1 | FileCheck %s --check-prefix=GOOD
; RUN: not dlc-emulate %s --check --kernel=copy --block=3 --arg=f32:16:iota --arg=f32:16 --arg=i64=1 | FileCheck %s --check-prefix=GLOBAL
; RUN: not dlc-emulate %s --check --kernel=shared | FileCheck %s --check-prefix=SHARED

; GOOD: {{^}}0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15{{$}}
; GLOBAL: misaligned: kernel 'copy', block (0,0,0), thread (0,0,0): 16 bytes at an address that isn't a multiple of 16 (3 times)
; GLOBAL-NEXT: at %x = load <4 x float>
define ptx_kernel void @copy(ptr addrspace(1) %a, ptr addrspace(1) %b, i64 %shift) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %from = getelementptr float, ptr addrspace(1) %a, i64 %shift
  %p = getelementptr <4 x float>, ptr addrspace(1) %from, i32 %tid
  %q = getelementptr <4 x float>, ptr addrspace(1) %b, i32 %tid
  %x = load <4 x float>, ptr addrspace(1) %p, align 16
  store <4 x float> %x, ptr addrspace(1) %q, align 16
  ret void
}

; A variable is aligned as it says, and never more.
@tile = internal addrspace(3) global [16 x float] poison, align 4

; SHARED: misaligned: kernel 'shared'
; SHARED-NEXT: at store <4 x float> zeroinitializer, ptr addrspace(3) %tile, align 16
define ptx_kernel void @shared() {
  store <4 x float> zeroinitializer, ptr addrspace(3) @tile, align 16
  ret void
}
