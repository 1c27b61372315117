//go:build linux && !amd64

package faults

import "errors"

const canInject = false

var errNoInjection = errors.New("calls can be made to fail on amd64 only")

func (v verdict) impose(int) error {
	if v == (verdict{}) {
		return nil
	}
	return errNoInjection
}

func setResult(int, int64) error { return errNoInjection }
