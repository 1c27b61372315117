package messenger

import "testing"

func TestIsVisitor(t *testing.T) {
	t.Parallel()
	cases := map[string]bool{
		"9000000000000000000":  true,
		"9223372036854775807":  true,
		"9111111111111111111":  true,
		"8999999999999999999":  false,
		"9223372036854775808":  false,
		"7412000000000101":     false, // of the platform
		"6150000000000501":     false,
		"900000000000000000":   false,
		"90000000000000000000": false,
		"91111111111111111a1":  false,
		"9000000000000000000 ": false,
		"":                     false,
	}
	for id, want := range cases {
		if got := IsVisitor(id); got != want {
			t.Errorf("IsVisitor(%q) = %v, want %v", id, got, want)
		}
	}
}
