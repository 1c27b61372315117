package canned_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"
	"github.com/google/go-cmp/cmp"

	"frontdesk/desk/canned"
)

// TestExamplesAreReadAsTheyAreMeant holds the files of a good folder to what they say.
func TestExamplesAreReadAsTheyAreMeant(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/good/canned/*.txt")
	if err != nil || len(names) < 5 {
		t.Fatalf("%d examples, %v", len(names), err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			r, faults := canned.Parse(filepath.Base(name), data)
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			got, err := json.MarshalIndent(r, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden.RequireEqual(t, append(got, '\n'))
			again, faults := canned.Parse(filepath.Base(name), canned.Format(r))
			if diff := cmp.Diff(r, again); diff != "" || len(faults) > 0 {
				t.Errorf("written and read again (-first +again): %s%v", diff, faults)
			}
		})
	}
}

// TestExamplesAreWrittenAsAPersonWould: all but the comment comes back letter by letter.
func TestExamplesAreWrittenAsAPersonWould(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"shipping.txt", "bikes.txt", "sizes.txt", "thanks.txt"} {
		data, err := os.ReadFile("testdata/good/canned/" + name)
		if err != nil {
			t.Fatal(err)
		}
		r, _ := canned.Parse(name, data)
		if diff := cmp.Diff(string(data), string(canned.Format(r))); diff != "" {
			t.Errorf("%s (-by hand +written):\n%s", name, diff)
		}
	}
}

func TestFaultsNameLineAndWhatToDo(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 21)
	tests := map[string]struct {
		file, text string
		want       []string // one for each fault, the beginning of what it says
	}{
		"several things": {
			text: "title: A\nquick reply: " + long + "\ntitle: B\n\nHello {{no.such}}\nand {{no.other}} {{",
			want: []string{
				"a.txt line 2: title: ", "a.txt line 3: there is a second title", `a.txt line 5: there is no variable "no.such"`,
				`a.txt line 6: there is no variable "no.other"`, "a.txt line 6: a {{ has no }}",
			},
		},
		"what does not go together, and too long": {
			text: "quick reply: " + long + "\nbutton: url Shop = https://lumen.example\n\nHello",
			want: []string{"a.txt line 1: ", "a.txt line 2: "},
		},
		"what is no text, twice":   {text: "Hello\x1b\nyou\n\x07there", want: []string{"a.txt line 1: there is a control", "a.txt line 3: there is a control"}},
		"nothing at all":           {text: "", want: []string{"a.txt: there is nothing to send"}},
		"only a header":            {text: "title: Hello\n\n\n", want: []string{"a.txt: there is nothing to send; write the text"}},
		"bad name":                 {file: "über uns.txt", text: "Hello", want: []string{"über uns.txt: the name must be a shortcode"}},
		"name too long":            {file: strings.Repeat("a", 41) + ".txt", text: "Hello", want: []string{strings.Repeat("a", 41) + ".txt: the name must be"}},
		"word that is none":        {text: "titel: Hello\n\nText", want: []string{`a.txt line 1: "titel" is no word of a header; known are title, label`}},
		"word in a later line":     {text: "title: Hello\nquickreply: Yes\n\nText", want: []string{`a.txt line 2: "quickreply" is no word`}},
		"text without blank line":  {text: "title: Hello\nHow are you?", want: []string{"a.txt line 2: this is no line of a header; write WORD: VALUE, or put a blank line"}},
		"two titles":               {text: "title: A\ntitle: B\n\nText", want: []string{"a.txt line 2: there is a second title"}},
		"title too long":           {text: "title: " + strings.Repeat("é", 81) + "\n\nText", want: []string{"a.txt line 1: the title has 81 characters, at most 80"}},
		"too many labels":          {text: "label: " + strings.Repeat("a,", 20) + "b\n\nText", want: []string{"a.txt line 1: there are 21 labels, at most 20"}},
		"label too long":           {text: "label: a, " + strings.Repeat("x", 101) + "\n\nText", want: []string{"a.txt line 1: the label has 101 characters"}},
		"quick reply title":        {text: "quick reply: " + long + "\n\nText", want: []string{"a.txt line 1: title: 21 characters, at most 20 allowed; take out 1"}},
		"quick reply payload":      {text: "# note\nquick reply: A = " + strings.Repeat("x", 1001) + "\n\nText", want: []string{"a.txt line 2: payload: 1001 characters"}},
		"quick reply without":      {text: "quick reply:\n\nText", want: []string{"a.txt line 1: title: is empty", "a.txt line 1: payload: is empty"}},
		"too many quick replies":   {text: strings.Repeat("quick reply: A\n", 14) + "\nText", want: []string{"a.txt line 1: quick replies: 14 quick replies, at most 13 allowed; take out 1"}},
		"quick reply, bad picture": {text: "quick reply: A\n  picture: a.png\n\nText", want: []string{"a.txt line 2: picture: must be an address"}},
		"ask for what nobody has":  {text: "ask: shoe size\n\nText", want: []string{`a.txt line 1: nobody can be asked for "shoe size" so; write ask: phone`}},
		"button without kind":      {text: "button: Prices = https://a.example\n\nText", want: []string{"a.txt line 1: the button has no kind; write it as url TITLE"}},
		"button without value":     {text: "button: url Prices\n\nText", want: []string{"a.txt line 1: there is no = in the button; write url TITLE"}},
		"button, bad address":      {text: "button: url Prices = prices\n\nText", want: []string{"a.txt line 1: address: must be an address"}},
		"button, bad number":       {text: "button: call Ring = 0123\n\nText", want: []string{"a.txt line 1: payload: must be + and the digits"}},
		"four buttons":             {text: strings.Repeat("button: postback A\n", 4) + "\nText", want: []string{"a.txt line 1: buttons: 4 buttons, at most 3"}},
		"buttons without text":     {text: "button: postback A", want: []string{"a.txt line 1: text: is empty; write it below a blank line"}},
		"text above buttons":       {text: "button: postback A\n\n" + strings.Repeat("x", 641), want: []string{"a.txt line 3: text: 641 characters, at most 640 allowed; take out 1"}},
		"text too long":            {text: "\n" + strings.Repeat("🚲", 1001), want: []string{"a.txt line 2: text: 2002 characters, at most 2000 allowed; take out 2"}},
		"two kinds":                {text: "quick reply: A\nbutton: postback B\n\nText", want: []string{"a.txt line 2: quick replies and buttons do not go"}},
		"cards and button":         {text: "card: A\n  subtitle: B\nbutton: postback B", want: []string{"a.txt line 3: cards have their own buttons; indent"}},
		"cards and text":           {text: "card: A\n  subtitle: B\n\nText", want: []string{"a.txt line 4: text and cards do not go"}},
		"card with title only":     {text: "card: A", want: []string{"a.txt line 1: cards: a card needs more than its title"}},
		"card's subtitle":          {text: "card: A\n  subtitle: " + strings.Repeat("x", 81), want: []string{"a.txt line 2: subtitle: 81 characters"}},
		"card's button":            {text: "card: A\n  button: postback " + long + " = B", want: []string{"a.txt line 2: title: 21 characters"}},
		"card's link":              {text: "card: A\n  link: nowhere", want: []string{"a.txt line 2: address: must be an address"}},
		"card's word outside":      {text: "subtitle: A\n\nText", want: []string{"a.txt line 1: subtitle belongs to a card; indent"}},
		"card's word unknown":      {text: "card: A\n  file: a.png", want: []string{"a.txt line 2: file does not belong to a card"}},
		"indented under nothing":   {text: "title: A\n  picture: https://a.example\n\nText", want: []string{"a.txt line 2: picture does not belong to the line above"}},
		"file outside":             {text: "file: ../secret.txt\n\nText", want: []string{"a.txt line 1: the path leads out of the folder; copy"}},
		"file at the root":         {text: "file: /etc/hosts\n\nText", want: []string{"a.txt line 1: the path leads out"}},
		"file at home":             {text: "file: ~/a.png\n\nText", want: []string{"a.txt line 1: the path leads out"}},
		"file of another drive":    {text: `file: C:\a.png` + "\n\nText", want: []string{"a.txt line 1: the path leads out"}},
		"eleven files":             {text: strings.Repeat("file: https://lumen.example/a.png\n", 11), want: []string{"a.txt line 11: there are more than 10 files"}},
		"no file":                  {text: "file:\n\nText", want: []string{"a.txt line 1: no file is named"}},
		"unknown variable":         {text: "title: A\n\nHello\n{{contact.nick}}", want: []string{`a.txt line 4: there is no variable "contact.nick"; known are contact.name,`}},
		"unknown in a title":       {text: "quick reply: {{colour}} = A\n\nText", want: []string{`a.txt line 1: there is no variable "colour"`}},
		"open braces":              {text: "Hello {{agent", want: []string{"a.txt line 1: a {{ has no }} behind it in its line; write"}},
		"braces over two lines":    {text: "Hello {{agent\n}}", want: []string{"a.txt line 1: a {{ has no }}"}},
		"braces in braces":         {text: "Hello {{agent|{{ref}}}}", want: []string{"a.txt line 1: a {{ has no }}"}},
		"blank without question":   {text: "Hello {{?}}", want: []string{"a.txt line 1: a blank has no question"}},
		"fallback too long":        {text: "quick reply: {{agent|" + long + "}}\n\nText", want: []string{"a.txt line 1: title: 21 characters"}},
		"no UTF-8":                 {text: "Hello\n\xff", want: []string{"a.txt line 2: this is no UTF-8 text; save"}},
		"control character":        {text: "Hello \x1b[31m", want: []string{"a.txt line 1: there is a control character"}},
		"too long a file":          {text: strings.Repeat("x", canned.MaxFile+1), want: []string{"a.txt: the file has 65537 bytes, at most 65536"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := tt.file
			if file == "" {
				file = "a.txt"
			}
			r, faults := canned.Parse(file, []byte(tt.text))
			if len(faults) != len(tt.want) {
				t.Fatalf("%d faults, want %d: %v", len(faults), len(tt.want), faults)
			}
			for i, want := range tt.want {
				if got := faults[i].Error(); !strings.HasPrefix(got, want) {
					t.Errorf("%s\nwant %s", got, want)
				}
			}
			if !cmp.Equal(r, canned.Response{}) {
				t.Errorf("a response with faults is not empty: %+v", r)
			}
		})
	}
}

func TestHowTextsAreRead(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ file, text string }{
		"only text":              {"Hello\n", "Hello"},
		"lines of Windows":       {"\ufefftitle: A\r\n\r\nHello\r\nyou\r\n", "Hello\nyou"},
		"blank first line":       {"\ntitle: is a word here\n", "title: is a word here"},
		"an address first":       {"https://lumen.example/prices\n", "https://lumen.example/prices"},
		"a colon later":          {"Hello\ntitle: A\n", "Hello\ntitle: A"},
		"paragraphs":             {"title: A\n\n\nOne\n\nTwo\n\n\n", "One\n\nTwo"},
		"its own indentation":    {"title: A\n\n  one\n two\n", "  one\n two"},
		"words in capitals":      {"TITLE: A\nQuick  Reply: B\n\nHello", "Hello"},
		"a comment":              {"# ours\n\nHello", "Hello"},
		"a long word, then text": {"The answer to everything: 42", "The answer to everything: 42"},
	} {
		r, faults := canned.Parse("a.txt", []byte(tt.file))
		if r.Text != tt.text || len(faults) > 0 {
			t.Errorf("%s: %q, want %q %v", name, r.Text, tt.text, faults)
		}
	}
}

func TestFaultsOfAFileHaveAnEnd(t *testing.T) {
	t.Parallel()
	_, faults := canned.Parse("a.txt", []byte("title: A\n"+strings.Repeat("x\n", 1000)))
	if len(faults) != canned.MaxFaults || faults[canned.MaxFaults-1].Line != canned.MaxFaults+1 {
		t.Errorf("%d faults: %v", len(faults), faults)
	}
}
