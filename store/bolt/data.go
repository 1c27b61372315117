package bolt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"frontdesk/internal/boltfile"
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

	// Anew is why the views that were there can't be used and start empty; nil when they go on.
	Anew error
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
	if errors.Is(err, ErrLayout) || errors.Is(err, boltfile.ErrDamaged) {
		d.Anew = err
		if r := (*restorable)(nil); errors.As(err, &r) { // no backup is needed for what the log makes anew
			d.Anew = r.cause
		}
		if err := putAside(path); err != nil {
			return err
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
	d.Anew = fmt.Errorf("they know %d records, and the log has only %d", applied, d.Log.Head())
	return d.Views.Reset(ctx)
}

// putAside renames views that can't be used. They are worth nothing any more but to whoever looks for the reason.
func putAside(path string) error {
	if err := os.Rename(path, path+asideSuffix); err != nil {
		return fmt.Errorf("put the old views aside: %w", err)
	}
	return nil
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

// makeFolder creates dir, and the folders it lies in where they are missing, and makes their names survive a loss of
// power.
func makeFolder(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	above := filepath.Dir(filepath.Clean(dir))
	if above != dir {
		if err := makeFolder(above); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, folderMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if info, err := os.Stat(dir); err != nil {
		return err
	} else if !info.IsDir() {
		return fmt.Errorf("%s is no folder; choose another data folder (FRONTDESK_DATA)", dir)
	}
	return boltfile.SyncFolder(above)
}
