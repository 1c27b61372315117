package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"syscall"

	"frontdesk/internal/config"
)

// listen opens a port that a setting names; free is an example of another.
func listen(address, setting, free string) (net.Listener, error) {
	ln, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, withCode(exitUse, fmt.Errorf("the address %s is taken by another program; set %s to a free one, as in %s",
			address, settingName(setting), free))
	case err != nil:
		return nil, withCode(exitUse, fmt.Errorf("listen on %s (%s): %w", address, config.Variable(setting), err))
	}
	return ln, nil
}

// settingName is how a setting is given: its variable, and its flag if it has one.
func settingName(key string) string {
	if key == config.KeyListen {
		return config.Variable(key) + " (or --listen)"
	}
	return config.Variable(key)
}

// baseAddress is how this process reaches its own listener, whichever interfaces it listens on.
func baseAddress(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return "http://" + addr.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
		if ip.To4() == nil && !hasIPv4() {
			host = "::1"
		}
	}
	return "http://" + net.JoinHostPort(host, port)
}

// hasIPv4 reports whether this machine has the usual loopback address; one that listens on :: answers there too.
func hasIPv4() bool {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return true
	}
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsLoopback() && n.IP.To4() != nil {
			return true
		}
	}
	return false
}

// guarded runs a part and makes an error of its panic, so that the terminal can be restored.
func guarded(what string, logger *slog.Logger, part func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			logger.Error("panic", logWhat, what, logStack, string(debug.Stack()))
			err = withCode(exitPanic, fmt.Errorf("%s made a mistake: %v; the log file says more", what, p))
		}
	}()
	return part()
}
