package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"frontdesk/desk"
	"frontdesk/internal/config"
	"frontdesk/tui"
)

// runInbox opens the screen: on the process that has the data, or with everything inside. The settings come first, since
// what is wrong with them is said without a screen; all else is opened behind the first frame.
func runInbox(cmd *cobra.Command, flags map[string]string) error {
	if err := needTerminal(); err != nil {
		return err
	}
	s, err := loadSettings(cmd, flags)
	if err != nil {
		return err
	}
	logger, file, err := openLogger(s)
	if err != nil {
		return err
	}
	defer file.Close()
	ctx, stop := untilSignal(cmd.Context())
	defer stop()
	return showScreen(ctx, s.Agent, logger, func(ctx context.Context) (opened, error) {
		st, client, err := openOrDial(ctx, s, logger)
		if err != nil {
			return opened{}, err
		}
		if client != nil {
			return opened{desk: client, close: client.Close}, nil
		}
		h, err := buildHouse(ctx, st, plan{settings: s, logger: logger})
		if err != nil {
			return opened{}, err
		}
		return opened{desk: h.desk, failed: h.failed, close: h.Close}, nil
	})
}

// needTerminal says so where there is no terminal to draw on.
func needTerminal() error {
	if term.IsTerminal(os.Stdin.Fd()) && term.IsTerminal(os.Stdout.Fd()) {
		return nil
	}
	return withCode(exitUse, errors.New("the inbox needs a terminal; without one, use frontdesk serve, list, show and reply"))
}

// opened is a desk for a screen.
type opened struct {
	desk   desk.Contract
	failed <-chan error // the first part of it that ended by itself; nil where it is another process's
	close  func() error // nil while nothing is open
}

// showScreen draws the screen, opens the desk behind it, and runs until the agent leaves, a signal comes, the desk can't
// be opened or a part of it fails. What was opened is closed then; open is told by its context that nobody waits any more.
func showScreen(ctx context.Context, agent string, logger *slog.Logger, open func(context.Context) (opened, error)) error {
	screen, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		late   = newLateDesk()
		o      opened
		behind sync.WaitGroup
	)
	behind.Go(func() {
		if err := guarded("opening the desk", logger, func() (err error) {
			o, err = open(screen)
			return err
		}); err != nil {
			cancel(err)
			return
		}
		late.arrive(o.desk)
		select {
		case err := <-o.failed:
			cancel(err)
		case <-screen.Done():
		}
	})
	err := tui.Run(screen, tui.Options{Desk: late, Agent: agent, Opening: true}, tea.WithoutSignalHandler())
	if why := cause(screen); why != nil {
		err = why // what ended the screen, rather than that it was ended
	}
	cancel(nil)
	behind.Wait()
	if o.close != nil {
		err = errors.Join(err, o.close())
	}
	return err
}

// cause is why ctx ended, nil while it has not.
func cause(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return context.Cause(ctx)
}

// dataFlag is how another command finds the same data, where a flag named it.
func dataFlag(flags map[string]string) string {
	dir := flags[config.KeyData]
	if dir == "" {
		return ""
	}
	return fmt.Sprintf(" --data '%s'", strings.ReplaceAll(dir, "'", `'\''`))
}
