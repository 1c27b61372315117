package check_test

import "testing"

// TestPagesThatBreakOff shows that a page that ends in the middle of something still ends in a report whose places are
// in it.
func TestPagesThatBreakOff(t *testing.T) {
	t.Parallel()
	for _, page := range []string{
		div + begin + sdk, "<!-- " + div, "<script>" + begin, `<div class="fb-customerchat`, "<a b='", "</", "<!", "<template></template>",
		`<meta name=referrer content=no-referrer>`, "<script>x = 'a\\", "<script>/*", "<script>FB.init(", "<base href='::'>" + sdk,
		`<meta http-equiv=content-security-policy content="script-src [::1]:* *:80 http:">` + sdk,
	} {
		for cut := range len(page) + 1 {
			for _, found := range look(t, page[:cut], platform()).Findings {
				if found.Line < 0 || found.Line > 0 && found.Column < 1 || found.What == "" {
					t.Errorf("%q: a finding is %+v", page[:cut], found)
				}
			}
		}
	}
}
