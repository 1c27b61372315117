package check_test

import (
	"io"
	"net/http"
	"testing"

	"frontdesk/desk/embedding/check"
)

// FuzzPage shows that every page ends in a report whose places are in it.
func FuzzPage(f *testing.F) {
	for _, page := range []string{
		div + begin + sdk, "<!-- " + div, "<script>" + begin, `<div class="fb-customerchat`, "<a b='", "</", "<!", "<template></template>", `<meta name=referrer content=no-referrer>`,
		"<script>x = 'a\\", "<script>/*", "<script>FB.init(", "<base href='::'>" + sdk, `<meta http-equiv=content-security-policy content="script-src [::1]:* *:80 http:">` + sdk,
	} {
		f.Add(page)
	}
	f.Fuzz(func(t *testing.T, page string) {
		url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			html(w)
			_, _ = io.WriteString(w, page)
		})
		r, err := check.Page(t.Context(), url, platform())
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range r.Findings {
			if found.Line < 0 || found.Line > 0 && found.Column < 1 || found.What == "" {
				t.Errorf("a finding is %+v", found)
			}
		}
	})
}
