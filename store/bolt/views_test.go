package bolt_test

import (
	"path/filepath"
	"testing"

	"frontdesk/store/bolt"
	"frontdesk/store/storetest"
)

func openViews(t testing.TB, dir string) storetest.Views {
	t.Helper()
	v, err := bolt.OpenViews(filepath.Join(dir, bolt.ViewsFile), bolt.Options{})
	if err != nil {
		t.Fatalf("OpenViews: %v", err)
	}
	return v
}

func TestViewsContract(t *testing.T) {
	t.Parallel()
	storetest.RunViews(t, openViews)
}
