package bolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// The files of a data folder.
const (
	LogFile  = "log.db"
	DeskFile = "desk.db"
)

// Data is an open data folder. Its parts are used as they are, and closed together.
type Data struct {
	Log  *Log
	Desk *DeskDB
}

// Open opens the data folder dir, or creates it for its owner alone. It fails with store.ErrLocked when another
// process still has it after Options.Wait, and with store.ErrNewer when a newer frontdesk wrote it.
func Open(dir string, o Options) (*Data, error) {
	if err := makeFolder(dir); err != nil {
		return nil, fmt.Errorf("open the data folder: %w", err)
	}
	d := &Data{}
	if err := d.open(dir, o); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// open opens the log first: whoever has it has the folder, and the other files are waited for no longer than that.
func (d *Data) open(dir string, o Options) (err error) {
	if d.Log, err = OpenLog(filepath.Join(dir, LogFile), o); err != nil {
		return err
	}
	d.Desk, err = OpenDesk(filepath.Join(dir, DeskFile), o)
	return err
}

// Close ends what is queued and closes all files: first the log, so that nothing new comes in while the rest closes.
func (d *Data) Close() error {
	var errs []error
	if d.Log != nil {
		errs = append(errs, d.Log.Close())
	}
	if d.Desk != nil {
		errs = append(errs, d.Desk.Close())
	}
	return errors.Join(errs...)
}

// makeFolder creates dir and makes its name survive a loss of power.
func makeFolder(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	if err := os.MkdirAll(dir, folderMode); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(filepath.Clean(dir)))
}
