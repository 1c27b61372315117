package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"frontdesk/desk/embedding"
	"frontdesk/internal/config"
	"frontdesk/internal/control"
	"frontdesk/tui"
)

// markupFields are the settings that a website's own markup can have.
var markupFields = func() []embedding.Field {
	return slices.DeleteFunc(slices.Clone(embedding.Fields), func(f embedding.Field) bool {
		return f.Name == embedding.FieldDomains || f.Name == embedding.FieldAge || f.Name == embedding.FieldCountries
	})
}()

// snippetFlags say what is done with the snippet.
type snippetFlags struct {
	site             *siteFlags
	url              string
	copy, open, json bool
	all              bool
}

func (f *snippetFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.url, "url", "", "where websites reach frontdesk (FRONTDESK_URL)")
	cmd.Flags().BoolVar(&f.all, "all", false, "write out what the page keeps, too")
	cmd.Flags().BoolVar(&f.copy, "copy", false, "copy it to the clipboard, through the terminal")
	cmd.Flags().BoolVar(&f.open, "open", false, "open a page in the browser that shows it at work")
}

func newSnippet(flags *settingFlags) *cobra.Command {
	f := &snippetFlags{}
	cmd := &cobra.Command{
		Use:   "snippet",
		Short: "Print what a website needs to show the chat",
		Long: `Print what a website's pages need before </body> to show the chat: the markup of the Customer Chat Plugin, with your
address. What you give by flags is written into it, and goes before what the page keeps. All else stays with the running
frontdesk (frontdesk plugin setup), and changes on all websites at once; --all writes that out as well.

The address is FRONTDESK_URL, or that of the listener.`,
		Example: `frontdesk plugin snippet
frontdesk plugin snippet --ref pricing --theme-color '#1D6FB8' --copy
frontdesk plugin snippet --url https://chat.lumen.example > chat.html`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withSite(cmd, flags.given(), func(ctx context.Context, d *siteDoor) error { return runSnippet(ctx, cmd, d, f) })
		},
	}
	f.site = addSiteFlags(cmd, markupFields)
	f.add(cmd)
	cmd.Flags().BoolVar(&f.json, "json", false, "print a JSON object with it and the page's settings")
	return cmd
}

func runSnippet(_ context.Context, cmd *cobra.Command, d *siteDoor, f *snippetFlags) error {
	var own embedding.Settings
	if f.all {
		own = d.site.Settings
	}
	if err := f.site.put(cmd, &own); err != nil {
		return err
	}
	return f.hand(cmd, d, own, siteJSON{})
}

// hand gives the snippet out in the ways that were asked for. own is what it writes out.
func (f *snippetFlags) hand(cmd *cobra.Command, d *siteDoor, own embedding.Settings, out siteJSON) error {
	address, err := d.address(f.url)
	if err != nil {
		return err
	}
	snippet := embedding.Snippet(address, d.site.Page, own)
	if embedding.IsLoopback(address) {
		cmd.PrintErrf("frontdesk: %s is this machine alone: no website's visitors reach it. Set %s to the address that brings them here,"+
			" as in https://chat.lumen.example\n", address, config.Variable(config.KeyURL))
	}
	if f.json {
		out.Page, out.Address, out.Snippet, out.Domains = d.site.Page, address, snippet, d.site.Allowed()
		out.Settings = d.site.Settings
		err = newJSONLines(cmd.OutOrStdout()).Encode(out)
	} else {
		err = writeSnippet(cmd.OutOrStdout(), snippet)
	}
	if err != nil {
		return err
	}
	if f.copy {
		if err := copyOut(cmd, snippet); err != nil {
			return err
		}
	}
	if f.open {
		return d.preview(cmd, own)
	}
	return nil
}

// copyOut hands a text to the terminal's clipboard (OSC 52), which gives no receipt.
func copyOut(cmd *cobra.Command, text string) error {
	for _, w := range []*os.File{os.Stdout, os.Stderr} {
		if term.IsTerminal(w.Fd()) {
			if _, err := w.WriteString(ansi.SetSystemClipboard(text)); err != nil {
				return err
			}
			cmd.PrintErrln("frontdesk: handed to the terminal's clipboard")
			return nil
		}
	}
	return withCode(exitUse, errors.New("--copy goes through the terminal, and there is none here"))
}

// siteJSON is what setup and snippet print with --json.
type siteJSON struct {
	Page     string             `json:"page_id"`
	Address  string             `json:"address"`
	Settings embedding.Settings `json:"settings"`
	Domains  []string           `json:"allowed_domains,omitempty"`
	Contrast float64            `json:"theme_color_contrast,omitempty"`
	Warnings []string           `json:"warnings,omitempty"`
	Snippet  string             `json:"snippet"`
}

// siteDoor is the running frontdesk, with how its chat is set.
type siteDoor struct {
	*control.Client
	settings config.Settings
	site     embedding.Site
}

// withSite finds the running frontdesk, asks it how its chat is set, and hands both to do.
func withSite(cmd *cobra.Command, flags map[string]string, do func(context.Context, *siteDoor) error) (err error) {
	s, err := loadSettings(cmd, flags)
	if err != nil {
		return err
	}
	ctx, stop := untilSignal(cmd.Context())
	defer stop()
	client, err := control.Dial(ctx, socketPath(s))
	if errors.Is(err, control.ErrNobody) {
		return nobodyRuns(s)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	d := &siteDoor{Client: client, settings: s}
	if d.site, err = client.Site(ctx, ""); err != nil {
		return err
	}
	err = do(ctx, d)
	if why := cause(ctx); why != nil && err != nil {
		return why
	}
	return err
}

func nobodyRuns(s config.Settings) error {
	return fmt.Errorf("no frontdesk is running on %s; start frontdesk or frontdesk serve in another terminal", s.DataDir)
}

// address is where websites reach the platform: what a flag says, this command's settings, or the running one's.
func (d *siteDoor) address(flag string) (string, error) {
	address := either(flag, either(d.settings.URL, d.site.Address))
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", withCode(exitUse, fmt.Errorf("--url %q is no address; give scheme and host, as in https://chat.lumen.example", address))
	}
	return strings.TrimRight(address, "/"), nil
}

// preview opens the page on which the chat can be tried out, with what a snippet writes out.
func (d *siteDoor) preview(cmd *cobra.Command, own embedding.Settings) error {
	if d.site.TryOut == "" {
		return errors.New("there is no page to try it out on: it is there only where frontdesk listens on its own machine alone")
	}
	q := url.Values{"page_id": {d.site.Page}}
	for _, a := range own.Attributes() {
		q.Set(a.Name, a.Value)
	}
	if own.Locale != "" {
		q.Set("locale", own.Locale)
	}
	address := d.site.TryOut + "?" + q.Encode()
	if err := tui.OpenBySystem(cmd.Context(), address); err != nil {
		return fmt.Errorf("open %s: %w", address, err)
	}
	cmd.PrintErrln("frontdesk: opened " + address)
	return nil
}
