package control

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
)

const (
	socketName  = "control.sock"
	freshSuffix = ".new"
	// maxPath is what fits into a socket's address on every system, with freshSuffix and the zero byte at its end.
	maxPath = 103 - len(freshSuffix)
)

// Path is where the socket of a data folder lies: in it, or, where that path is too long for a socket, in the folder
// runtimeDir under a name made from the data folder's.
func Path(dataDir, runtimeDir string) string {
	path := filepath.Join(dataDir, socketName)
	if len(path) <= maxPath {
		return path
	}
	sum := sha256.Sum256([]byte(filepath.Clean(dataDir)))
	name := "frontdesk-" + hex.EncodeToString(sum[:8]) + ".sock"
	if short := filepath.Join(runtimeDir, name); runtimeDir != "" && len(short) <= maxPath && isFolder(runtimeDir) {
		return short
	}
	return filepath.Join(sharedFolder(), name)
}

// sharedFolder is where sockets go when nothing shorter is the user's own. It lies where everybody may make folders.
func sharedFolder() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("frontdesk-%d", os.Getuid()))
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Listen opens the socket with mode 0600. Only the process that holds the data folder's lock may call it: a file that
// lies there is taken for the leftover of a dead process and replaced.
func Listen(path string) (net.Listener, error) {
	if err := privateFolder(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("open the control socket: %w", err)
	}
	// The socket is bound under another name and moved into place once it is closed to others: between bind and
	// chmod it is not.
	fresh := path + freshSuffix
	if err := removeSocket(fresh); err != nil {
		return nil, err
	}
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: fresh, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("open the control socket: %w", err)
	}
	ln.SetUnlinkOnClose(false)
	err = os.Chmod(fresh, 0o600)
	if err == nil {
		err = removeSocket(path)
	}
	if err == nil {
		err = os.Rename(fresh, path)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the control socket: %w", err), ln.Close(), os.Remove(fresh))
	}
	info, err := os.Lstat(path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the control socket: %w", err), ln.Close())
	}
	return &listener{UnixListener: ln, path: path, info: info}, nil
}

// privateFolder makes the folder if it is missing. One in a shared place must be this user's alone: who else could
// write there could answer in our name.
func privateFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if dir != sharedFolder() {
		return nil
	}
	info, err := os.Lstat(dir)
	if err == nil && (!info.IsDir() || !ownedByUs(info) || info.Mode().Perm()&0o077 != 0) {
		err = fmt.Errorf("the folder %s is not yours alone; remove it or set XDG_RUNTIME_DIR", dir)
	}
	return err
}

// removeSocket removes the socket at path, and nothing that is no socket.
func removeSocket(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("open the control socket: %w", err)
	case info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("open the control socket: %s is there and is no socket; move it away", path)
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("open the control socket: %w", err)
	}
	return nil
}

// listener removes its socket's file when it closes, unless it is another's by then.
type listener struct {
	*net.UnixListener
	path string
	info fs.FileInfo
	once sync.Once
	err  error
}

func (l *listener) Close() error {
	l.once.Do(func() {
		if info, err := os.Lstat(l.path); err == nil && os.SameFile(info, l.info) {
			l.err = os.Remove(l.path)
		}
		l.err = errors.Join(l.UnixListener.Close(), l.err)
	})
	return l.err
}
