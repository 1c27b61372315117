package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/desk"
	"frontdesk/desk/embedding"
)

// siteUsage is what each setting's flag says of itself.
var siteUsage = map[string]string{
	"greeting": "one line beside the button, at most 80 characters", "theme-color": "of the button, as in '#1D6FB8'",
	"display": "of the greeting: show, fade or hide", "delay": "seconds until the greeting",
	"ref": "your word for where chats begin", "locale": "of the chat's words, as in de_DE",
	"domains": "who may embed it, comma-separated", "minimum-age": "in years; guests do not get the chat",
	"countries": "as in DE,AT, or 'not US' for all but these",
}

// siteFlags are the chat's settings as flags. What was given is set, what was given empty is taken away, all else stays.
type siteFlags struct {
	fields []embedding.Field
	given  map[string]*string // by flag
}

// addSiteFlags adds the flags of some fields to a command.
func addSiteFlags(cmd *cobra.Command, fields []embedding.Field) *siteFlags {
	f := &siteFlags{fields: fields, given: map[string]*string{}}
	for _, field := range fields {
		f.given[field.Flag] = cmd.Flags().String(field.Flag, "", siteUsage[field.Flag])
	}
	return f
}

// any reports whether one of them was given.
func (f *siteFlags) any(cmd *cobra.Command) bool {
	for _, field := range f.fields {
		if cmd.Flags().Changed(field.Flag) {
			return true
		}
	}
	return false
}

// names are the flags, for a sentence.
func (f *siteFlags) names() string {
	var names []string
	for _, field := range f.fields {
		names = append(names, "--"+field.Flag)
	}
	return strings.Join(names, ", ")
}

// put sets what was given, and says of everything that cannot be taken why.
func (f *siteFlags) put(cmd *cobra.Command, s *embedding.Settings) error {
	var faults []error
	for _, field := range f.fields {
		if !cmd.Flags().Changed(field.Flag) {
			continue
		}
		if err := field.Set(s, *f.given[field.Flag]); err != nil {
			faults = append(faults, atFlag(err))
		}
	}
	if len(faults) > 0 {
		return withCode(exitUse, errors.Join(faults...))
	}
	return nil
}

// atFlag names the flag that a fault is about.
func atFlag(err error) error {
	name, says := "", ""
	if fault, ok := errors.AsType[*embedding.Fault](err); ok {
		name, says = fault.Field, fault.Says
	} else if refusal, ok := errors.AsType[*desk.Refusal](err); ok {
		name, says = refusal.Field, refusal.Reason
	}
	field, ok := embedding.FieldOf(name)
	if !ok {
		return err
	}
	return fmt.Errorf("--%s %s", field.Flag, says)
}
