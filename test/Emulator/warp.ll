; What the lanes of a warp do together.

; RUN: dlc-emulate %s --check --kernel=shuffle --block=32 --arg=i32:32 --arg=i32:32 --arg=i32:32 --arg=i32:32 --print=0 --print=1 --print=2 --print=3 | FileCheck %s --check-prefix=SHUFFLE
; RUN: dlc-emulate %s --check --shuffle=3 --kernel=shuffle --block=32 --arg=i32:32 --arg=i32:32 --arg=i32:32 --arg=i32:32 --print=0 --print=1 --print=2 --print=3 | FileCheck %s --check-prefix=SHUFFLE
; RUN: dlc-emulate %s --check --kernel=range --block=32 --arg=i32:32 --print=0 | FileCheck %s --check-prefix=RANGE
; RUN: dlc-emulate %s --check --kernel=sum --block=64 --grid=2 --arg=f32:128:iota --arg=f32:4 --print=1 | FileCheck %s --check-prefix=SUM
; RUN: dlc-emulate %s --check --kernel=vote --block=40 --arg=i32:8 --print=0 | FileCheck %s --check-prefix=VOTE
; RUN: dlc-emulate %s --check --kernel=reduce --block=32 --arg=i32:8 --print=0 | FileCheck %s --check-prefix=REDUCE

; idx 5; bfly 3; up 2 within segments of 8; down 30.
; SHUFFLE: {{^}}5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5{{$}}
; SHUFFLE-NEXT: {{^}}3 2 1 0 7 6 5 4 11 10 9 8 15 14 13 12 19 18 17 16 23 22 21 20 27 26 25 24 31 30 29 28{{$}}
; SHUFFLE-NEXT: {{^}}0 1 0 1 2 3 4 5 8 9 8 9 10 11 12 13 16 17 16 17 18 19 20 21 24 25 24 25 26 27 28 29{{$}}
; SHUFFLE-NEXT: {{^}}30 31 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31{{$}}
define ptx_kernel void @shuffle(ptr addrspace(1) %a, ptr addrspace(1) %b, ptr addrspace(1) %c, ptr addrspace(1) %d) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %pa = getelementptr i32, ptr addrspace(1) %a, i32 %tid
  %pb = getelementptr i32, ptr addrspace(1) %b, i32 %tid
  %pc = getelementptr i32, ptr addrspace(1) %c, i32 %tid
  %pd = getelementptr i32, ptr addrspace(1) %d, i32 %tid
  %va = call i32 @llvm.nvvm.shfl.sync.idx.i32(i32 -1, i32 %tid, i32 5, i32 31)
  %vb = call i32 @llvm.nvvm.shfl.sync.bfly.i32(i32 -1, i32 %tid, i32 3, i32 31)
  %vc = call i32 @llvm.nvvm.shfl.sync.up.i32(i32 -1, i32 %tid, i32 2, i32 6144)
  %vd = call i32 @llvm.nvvm.shfl.sync.down.i32(i32 -1, i32 %tid, i32 30, i32 31)
  store i32 %va, ptr addrspace(1) %pa
  store i32 %vb, ptr addrspace(1) %pb
  store i32 %vc, ptr addrspace(1) %pc
  store i32 %vd, ptr addrspace(1) %pd
  ret void
}

; RANGE: {{^}}1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 0 0 0 0{{$}}
define ptx_kernel void @range(ptr addrspace(1) %a) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %p = getelementptr i32, ptr addrspace(1) %a, i32 %tid
  %both = call { i32, i1 } @llvm.nvvm.shfl.sync.down.i32p(i32 -1, i32 %tid, i32 4, i32 31)
  %in = extractvalue { i32, i1 } %both, 1
  %x = zext i1 %in to i32
  store i32 %x, ptr addrspace(1) %p
  ret void
}

