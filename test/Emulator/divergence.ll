; Barriers and warp operations that not all threads reach. None of it hangs.

; RUN: dlc-emulate %s --kernel=barrier --block=64 --arg=i32=64 | count 0
; RUN: not dlc-emulate %s --kernel=barrier --block=64 --arg=i32=60 | FileCheck %s --check-prefix=ENDED
; RUN: not dlc-emulate %s --kernel=branches --block=64 --arg=i32=60 | FileCheck %s --check-prefix=OTHER
; RUN: dlc-emulate %s --kernel=branches --block=64 --arg=i32=0 | count 0
; RUN: not dlc-emulate %s --kernel=mixed --block=64 --arg=i32=40 | FileCheck %s --check-prefix=MIXED
; RUN: dlc-emulate %s --kernel=shuffle --block=64 --arg=i32=32 | count 0
; RUN: not dlc-emulate %s --kernel=shuffle --block=64 --arg=i32=30 | FileCheck %s --check-prefix=SHUFFLE
; RUN: not dlc-emulate %s --kernel=foreign --block=32 | FileCheck %s --check-prefix=FOREIGN

; ENDED: divergent-barrier: kernel 'barrier', block (0,0,0), thread (0,0,0): 4 of 64 threads of the block have ended without this barrier
define ptx_kernel void @barrier(i32 %count) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %stays = icmp ult i32 %tid, %count
  br i1 %stays, label %wait, label %end
wait:
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  br label %end
end:
  ret void
}

; OTHER: divergent-barrier: kernel 'branches', block (0,0,0), thread (60,0,0): thread 0 waits at another barrier
define ptx_kernel void @branches(i32 %count) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %left = icmp ult i32 %tid, %count
  br i1 %left, label %a, label %b
a:
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  ret void
b:
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  ret void
}

; MIXED: divergent-warp: kernel 'mixed', block (0,0,0), thread (40,0,0): 40 of 64 threads wait at a barrier, 24 at a warp operation, 0 have ended: none can go on
; MIXED: divergent-barrier: kernel 'mixed'
define ptx_kernel void @mixed(i32 %count) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %left = icmp ult i32 %tid, %count
  br i1 %left, label %a, label %b
a:
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  ret void
b:
  call void @llvm.nvvm.bar.warp.sync(i32 -1)
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  ret void
}

; SHUFFLE: divergent-warp: kernel 'shuffle', {{.*}}0 of 64 threads wait at a barrier, 30 at a warp operation, 34 have ended
define ptx_kernel void @shuffle(i32 %count) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %stays = icmp ult i32 %tid, %count
  br i1 %stays, label %exchange, label %end
exchange:
  %x = call i32 @llvm.nvvm.shfl.sync.bfly.i32(i32 -1, i32 %tid, i32 1, i32 31)
  br label %end
end:
  ret void
}

; FOREIGN: divergent-warp: kernel 'foreign', block (0,0,0), thread (15,0,0): reads lane 16, which doesn't take part
define ptx_kernel void @foreign() {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %stays = icmp ult i32 %tid, 16
  br i1 %stays, label %exchange, label %end
exchange:
  %x = call i32 @llvm.nvvm.shfl.sync.down.i32(i32 65535, i32 %tid, i32 1, i32 31)
  br label %end
end:
  ret void
}
