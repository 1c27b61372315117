package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// echoTime is how long after a signal the same one again is no second one: timeout(1) and shells send it to the process
// and to its group.
const echoTime = time.Second

// untilSignal is a context that ends with the first SIGINT, SIGTERM or SIGHUP; its cause says which. A second one that
// is no echo of it, or an end that takes too long, ends the process at once: what was acknowledged is on the disk in any
// case.
func untilSignal(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		var first os.Signal
		select {
		case <-done:
			return
		case first = <-signals:
			cancel(signalled{first})
		}
		began, late := time.Now(), time.After(closeTime+3*time.Second)
		for {
			select {
			case <-done:
				return
			case s := <-signals:
				if s == first && time.Since(began) < echoTime {
					continue
				}
				os.Exit(exitInterrupted)
			case <-late:
				os.Exit(exitTerminated)
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel(nil)
	}
}
