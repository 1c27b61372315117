package bolt

import (
	"context"
	"fmt"

	"frontdesk/store"
)

// upload is a row of uploadBucket: under which id the platform has a file since when.
type upload struct {
	inbox store.InboxID
	hash  string
	id    string
	at    store.Millis
}

func uploadFields(f *fields, u *upload) {
	text(f, 1, &u.inbox)
	text(f, 2, &u.hash)
	text(f, 3, &u.id)
	count(f, 4, &u.at)
}

// PutUpload keeps under which id the platform has a file, or forgets it.
func (r *rows) PutUpload(inbox store.InboxID, hash, id string, at store.Millis) error {
	if r.ended {
		return errEnded
	}
	bucket, key := r.tx.Bucket(uploadBucket), pairHash(string(inbox), hash)
	if id == "" {
		return bucket.Delete(key)
	}
	u := upload{inbox: inbox, hash: hash, id: id, at: at}
	return bucket.Put(key, encode(nil, func(f *fields) { uploadFields(f, &u) }))
}

// AttachmentID returns the id under which the platform keeps a file for an inbox, where it has it since notBefore or
// later; else nothing.
func (v *Views) AttachmentID(ctx context.Context, inbox store.InboxID, hash string, notBefore store.Millis) (id string, err error) {
	err = v.read(ctx, "look for an upload", func(r *reader) error {
		row := r.tx.Bucket(uploadBucket).Get(pairHash(string(inbox), hash))
		if row == nil {
			return nil
		}
		var u upload
		if err := decode(row, func(f *fields) { uploadFields(f, &u) }); err != nil {
			return fmt.Errorf("read an upload: %w", err)
		}
		if u.inbox == inbox && u.hash == hash && u.at >= notBefore {
			id = u.id
		}
		return nil
	})
	return id, err
}
