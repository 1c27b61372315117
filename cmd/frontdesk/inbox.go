package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"frontdesk/desk"
	"frontdesk/internal/config"
	"frontdesk/tui"
)

// runInbox opens the screen: on the process that has the data, or with everything inside.
func runInbox(cmd *cobra.Command, flags map[string]string) (err error) {
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
	st, client, err := openOrDial(ctx, s, logger)
	if err != nil {
		return err
	}
	if client != nil {
		defer func() { err = errors.Join(err, client.Close()) }()
		return showScreen(ctx, client, s.Agent, nil)
	}
	h, err := buildHouse(ctx, st, plan{settings: s, logger: logger})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	return showScreen(ctx, h.desk, s.Agent, h.failed)
}

// needTerminal says so where there is no terminal to draw on.
func needTerminal() error {
	if term.IsTerminal(os.Stdin.Fd()) && term.IsTerminal(os.Stdout.Fd()) {
		return nil
	}
	return withCode(exitUse, errors.New("the inbox needs a terminal; without one, use frontdesk serve, list, show and reply"))
}

// showScreen runs the screen until the agent leaves, a signal comes or the house fails.
func showScreen(ctx context.Context, d desk.Contract, agent string, failed <-chan error) error {
	screen, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	over := make(chan struct{})
	defer close(over)
	go func() {
		select {
		case err := <-failed:
			cancel(err)
		case <-over:
		}
	}()
	err := tui.Run(screen, tui.Options{Desk: d, Agent: agent}, tea.WithoutSignalHandler())
	if why := cause(screen); why != nil {
		return why // what ended the screen, rather than that it was ended
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
