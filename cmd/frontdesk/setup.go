package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"frontdesk/desk"
	"frontdesk/desk/embedding"
	"frontdesk/store"
)

func newSetup(flags *settingFlags) *cobra.Command {
	f := &snippetFlags{}
	cmd := &cobra.Command{
		Use:   "setup",
		Short: "Set how the chat looks and whom it is for",
		Long: `Set the chat's greeting, colour, ref and locale, the websites that may embed it, and whom it is for: in a form, or by flags
without one. The running frontdesk keeps them, and they are in effect on all websites within minutes. What a website's own
markup says goes before them.

A flag that is given empty takes its setting away. Afterwards it shows the snippet for your pages.`,
		Example: `frontdesk plugin setup
frontdesk plugin setup --theme-color '#1D6FB8' --greeting 'Hello! Ask us anything.'
frontdesk plugin setup --domains https://www.lumen.example,https://shop.lumen.example --json
frontdesk plugin setup --greeting ''`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withSite(cmd, flags.given(), func(ctx context.Context, d *siteDoor) error { return runSetup(ctx, cmd, d, f) })
		},
	}
	f.site = addSiteFlags(cmd, embedding.Fields)
	f.add(cmd)
	cmd.Flags().BoolVar(&f.json, "json", false, "print a JSON object with all settings; no form")
	return cmd
}

func runSetup(ctx context.Context, cmd *cobra.Command, d *siteDoor, f *snippetFlags) error {
	if f.json || f.site.any(cmd) {
		wanted := d.site.Settings
		if err := f.site.put(cmd, &wanted); err != nil {
			return err
		}
		return f.finish(ctx, cmd, d, wanted, f.site.any(cmd))
	}
	if !term.IsTerminal(os.Stdin.Fd()) || !term.IsTerminal(os.Stdout.Fd()) {
		return withCode(exitUse, fmt.Errorf("the form needs a terminal; without one, give flags: %s, or --json to see what is set", f.site.names()))
	}
	form := newSetupForm(d.site)
	for {
		done, err := form.run(ctx)
		if err != nil {
			return err
		}
		if !done {
			cmd.PrintErrln("frontdesk: nothing was changed")
			return nil
		}
		f.copy, f.open = f.copy || slices.Contains(form.then, thenCopy), f.open || slices.Contains(form.then, thenOpen)
		err = f.finish(ctx, cmd, d, form.settings(), true)
		refusal, refused := errors.AsType[*desk.Refusal](err)
		if !refused || refusal.Field == "" {
			return err
		}
		form.refuse(refusal) // it is told at its field, and what was typed is still there
	}
}

// finish saves what is wanted and shows what comes of it.
func (f *snippetFlags) finish(ctx context.Context, cmd *cobra.Command, d *siteDoor, wanted embedding.Settings, save bool) error {
	if save {
		if err := d.SaveSite(ctx, store.InboxID(d.site.Page), wanted); err != nil {
			if refusal, ok := errors.AsType[*desk.Refusal](err); ok && f.site.any(cmd) {
				return withCode(exitUse, atFlag(refusal))
			}
			return err
		}
		d.site.Settings = wanted
	}
	var out siteJSON
	if wanted.Color != "" {
		read := embedding.Read(wanted.Color)
		out.Contrast = math.Round(read.Ratio*100) / 100
		if read.Poor {
			out.Warnings = append(out.Warnings, wanted.Color+": "+read.Says)
		}
		if !f.json {
			cmd.PrintErrln("frontdesk: " + wanted.Color + ": " + read.Says)
		}
	}
	if len(d.site.Allowed()) == 0 {
		why := "no website is allowed yet: only pages on this machine may embed the chat; name yours with --domains"
		out.Warnings = append(out.Warnings, why)
		if !f.json {
			cmd.PrintErrln("frontdesk: " + why)
		}
	}
	if save && !f.json {
		cmd.PrintErrln("frontdesk: saved; this goes into your pages, before </body>:")
	}
	var own embedding.Settings
	if f.all {
		own = wanted
	}
	return f.hand(cmd, d, own, out)
}
