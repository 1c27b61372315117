package media

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"frontdesk/store"
)

const (
	aboutSuffix = ".about" // of the note beside a file
	newPrefix   = "new-"   // of a file that is being written
	// maxRefs is how many messages a file remembers to have come with: a sticker may come with thousands.
	maxRefs = 256
)

// about is the note beside a file.
type about struct {
	Type   string `json:"type"`
	Name   string `json:"name,omitempty"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
	Ours   bool   `json:"ours,omitempty"` // an agent sends it
	Refs   []Ref  `json:"refs,omitempty"` // the messages it came with, the newest maxRefs
}

// Ref is an attachment of a message.
type Ref struct {
	Conversation store.ConversationID `json:"conversation"`
	Message      store.MessageID      `json:"message"`
	Index        int                  `json:"index"`
}

// join is a with what b knows beside it.
func (a about) join(b about) about {
	if a.Name == "" {
		a.Name = b.Name
	}
	a.Ours = a.Ours || b.Ours
	for _, r := range b.Refs {
		if !slices.Contains(a.Refs, r) {
			a.Refs = append(slices.Clone(a.Refs), r)
		}
	}
	a.Refs = a.Refs[max(0, len(a.Refs)-maxRefs):]
	return a
}

func (a about) equal(b about) bool {
	return a.Name == b.Name && a.Ours == b.Ours && slices.Equal(a.Refs, b.Refs)
}

func readAbout(path string) (about, error) {
	var a about
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	return a, err
}

// note writes the note beside a file, whole or not at all.
func (f *Folder) note(hash string, a about) error {
	text, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("encode the note of a file: %w", err)
	}
	return f.put(hash+aboutSuffix, text)
}

// put writes a small file of the folder, whole or not at all.
func (f *Folder) put(name string, text []byte) (err error) {
	if err := f.makeDir(); err != nil {
		return err
	}
	temp, err := os.CreateTemp(f.dir, newPrefix)
	if err != nil {
		return fmt.Errorf("write into the folder of files: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temp.Name()) // the next start clears it away too
			err = fmt.Errorf("write into the folder of files: %w", err)
		}
	}()
	_, err = temp.Write(text)
	if err := errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp.Name(), filepath.Join(f.dir, name)); err != nil {
		return err
	}
	return syncDir(f.dir)
}

// makeDir makes the folder.
func (f *Folder) makeDir() error {
	if err := os.Mkdir(f.dir, folderMode); err == nil {
		return syncDir(filepath.Dir(f.dir))
	} else if !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the folder of files: %w", err)
	}
	return nil
}

// claimed returns the hash of the file that is kept for an attachment; empty when none is.
func (f *Folder) claimed(r Ref) (store.File, about, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.load(); err != nil {
		return store.File{}, about{}, err
	}
	for hash, e := range f.files {
		if slices.Contains(e.Refs, r) {
			return store.File{Hash: hash, Name: e.Name, Type: e.Type, Size: e.size}, e.about, nil
		}
	}
	return store.File{}, about{}, nil
}

// refs are all attachments of messages for which files are kept.
func (f *Folder) refs() ([]Ref, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.load(); err != nil {
		return nil, err
	}
	var all []Ref
	for _, e := range f.files {
		all = append(all, e.Refs...)
	}
	return all, nil
}

// release takes files from the messages that gone names. Bytes that no other message came with, and no agent sends, go.
func (f *Folder) release(gone func(Ref) bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.load(); err != nil {
		return err
	}
	var errs []error
	for hash, e := range f.files {
		left := slices.DeleteFunc(slices.Clone(e.Refs), gone)
		switch {
		case len(left) == len(e.Refs):
		case len(left) == 0 && !e.Ours:
			errs = append(errs, f.remove(hash))
		default:
			a := e.about
			a.Refs = left
			if err := f.note(hash, a); err != nil {
				errs = append(errs, err)
				continue
			}
			e.about = a
		}
	}
	return errors.Join(errs...)
}

// sameMessage reports whether a redaction names the message of an attachment.
func sameMessage(r Ref, inbox store.InboxID, mid string) bool {
	in, _, err := store.ParseConversationID(r.Conversation)
	return err == nil && in == inbox && bareMID(string(r.Message)) == bareMID(mid)
}

func bareMID(mid string) string { return strings.TrimPrefix(mid, "m_") }