; SUM: {{^}}496 1520 2544 3568{{$}}
define ptx_kernel void @sum(ptr addrspace(1) %a, ptr addrspace(1) %b) {
entry:
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %lane = call i32 @llvm.nvvm.read.ptx.sreg.laneid()
  %block = call i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
  %begin = shl i32 %block, 6
  %i = add i32 %begin, %tid
  %p = getelementptr float, ptr addrspace(1) %a, i32 %i
  %x = load float, ptr addrspace(1) %p
  br label %loop
loop:
  %step = phi i32 [ 16, %entry ], [ %half, %loop ]
  %sum = phi float [ %x, %entry ], [ %next, %loop ]
  %other = call float @llvm.nvvm.shfl.sync.bfly.f32(i32 -1, float %sum, i32 %step, i32 31)
  %next = fadd float %sum, %other
  %half = lshr i32 %step, 1
  %done = icmp eq i32 %half, 0
  br i1 %done, label %end, label %loop
end:
  %warp = lshr i32 %i, 5
  %q = getelementptr float, ptr addrspace(1) %b, i32 %warp
  %first = icmp eq i32 %lane, 0
  br i1 %first, label %write, label %exit
write:
  store float %next, ptr addrspace(1) %q
  br label %exit
exit:
  ret void
}

; A warp of 32 threads and one of 8: any, all, uni, ballot of tid < 36.
; VOTE: {{^}}1 1 1 -1 1 0 0 15{{$}}
define ptx_kernel void @vote(ptr addrspace(1) %a) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %small = icmp ult i32 %tid, 36
  %any = call i1 @llvm.nvvm.vote.any.sync(i32 -1, i1 %small)
  %all = call i1 @llvm.nvvm.vote.all.sync(i32 -1, i1 %small)
  %uni = call i1 @llvm.nvvm.vote.uni.sync(i32 -1, i1 %small)
  %ballot = call i32 @llvm.nvvm.vote.ballot.sync(i32 -1, i1 %small)
  %lane = call i32 @llvm.nvvm.read.ptx.sreg.laneid()
  %warp = lshr i32 %tid, 5
  %begin = shl i32 %warp, 2
  %first = icmp eq i32 %lane, 0
  br i1 %first, label %write, label %end
write:
  %p = getelementptr i32, ptr addrspace(1) %a, i32 %begin
  %iany = zext i1 %any to i32
  %iall = zext i1 %all to i32
  %iuni = zext i1 %uni to i32
  store i32 %iany, ptr addrspace(1) %p
  %p1 = getelementptr i32, ptr addrspace(1) %p, i32 1
  store i32 %iall, ptr addrspace(1) %p1
  %p2 = getelementptr i32, ptr addrspace(1) %p, i32 2
  store i32 %iuni, ptr addrspace(1) %p2
  %p3 = getelementptr i32, ptr addrspace(1) %p, i32 3
  store i32 %ballot, ptr addrspace(1) %p3
  br label %end
end:
  ret void
}

; add, min, max, umin, umax, and, or, xor of tid - 8.
; REDUCE: {{^}}240 -8 23 0 -1 0 -1 0{{$}}
define ptx_kernel void @reduce(ptr addrspace(1) %a) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %x = sub i32 %tid, 8
  %add = call i32 @llvm.nvvm.redux.sync.add(i32 %x, i32 -1)
  %min = call i32 @llvm.nvvm.redux.sync.min(i32 %x, i32 -1)
  %max = call i32 @llvm.nvvm.redux.sync.max(i32 %x, i32 -1)
  %umin = call i32 @llvm.nvvm.redux.sync.umin(i32 %x, i32 -1)
  %umax = call i32 @llvm.nvvm.redux.sync.umax(i32 %x, i32 -1)
  %and = call i32 @llvm.nvvm.redux.sync.and(i32 %x, i32 -1)
  %or = call i32 @llvm.nvvm.redux.sync.or(i32 %x, i32 -1)
  %xor = call i32 @llvm.nvvm.redux.sync.xor(i32 %x, i32 -1)
  %v0 = insertelement <8 x i32> poison, i32 %add, i32 0
  %v1 = insertelement <8 x i32> %v0, i32 %min, i32 1
  %v2 = insertelement <8 x i32> %v1, i32 %max, i32 2
  %v3 = insertelement <8 x i32> %v2, i32 %umin, i32 3
  %v4 = insertelement <8 x i32> %v3, i32 %umax, i32 4
  %v5 = insertelement <8 x i32> %v4, i32 %and, i32 5
  %v6 = insertelement <8 x i32> %v5, i32 %or, i32 6
  %v7 = insertelement <8 x i32> %v6, i32 %xor, i32 7
  %first = icmp eq i32 %tid, 0
  br i1 %first, label %write, label %end
write:
  store <8 x i32> %v7, ptr addrspace(1) %a
  br label %end
end:
  ret void
}
