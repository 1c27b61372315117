package rehearsal

import (
	"slices"
	"testing"

	"frontdesk/messenger"
)

func TestEveryPartCanBePlayed(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, p := range slices.Concat(visitors, people) {
		name := p.first + " " + p.last
		if name != " " && names[name] {
			t.Errorf("%s is there twice", name)
		}
		names[name] = true
		if len(p.opening) == 0 || len(p.asked) == 0 || len(p.told) == 0 {
			t.Errorf("%s (%s) has too little to say", name, p.ref)
		}
		for _, line := range slices.Concat(p.opening, p.asked, p.told, p.later) {
			if line == "" || messenger.TextLen(line) > messenger.MaxText {
				t.Errorf("%s cannot say %q", name, line)
			}
		}
		common, ok := phrasebook[p.lang]
		if !ok || len(common.asked) == 0 || len(common.told) == 0 || len(common.nudge) == 0 {
			t.Errorf("the phrasebook has nothing for %s of %s", p.lang, name)
		}
		if p.ref == "" {
			t.Errorf("%s came in by nothing", name)
		}
	}
	for _, p := range people {
		if p.first == "" || p.path != "" {
			t.Errorf("%s %s is no person of the Page: they have names and no page of the site", p.first, p.last)
		}
	}
	if len(visitors) < openingVisitors || len(people) < openingLinks+openingAds {
		t.Error("the cast is smaller than the opening")
	}
}
