//go:build linux

package faults

import "syscall"

// canInject says that calls can be made to fail on this kind of machine.
const canInject = true

// impose makes a call that is about to be made fail, or shorter.
func (v verdict) impose(tid int) error {
	if v == (verdict{}) {
		return nil
	}
	var regs syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(tid, &regs); err != nil {
		return err
	}
	if v.fail != 0 {
		regs.Orig_rax = ^uint64(0) // no call has this number
	} else {
		regs.Rdx = v.short
	}
	return syscall.PtraceSetRegs(tid, &regs)
}

// setResult is what a call that was not made returns.
func setResult(tid int, result int64) error {
	var regs syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(tid, &regs); err != nil {
		return err
	}
	regs.Rax = uint64(result)
	return syscall.PtraceSetRegs(tid, &regs)
}
