package canned_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"frontdesk/desk/canned"
	"frontdesk/messenger"
	"frontdesk/store"
)

func parsed(t *testing.T, text string) canned.Response {
	t.Helper()
	r, faults := canned.Parse("a.txt", []byte(text))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return r
}

func TestExpand(t *testing.T) {
	t.Parallel()
	values := canned.Values{
		canned.VarName: "Mara Voss", canned.VarFirstName: "Mara", canned.VarAgent: "ana", canned.VarInbox: "Lumen Bikes",
		canned.VarRef: "spring sale", canned.VarPage: "https://lumen.example/pricing?a=1&b=2",
	}
	tests := map[string]struct {
		text    string
		values  canned.Values
		answers map[string]string
		want    string
	}{
		"every variable": {
			text: "{{contact.name}}|{{contact.first_name}}|{{agent}}|{{inbox}}|{{ref}}|{{page}}", values: values,
			want: "Mara Voss|Mara|ana|Lumen Bikes|spring sale|https://lumen.example/pricing?a=1&b=2",
		},
		"blanks and capitals in the braces": {text: "Hello {{ Contact.First_Name | there }}!", values: values, want: "Hello Mara!"},
		"fallback":                          {text: "Hello {{contact.first_name|there}}!", want: "Hello there!"},
		"fallback for a name of blanks":     {text: "Hello {{contact.name|there}}!", values: canned.Values{canned.VarName: " \t"}, want: "Hello there!"},
		"empty fallback":                    {text: "Hello{{contact.name|}}!", want: "Hello!"},
		"fallback with a bar":               {text: "{{ref|a|b}}", want: "a|b"},
		"braces for themselves":             {text: `\{{agent}} is {{agent}}`, values: values, want: "{{agent}} is ana"},
		"single braces":                     {text: "{agent} }} {", values: values, want: "{agent} }} {"},
		"a blank":                           {text: "Order {{?Order number}}.", answers: map[string]string{"Order number": " 17 "}, want: "Order 17."},
		"the same blank twice":              {text: "{{?No}} and {{? No }}", answers: map[string]string{"No": "1"}, want: "1 and 1"},
		"a default":                         {text: "In {{?Colour|blue}} or {{?Colour}}.", want: "In blue or blue."},
		"another than the default":          {text: "In {{?Colour|blue}}.", answers: map[string]string{"Colour": "red"}, want: "In red."},
		"an answer of two lines":            {text: "To:\n{{?Address}}", answers: map[string]string{"Address": "Quay 1\r\nBergen"}, want: "To:\nQuay 1\nBergen"},
		"a name is plain text": {
			text: "Hello {{contact.name}}!", values: canned.Values{canned.VarName: "{{agent}} {{?No}}\n\x1b[31m\u202eevil\u0000"},
			want: "Hello {{agent}} {{?No}} [31mevil!",
		},
		"an answer is plain text": {text: "{{?No}}", answers: map[string]string{"No": `\{{agent}}{{agent}}`}, values: values, want: `\{{agent}}{{agent}}`},
		"text that is no UTF-8":   {text: "{{contact.name}}", values: canned.Values{canned.VarName: "a\xff"}, want: "a\uFFFD"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := parsed(t, tt.text).Expand(tt.values, tt.answers)
			if err != nil || got.Text != tt.want {
				t.Errorf("%q, %v; want %q", got.Text, err, tt.want)
			}
		})
	}
}

