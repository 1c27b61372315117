package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"
	"charm.land/lipgloss/v2"

	"frontdesk/desk"
	"frontdesk/desk/embedding"
)

// setupForm is the form in the terminal: the chat's settings, page by page. It is asked again where something of it was
// refused, with what was typed.
type setupForm struct {
	site    embedding.Site
	texts   map[string]*string // by the field's name: what is typed
	inputs  map[string]*huh.Input
	refused map[string]refusedText
	save    bool
	then    []string // what is done with the snippet
	form    *huh.Form
	width   int
}

// refusedText is what the platform did not take, and why.
type refusedText struct{ text, says string }

// What can be done with the snippet once all is saved.
const (
	thenCopy = "copy"
	thenOpen = "open"
)

// setupPages are the form's pages: their titles, and the fields on each.
var setupPages = []struct {
	title  string
	fields []string
}{
	{"What visitors see first", []string{embedding.FieldGreeting, embedding.FieldColor, embedding.FieldDisplay, embedding.FieldDelay}},
	{"Where it stands", []string{embedding.FieldRef, embedding.FieldLocale, embedding.FieldDomains}},
	{"Whom it is for", []string{embedding.FieldAge, embedding.FieldCountries}},
}

func newSetupForm(site embedding.Site) *setupForm {
	f := &setupForm{site: site, texts: map[string]*string{}, refused: map[string]refusedText{}, save: true}
	for _, field := range embedding.Fields {
		text := field.Get(site.Settings)
		f.texts[field.Name] = &text
	}
	return f
}

// settings are what is typed; all of it was checked field by field.
func (f *setupForm) settings() embedding.Settings {
	s := f.site.Settings
	for _, field := range embedding.Fields {
		if field.Set(&s, *f.texts[field.Name]) != nil {
			continue // the form lets nobody past a fault
		}
	}
	return s
}

// refuse remembers what the platform does not take, so that the field says it.
func (f *setupForm) refuse(r *desk.Refusal) {
	if text, ok := f.texts[r.Field]; ok {
		f.refused[r.Field] = refusedText{*text, r.Reason}
	}
}

// check is what stands against a field's text.
func (f *setupForm) check(field embedding.Field, text string) error {
	var s embedding.Settings
	if err := field.Set(&s, text); err != nil {
		says := err.Error()
		if fault, ok := errors.AsType[*embedding.Fault](err); ok {
			says = fault.Says
		}
		return errors.New(field.Title + " " + says)
	}
	if r, ok := f.refused[field.Name]; ok && r.text == text {
		return errors.New(field.Title + " " + clean(r.says))
	}
	return nil
}

// build makes the form anew.
func (f *setupForm) build() {
	f.inputs = map[string]*huh.Input{}
	var groups []*huh.Group
	for _, page := range setupPages {
		var fields []huh.Field
		for _, name := range page.fields {
			fields = append(fields, f.field(name))
		}
		groups = append(groups, huh.NewGroup(fields...).Title(page.title))
	}
	groups = append(groups, huh.NewGroup(huh.NewConfirm().Title("Save?").
		Description("The chat changes on all websites within minutes.").
		Affirmative("Save").Negative("Leave it").Value(&f.save),
		huh.NewMultiSelect[string]().Title("And then").Value(&f.then).Height(3).Filterable(false).Options(
			huh.NewOption("copy the snippet for your pages", thenCopy), huh.NewOption("open a page in the browser that shows it at work", thenOpen))))
	f.form = huh.NewForm(groups...).WithTheme(huh.ThemeFunc(setupTheme)).WithWidth(min(max(f.width-2, 20), 90))
	f.form.SubmitCmd, f.form.CancelCmd = tea.Quit, tea.Interrupt
}

// field is the form's field for a setting.
func (f *setupForm) field(name string) huh.Field {
	field, _ := embedding.FieldOf(name)
	if len(field.Values) > 0 {
		options := []huh.Option[string]{huh.NewOption("as ever: "+field.Blank, "")}
		for _, v := range field.Values {
			options = append(options, huh.NewOption(v, v))
		}
		return huh.NewSelect[string]().Title(field.Title).Options(options...).Value(f.texts[name]).Height(len(options) + 1)
	}
	input := huh.NewInput().Title(field.Title).Description(field.About).Placeholder(f.site.Blank(field)).Value(f.texts[name]).
		Validate(func(text string) error { return f.check(field, text) })
	f.inputs[name] = input
	return input
}

