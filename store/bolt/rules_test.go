package bolt_test

import (
	"path/filepath"
	"testing"

	"frontdesk/store/bolt"
	"frontdesk/store/storetest"
)

func TestRules(t *testing.T) {
	t.Parallel()
	storetest.RunRules(t, func(t *testing.T, dir string) (storetest.Log, storetest.DumpedViews) {
		t.Helper()
		views, err := bolt.OpenViews(filepath.Join(dir, "views.db"), bolt.Options{})
		if err != nil {
			t.Fatalf("OpenViews: %v", err)
		}
		return openLog(t, filepath.Join(dir, "log.db")), views
	})
}
