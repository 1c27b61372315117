package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// The files of a data folder, beside ViewsFile.
const (
	LogFile  = "log.db"
	DeskFile = "desk.db"
)

// asideSuffix names the views' file that was put aside because it can't be read.
const asideSuffix = ".old"

// Data is an open data folder. Its parts are used as they are, and closed together.
type Data struct {
	Log   *Log
	Views *Views
	Desk  *DeskDB
}

// Open opens the data folder dir, or creates it for its owner alone. It fails with store.ErrLocked when another
// process still has it after Options.Wait, and with store.ErrNewer when a newer frontdesk wrote it.
//
// Views that can't be used (of another layout, damaged, or ahead of a log that came from a backup) are no error,
// because the log makes them anew: they start empty, and a projector brings them up to the log.
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

// open opens the log first: whoever has it has the folder.
func (d *Data) open(dir string, o Options) (err error) {
	if d.Log, err = OpenLog(filepath.Join(dir, LogFile), o); err != nil {
		return err
	}
	if err := d.openViews(filepath.Join(dir, ViewsFile), o); err != nil {
		return err
	}
	d.Desk, err = OpenDesk(filepath.Join(dir, DeskFile), o)
	return err
}

func (d *Data) openViews(path string, o Options) (err error) {
	d.Views, err = OpenViews(path, o)
	if errors.Is(err, ErrLayout) || unreadable(err) {
		if err := os.Rename(path, path+asideSuffix); err != nil {
			return fmt.Errorf("put the old views aside: %w", err)
		}
		d.Views, err = OpenViews(path, o)
	}
	if err != nil {
		return err
	}
	ctx := context.Background()
	applied, err := d.Views.Applied(ctx)
	if err != nil || applied <= d.Log.Head() {
		return err
	}
	return d.Views.Reset(ctx)
}

// Close ends what is queued and closes all files: first the log, so that nothing new comes in while the rest closes.
// Closing twice does nothing.
func (d *Data) Close() error {
	var errs []error
	if d.Log != nil {
		errs = append(errs, d.Log.Close())
	}
	if d.Views != nil {
		errs = append(errs, d.Views.Close())
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
