package embedding

import (
	"html"
	"strings"
)

// Attribute is one attribute of the markup.
type Attribute struct{ Name, Value string }

// Attributes are those of ref. 7.1 for what is set; what is not has none, and the platform's settings hold there.
func (s Settings) Attributes() []Attribute {
	var out []Attribute
	add := func(name, value string) {
		if value != "" {
			out = append(out, Attribute{name, value})
		}
	}
	add(FieldRef, s.Ref)
	add(FieldColor, s.Color)
	add("logged_in_greeting", s.Greeting)
	add("logged_out_greeting", s.Greeting)
	add(FieldDisplay, s.Display)
	add(FieldDelay, getDelay(s))
	return out
}

// Snippet is what a website's pages need before </body>: the markup of the old plugin, with the platform's address. With
// settings it writes them out, and they go before what the platform keeps; without, all of that is the platform's.
func Snippet(address, page string, s Settings) string {
	var b strings.Builder
	b.WriteString("<div id=\"fb-root\"></div>\n<div class=\"fb-customerchat\"")
	for _, a := range append([]Attribute{{"page_id", page}}, s.Attributes()...) {
		b.WriteString("\n     " + a.Name + `="` + html.EscapeString(a.Value) + `"`)
	}
	locale := ""
	if s.Locale != "" {
		locale = "/" + s.Locale
	}
	src := strings.TrimSuffix(address, "/") + locale + "/sdk/xfbml.customerchat.js"
	b.WriteString(`></div>
<script>
  window.fbAsyncInit = function () {
    FB.init({ xfbml: true, version: 'v18.0' });
  };
</script>
<script async defer src="` + html.EscapeString(src) + `" id="facebook-jssdk"></script>
`)
	return b.String()
}
