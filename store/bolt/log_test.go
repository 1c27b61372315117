package bolt_test

import (
	"path/filepath"
	"testing"

	"frontdesk/store/bolt"
	"frontdesk/store/storetest"
)

func TestLogContract(t *testing.T) {
	t.Parallel()
	storetest.RunLog(t, func(t *testing.T, dir string) storetest.Log {
		t.Helper()
		return openLog(t, filepath.Join(dir, "log.db"))
	})
}

func openLog(t testing.TB, path string) *bolt.Log {
	t.Helper()
	l, err := bolt.OpenLog(path, bolt.Options{})
	if err != nil {
		t.Fatalf("OpenLog: %v", err)
	}
	return l
}

func TestDraftsContract(t *testing.T) {
	t.Parallel()
	storetest.RunDrafts(t, func(t *testing.T, dir string) storetest.Desk {
		t.Helper()
		d, err := bolt.OpenDesk(filepath.Join(dir, "desk.db"), bolt.Options{})
		if err != nil {
			t.Fatalf("OpenDesk: %v", err)
		}
		return d
	})
}
