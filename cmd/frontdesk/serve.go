package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/internal/config"
	"frontdesk/store"
)

func newServe(flags *settingFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run listener, plugin and courier without a screen",
		Long: `Run the webhook listener, the chat plugin and the courier without a screen, until SIGTERM or SIGINT. The inbox opens on
it from any terminal of this machine: run frontdesk there. Closing the inbox changes nothing here.

What a webhook was answered with 200 for is on disk, and stays there through kill -9 and power cuts.`,
		Example: `frontdesk serve

# behind a reverse proxy that brings https://YOUR-DOMAIN/webhook here
FRONTDESK_LISTEN=127.0.0.1:9000 frontdesk serve`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runServe(cmd, flags.given()) },
	}
}

func runServe(cmd *cobra.Command, flags map[string]string) (err error) {
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
	st, err := openStores(ctx, s.DataDir, lockWait, logger)
	if errors.Is(err, store.ErrLocked) {
		return fmt.Errorf("%w; frontdesk%s opens its inbox; to serve beside it, choose another data folder (%s)",
			err, dataFlag(flags), config.Variable(config.KeyData))
	}
	if err != nil {
		return err
	}
	h, err := buildHouse(ctx, st, plan{settings: s, logger: logger})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	fmt.Fprintf(cmd.OutOrStdout(), "frontdesk listens on %s; the inbox opens with: frontdesk%s\n", h.base, dataFlag(flags))
	for _, line := range serving(s) {
		fmt.Fprintln(cmd.OutOrStdout(), line)
	}
	if h.watched != "" {
		fmt.Fprintf(cmd.OutOrStdout(), "metrics are at %s\n", h.watched)
	}
	select {
	case <-ctx.Done():
		logger.Info("ending", logWhy, fmt.Sprint(cause(ctx)))
		return nil
	case err := <-h.failed:
		return err
	}
}

// serving says what is served, and what is missing for it.
func serving(s config.Settings) []string {
	lines := []string{"the data folder is " + s.DataDir}
	if len(s.Pages) == 0 {
		return append(lines, "no Page is connected, only the chat plugin's own platform")
	}
	ids := make([]string, len(s.Pages))
	for i, p := range s.Pages {
		ids[i] = p.ID
	}
	lines = append(lines, "connected Pages: "+strings.Join(ids, ", "))
	if s.VerifyToken == "" {
		lines = append(lines, config.Variable(config.KeyVerifyToken)+" is not set: the platform can't verify the address of the webhook")
	}
	return lines
}