func TestExpandFillsEverything(t *testing.T) {
	t.Parallel()
	r := parsed(t, `quick reply: For {{contact.first_name}} = FOR_{{contact.name}}
  picture: https://lumen.example/{{ref}}.png

Hello`)
	values := canned.Values{canned.VarName: "Å & B=\nC", canned.VarFirstName: "Å", canned.VarRef: "a/../b c&d", canned.VarPage: "https://lumen.example/x?y=1"}
	got, err := r.Expand(values, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := canned.Content{Text: "Hello", QuickReplies: []messenger.QuickReply{{
		ContentType: "text", Title: "For Å", Payload: "FOR_Å & B= C", ImageURL: "https://lumen.example/a%2F..%2Fb%20c%26d.png",
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	r = parsed(t, `card: {{contact.first_name}}
  subtitle: {{?Size}}
  link: {{page}}
  button: url See = {{page}}&who={{contact.name}}
  button: call Ring = {{?Number}}`)
	got, err = r.Expand(values, map[string]string{"Size": "L\nor XL", "Number": "+47220"})
	if err != nil {
		t.Fatal(err)
	}
	want = canned.Content{Cards: []messenger.Element{{
		Title: "Å", Subtitle: "L or XL", DefaultAction: &messenger.Button{Type: "web_url", URL: "https://lumen.example/x?y=1"},
		Buttons: []messenger.Button{
			{Type: "web_url", Title: "See", URL: "https://lumen.example/x?y=1&who=%C3%85%20%26%20B%3D%20C"},
			{Type: "phone_number", Title: "Ring", Payload: "+47220"},
		},
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r.Cards[0].Title != "{{contact.first_name}}" || r.Cards[0].Buttons[0].URL != "{{page}}&who={{contact.name}}" {
		t.Errorf("the response itself was changed: %+v", r.Cards[0])
	}
}

func TestExpandSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	r := parsed(t, "{{contact.name}} {{ref}} {{contact.name}} {{?Order number}} {{?Size|L}} {{agent|nobody}}")
	got, err := r.Expand(canned.Values{canned.VarRef: "x"}, map[string]string{"Order number": " "})
	var unfilled *canned.Unfilled
	if !errors.As(err, &unfilled) {
		t.Fatalf("%+v, %v", got, err)
	}
	if diff := cmp.Diff(&canned.Unfilled{Variables: []string{"contact.name"}, Blanks: []string{"Order number"}}, unfilled); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want := `contact.name is not known here: write it yourself, or give the response a fallback, as in {{contact.name|there}}; "Order number" is left blank: answer it`
	if err.Error() != want {
		t.Errorf("%s\nwant %s", err, want)
	}
	if !got.Empty() {
		t.Errorf("something to send all the same: %+v", got)
	}
}

func TestExpandKeepsToTheLimits(t *testing.T) {
	t.Parallel()
	r := parsed(t, "quick reply: Ask {{agent}} = A\n\nHello")
	for _, tt := range []struct {
		n  int
		ok bool
	}{{15, true}, {16, true}, {17, false}} {
		_, err := r.Expand(canned.Values{canned.VarAgent: strings.Repeat("a", tt.n)}, nil)
		var unfilled *canned.Unfilled
		if tt.ok != (err == nil) || !tt.ok && (!errors.As(err, &unfilled) || unfilled.Limits[0].Field != "quick_replies[0].title") {
			t.Errorf("an agent of %d letters: %v", tt.n, err)
		}
	}
}

func TestBlanksAreAskedForOnce(t *testing.T) {
	t.Parallel()
	r := parsed(t, "button: url {{?Word}} = https://lumen.example/{{?Order number}}\n\n{{?Order  number}} {{?Colour}} {{?Colour|blue}} {{agent}}")
	want := []canned.Blank{{Name: "Order number"}, {Name: "Colour", Default: "blue"}, {Name: "Word"}}
	if diff := cmp.Diff(want, r.Blanks()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestValuesOf(t *testing.T) {
	t.Parallel()
	got := canned.ValuesOf(store.Conversation{
		Contact: store.Contact{Kind: store.ContactPSID, ID: "7", Name: " Mara  Voss"},
		Touch:   store.Touch{Ref: "pricing", Page: "https://lumen.example/pricing"},
	}, "ana", "Lumen Bikes")
	want := canned.Values{
		"contact.name": " Mara  Voss", "contact.first_name": "Mara", "agent": "ana", "inbox": "Lumen Bikes",
		"ref": "pricing", "page": "https://lumen.example/pricing",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, name := range canned.Variables {
		if _, ok := got[name]; !ok {
			t.Errorf("%s is a variable without a value", name)
		}
	}
}

// Whatever a contact is called, it comes out as one line of its own letters, and never as a placeholder of ours.
func TestNoNameInjectsAnything(t *testing.T) {
	t.Parallel()
	r := parsed(t, "button: url Go = https://lumen.example/a?b={{contact.name|x}}\n\n<{{contact.name|x}}>{{agent}}")
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringOf(rapid.SampledFrom([]rune("ab {}?|\\\n\r\t&=#/%\x00\x1b\u202e\u2028é🚲"))).Draw(t, "name")
		got, err := r.Expand(canned.Values{canned.VarName: name, canned.VarAgent: "ana"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		inner, ok := strings.CutSuffix(strings.TrimPrefix(got.Text, "<"), ">ana")
		if !ok || strings.ContainsAny(inner, "\n\r\x00\x1b\u202e\u2028") {
			t.Fatalf("%q made %q", name, got.Text)
		}
		query, ok := strings.CutPrefix(got.Buttons[0].URL, "https://lumen.example/a?b=")
		if !ok || strings.ContainsAny(query, "&=#/ ?{}\\") {
			t.Fatalf("%q made the address %q", name, got.Buttons[0].URL)
		}
	})
}
