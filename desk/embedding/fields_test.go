package embedding_test

import (
	"errors"
	"strings"
	"testing"

	"frontdesk/desk/embedding"
)

func TestFieldsTakeWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ field, text, want, fault string }{
		{embedding.FieldGreeting, " Hello! ", "Hello!", ""},
		{embedding.FieldGreeting, strings.Repeat("a", 80), strings.Repeat("a", 80), ""},
		{embedding.FieldGreeting, strings.Repeat("a", 81), "", "has 81 characters; at most 80 are taken"},
		{embedding.FieldGreeting, strings.Repeat("🚲", 41), "", "has 82 characters; at most 80 are taken"},
		{embedding.FieldGreeting, "a\nb", "", "is one line, without control characters"},
		{embedding.FieldColor, "#1d6fb8", "#1D6FB8", ""},
		{embedding.FieldColor, "1d6fb8", "#1D6FB8", ""},
		{embedding.FieldColor, "blue", "", "is # and six hexadecimal digits, as in #1D6FB8"},
		{embedding.FieldColor, "#12345", "", "is # and six hexadecimal digits, as in #1D6FB8"},
		{embedding.FieldColor, "#ffffff", "", "can't be white: nobody would see the button; take any other"},
		{embedding.FieldDisplay, "Fade", "fade", ""},
		{embedding.FieldDisplay, "blink", "", "is show, fade or hide"},
		{embedding.FieldDelay, "2.5", "2.5", ""},
		{embedding.FieldDelay, "5s", "5", ""},
		{embedding.FieldDelay, "-1", "", "is a number of seconds from 0 to 3600"},
		{embedding.FieldDelay, "NaN", "", "is a number of seconds from 0 to 3600"},
		{embedding.FieldRef, "a-b_c=1", "a-b_c=1", ""},
		{embedding.FieldRef, "a b", "", "is written with letters, digits, - _ and = alone"},
		{embedding.FieldRef, strings.Repeat("a", 2084), "", "has 2084 characters; at most 2083 are taken"},
		{embedding.FieldLocale, "de-DE", "de_DE", ""},
		{embedding.FieldLocale, "german", "", "is a language and a country, as in en_US or de_DE"},
		{embedding.FieldDomains, "lumen.example, https://Shop.lumen.example/ lumen.example", "https://lumen.example, https://shop.lumen.example", ""},
		{embedding.FieldDomains, "http://lumen.example", "", `has "http://lumen.example", which is no domain; write it as in https://www.lumen.example`},
		{embedding.FieldDomains, "10.0.0.1", "", `has "10.0.0.1", which is an IP address; a host name is needed, as in https://www.lumen.example`},
		{embedding.FieldDomains, "localhost", "", `has "localhost", which is this very machine; a host name is needed, as in https://www.lumen.example`},
		{embedding.FieldAge, "18", "18", ""},
		{embedding.FieldAge, "0", "", ""},
		{embedding.FieldAge, "121", "", "is a whole number of years from 1 to 120"},
		{embedding.FieldCountries, "at de,AT", "AT, DE", ""},
		{embedding.FieldCountries, "not us", "not US", ""},
		{embedding.FieldCountries, "not", "", "says not, and not which; write them behind it, as in not US"},
		{embedding.FieldCountries, "Germany", "", `has "GERMANY"; countries are two letters (ISO 3166), as in DE`},
	} {
		t.Run(c.field+" "+c.text[:min(len(c.text), 20)], func(t *testing.T) {
			t.Parallel()
			f, ok := embedding.FieldOf(c.field)
			if !ok {
				t.Fatal("there is no such field")
			}
			var s embedding.Settings
			err := f.Set(&s, c.text)
			fault, _ := errors.AsType[*embedding.Fault](err)
			switch {
			case c.fault == "" && err != nil:
				t.Fatalf("refused: %v", err)
			case c.fault != "" && (fault == nil || fault.Field != c.field || fault.Says != c.fault):
				t.Fatalf("the fault is %v, want %s", err, c.fault)
			}
			if got := f.Get(s); got != c.want {
				t.Errorf("it holds %q, want %q", got, c.want)
			}
			if err := s.Check(); err != nil {
				t.Errorf("what was taken does not hold: %v", err)
			}
			if err := f.Set(&s, ""); err != nil || f.Get(s) != "" {
				t.Errorf("it can't be taken away: %v", err)
			}
		})
	}
}

func TestReadingOfColours(t *testing.T) {
	t.Parallel()
	for color, want := range map[string]struct {
		ink, says string
		poor      bool
	}{
		"#000000":              {"#FFFFFF", "contrast 21.0 to 1: white words on it are easily read", false},
		"#1D6FB8":              {"#FFFFFF", "contrast 5.2 to 1: white words on it are easily read", false},
		embedding.DefaultColor: {"#FFFFFF", "contrast 3.7 to 1: white icon; the chat makes the colour darker under white words, which want 4.5 to 1", true},
		"#FFE08A":              {embedding.Dark, "contrast 1.3 to 1: white can't be read on it, so words and icon turn dark; a darker colour is better", true},
	} {
		if got := embedding.Read(color); got.Ink != want.ink || got.Says != want.says || got.Poor != want.poor {
			t.Errorf("%s: %+v, want %+v", color, got, want)
		}
	}
	if got := embedding.Contrast("#1D6FB", "#FFFFFF"); got != 0 {
		t.Errorf("what is no colour has a contrast of %v", got)
	}
}

func TestSnippet(t *testing.T) {
	t.Parallel()
	delay := 2.5
	for _, c := range []struct {
		name string
		s    embedding.Settings
		want string
	}{
		{"nothing set", embedding.Settings{}, `<div id="fb-root"></div>
<div class="fb-customerchat"
     page_id="109872000000101"></div>
<script>
  window.fbAsyncInit = function () {
    FB.init({ xfbml: true, version: 'v18.0' });
  };
</script>
<script async defer src="https://chat.lumen.example/sdk/xfbml.customerchat.js" id="facebook-jssdk"></script>
`},
		{"everything set", embedding.Settings{Greeting: `"Hi" & <b>`, Color: "#1D6FB8", Display: "fade", Delay: &delay, Ref: "pricing", Locale: "de_DE"}, `<div id="fb-root"></div>
<div class="fb-customerchat"
     page_id="109872000000101"
     ref="pricing"
     theme_color="#1D6FB8"
     logged_in_greeting="&#34;Hi&#34; &amp; &lt;b&gt;"
     logged_out_greeting="&#34;Hi&#34; &amp; &lt;b&gt;"
     greeting_dialog_display="fade"
     greeting_dialog_delay="2.5"></div>
<script>
  window.fbAsyncInit = function () {
    FB.init({ xfbml: true, version: 'v18.0' });
  };
</script>
<script async defer src="https://chat.lumen.example/de_DE/sdk/xfbml.customerchat.js" id="facebook-jssdk"></script>
`},
	} {
		if got := embedding.Snippet("https://chat.lumen.example/", "109872000000101", c.s); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// TestBlankWebsites shows that an empty list of websites is not said to keep all out where a setting lets some in.
func TestBlankWebsites(t *testing.T) {
	t.Parallel()
	field, _ := embedding.FieldOf(embedding.FieldDomains)
	for _, c := range []struct {
		name  string
		fixed []string
		want  string
	}{
		{"nobody else", nil, "pages on this machine alone"},
		{"a setting", []string{"https://www.lumen.example"}, "no more than plugin_domains allows"},
	} {
		if got := (embedding.Site{Fixed: c.fixed}).Blank(field); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
