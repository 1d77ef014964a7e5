; ldmatrix: lane 8 m + r gives row r of matrix m; lane l gets elements
; 2 (l % 4) and the next of row l / 4, or with .trans of column l / 4.

; RUN: dlc-emulate %s --check --kernel=plain --block=32 --arg=f16:256:iota --arg=i32=0 --arg=f16:256 --print=2 | FileCheck %s --check-prefix=PLAIN
; RUN: dlc-emulate %s --check --kernel=trans --block=32 --arg=f16:256:iota --arg=i32=0 --arg=f16:256 --print=2 | FileCheck %s --check-prefix=TRANS
; RUN: not dlc-emulate %s --check --kernel=plain --block=32 --arg=f16:256:iota --arg=i32=4 --arg=f16:256 | FileCheck %s --check-prefix=MISALIGNED
; RUN: not dlc-emulate %s --check --kernel=plain --block=32 --arg=f16:256:iota --arg=i32=8 --arg=f16:256 | FileCheck %s --check-prefix=BOUNDS
; RUN: sed '/; BARRIER/d' %s > %t.ll
; RUN: not dlc-emulate %t.ll --check --kernel=plain --block=32 --arg=f16:256:iota --arg=i32=0 --arg=f16:256 | FileCheck %s --check-prefix=RACE

; Lane l stores its four pairs, matrix after matrix.
; PLAIN: {{^}}0 1 64 65 128 129 192 193 2 3 66 67 130 131 194 195 4 5 68 69 132 133 196 197 6 7 70 71 134 135 198 199 8 9 72 73
; TRANS: {{^}}0 8 64 72 128 136 192 200 16 24 80 88 144 152 208 216 32 40 96 104 160 168 224 232 48 56 112 120 176 184 240 248 1 9 65 73
; MISALIGNED: misaligned: kernel 'plain', {{.*}}: 16 bytes at an address that isn't a multiple of 16
; BOUNDS: out-of-bounds: kernel 'plain', block (0,0,0), thread (31,0,0): 16 bytes at offset 512 of @tile, which has 512 bytes
; RACE: shared-race: kernel 'plain'

@tile = internal addrspace(3) global [256 x half] poison, align 16

define ptx_kernel void @plain(ptr addrspace(1) %a, i32 %shift, ptr addrspace(1) %b) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %from = getelementptr <8 x half>, ptr addrspace(1) %a, i32 %tid
  %to = getelementptr <8 x half>, ptr addrspace(3) @tile, i32 %tid
  %x = load <8 x half>, ptr addrspace(1) %from, align 16
  store <8 x half> %x, ptr addrspace(3) %to, align 16
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0) ; BARRIER
  %row = getelementptr half, ptr addrspace(3) %to, i32 %shift
  %m = call { i32, i32, i32, i32 } @llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.b16.p3(ptr addrspace(3) %row)
  %q = getelementptr { i32, i32, i32, i32 }, ptr addrspace(1) %b, i32 %tid
  store { i32, i32, i32, i32 } %m, ptr addrspace(1) %q
  ret void
}

define ptx_kernel void @trans(ptr addrspace(1) %a, i32 %shift, ptr addrspace(1) %b) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %from = getelementptr <8 x half>, ptr addrspace(1) %a, i32 %tid
  %to = getelementptr <8 x half>, ptr addrspace(3) @tile, i32 %tid
  %x = load <8 x half>, ptr addrspace(1) %from, align 16
  store <8 x half> %x, ptr addrspace(3) %to, align 16
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %row = getelementptr half, ptr addrspace(3) %to, i32 %shift
  %m = call { i32, i32, i32, i32 } @llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.trans.b16.p3(ptr addrspace(3) %row)
  %q = getelementptr { i32, i32, i32, i32 }, ptr addrspace(1) %b, i32 %tid
  store { i32, i32, i32, i32 } %m, ptr addrspace(1) %q
  ret void
}