// describe says of what is typed what it comes to, as it is typed.
func (f *setupForm) describe() {
	greeting, _ := embedding.FieldOf(embedding.FieldGreeting)
	f.inputs[embedding.FieldGreeting].Description(fmt.Sprintf("%s (%d)", greeting.About, len([]rune(*f.texts[embedding.FieldGreeting]))))

	color, _ := embedding.FieldOf(embedding.FieldColor)
	says := color.About
	var s embedding.Settings
	if color.Set(&s, *f.texts[embedding.FieldColor]) == nil && s.Color != "" {
		read := embedding.Read(s.Color)
		sample := lipgloss.NewStyle().Background(lipgloss.Color(s.Color)).Foreground(lipgloss.Color(read.Ink)).Render("  Hello!  ")
		says = sample + " " + read.Says
	}
	f.inputs[embedding.FieldColor].Description(says)

	domains, _ := embedding.FieldOf(embedding.FieldDomains)
	says = domains.About
	if len(f.site.Fixed) > 0 {
		says += "; by plugin_domains also " + strings.Join(f.site.Fixed, ", ")
	}
	f.inputs[embedding.FieldDomains].Description(says)
}

// run shows the form until it is filled in or left. done is false where nothing is to be saved.
func (f *setupForm) run(ctx context.Context) (done bool, err error) {
	f.width = 80
	f.build()
	f.describe()
	_, err = tea.NewProgram(f, tea.WithContext(ctx), tea.WithOutput(os.Stdout), tea.WithoutSignalHandler()).Run()
	switch {
	case errors.Is(err, tea.ErrInterrupted):
		return false, nil
	case err != nil:
		return false, err
	}
	return f.save && f.form.State == huh.StateCompleted, nil
}

// Init keeps tea.Model.
func (f *setupForm) Init() tea.Cmd { return tea.Batch(f.form.Init(), tea.RequestBackgroundColor) }

// Update keeps tea.Model.
func (f *setupForm) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if size, ok := msg.(tea.WindowSizeMsg); ok {
		f.width = size.Width
		f.form.WithWidth(min(max(size.Width-2, 20), 90))
	}
	_, cmd := f.form.Update(msg)
	f.describe()
	return f, cmd
}

// View keeps tea.Model.
func (f *setupForm) View() tea.View {
	v := tea.NewView("")
	v.AltScreen = true // what comes of it stands alone in the terminal afterwards
	if f.form.State == huh.StateNormal {
		v.SetContent(f.form.View())
	}
	return v
}

// setupTheme is plain: the terminal's own colours, few of them.
func setupTheme(bool) *huh.Styles {
	t := huh.ThemeBase(false)
	t.Group.Title = lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Cyan).MarginBottom(1)
	t.FieldSeparator = lipgloss.NewStyle().SetString("\n\n")
	t.Focused.Title = lipgloss.NewStyle().Bold(true)
	t.Focused.Base = t.Focused.Base.BorderForeground(lipgloss.Cyan)
	t.Focused.ErrorMessage = lipgloss.NewStyle().Foreground(lipgloss.Red).SetString("✗")
	t.Focused.ErrorIndicator = lipgloss.NewStyle().Foreground(lipgloss.Red).SetString(" ✗")
	t.Focused.SelectSelector = lipgloss.NewStyle().Foreground(lipgloss.Cyan).SetString("› ")
	t.Focused.FocusedButton = lipgloss.NewStyle().Padding(0, 2).MarginRight(1).Reverse(true).Bold(true)
	t.Focused.BlurredButton = lipgloss.NewStyle().Padding(0, 2).MarginRight(1)
	t.Focused.TextInput.Prompt = lipgloss.NewStyle().Foreground(lipgloss.Cyan)
	t.Blurred = t.Focused
	t.Blurred.Base = t.Focused.Base.BorderStyle(lipgloss.HiddenBorder())
	t.Blurred.Title = lipgloss.NewStyle()
	return t
}
