package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// untilSignal is a context that ends with the first SIGINT, SIGTERM or SIGHUP; its cause says which. A second one, or
// an end that takes too long, ends the process at once: what was acknowledged is on the disk in any case.
func untilSignal(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		select {
		case <-done:
			return
		case s := <-signals:
			cancel(signalled{s})
		}
		select {
		case <-done:
		case <-signals:
			os.Exit(exitInterrupted)
		case <-time.After(closeTime + 3*time.Second):
			os.Exit(exitTerminated)
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel(nil)
	}
}
